import type { Session } from '../database/database.ts'

export interface StoredChange {
  readonly field: string
  readonly from: string | null
  readonly to: string | null
  readonly rule: string
  readonly system: string | null
  readonly at: string | null
  readonly lost: Readonly<Record<string, string | null>>
}

export interface StoredRevision {
  readonly recordId: string
  readonly version: number
  readonly changes: readonly StoredChange[]
}

/** Whose value each field of these records last took over, and when that system said it changed. */
export async function lastChanges(
  session: Session,
  recordIds: readonly string[],
): Promise<Map<string, Map<string, { system: string | null; at: string | null }>>> {
  const result = new Map<string, Map<string, { system: string | null; at: string | null }>>()
  for (const { recordId, changes } of await revisionsOf(session, recordIds)) {
    let fields = result.get(recordId)
    if (!fields) result.set(recordId, (fields = new Map<string, { system: string | null; at: string | null }>()))
    for (const change of changes)
      if (change.from !== change.to) fields.set(change.field, { system: change.system, at: change.at })
  }
  return result
}

/** All revisions of some records, oldest first. */
export async function revisionsOf(session: Session, recordIds: readonly string[]): Promise<StoredRevision[]> {
  const rows = await session.query<{ recordId: string; version: number; changes: string }>(
    `select record_id as "recordId", version, changes from revision where record_id = any($1::bigint[]) order by record_id, version`,
    [recordIds],
  )
  return rows.map((row) => ({
    recordId: row.recordId,
    version: row.version,
    changes: JSON.parse(row.changes) as StoredChange[],
  }))
}

/** Revisions of a flow's records since a run, newest first. */
export async function revisionsSince(
  session: Session,
  flowId: number,
  runId: string,
  limit: number,
): Promise<{ readonly recordId: string; readonly version: number }[]> {
  return session.query(
    `select record_id as "recordId", version from revision where flow_id = $1 and run_id >= $2 order by run_id desc, id desc limit $3`,
    [flowId, runId, limit],
  )
}
