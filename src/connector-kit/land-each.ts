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
  /** Items with the same number can only be applied together; undefined: an item by itself. */
  ring?(item: T): number | undefined
}

/** Applies what can be applied, in the order of the items. */
export async function landEach<T>(items: readonly T[], landing: Landing<T>): Promise<void> {
  await landUnits(unitsOf(items, landing), landing)
}

async function landUnits<T>(units: readonly (readonly T[])[], landing: Landing<T>): Promise<void> {
  const items = units.flat()
  if (items.length === 0) return
  try {
    await landing.attempt(items)
  } catch (error) {
    const named = error instanceof ItemFailure
    const failure: unknown = named ? error.failure : error
    const refusal = landing.refusal(failure)
    if (refusal === null) throw failure
    if (units.length === 1 && items.length > 1) {
      // A ring that does not land: by itself each of its records tells what is wrong with it.
      await landUnits(
        items.map((item) => [item]),
        landing,
      )
      return
    }
    const at = items.length === 1 ? 0 : named ? units.findIndex(([one]) => one === error.item) : -1
    if (at >= 0 && units[at]!.length === 1) {
      landing.refuse(units[at]![0]!, refusal)
      await landUnits(units.slice(0, at), landing)
      await landUnits(units.slice(at + 1), landing)
    } else {
      const half = Math.ceil(units.length / 2)
      await landUnits(units.slice(0, half), landing)
      await landUnits(units.slice(half), landing)
    }
  }
}

/** The items with each ring together, at the place of its first item. */
function unitsOf<T>(items: readonly T[], landing: Landing<T>): T[][] {
  const units: T[][] = []
  const rings = new Map<number, T[]>()
  for (const item of items) {
    const ring = landing.ring?.(item)
    const known = ring === undefined ? undefined : rings.get(ring)
    if (known) {
      known.push(item)
      continue
    }
    const unit = [item]
    units.push(unit)
    if (ring !== undefined) rings.set(ring, unit)
  }
  return units
}
