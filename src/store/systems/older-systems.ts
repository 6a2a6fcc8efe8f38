import type { Session } from '../database/database.ts'

/** What stands about a system that looks restored: whether people are asked, what they let through, and since which run. */
export async function olderStanding(
  session: Session,
  flowId: number,
  subject: string,
): Promise<{
  readonly open: boolean
  readonly approved: number
  readonly since: string | null
  readonly lost: readonly string[] | null
}> {
  const [row] = await session.query<{
    open: boolean
    approved: number
    since: string | null
    lost: readonly string[] | null
  }>(
    `select coalesce(bool_or(state = 'open'), false) as open, coalesce(max(approved), 0) as approved, min(coalesce((detail->'data'->>'since')::bigint, opened_run)) as since,
       (array_agg(detail->'data'->'lost') filter (where state = 'open'))[1] as lost
     from case_file
     where flow_id = $1 and kind = 'restored system' and subject = $2 and (state = 'open' or approved is not null)`,
    [flowId, subject],
  )
  return row!
}

/** Whether people have decided about a restored system, and no run has carried that out yet. */
export async function isDecided(session: Session, flowId: number): Promise<boolean> {
  const rows = await session.query(
    `select 1 from case_file where flow_id = $1 and kind = 'restored system' and not carried_out limit 1`,
    [flowId],
  )
  return rows.length > 0
}

/** A run begins to look; answers since which run nobody has weighed whether a system was restored. */
export async function beginWeighing(session: Session, flowId: number, runId: string): Promise<string> {
  const [row] = await session.query<{ since: string }>(
    'update flow set unweighed = coalesce(unweighed, $2) where id = $1 returning unweighed as since',
    [flowId, runId],
  )
  return row!.since
}

/** What was seen so far is weighed: people are asked, or nothing looks restored. */
export async function endWeighing(session: Session, flowId: number): Promise<void> {
  await session.execute('update flow set unweighed = null where id = $1', [flowId])
  await session.execute('update side set older_at = null where flow_id = $1 and older_at is not null', [flowId])
}

/** The newest change that a side has is older than what was seen of it. */
export async function noteOlder(session: Session, sideId: number, at: string): Promise<void> {
  await session.execute('update side set older_at = $2 where id = $1', [sideId, at])
}

/** Records that were deleted, are there again in a side, and are due in these others because of that, since a run. */
export async function broughtBack(
  session: Session,
  sideId: number,
  others: readonly number[],
  since: string,
): Promise<string[]> {
  const rows = await session.query<{ recordId: string }>(
    `select distinct d.record_id as "recordId" from dirty d
       join link l on l.record_id = d.record_id and l.side_id = $1 and l.state = 'live'
     where d.side_id = any($2::smallint[]) and d.action = 'restore' and d.rule = 'came back: restored' and d.run_id >= $3`,
    [sideId, others, since],
  )
  return rows.map(({ recordId }) => recordId)
}
