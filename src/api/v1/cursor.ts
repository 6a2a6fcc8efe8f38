import { ConcordatError } from '../../model/errors.ts'

type Place = readonly (string | number)[]

/** Where a page ended, as text that nobody is meant to read. */
export const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** What a part of a place is: the id of a row, a whole number, or text that the list itself looks at. */
type Kind = 'id' | 'number' | 'text'
type Kinds = readonly Kind[]
type PlaceOf<K extends Kinds> = { readonly [I in keyof K]: K[I] extends 'number' ? number : string }

/** What the store can take as such; a cursor may be of somebody's own making. */
const FITS: Readonly<Record<Kind, (part: unknown) => boolean>> = {
  id: (part) => typeof part === 'string' && /^\d{1,18}$/.test(part),
  number: (part) => Number.isSafeInteger(part) && Math.abs(part as number) <= MOST,
  text: (part) => typeof part === 'string' && !part.includes('\0'),
}
const MOST = 10 ** 15

/** The place that a cursor names; throws `api.bad-cursor` when it is not one of ours. `kinds`: of its parts. */
export function placeOf<const K extends Kinds>(cursor: string | undefined, kinds: K): PlaceOf<K> | null {
  if (cursor === undefined) return null
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const fits =
      Array.isArray(place) && place.length === kinds.length && place.every((part, i) => FITS[kinds[i]!](part))
    if (fits) return place as unknown as PlaceOf<K>
  } catch {
    // Not even JSON.
  }
  throw new ConcordatError('api.bad-cursor', 'The cursor is none of this list.', {
    cure: 'Take `next_cursor` as it came, with the same filters; or begin without one.',
  })
}
