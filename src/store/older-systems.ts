import type { Session } from './database.ts'

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
    `select coalesce(bool_or(state = 'open'), false) as open, coalesce(max(approved), 0) as approved, min(opened_run) as since,
       (array_agg(detail->'data'->'lost') filter (where state = 'open'))[1] as lost
     from case_file
     where flow_id = $1 and kind = 'restored system' and subject = $2 and (state = 'open' or approved is not null)`,
    [flowId, subject],
  )
  return row!
}
