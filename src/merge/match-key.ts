import { hash } from 'node:crypto'
import type { Flow } from '../contract/contract.ts'
import type { Canonical } from '../model/value.ts'

/**
 * One signed 64-bit key (as text) per exact match rule of the flow, in the rules' order; null where a value is missing,
 * so that blanks never match. Records that may be the same share a key.
 */
export function matchKeys(flow: Flow, golden: readonly Canonical[]): (string | null)[] {
  return plan(flow).map(({ prefix, places }) => {
    let text = prefix
    for (const place of places) {
      const value = golden[place]
      if (value === null || value === undefined || value === '') return null
      text += '\u0000' + value.toLowerCase()
    }
    return hash('sha256', text, 'buffer').readBigInt64BE(0).toString()
  })
}

const plans = new WeakMap<Flow, { prefix: string; places: number[] }[]>()

function plan(flow: Flow): { prefix: string; places: number[] }[] {
  let known = plans.get(flow)
  if (!known) {
    known = flow.match
      .filter((rule) => rule.kind === 'exact')
      .map((rule) => ({
        prefix: `${flow.name}\u0000${rule.fields.join(',')}`,
        places: rule.fields.map((name) => flow.fields.findIndex((field) => field.name === name)),
      }))
    plans.set(flow, known)
  }
  return known
}
