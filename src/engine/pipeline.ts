/**
 * Runs tasks with at most `limit` in flight. `add` waits for a free place; the first failure is thrown by the next `add`
 * or by `drain`, after everything that was started has ended.
 */
export class Pipeline {
  private readonly limit: number
  private readonly running = new Set<Promise<void>>()
  private failure: { readonly error: unknown } | null = null
  private freed: () => void = () => {}

  constructor(limit: number) {
    this.limit = limit
  }

  async add(task: () => Promise<void>): Promise<void> {
    // No race between them: each would keep a reaction for every task that was added while it went on.
    while (this.running.size >= this.limit && !this.failure) await new Promise<void>((free) => (this.freed = free))
    if (this.failure) return this.drain()
    const started: Promise<void> = task()
      .catch((error: unknown) => {
        this.failure ??= { error }
      })
      .finally(() => {
        this.running.delete(started)
        this.freed()
      })
    this.running.add(started)
  }

  async drain(): Promise<void> {
    await Promise.all(this.running)
    if (this.failure) throw this.failure.error
  }
}
