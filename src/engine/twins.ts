import type { EdgeCases } from '../contract/contract.ts'
import { preferredOf, type Candidate } from '../merge/correlate.ts'
import type { Canonical } from '../model/value.ts'
import { changedAt, type Observed, type Side } from './side.ts'

interface Newcomer extends Observed {
  readonly golden: readonly Canonical[]
  readonly keys: readonly (string | null)[]
}

/** Match keys that several new records of one side share, with the ids of the records: first the one that `duplicates` prefers. */
export function twinsAmong(
  side: Side,
  newcomers: readonly Newcomer[],
  duplicates: EdgeCases['duplicates'],
): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, Newcomer[]>()
  for (const newcomer of newcomers) {
    for (const key of new Set(newcomer.keys)) {
      if (key === null) continue
      const others = byKey.get(key)
      if (others) others.push(newcomer)
      else byKey.set(key, [newcomer])
    }
  }
  const twins = new Map<string, readonly string[]>()
  for (const [key, all] of byKey) {
    if (all.length < 2) continue
    const candidates = all.map(({ record, golden }, n): Candidate => ({
      record: String(n),
      taken: false,
      changedAt: changedAt(side, record.values),
      filled: golden.reduce((count, value) => count + (value === null ? 0 : 1), 0),
    }))
    const first = all[Number(preferredOf(candidates, duplicates === 'ask' ? 'oldest' : duplicates).record)]!
    twins.set(
      key,
      [first, ...all.filter((one) => one !== first)].map(({ record }) => record.id),
    )
  }
  return twins
}
