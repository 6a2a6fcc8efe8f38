/*
 * Writes that are in place in a system and not committed yet, as open transactions are: whoever waits for the writes to a table
 * waits until they have ended.
 */
export class Places {
  private readonly held = new Map<string, Set<Promise<void>>>()
  private readonly heard = new Set<() => void>()

  /** Puts a write in place; answers how to end it. */
  hold(table: string): () => void {
    let end!: () => void
    const ended = new Promise<void>((resolve) => (end = resolve))
    const all = this.held.get(table) ?? new Set()
    this.held.set(table, all.add(ended))
    return () => {
      all.delete(ended)
      end()
    }
  }

  /** Until what is in place now has ended. */
  async wait(table: string): Promise<void> {
    const all = [...(this.held.get(table) ?? [])]
    if (all.length === 0) return
    for (const tell of this.heard) tell()
    this.heard.clear()
    await Promise.all(all)
  }

  /** Until somebody waits for a write. */
  waitedFor(): Promise<void> {
    return new Promise((resolve) => this.heard.add(resolve))
  }
}
