import { hash } from 'node:crypto'
import type { Flow } from '../contract/contract.ts'
import type { Canonical } from '../model/value.ts'

/**
 * One signed 64-bit key (as text) per exact match rule of the flow, in the rules' order; null where a value is missing,
 * so that blanks never match. Records that may be the same share a key.
 */
export function matchKeys(flow: Flow, golden: readonly Canonical[]): (string | null)[] {
  return plan(flow).map(({ prefix, places, caseRespected }) => {
    let text = prefix
    for (const place of places) {
      const value = golden[place]
      if (value === null || value === undefined || value === '') return null
      text += '\u0000' + (caseRespected ? value : value.toLowerCase())
    }
    return firstBytes(hash('sha256', text, 'binary'))
  })
}

/** The first eight of these bytes as a signed integer. */
function firstBytes(bytes: string): string {
  const at = (place: number): number => bytes.charCodeAt(place)
  const high = (at(0) << 24) | (at(1) << 16) | (at(2) << 8) | at(3)
  const low = ((at(4) << 24) | (at(5) << 16) | (at(6) << 8) | at(7)) >>> 0
  return ((BigInt(high) << 32n) | BigInt(low)).toString()
}

interface Plan {
  readonly prefix: string
  readonly places: readonly number[]
  readonly caseRespected: boolean
}

const plans = new WeakMap<Flow, Plan[]>()

function plan(flow: Flow): Plan[] {
  let known = plans.get(flow)
  if (!known) {
    known = flow.match
      .filter((rule) => rule.kind === 'exact')
      .map((rule) => ({
        // Of its own, so that a key of one kind is never one of the other.
        prefix: `${flow.name}\u0000${rule.fields.join(',')}${rule.caseRespected ? '\u0000case' : ''}`,
        places: rule.fields.map((name) => flow.fields.findIndex((field) => field.name === name)),
        caseRespected: rule.caseRespected === true,
      }))
    plans.set(flow, known)
  }
  return known
}
