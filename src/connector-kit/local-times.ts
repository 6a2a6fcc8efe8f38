import { instantSeconds, localText } from '../model/types/instant.ts'
import { zoneOf } from '../model/types/zone-offset.ts'

/*
 * Times of change that are stored without a zone. When a clock goes back, an hour comes twice: what is written in the
 * second one seems older than what was there before it. So a read that begins there begins before that hour.
 */

const QUARTER = 900
/** Longer than any clock was ever put back in one step. */
const LOOK_AHEAD = 12 * QUARTER

/** Local time from which on changes must be read, so that none after `at` less the overlap is missed; null when `at` is no time. */
export function localFrom(at: string, overlapMs: number, timezone: string): string | null {
  const zone = zoneOf(timezone)
  const first = instantSeconds(at, zone)
  const plain = instantSeconds(at, zoneOf('UTC'))
  if (first === null || plain === null) return null
  const overlap = Math.ceil(Math.max(0, overlapMs) / 1000)
  const start = first - overlap
  let from = Math.min(plain - overlap, start + zone.ofInstant(start))
  for (let mark = Math.ceil(start / QUARTER) * QUARTER; mark <= start + LOOK_AHEAD; mark += QUARTER)
    from = Math.min(from, mark + zone.ofInstant(mark))
  return localText(zoneOf('UTC'), from).slice(0, 19)
}

/** Seconds by which local time is ahead of UTC now. */
export function offsetNow(timezone: string): number {
  return zoneOf(timezone).ofInstant(Math.floor(Date.now() / 1000))
}
