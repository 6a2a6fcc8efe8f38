import type { Database, Session } from '../../src/store/database/database.ts'
import { sessionAt } from '../harness/store-clock.ts'
import type { Fate, Incident } from './incidents.ts'
import type { Machine } from './machine.ts'
import type { Turn } from './turn.ts'

/** The process is dead: nothing that it does from now on has an effect. */
export class Death extends Error {
  constructor() {
    super('the process died')
    this.name = 'Death'
  }
}

/** Sessions that outlive processes: ending one releases what it holds, as its end would, without the cost of a new one. */
export class SessionPool {
  private readonly store: Database
  private readonly idle: Session[] = []
  private readonly all: (() => void)[] = []
  private ending: Promise<void> = Promise.resolve()

  constructor(store: Database) {
    this.store = store
  }

  /** All sessions that were ended are free again. */
  settled(): Promise<void> {
    return this.ending
  }

  async take(turn: Turn): Promise<{ session: Session; release(): void }> {
    await this.ending
    let session = this.idle.pop()
    if (!session) {
      const fresh = await this.store.dedicated()
      session = fresh.session
      this.all.push(fresh.release)
    }
    const taken = session
    return {
      session: taken,
      release: () => {
        const before = this.ending
        this.ending = turn.run(() => this.end(taken, before))
      },
    }
  }

  private async end(session: Session, before: Promise<void>): Promise<void> {
    await session.query('select pg_advisory_unlock_all()')
    await before
    this.idle.push(session)
  }

  async close(): Promise<void> {
    await this.ending
    for (const end of this.all.splice(0)) end()
  }
}

/** Where a process works. */
export interface Place {
  readonly store: Database
  readonly pool: SessionPool
  readonly turn: Turn
  /** What time the store says it is to a process. */
  readonly storeNow: (worker: Worker) => number
  /** What its sessions with the store do otherwise than they should. */
  readonly change?: ((session: Session) => Session) | undefined
  /** Something happens just after a commit. */
  meet(incident: Incident, worker: Worker): Promise<void>
  /** A process that was taken over is about to commit what it did in this transaction. */
  judgeCommit(session: Session, worker: Worker): Promise<void>
}

/**
 * A process that may die at any call. A dead one does not clean up: what it still tries fails, and its sessions with the
 * store end only when `bury` is called, as the server notices.
 */
export class Worker {
  readonly name: string
  readonly fate: Fate
  readonly machine: Machine
  dead = false
  /** Another process may have taken the flow over. */
  ousted = false
  /** It holds nothing any more, although calls that it made in parallel may not be over. */
  over = false
  private buried = false
  private readonly place: Place
  private readonly sessions: (() => void)[] = []

  constructor(name: string, place: Place, fate: Fate, machine: Machine) {
    this.name = name
    this.place = place
    this.fate = fate
    this.machine = machine
  }

  die(): never {
    this.dead = true
    throw new Death()
  }

  assertAlive(): void {
    if (this.dead) throw new Death()
  }

  /** Its lasting sessions with the store end. */
  cut(): void {
    this.endSessions()
  }

  bury(): void {
    this.buried = true
    this.endSessions()
  }

  private endSessions(): void {
    while (this.sessions.length > 0) this.sessions[0]!()
  }

  database(): Database {
    const { store, pool, turn } = this.place
    return {
      ...this.guarded(store),
      transaction: async (work, guard) => {
        const result = await this.call(() => this.transaction(work, guard))
        const incident = this.fate.afterCommit()
        if (incident) await this.place.meet(incident, this)
        this.assertAlive()
        return result
      },
      rehearse: (work) => store.rehearse(work),
      dedicated: async () => {
        let end = (): void => {}
        const session = await this.call(async () => {
          const taken = await turn.run(() => pool.take(turn))
          end = () => {
            const i = this.sessions.indexOf(end)
            if (i < 0) return
            this.sessions.splice(i, 1)
            taken.release()
          }
          // It ends with the process, whether or not the process still came to know of it.
          this.sessions.push(end)
          if (this.buried) end()
          return taken.session
        })
        return {
          session: this.guarded(session),
          hasEnded: () => !this.sessions.includes(end),
          release: () => (this.dead ? undefined : end()),
        }
      },
      close: async () => {},
    }
  }

  /** Beginning and ending it take a turn each, and so does each statement in between. */
  private async transaction<T>(
    work: (session: Session, guarded: readonly object[]) => Promise<T>,
    guard?: string,
  ): Promise<T> {
    const { store, turn } = this.place
    let end = await turn.take()
    try {
      return await store.transaction(async (session, guarded) => {
        end()
        try {
          const result = await work(this.guarded(session), guarded)
          if (this.ousted) await turn.run(() => this.place.judgeCommit(session, this))
          return result
        } finally {
          end = await turn.take()
        }
      }, guard)
    } finally {
      end()
    }
  }

  private guarded(unchanged: Session): Session {
    const { change, storeNow, turn: turns } = this.place
    const timed = sessionAt(unchanged, () => storeNow(this))
    const session = change?.(timed) ?? timed
    const turn = <T>(work: () => Promise<T>, text = ''): Promise<T> =>
      this.call(() => turns.run(work), ASKS.test(text) ? 'ask' : 'store')
    return {
      query: (text, values) => turn(() => session.query(text, values), text),
      execute: (text, values) => turn(() => session.execute(text, values)),
      copyIn: (target, lines) => (lines === '' ? Promise.resolve() : turn(() => session.copyIn(target, lines))),
    }
  }

  private async call<T>(work: () => Promise<T>, name: 'store' | 'ask' = 'store'): Promise<T> {
    this.assertAlive()
    const incident = this.fate.inStore(name)
    if (incident?.kind === 'die before') this.die()
    const result = await work()
    if (this.dead || incident?.kind === 'die after') this.die()
    return result
  }
}

/** The question whether a write may be committed; a transaction asks it as it begins. */
export const ASKS = /^select 1 from lease/
