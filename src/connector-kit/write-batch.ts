import type { ConcordatError } from '../model/errors.ts'
import type { RemoteRecord, WriteResult } from './port.ts'

/** The answers to a batch of writes as they become known; in the end one for each item, in the order of the items. */
export class WriteBatch<T extends object> {
  private readonly items: readonly T[]
  private readonly answers = new Map<T, WriteResult>()

  /** `fault`: what is wrong with an item before it is even sent. */
  constructor(items: readonly T[], fault: (item: T) => ConcordatError | null) {
    this.items = items
    for (const item of items) {
      const error = fault(item)
      if (error !== null) this.refuse(item, error)
    }
  }

  /** Items without an answer. */
  get open(): T[] {
    return this.items.filter((item) => !this.answers.has(item))
  }

  /** Items that were written. */
  get written(): T[] {
    return this.items.filter((item) => this.answers.get(item)?.kind === 'done')
  }

  refuse(item: T, error: ConcordatError): void {
    this.answers.set(item, { kind: 'refused', error })
  }

  conflict(item: T, current: RemoteRecord | null): void {
    this.answers.set(item, { kind: 'conflict', current })
  }

  done(item: T, record: RemoteRecord | null): void {
    this.answers.set(item, { kind: 'done', record })
  }

  /** Answers `conflict` to the open items whose record is not what they expect. */
  guard<Guarded extends T & { id: string; expect: string }>(
    this: WriteBatch<Guarded>,
    current: ReadonlyMap<string, RemoteRecord>,
  ): void {
    const seen = new Set<string>()
    for (const item of this.open) {
      const record = current.get(item.id) ?? null
      // The second write to a record within a batch cannot expect the image of before the first.
      if (record === null || record.image !== item.expect || seen.has(item.id)) this.conflict(item, record)
      seen.add(item.id)
    }
  }

  results(): WriteResult[] {
    return this.items.map((item) => this.answers.get(item)!)
  }
}
