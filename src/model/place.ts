/**
 * Where the records of a side are, by the names that the system's catalogue has for it: its table or object, the column of
 * the ids, the tables of the lines. A contract that names another table means other records, whatever the ids say (law L30).
 */
export type Place = Readonly<Record<string, string>>

/** The traits in which a place differs from another; what only one of them has does not count. */
export function placeDifferences(
  before: Place,
  now: Place,
): readonly { readonly trait: string; readonly before: string; readonly now: string }[] {
  return Object.entries(before).flatMap(([trait, value]) => {
    const today = now[trait]
    return today === undefined || today === value ? [] : [{ trait, before: value, now: today }]
  })
}

/** Whether two places are the same as far as both tell. */
export const isSamePlace = (a: Place, b: Place): boolean => placeDifferences(a, b).length === 0

/** The places with what is known now of one of them; the same list where that is nothing new. */
export function withPlace(places: readonly Place[], now: Place): readonly Place[] {
  const same = places.find((place) => isSamePlace(place, now))
  if (same === undefined) return [...places, now]
  if (Object.keys(now).every((trait) => trait in same)) return places
  return places.map((place) => (place === same ? { ...same, ...now } : place))
}

/** A place in words: `table sales.customers, id column id`. */
export const placeWords = (place: Place): string =>
  Object.entries(place)
    .map(([trait, value]) => `${trait} ${value}`)
    .join(', ')
