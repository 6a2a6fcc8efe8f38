import type { Session } from '../database/database.ts'

/** One stored line of the log, before it is put into words. */
export interface LogRow {
  readonly at: string
  readonly kind: 'operation' | 'revision' | 'case'
  readonly id: string
  readonly flow: string
  readonly run: string
  readonly recordId: string | null
  readonly system: string | null
  /** Kind of operation or case. */
  readonly what: string
  readonly outcome: string | null
  readonly rule: string | null
  /** Operation: JSON of [field, from, to][]; revision: JSON of its changes; case: its sentence. */
  readonly detail: string | null
  readonly title: string | null
  readonly version: number | null
  readonly error: string | null
}

/** Ids of a flow's records (of all flows without one) that a person means: by record id, by `system:remote id`, or by what their values contain. */
export async function findRecords(
  session: Session,
  flow: string | null,
  query: string,
  limit: number,
): Promise<string[]> {
  const colon = query.indexOf(':')
  const rows = await session.query<{ id: string }>(
    `select r.id from record r join flow f on f.id = r.flow_id
     where ($1::text is null or f.name = $1) and r.id = $2::bigint
     union all
     select l.record_id from link l join side s on s.id = l.side_id join flow f on f.id = s.flow_id
     where ($1::text is null or f.name = $1) and l.remote_id = case when s.system = $3 then $4 else $5 end`,
    [
      flow,
      /^\d{1,18}$/.test(query) ? query : null,
      colon < 0 ? null : query.slice(0, colon),
      colon < 0 ? null : query.slice(colon + 1),
      query,
    ],
  )
  if (rows.length > 0) return [...new Set(rows.map((row) => row.id))].slice(0, limit)
  const found = await session.query<{ id: string }>(
    `select r.id from record r join flow f on f.id = r.flow_id
     where ($1::text is null or f.name = $1) and r.state <> 'deleted' and r.golden ilike '%' || $2 || '%'
     -- A value that fits exactly wins.
     order by E'\\t' || lower(r.golden) || E'\\t' like E'%\\t' || lower($2) || E'\\t%' desc, r.id limit $3`,
    [flow, query.replace(/[\\%_]/g, (c) => `\\${c}`), limit],
  )
  return found.map((row) => row.id)
}

/** Where records came from, for their time line. */
export async function origins(
  session: Session,
  recordIds: readonly string[],
): Promise<Map<string, { run: string; at: string; system: string; rule: string; flow: string; state: string }>> {
  const rows = await session.query<{
    id: string
    run: string
    at: string
    system: string
    rule: string
    flow: string
    state: string
  }>(
    `select r.id, r.created_run as run, n.started_at as at, s.system, r.created_rule as rule, f.name as flow, r.state
     from record r join run n on n.id = r.created_run join side s on s.id = r.created_side join flow f on f.id = r.flow_id
     where r.id = any($1::bigint[])`,
    [recordIds],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
