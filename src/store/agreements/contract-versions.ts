import type { Session } from '../database/database.ts'

export interface ContractVersion {
  readonly id: number
  readonly fingerprint: string
  readonly publishedAt: string
  readonly runs: number
  readonly firstRun: string | null
  readonly lastRun: string | null
}

/** All contracts that were run by, newest first. */
export async function contractVersions(session: Session): Promise<ContractVersion[]> {
  return session.query<ContractVersion>(
    `select v.id, v.fingerprint, v.published_at as "publishedAt", r.runs, r.first as "firstRun", r.last as "lastRun"
     from contract_version v cross join lateral (
       select count(*)::int as runs, min(started_at) as first, max(started_at) as last from run where contract_id = v.id) r
     order by v.id desc`,
  )
}

/** The files of a contract that was run by, as they were read. */
export async function contractSource(
  session: Session,
  version: number,
): Promise<{ readonly fingerprint: string; readonly source: string } | null> {
  const [row] = await session.query<{ fingerprint: string; source: string }>(
    'select fingerprint, source from contract_version where id = $1',
    [version],
  )
  return row ?? null
}
