import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'

export interface GoldenRow {
  readonly id: string
  readonly flow: string
  readonly flowId: number
  readonly layoutId: number
  readonly golden: string
}

/** Golden values of records of any flow, without their links. */
export async function goldensOf(session: Session, ids: readonly string[]): Promise<GoldenRow[]> {
  return session.query<GoldenRow>(
    `select r.id, f.name as flow, f.id as "flowId", r.layout_id as "layoutId", r.golden
     from unnest($1::bigint[]) as asked(id)
     cross join lateral (select * from record where id = asked.id limit 1) r
     join flow f on f.id = r.flow_id`,
    [ids],
  )
}

/** Notes the rule that decided where new records go. */
export async function updateRules(session: Session, rules: readonly { id: string; rule: string }[]): Promise<void> {
  if (rules.length === 0) return
  await session.execute(
    'update record r set created_rule = n.rule from unnest($1::bigint[], $2::text[]) as n(id, rule) where r.id = n.id',
    columns(rules, (r) => [r.id, r.rule]),
  )
}

/** Moves a side's link from one record to another and retires the first, which has turned out to be the same thing. */
export async function moveLink(session: Session, sideId: number, from: string, to: string): Promise<void> {
  await session.execute('delete from link where record_id = $1 and side_id = $2', [to, sideId])
  await session.execute('update link set record_id = $2 where record_id = $1 and side_id = $3', [from, to, sideId])
  await session.execute('delete from match_key where record_id = $1', [from])
  await session.execute('delete from dirty where record_id = $1', [from])
  await session.execute(`update record set state = 'deleted' where id = $1`, [from])
  await succeed(session, from, to)
}

/** Notes that a record turned out to be another one. */
export async function succeed(session: Session, from: string, to: string): Promise<void> {
  await session.execute(
    `update record set became = $2
     where id = $1 or (became = $1 and flow_id = (select flow_id from record where id = $1))`,
    [from, to],
  )
  await session.execute('update dirty set waits_for = $2 where waits_for = $1', [from, to])
}

/** All records of these flows that turned out to be another one, with the one that they are. */
export async function successors(session: Session, flows: readonly string[]): Promise<Map<string, string>> {
  if (flows.length === 0) return new Map()
  const rows = await session.query<{ from: string; to: string }>(
    `select r.id as from, r.became as to from record r join flow f on f.id = r.flow_id
     where f.name = any($1::text[]) and r.became is not null`,
    [flows],
  )
  return new Map(rows.map(({ from, to }) => [from, to]))
}
