import type { EdgeCases } from '../contract/contract.ts'
import { compareChangeTimes } from './change-time.ts'

/*
 * Which golden record is this remote record that has no link? Exact match rules, in the contract's order; the first rule
 * that finds anything decides.
 */

/** A golden record that shares a match key with the remote record. */
export interface Candidate {
  readonly record: string
  /** Already has a counterpart in the remote record's system. */
  readonly taken: boolean
  /** When it last changed in any system, for `oldest`; see `SideState`. */
  readonly changedAt: string | null
  /** Number of fields with a value, for `most complete`. */
  readonly filled: number
}

export type Correlation =
  | { readonly situation: 'absent' }
  | {
      readonly situation: 'found'
      readonly record: string
      readonly rule: 'match' | 'duplicate: oldest' | 'duplicate: most complete'
    }
  /** Several candidates, or the only one is taken: a person must say, or (`asks` false) it is a known duplicate. */
  | { readonly situation: 'ambiguous'; readonly candidates: readonly string[]; readonly asks: boolean }

/** Pure. `byRule`: candidates of each match rule, in the rules' order. */
export function correlate(byRule: readonly (readonly Candidate[])[], duplicates: EdgeCases['duplicates']): Correlation {
  const candidates = byRule.find((found) => found.length > 0)
  if (!candidates) return { situation: 'absent' }
  const free = candidates.filter((candidate) => !candidate.taken)
  if (free.length === 1 && candidates.length === 1)
    return { situation: 'found', record: free[0]!.record, rule: 'match' }
  const names = candidates.map((candidate) => candidate.record)
  if (duplicates === 'ask') return { situation: 'ambiguous', candidates: names, asks: true }
  if (free.length === 0) return { situation: 'ambiguous', candidates: names, asks: false }
  return { situation: 'found', record: preferredOf(free, duplicates).record, rule: `duplicate: ${duplicates}` }
}

const byNumber = (a: Candidate, b: Candidate): number => Number(BigInt(a.record) - BigInt(b.record))

/** Those of unknown age come last. */
const byAge = (a: Candidate, b: Candidate): number => {
  if (a.changedAt === null || b.changedAt === null)
    return Number(a.changedAt === null) - Number(b.changedAt === null) || byNumber(a, b)
  return compareChangeTimes(a.changedAt, b.changedAt) || byNumber(a, b)
}

/** Of several records that are the same thing, the one that the contract takes. */
export const preferredOf = (candidates: readonly Candidate[], by: keyof typeof ORDER): Candidate =>
  candidates.toSorted(ORDER[by])[0]!

const ORDER = {
  oldest: byAge,
  'most complete': (a: Candidate, b: Candidate): number => b.filled - a.filled || byAge(a, b),
}
