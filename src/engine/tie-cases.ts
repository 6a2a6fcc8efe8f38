import { tiableCases, tieCases as storeTies, type TiableCase } from '../store/cases/tied-cases.ts'
import { underLease, type FlowWork } from './flow-work.ts'

/** Counts cases that wait for another one's answer under that one: one case a cause. */
export async function tieCases(work: FlowWork): Promise<void> {
  const cases = await tiableCases(work.database, work.row.id)
  const under = decidedBy(cases)
  const ties = cases.flatMap(({ id, under: now }) => {
    const by = under.get(id) ?? null
    return by === now ? [] : [{ id, under: by }]
  })
  if (ties.length > 0) await underLease(work, (session) => storeTies(session, ties))
}

/**
 * By case: the one whose answer decides about it. Of look-alikes the case that knows most of the others is asked, and theirs
 * follow; what waits for a record follows the case about that record.
 */
export function decidedBy(cases: readonly TiableCase[]): ReadonlyMap<string, string> {
  const under = new Map<string, string>()
  for (const { id, awaited } of cases) if (awaited !== null && awaited !== id) under.set(id, awaited)
  const alike = cases.filter((one) => one.kind === 'ambiguous match' && one.recordId !== null && !under.has(one.id))
  const naming = new Map<string, TiableCase[]>()
  for (const one of alike) for (const record of one.candidates) naming.set(record, [...(naming.get(record) ?? []), one])
  const of = new Map(alike.map((one) => [one.recordId!, one]))
  const asked = new Set<string>()
  for (const one of alike.toSorted(
    (a, b) => b.candidates.length - a.candidates.length || Number(a.id) - Number(b.id),
  )) {
    if (under.has(one.id)) continue
    asked.add(one.id)
    const others = [...one.candidates.flatMap((record) => of.get(record) ?? []), ...(naming.get(one.recordId!) ?? [])]
    for (const other of others) if (!asked.has(other.id) && !under.has(other.id)) under.set(other.id, one.id)
  }
  // What follows a case that follows another one itself is decided with that one.
  for (const id of under.keys()) {
    const seen = new Set([id])
    let by = under.get(id)!
    while (under.has(by) && !seen.has(by)) {
      seen.add(by)
      by = under.get(by)!
    }
    if (seen.has(by)) under.delete(id)
    else under.set(id, by)
  }
  return under
}
