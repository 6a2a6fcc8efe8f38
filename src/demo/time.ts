import type { Random } from './random.ts'

/** The last day of the demo's world. Fixed, so that the same seed gives the same bytes for ever. */
const LAST_DAY = Date.UTC(2026, 9, 30)
const DAY = 86_400_000

/** A date in the given years, both included, e.g. `2019-03-14`. */
export function day(random: Random, fromYear: number, toYear: number): string {
  return addDays('1970-01-01', random.integer(Math.ceil(Date.UTC(fromYear, 0, 1) / DAY), lastOf(toYear)))
}

/** A moment at office hours in the given years. */
export function moment(random: Random, fromYear: number, toYear: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const time = `${two(random.integer(7, 17))}:${two(random.integer(0, 59))}:${two(random.integer(0, 59))}`
  return `${day(random, fromYear, toYear)} ${time}.${random.digits(3)}+00`
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10)
}

function lastOf(year: number): number {
  return Math.floor(Math.min(Date.UTC(year, 11, 31), LAST_DAY) / DAY)
}
