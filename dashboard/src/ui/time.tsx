import { useEffect, useState } from 'react'
import { locale } from '../words/words.ts'

const RELATIVE = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
const ABSOLUTE = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const CLOCK = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
const DAY = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
const NUMBER = new Intl.NumberFormat(locale)
const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

export const number = (value: number): string => NUMBER.format(value)
export const absolute = (at: string): string => ABSOLUTE.format(new Date(at))
/** The hour when it is today, else with the date. */
export const short = (at: string): string => {
  const date = new Date(at)
  return (date.toDateString() === new Date().toDateString() ? CLOCK : DAY).format(date)
}

export function relative(at: string): string {
  const seconds = (Date.parse(at) - Date.now()) / 1000
  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.round(seconds / length), unit)
  return RELATIVE.format(Math.round(seconds), 'second')
}

/** A stretch of time in the reader's words. */
export function duration(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size * 2) ?? (['second', 1] as const)
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: length === 1 && seconds < 10 ? 1 : 0,
  }).format(seconds / length)
}

/** A time as its distance from now, with the exact one beneath the pointer. */
export function When({ at }: { at: string | null }) {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 20_000)
    return () => clearInterval(timer)
  }, [])
  if (at === null) return <span className="soft">–</span>
  return (
    <time dateTime={at} title={absolute(at)} className="nowrap">
      {relative(at)}
    </time>
  )
}
