import type { Flow, MatchRule } from '../contract/contract.ts'
import { SimilarIndex } from '../merge/similar-index.ts'
import type { Canonical } from '../model/value.ts'
import { recordsWithout } from '../store/state/contested.ts'
import type { FlowWork } from './flow-work.ts'
import { decodeGolden } from './golden.ts'
import type { Side } from './side.ts'

type SimilarRule = Extract<MatchRule, { kind: 'similar' }>

/** So many records are compared by likeness at most; a flow with more unmatched ones has other troubles first. */
const MOST = 200_000

/** The contract's `similar` rules for one side: finds unlinked records of other systems that look like a given one. */
export class LookAlikes {
  private readonly flow: Flow
  private readonly indexes: readonly { readonly rule: SimilarRule; readonly index: SimilarIndex }[]

  private constructor(flow: Flow, indexes: LookAlikes['indexes']) {
    this.flow = flow
    this.indexes = indexes
  }

  /** Null when the contract has no such rule. */
  static async of(work: FlowWork, side: Side): Promise<LookAlikes | null> {
    const rules = work.flow.match.filter((rule) => rule.kind === 'similar')
    if (rules.length === 0) return null
    const indexes = rules.map((rule) => ({ rule, index: new SimilarIndex() }))
    for (const record of await recordsWithout(work.database, work.row.id, side.id, MOST)) {
      const { values } = decodeGolden(work.flow, record.golden, work.layouts.get(record.layoutId))
      for (const { rule, index } of indexes) {
        const text = textOf(work.flow, rule, values)
        if (text !== null) index.add(record.id, text)
      }
    }
    return new LookAlikes(work.flow, indexes)
  }

  /** Ids of records that look like these values, by the first rule that finds any. */
  search(golden: readonly Canonical[]): string[] {
    for (const { rule, index } of this.indexes) {
      const text = textOf(this.flow, rule, golden)
      const hits = text === null ? [] : index.search(text, rule.atLeast)
      if (hits.length > 0) return hits.map((hit) => hit.record)
    }
    return []
  }
}

/** Null where the first field of the rule, the one that names the thing, is empty. */
function textOf(flow: Flow, rule: SimilarRule, values: readonly Canonical[]): string | null {
  const parts = rule.fields.map((name) => values[flow.fields.findIndex((field) => field.name === name)] ?? '')
  return parts[0] === '' ? null : parts.join(' ')
}
