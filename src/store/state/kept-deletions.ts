import type { Session } from '../database/database.ts'

/** Since when all systems of each flow were last looked at (milliseconds since the epoch). */
export async function lookedThroughSince(
  session: Session,
  flows: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query<{ name: string; at: string | null }>(
    `select f.name, extract(epoch from min(coalesce(s.served_at, '-infinity'))) * 1000 as at
     from flow f join side s on s.flow_id = f.id where f.name = any($1::text[]) group by f.name`,
    [flows],
  )
  return new Map(rows.flatMap(({ name, at }) => (at === null ? [] : [[name, Number(at)]])))
}

/** Which of these records have something to be done in a system. */
export async function pendingAmong(
  session: Session,
  system: string,
  recordIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (recordIds.length === 0) return new Set()
  const rows = await session.query<{ id: string }>(
    `select d.record_id as id from dirty d join side s on s.id = d.side_id
     where s.system = $1 and d.record_id = any($2::bigint[])`,
    [system, recordIds],
  )
  return new Set(rows.map((row) => row.id))
}
