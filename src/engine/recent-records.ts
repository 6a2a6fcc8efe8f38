/** Which records something happened to of late; the same record counts once. */
export class RecentRecords {
  private readonly span: number
  private readonly seen = new Map<string, number>()

  /** `span`: for how many milliseconds a record is remembered. */
  constructor(span: number) {
    this.span = span
  }

  note(recordIds: Iterable<string>, now: number): void {
    for (const id of recordIds) {
      // Last in the order of the map, so that the oldest are always in front.
      this.seen.delete(id)
      this.seen.set(id, now)
    }
  }

  /** How many there are, not counting these. */
  countWithout(recordIds: readonly string[], now: number): number {
    for (const [id, at] of this.seen) {
      if (at > now - this.span) break
      this.seen.delete(id)
    }
    return this.seen.size - recordIds.reduce((n, id) => n + (this.seen.has(id) ? 1 : 0), 0)
  }
}

/** What hints have led to of late. */
export interface RecentHints {
  readonly changed: RecentRecords
  readonly gone: RecentRecords
}
