import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'

export interface Tally {
  readonly system: string
  readonly what: string
  readonly count: number
}

/** Adds to the counts of a flow that outlive processes; what is zero changes nothing. */
export async function addTally(session: Session, flow: string, counts: readonly Tally[]): Promise<void> {
  const some = counts.filter(({ count }) => count > 0)
  if (some.length === 0) return
  await session.execute(
    `insert into tally (flow_id, system, what, count)
     select f.id, n.system, n.what, n.count from flow f, unnest($2::text[], $3::text[], $4::bigint[]) as n(system, what, count) where f.name = $1
     on conflict (flow_id, system, what) do update set count = tally.count + excluded.count`,
    [flow, ...columns(some, ({ system, what, count }) => [system, what, count])],
  )
}

/** All counts, by flow. */
export async function tallies(session: Session): Promise<(Tally & { readonly flow: string })[]> {
  const rows = await session.query<{ flow: string; system: string; what: string; count: string }>(
    'select f.name as flow, t.system, t.what, t.count from tally t join flow f on f.id = t.flow_id order by 1, 2, 3',
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}
