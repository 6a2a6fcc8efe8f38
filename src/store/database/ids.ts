import type { Session } from './database.ts'

const BLOCK = 10_000

/** Hands out ids of a sequence that counts in blocks; one round trip per block. */
export class IdBlocks {
  private readonly sequence: 'record_id' | 'operation_id'
  private next = 0
  private end = 0

  constructor(sequence: 'record_id' | 'operation_id') {
    this.sequence = sequence
  }

  /** Whether any was ever asked for. */
  get used(): boolean {
    return this.end > 0
  }

  /** Makes sure that `count` calls of `take` can follow. */
  async reserve(session: Session, count: number): Promise<void> {
    if (this.end - this.next >= count) return
    const blocks = Math.ceil(count / BLOCK)
    // A block that is not next to the one before starts anew; ids left over are simply never used.
    const rows = await session.query<{ id: string }>(
      `select nextval('${this.sequence}') as id from generate_series(1, $1) order by 1`,
      [blocks],
    )
    const starts = rows.map((row) => Number(row.id))
    const contiguous = starts.every((start, i) => i === 0 || start === starts[i - 1]! + BLOCK)
    if (!contiguous) return this.reserve(session, count)
    this.next = starts[0]!
    this.end = starts.at(-1)! + BLOCK
  }

  take(): string {
    return String(this.next++)
  }
}
