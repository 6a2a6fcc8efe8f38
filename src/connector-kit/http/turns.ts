import { setTimeout as sleep } from 'node:timers/promises'

/*
 * How often, and how many at once. A budget that several processes share is kept outside (`pace`); without one, each
 * process keeps to the budget by itself.
 */

export interface Budget {
  /** Calls in `perMs`; absent: as many as answers allow. */
  readonly calls?: number
  readonly perMs: number
  readonly atOnce: number
}

/** Hands out turns for calls. */
export class Turns {
  private readonly budget: Budget
  private running = 0
  private readonly waiting: (() => void)[] = []
  private free = 0
  private shared: (() => Promise<void>) | null = null

  constructor(budget: Budget) {
    this.budget = budget
  }

  /** From now on turns of all processes are asked for there. */
  share(pace: () => Promise<void>): void {
    this.shared = pace
  }

  /** Does the work when its turn has come. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.budget.atOnce) await new Promise<void>((go) => this.waiting.push(go))
    else this.running++
    try {
      await (this.shared ? this.shared() : this.paced())
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }

  private async paced(): Promise<void> {
    const { calls, perMs } = this.budget
    if (calls === undefined) return
    const now = Date.now()
    const mine = Math.max(now, this.free)
    this.free = mine + perMs / calls
    if (mine > now) await sleep(mine - now)
  }
}
