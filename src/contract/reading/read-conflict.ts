import type { Records } from '../contract.ts'
import type { Place } from '../finding.ts'
import type { FlowContext } from './flow-context.ts'
import { type Node, texts } from '../text/node.ts'
import type { OnConflict } from '../on-conflict.ts'
import { systemTitle } from '../phrases.ts'

interface Rules {
  readonly records: Readonly<Record<string, Records>>
  readonly recordsKnown: boolean
}

/** `on_conflict` of a flow or field: `newest`, `ask`, a system that holds it, or such systems in order of preference. */
export function readConflict(
  flow: FlowContext,
  written: Node,
  rules: Rules,
  holders: readonly string[],
): OnConflict | undefined {
  if (written.kind === 'list') return readPreference(flow, written, holders)
  if (written.kind !== 'scalar') return undefined
  const { text, place } = written
  const known = ['newest', 'ask', ...holders]
  if (!known.includes(text)) {
    flow.unknown(place, 'unknown-choice', text, 'an answer to `on_conflict`', known)
    return undefined
  }
  if (text === 'newest' && rules.recordsKnown) checkTimes(flow, place, rules, holders)
  return text
}

function readPreference(flow: FlowContext, written: Node, holders: readonly string[]): readonly string[] | undefined {
  const systems: string[] = []
  const named = texts(written)
  for (const { text, place } of named) {
    if (!holders.includes(text))
      flow.unknown(place, 'unknown-choice', text, 'a system in the order of preference of `on_conflict`', holders)
    else if (systems.includes(text)) {
      flow.error(
        place,
        'doubled-preference',
        `${systemTitle(text)} is named twice in the order of preference of \`on_conflict\`.`,
        'Name each system once.',
      )
    } else systems.push(text)
  }
  return systems.length === named.length && systems.length > 1 ? systems : undefined
}

function checkTimes(flow: FlowContext, place: Place, rules: Rules, holders: readonly string[]): void {
  for (const system of holders) {
    const records = rules.records[system]
    if (records === undefined || records.changedAt !== undefined) continue
    flow.error(
      place,
      'newest-without-time',
      `The newest change cannot win, because the records of ${systemTitle(system)} have no \`changed_at\`.`,
      `Add \`changed_at\` to the records of \`${system}\`, or choose \`ask\` or a system.`,
    )
  }
}
