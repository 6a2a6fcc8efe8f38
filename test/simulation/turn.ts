/**
 * One thing at a time: who asks first goes first. Two processes, or two strands of one, would otherwise reach the store in
 * an order that no seed repeats. Whoever waits for a lock that another one holds does not stop the others for long.
 */
export class Turn {
  private last: Promise<void> = Promise.resolve()

  /** Waits for one's turn; answers how to end it. */
  async take(): Promise<() => void> {
    const before = this.last
    let end!: () => void
    this.last = new Promise((resolve) => (end = resolve))
    await before
    const timer = setTimeout(end, PATIENCE_MS)
    return () => {
      clearTimeout(timer)
      end()
    }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.take()
    try {
      return await work()
    } finally {
      end()
    }
  }
}

const PATIENCE_MS = 2_000
