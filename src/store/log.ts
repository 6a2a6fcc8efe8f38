import type { LogFilter } from '../model/report.ts'
import type { Session } from './database.ts'

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

/** Operations, revisions and cases that pass the filter, newest first. `recordIds` narrows to some records. */
export async function searchLog(
  session: Session,
  filter: LogFilter,
  recordIds: readonly string[] | null,
): Promise<LogRow[]> {
  const limit = filter.limit ?? 50
  const shared = [filter.flow ?? null, filter.run ?? null, filter.since ?? null, filter.until ?? null, recordIds, limit]
  const operations = session.query<LogRow>(
    `select o.at, 'operation' as kind, o.id, f.name as flow, o.run_id as run, o.record_id as "recordId", s.system, o.kind as what,
       coalesce(o.outcome, case when b.settled_at is null then 'intended' else 'done' end) as outcome,
       o.rule, o.fields as detail, null as title, o.version, o.error
     from operation o join batch b on b.id = o.batch_id join side s on s.id = o.side_id join flow f on f.id = s.flow_id
     where ($1::text is null or f.name = $1) and ($2::bigint is null or o.run_id = $2)
       and ($3::timestamptz is null or o.at >= $3) and ($4::timestamptz is null or o.at <= $4)
       and ($5::bigint[] is null or o.record_id = any($5)) and ($7::text is null or s.system = $7)
       and ($8::text is null or o.fields is null or o.fields like '%[' || to_json($8::text)::text || ',%')
       and ($9::text is null or coalesce(o.outcome, case when b.settled_at is null then 'intended' else 'done' end) = $9)
     order by o.id desc limit $6`,
    [...shared, filter.system ?? null, filter.field ?? null, filter.outcome ?? null],
  )
  // Revisions and cases have no outcome of a write.
  if (filter.outcome !== undefined) return operations
  const revisions = session.query<LogRow>(
    `select v.at, 'revision' as kind, v.id, f.name as flow, v.run_id as run, v.record_id as "recordId", null as system, 'revision' as what,
       null as outcome, null as rule, v.changes as detail, null as title, v.version, null as error
     from revision v join record r on r.id = v.record_id join flow f on f.id = r.flow_id
     where ($1::text is null or f.name = $1) and ($2::bigint is null or v.run_id = $2)
       and ($3::timestamptz is null or v.at >= $3) and ($4::timestamptz is null or v.at <= $4)
       and ($5::bigint[] is null or v.record_id = any($5))
       and ($7::text is null or v.changes like '%"system":' || to_json($7::text)::text || '%')
       and ($8::text is null or v.changes like '%"field":' || to_json($8::text)::text || '%')
     order by v.id desc limit $6`,
    [...shared, filter.system ?? null, filter.field ?? null],
  )
  const cases = session.query<LogRow>(
    `select c.opened_at as at, 'case' as kind, c.id, f.name as flow, c.opened_run as run, c.record_id as "recordId", s.system, c.kind as what,
       null as outcome, null as rule, c.detail->>'sentence' || case when c.resolved_by is null then '' else ' ' || c.resolved_by || ' decided: ' || c.resolution || '.' end as detail, c.title, null::int as version, null as error
     from case_file c join flow f on f.id = c.flow_id left join side s on s.id = c.side_id
     where ($1::text is null or f.name = $1) and ($2::bigint is null or c.opened_run = $2)
       and ($3::timestamptz is null or c.opened_at >= $3) and ($4::timestamptz is null or c.opened_at <= $4)
       and ($5::bigint[] is null or c.record_id = any($5)) and ($7::text is null or s.system = $7)
       and ($8::text is null or c.field = $8)
     order by c.id desc limit $6`,
    [...shared, filter.system ?? null, filter.field ?? null],
  )
  const order = { operation: 2, case: 1, revision: 0 }
  return [...(await operations), ...(await revisions), ...(await cases)]
    .toSorted((a, b) =>
      a.at < b.at ? 1 : a.at > b.at ? -1 : order[b.kind] - order[a.kind] || Number(b.id) - Number(a.id),
    )
    .slice(0, limit)
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
     where ($1::text is null or f.name = $1) and s.system = $3 and l.remote_id = $4`,
    [
      flow,
      /^\d{1,18}$/.test(query) ? query : null,
      colon < 0 ? null : query.slice(0, colon),
      colon < 0 ? null : query.slice(colon + 1),
    ],
  )
  if (rows.length > 0) return [...new Set(rows.map((row) => row.id))].slice(0, limit)
  const found = await session.query<{ id: string }>(
    `select r.id from record r join flow f on f.id = r.flow_id
     where ($1::text is null or f.name = $1) and r.state <> 'deleted' and r.golden ilike '%' || $2 || '%'
     order by r.id limit $3`,
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
