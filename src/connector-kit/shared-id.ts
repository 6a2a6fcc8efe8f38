import { ConcordatError } from '../model/errors.ts'
import type { RemoteRecord } from './port.ts'

/** What is thrown as soon as two rows show the same id: nobody can tell which of them would be written. */
export function sharedId(object: string, column: string): ConcordatError {
  return new ConcordatError('connector.unsupported', `Several rows of ${object} have the same \`${column}\`.`, {
    cure: 'Name a column as `id` that is unique in the whole table; see `concordat check --connect`.',
  })
}

/** The pages of a listing that is ordered by id, which ends where two rows have the same. */
export async function* withoutSharedIds(
  pages: AsyncIterable<readonly RemoteRecord[]>,
  object: string,
  column: string,
): AsyncGenerator<readonly RemoteRecord[]> {
  let last: string | null = null
  for await (const page of pages) {
    for (const { id } of page) {
      if (id === last) throw sharedId(object, column)
      last = id
    }
    yield page
  }
}
