import type { ConcordatError } from '../model/errors.ts'

/*
 * One bad record must not stop its batch. The whole batch is tried first; when it fails on the content of a record it
 * is tried again without the record that the system named, or in halves where it named none.
 */

/** A failure of a batch that is known to come from one item. */
export class ItemFailure<T> extends Error {
  readonly item: T
  readonly failure: unknown
  constructor(item: T, failure: unknown) {
    super('one item failed')
    this.item = item
    this.failure = failure
  }
}

export interface Landing<T> {
  /** Applies all of the items, or none of them and throws. */
  attempt(items: readonly T[]): Promise<void>
  /** The refusal when a failure comes from the content of a record; null when the call as a whole failed. */
  refusal(failure: unknown): ConcordatError | null
  /** Takes note of an item that cannot be applied. */
  refuse(item: T, error: ConcordatError): void
}

/** Applies what can be applied, in the order of the items. */
export async function landEach<T>(items: readonly T[], landing: Landing<T>): Promise<void> {
  if (items.length === 0) return
  try {
    await landing.attempt(items)
  } catch (error) {
    const named = error instanceof ItemFailure
    const failure: unknown = named ? error.failure : error
    const refusal = landing.refusal(failure)
    if (refusal === null) throw failure
    const at = items.length === 1 ? 0 : named ? items.indexOf(error.item as T) : -1
    if (at >= 0) {
      landing.refuse(items[at]!, refusal)
      await landEach(items.slice(0, at), landing)
      await landEach(items.slice(at + 1), landing)
    } else {
      const half = Math.ceil(items.length / 2)
      await landEach(items.slice(0, half), landing)
      await landEach(items.slice(half), landing)
    }
  }
}
