import { ConcordatError } from '../../model/errors.ts'

type Place = readonly (string | number)[]

/** Where a page ended, as text that nobody is meant to read. */
export const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

type Kinds = readonly ('string' | 'number')[]
type PlaceOf<K extends Kinds> = { readonly [I in keyof K]: K[I] extends 'string' ? string : number }

/** The place that a cursor names; throws `api.bad-cursor` when it is not one of ours. `kinds`: of its parts. */
export function placeOf<const K extends Kinds>(cursor: string | undefined, kinds: K): PlaceOf<K> | null {
  if (cursor === undefined) return null
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const fits =
      Array.isArray(place) && place.length === kinds.length && place.every((part, i) => typeof part === kinds[i])
    if (fits) return place as unknown as PlaceOf<K>
  } catch {
    // Not even JSON.
  }
  throw new ConcordatError('api.bad-cursor', 'The cursor is none of this list.', {
    cure: 'Take `next_cursor` as it came, with the same filters; or begin without one.',
  })
}
