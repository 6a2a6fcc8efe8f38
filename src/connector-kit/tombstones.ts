import type { Filter } from '../model/filter.ts'
import type { Raw } from '../model/value.ts'
import type { RemoteObject, RemoteRecord } from './port.ts'

/*
 * Rows that stay when they are deleted: columns say so. Listings leave them out by the filter, a point read does not find
 * them, and a look at changes shows them as out of scope, so that a deletion is seen as soon as any other change.
 */

/** Column values that mean "deleted". */
export type Marks = Readonly<Record<string, Raw>>

/** The filter that leaves marked rows out; a column without a value marks nothing. */
export function notMarked(marks: Marks): Filter {
  return {
    op: 'or',
    of: Object.entries(marks).flatMap(([field, value]): Filter[] =>
      value === null
        ? [{ op: 'is not null', field }]
        : [
            { op: 'is null', field },
            { op: '<>', field, value },
          ],
    ),
  }
}

/** Whether a row of this shape is marked as deleted. */
export function isMarked(columns: readonly string[], record: RemoteRecord, marks: Marks): boolean {
  if (record.inScope) return false
  return Object.entries(marks).every(([column, value]) => means(record.values[columns.indexOf(column)] ?? null, value))
}

/** An object whose point reads do not find marked rows. */
export function withoutMarked(object: RemoteObject, marks: Marks): RemoteObject {
  const { columns } = object.layout
  const read: RemoteObject['read'] = async (ids) =>
    (await object.read(ids)).filter((record) => !isMarked(columns, record, marks))
  // The methods of an object may live on its prototype.
  return Object.create(object, { read: { value: read } }) as RemoteObject
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['t', '1'],
  ['true', '1'],
  ['f', '0'],
  ['false', '0'],
])

/** A flag and a number are written in more than one way. */
function means(held: Raw, marked: Raw): boolean {
  if (held === null || marked === null) return held === marked
  const plain = (text: string): string => FLAGS.get(text.toLowerCase()) ?? text
  const [a, b] = [plain(held), plain(marked)]
  return a === b || (a !== '' && b !== '' && Number(a) === Number(b))
}
