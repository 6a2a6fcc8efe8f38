import type { Database } from '../store/database.ts'
import { members } from '../store/members.ts'
import { systemHealths } from '../store/system-health.ts'

/** How the service itself is, for monitors; times are ISO 8601 in UTC. */
export interface HealthReport {
  /** `trouble`: nobody keeps the schedules. */
  readonly status: 'ok' | 'trouble'
  readonly scheduler: { readonly alive: boolean; readonly last_seen: string | null }
  readonly members: readonly {
    readonly name: string
    readonly role: 'serve' | 'worker'
    readonly since: string
    readonly last_seen: string
    readonly keeps_schedules: boolean
  }[]
  /** Systems that do not answer as they should; those that do are not named. */
  readonly systems: readonly {
    readonly system: string
    readonly failures: number
    readonly since: string | null
    readonly next_try: string | null
    readonly code: string | null
    readonly message: string | null
  }[]
}

/** A process that has not shown itself for so long counts as gone. */
const GONE_MS = 30_000

export async function tellHealth(database: Database): Promise<HealthReport> {
  const alive = await members(database, GONE_MS)
  const leaders = alive.filter((member) => member.leads)
  const seen = Math.max(...leaders.map((member) => member.beatAt))
  return {
    status: leaders.length > 0 ? 'ok' : 'trouble',
    scheduler: { alive: leaders.length > 0, last_seen: leaders.length > 0 ? iso(seen) : null },
    members: alive.map((member) => ({
      name: member.name,
      role: member.role,
      since: iso(member.startedAt),
      last_seen: iso(member.beatAt),
      keeps_schedules: member.leads,
    })),
    systems: (await systemHealths(database)).map((health) => ({
      system: health.system,
      failures: health.failures,
      since: health.since === null ? null : iso(health.since),
      next_try: health.retryAt === null ? null : iso(health.retryAt),
      code: health.code,
      message: health.message,
    })),
  }
}

const iso = (at: number): string => new Date(at).toISOString()
