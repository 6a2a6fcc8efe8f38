import type { OperationKind } from '../../model/words.ts'
import type { Session } from '../database/database.ts'
import { IS_DECISION } from '../database/case-sql.ts'

const KINDS: readonly OperationKind[] = ['create', 'update', 'delete', 'archive', 'restore']

/** Writes of one kind to one side within one hour. */
export interface Written {
  readonly flow: string
  readonly system: string
  readonly kind: OperationKind
  /** Milliseconds since the epoch. */
  readonly hour: number
  /** The system did not take them. */
  readonly refused: boolean
  readonly count: number
}

/** What was written, and what the systems did not take, since a moment; hour by hour. */
export async function writtenSince(session: Session, since: Date): Promise<Written[]> {
  const rows = await session.query<Omit<Written, 'hour'> & { hour: string }>(
    `select f.name as flow, s.system, k.kind, o.hour, o.refused, o.count
     from side s join flow f on f.id = s.flow_id cross join unnest($2::text[]) as k(kind)
     cross join lateral (
       select date_trunc('hour', at) as hour, outcome is not null and outcome <> 'done' as refused, count(*)::int as count
       from operation where side_id = s.id and kind = k.kind and at >= $1
         and (outcome is null or outcome in ('done', 'refused', 'failed'))
       group by 1, 2) o`,
    [since, KINDS],
  )
  return rows.map((row) => ({ ...row, hour: Date.parse(row.hour) }))
}

/** By system of a flow: how many records' values went out from there since a moment. */
export async function takenOverSince(session: Session, flowId: number, since: Date): Promise<Map<string, number>> {
  const rows = await session.query<{ system: string; count: number }>(
    `select s.system,
       (select count(distinct v.record_id)::int from revision v
        where v.flow_id = $1 and v.at >= $2 and v.changes like '%"system":' || to_json(s.system)::text || '%')
       + (select count(distinct o.record_id)::int from side t
          join operation o on o.side_id = t.id and o.kind = 'create' and o.at >= $2
          join record r on r.id = o.record_id and r.created_side = s.id
          where t.flow_id = $1) as count
     from side s where s.flow_id = $1`,
    [flowId, since],
  )
  return new Map(rows.map((row) => [row.system, row.count]))
}

/** What is known of one side of a flow. */
export interface SideStanding {
  readonly flow: string
  readonly system: string
  readonly cursor: { readonly at: string; readonly id: string } | null
  readonly looked: string | null
  readonly scanned: string | null
  readonly linked: number
  readonly held: number
}

/** How far each side of some flows (without names: of all) has been read. */
export async function sideStandings(session: Session, flows: readonly string[] | null): Promise<SideStanding[]> {
  const rows = await session.query<Omit<SideStanding, 'cursor'> & { cursorAt: string | null; cursorId: string | null }>(
    `select f.name as flow, s.system, s.cursor_at as "cursorAt", s.cursor_id as "cursorId", s.served_at as looked, s.scanned_at as scanned,
       (select count(*)::int from link l where l.side_id = s.id and l.state = 'live') as linked,
       (select count(*)::int from held h where h.side_id = s.id) as held
     from side s join flow f on f.id = s.flow_id where $1::text[] is null or f.name = any($1) order by s.id`,
    [flows],
  )
  return rows.map(({ cursorAt, cursorId, ...row }) => ({
    ...row,
    cursor: cursorAt === null ? null : { at: cursorAt, id: cursorId ?? '' },
  }))
}

/** Open cases by flow. */
export async function openCaseFigures(
  session: Session,
  newSince: Date,
): Promise<{ flow: string; open: number; new: number; oldest: string | null }[]> {
  return session.query(
    `select f.name as flow, count(*)::int as open, (count(*) filter (where c.opened_at >= $1))::int as new, min(c.opened_at) as oldest
     from case_file c join flow f on f.id = c.flow_id where c.state = 'open' and ${IS_DECISION('c')} group by 1`,
    [newSince],
  )
}
