import type { Session } from '../database/database.ts'
import { fromNow, STORE_NOW } from '../database/store-clock.ts'

/** How a system answers, as all workers know it; times in milliseconds since the epoch. */
export interface SystemHealth {
  readonly system: string
  readonly failures: number
  readonly since: number | null
  /** Nobody calls before this moment. */
  readonly retryAt: number | null
  /** The system itself asked us to wait. */
  readonly askedWait: boolean
  readonly code: string | null
  readonly message: string | null
}

/** Systems that are, or were lately, in trouble. */
export async function systemHealths(session: Session): Promise<SystemHealth[]> {
  const rows = await session.query<{
    system: string
    failures: number
    since: string | null
    retryAt: string | null
    askedWait: boolean
    code: string | null
    message: string | null
  }>(
    `select system, failures, extract(epoch from since) * 1000 as since, extract(epoch from retry_at) * 1000 as "retryAt",
       asked_wait as "askedWait", code, message from system_health`,
  )
  return rows.map((row) => ({
    ...row,
    since: row.since === null ? null : Number(row.since),
    retryAt: row.retryAt === null ? null : Number(row.retryAt),
  }))
}

/** Counts a failure of a system; answers how many there have been in a row. */
export async function noteSystemFailure(
  session: Session,
  system: string,
  failure: { readonly code: string; readonly message: string; readonly now: number },
): Promise<number> {
  const [row] = await session.query<{ failures: number }>(
    `insert into system_health (system, failures, since, code, message) values ($1, 1, to_timestamp($2 / 1000.0), $3, $4)
     on conflict (system) do update set failures = system_health.failures + 1, code = excluded.code, message = excluded.message
     returning failures`,
    [system, failure.now, failure.code, failure.message],
  )
  return row!.failures
}

/** Nobody calls the system before `until`; `asked`: because it said so. */
export async function closeSystem(session: Session, system: string, until: number, asked: boolean): Promise<void> {
  await session.execute(
    `insert into system_health (system, since, retry_at, asked_wait) values ($1, now(), to_timestamp($2 / 1000.0), $3)
     on conflict (system) do update set retry_at = greatest(system_health.retry_at, excluded.retry_at), asked_wait = $3`,
    [system, until, asked],
  )
}

/** Takes the turn to try a system that is closed, for `ms`; false when somebody else has it. */
export async function claimTrial(session: Session, system: string, ms: number): Promise<boolean> {
  const touched = await session.execute(
    `update system_health set retry_at = ${fromNow('$2')}, asked_wait = false where system = $1 and retry_at <= ${STORE_NOW}`,
    [system, ms],
  )
  return touched === 1
}

/** The system answers again. */
export async function clearSystemHealth(session: Session, system: string): Promise<boolean> {
  return (await session.execute('delete from system_health where system = $1', [system])) > 0
}

/**
 * Books `calls` of a budget that all workers share, each taking `costMs`; answers how long to wait before they may begin.
 * What is not used does not pile up beyond `burstMs`.
 */
export async function spendBudget(
  session: Session,
  system: string,
  spend: { readonly calls: number; readonly costMs: number; readonly burstMs: number },
): Promise<number> {
  const [row] = await session.query<{ wait: string }>(
    `insert into system_budget as b (system, spent_at)
       values ($1, clock_timestamp() - make_interval(secs => $3::float8) + make_interval(secs => $2::float8))
     on conflict (system) do update set
       spent_at = greatest(b.spent_at, clock_timestamp() - make_interval(secs => $3::float8)) + make_interval(secs => $2::float8)
     returning extract(epoch from b.spent_at - make_interval(secs => $2::float8) - clock_timestamp()) * 1000 as wait`,
    [system, (spend.calls * spend.costMs) / 1000, spend.burstMs / 1000],
  )
  return Math.max(0, Number(row!.wait))
}
