import type { ColumnKind } from '../column-facts.ts'
import type { Canonical, Raw } from '../value.ts'
import { dayNumber, twoDigits } from './calendar.ts'
import { localText } from './instant.ts'
import { zoneOf } from './zone-offset.ts'

/**
 * How a day is written into a column of a kind: as its first moment in `timezone` where the column holds moments, in local
 * time of `local` where it holds times without zone, else as it is.
 */
export function dateRenderer(kind: ColumnKind | undefined, timezone: string, local: string): (value: Canonical) => Raw {
  if (kind !== 'instant' && (kind !== 'local timestamp' || timezone === local)) return (value) => value
  const zone = zoneOf(timezone)
  const written = zoneOf(kind === 'instant' ? timezone : local)
  return (value) => {
    if (value === null) return null
    const midnight =
      dayNumber(twoDigits(value, 0) * 100 + twoDigits(value, 2), twoDigits(value, 5), twoDigits(value, 8)) * 86_400
    const text = localText(written, midnight - zone.ofLocal(midnight))
    return kind === 'instant' ? text : text.slice(0, 19)
  }
}
