import type { Session } from './database.ts'
import { ownSteadyClock, STORE_NOW, type SteadyClock } from './store-clock.ts'

/*
 * What time it is for a process: the store's time when it was last asked, and what has passed since by a clock that nobody
 * sets. So what one process writes down and another one reads is told by one clock, wherever they run, and however the clocks
 * of their machines are set meanwhile.
 */

/** A clock on the wall that moved by this much against the steady one was set, or its machine was suspended. */
const JUMP_MS = 1_000

export class ToldTime {
  private readonly session: Session
  private readonly wall: () => number
  private readonly steady: SteadyClock
  private base = 0
  private asked = 0
  private drift = 0
  private asking = false

  private constructor(session: Session, wall: () => number, steady: SteadyClock) {
    this.session = session
    this.wall = wall
    this.steady = steady
  }

  /** Asks the store for the time. */
  static async begin(session: Session, wall: () => number = Date.now, steady = ownSteadyClock): Promise<ToldTime> {
    const time = new ToldTime(session, wall, steady)
    await time.ask()
    return time
  }

  /** Milliseconds since the epoch, by the store's clock. */
  now(): number {
    // While its machine is suspended a steady clock stands still.
    if (Math.abs(this.wall() - this.steady() - this.drift) > JUMP_MS && !this.asking) void this.ask().catch(() => {})
    return Math.round(this.base + this.steady() - this.asked)
  }

  /** Milliseconds that the machine's clock is ahead of the store's; negative where it is behind. */
  off(): number {
    return Math.round(this.wall() - this.base - (this.steady() - this.asked))
  }

  /** Asks the store again. */
  async ask(): Promise<void> {
    this.asking = true
    try {
      const before = this.steady()
      const [row] = await this.session.query<{ ms: string }>(`select extract(epoch from ${STORE_NOW}) * 1000 as ms`)
      const after = this.steady()
      this.base = Number(row!.ms) + (after - before) / 2
      this.asked = after
      this.drift = this.wall() - after
    } finally {
      this.asking = false
    }
  }
}
