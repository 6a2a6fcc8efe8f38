import { ConcordatError } from '../model/errors.ts'
import type { Database } from '../store/database/database.ts'
import { members } from '../store/service/members.ts'
import { probeWriting } from '../store/database/write-probe.ts'
import { systemHealths } from '../store/systems/system-health.ts'

/** How the service itself is, for monitors; times are ISO 8601 in UTC. */
export interface HealthReport {
  /** `trouble`: nobody keeps the schedules, or the store cannot be written. */
  readonly status: 'ok' | 'trouble'
  readonly store: { readonly writable: boolean }
  readonly scheduler: { readonly alive: boolean; readonly last_seen: string | null }
  readonly members: readonly {
    readonly name: string
    readonly role: 'serve' | 'worker'
    readonly since: string
    readonly last_seen: string
    readonly keeps_schedules: boolean
    /** Seconds that the clock of its machine is ahead of the store's; null: not known. */
    readonly clock_off: number | null
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

/** Writing is tried this often at most: monitors ask nobody for leave. */
const PROBE_MS = 5_000
const probes = new WeakMap<Database, { readonly at: number; readonly writable: Promise<boolean> }>()

export async function tellHealth(database: Database): Promise<HealthReport> {
  const writable = await canWrite(database)
  const alive = await members(database, GONE_MS)
  const leaders = alive.filter((member) => member.leads)
  const seen = Math.max(...leaders.map((member) => member.beatAt))
  return {
    status: leaders.length > 0 && writable ? 'ok' : 'trouble',
    store: { writable },
    scheduler: { alive: leaders.length > 0, last_seen: leaders.length > 0 ? iso(seen) : null },
    members: alive.map((member) => ({
      name: member.name,
      role: member.role,
      since: iso(member.startedAt),
      last_seen: iso(member.beatAt),
      keeps_schedules: member.leads,
      clock_off: member.clockOff === null ? null : Math.round(member.clockOff / 100) / 10,
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

/** Whether the store took a write a moment ago. Throws when it is away. */
async function canWrite(database: Database): Promise<boolean> {
  const last = probes.get(database)
  if (last && Date.now() - last.at < PROBE_MS) return last.writable
  const writable = probeWriting(database).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ConcordatError && error.code === 'store.unreachable') throw error
      return false
    },
  )
  // That it is away is asked anew.
  writable.catch(() => probes.delete(database))
  probes.set(database, { at: Date.now(), writable })
  return writable
}

const iso = (at: number): string => new Date(at).toISOString()
