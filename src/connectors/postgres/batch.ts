import type { PoolClient } from 'pg'
import { ConcordatError } from '../../model/errors.ts'
import { isRecordFailure, translateFailure } from './failure.ts'
import type { Place } from './failure.ts'

/*
 * One transaction for a batch, and yet one bad record does not stop the others: the batch runs below a savepoint; when
 * it fails on the content of a record, it is taken back and run again without the record that PostgreSQL named, or in
 * halves where it named none.
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

/** Applies what can be applied; `refuse` is called for every item that cannot. */
export async function landEach<T>(
  client: PoolClient,
  items: readonly T[],
  apply: (items: readonly T[]) => Promise<void>,
  refuse: (item: T, error: ConcordatError) => void,
  place: Place,
): Promise<void> {
  if (items.length === 0) return
  await client.query('savepoint batch')
  try {
    await apply(items)
    // Deferred constraints would otherwise fail at commit, when nobody can tell whose fault it is.
    await client.query('set constraints all immediate; release savepoint batch')
    return
  } catch (error) {
    const named = error instanceof ItemFailure
    const failure: unknown = named ? error.failure : error
    const ours = failure instanceof ConcordatError && failure.code === 'connector.rejected-value'
    if (!ours && !isRecordFailure(failure)) throw failure
    await client.query('rollback to savepoint batch; release savepoint batch')
    if (items.length === 1) return refuse(items[0]!, translateFailure(failure, place))
    const at = named ? items.indexOf(error.item as T) : -1
    if (at >= 0) {
      refuse(items[at]!, translateFailure(failure, place))
      await landEach(client, items.slice(0, at), apply, refuse, place)
      await landEach(client, items.slice(at + 1), apply, refuse, place)
    } else {
      const half = Math.ceil(items.length / 2)
      await landEach(client, items.slice(0, half), apply, refuse, place)
      await landEach(client, items.slice(half), apply, refuse, place)
    }
  }
}

/** Why a text cannot be sent to any PostgreSQL column, or null when it can. */
export function unsendable(values: Readonly<Record<string, string | null>>, place: Place): ConcordatError | null {
  for (const name in values) {
    const value = values[name]
    if (value === null || value === undefined) continue
    const fault = value.includes('\0') ? 'a NUL character' : value.isWellFormed() ? null : 'half of a surrogate pair'
    if (fault !== null) {
      return new ConcordatError(
        'connector.rejected-value',
        `The text for column ${name} of table ${place.object} holds ${fault}, which PostgreSQL cannot store.`,
        {
          cure: 'Remove the character.',
        },
      )
    }
  }
  return null
}
