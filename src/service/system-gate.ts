import { setTimeout as sleep } from 'node:timers/promises'
import type { Gate } from '../connector-kit/gated.ts'
import { ConcordatError, type ErrorCode } from '../model/errors.ts'
import type { Database } from '../store/database/database.ts'
import {
  clearSystemHealth,
  closeSystem,
  noteSystemFailure,
  spendBudget,
  systemHealths,
  type SystemHealth,
} from '../store/systems/system-health.ts'
import { backoff } from './backoff.ts'
import { spanned } from './tracing.ts'

/*
 * One system as all workers on one store call it:
 *
 *   calls keep to the budget of the contract's `rate_limit`
 *   what one worker is told to wait (Retry-After) all of them wait
 *   failures count over all workers; from the third on the system is closed, one worker tries it now and then,
 *   and the first answer opens it again
 *
 * The gate itself only holds calls up for a wait that was asked for; whether a run begins at all while a system is closed
 * is the scheduler's business.
 */

const KNOWN_FOR_MS = 1_000
const PATIENCE_MS = 15_000
const CLOSED_FROM = 3
/** Longest share of a second that is booked at once. */
const BOOKED_MS = 250

/** A failure that says that the system is in trouble, not that it dislikes what it was sent. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'connector.unreachable',
  'connector.timeout',
  'connector.rate-limited',
  'connector.lost-response',
  'connector.refused-credentials',
])

export interface GateParts {
  readonly database: Database
  readonly system: string
  /** Calls a second that all workers share; null: as many as they can. */
  readonly callsPerSecond: number | null
  readonly clock: () => number
  readonly chance: () => number
  /** The system answers again after trouble. */
  readonly onRecovery?: (system: string) => Promise<void>
}

export function systemGate(parts: GateParts): Gate {
  const { database, system, clock } = parts
  let health: SystemHealth | null = null
  let known = -Infinity
  let reading: Promise<void> | null = null
  const budget = parts.callsPerSecond === null ? null : sharedBudget(database, system, parts.callsPerSecond)

  const read = async (): Promise<void> => {
    health = (await systemHealths(database)).find((one) => one.system === system) ?? null
    known = clock()
  }
  const current = async (): Promise<SystemHealth | null> => {
    if (clock() - known >= KNOWN_FOR_MS) await (reading ??= read().finally(() => (reading = null)))
    return health
  }
  const waitAsAsked = async (): Promise<void> => {
    const now = await current()
    const wait = now?.askedWait && now.retryAt !== null ? now.retryAt - clock() : 0
    if (wait <= 0) return
    if (wait > PATIENCE_MS) throw toldToWait(system, wait)
    await sleep(wait)
  }
  const failed = async (error: ConcordatError): Promise<void> => {
    if (error.retryAfter !== undefined || error.code === 'connector.rate-limited') {
      await closeSystem(database, system, clock() + (error.retryAfter ?? 1) * 1000, true)
    } else {
      const failures = await noteSystemFailure(database, system, {
        code: error.code,
        message: error.message,
        now: clock(),
      })
      if (failures >= CLOSED_FROM) {
        const wait = backoff(failures - CLOSED_FROM + 1, parts.chance())
        await closeSystem(database, system, clock() + wait, false)
      }
    }
    known = -Infinity
  }
  const succeeded = async (): Promise<void> => {
    if (health === null || (health.askedWait && (health.retryAt ?? 0) > clock())) return
    health = null
    if (await clearSystemHealth(database, system)) await parts.onRecovery?.(system)
  }
  return {
    async call(work) {
      for (let attempt = 1; ; attempt++) {
        await waitAsAsked()
        if (budget) await budget()
        try {
          const answer = await spanned('call', { system }, work)
          await succeeded()
          return answer
        } catch (error) {
          if (!(error instanceof ConcordatError) || !TROUBLE.has(error.code)) throw error
          // The store's own trouble must not hide the system's.
          await failed(error).catch(() => {})
          // What was turned away has not been done, so it may simply be asked again.
          if (error.code !== 'connector.rate-limited' || attempt === 3) throw error
        }
      }
    },
  }
}

/** Books calls from the budget that all workers share, some at a time; waits until they may begin. */
export function sharedBudget(database: Database, system: string, perSecond: number): () => Promise<void> {
  const atOnce = Math.max(1, Math.floor((perSecond * BOOKED_MS) / 1000))
  let left = 0
  let last: Promise<void> = Promise.resolve()
  const take = async (): Promise<void> => {
    if (left === 0) {
      const wait = await spendBudget(database, system, { calls: atOnce, costMs: 1000 / perSecond, burstMs: BOOKED_MS })
      if (wait > 0) await sleep(wait)
      left = atOnce
    }
    left--
  }
  return () => {
    const mine = last.then(take)
    last = mine.catch(() => {})
    return mine
  }
}

const toldToWait = (system: string, ms: number) =>
  new ConcordatError(
    'connector.rate-limited',
    `The system ${system} asked to be left alone for ${Math.ceil(ms / 1000)} seconds.`,
    { retry: 'later', retryAfter: Math.ceil(ms / 1000), cure: 'The next run goes on where this one ended.' },
  )
