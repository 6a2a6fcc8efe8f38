import type { Language } from '../../model/language.ts'

const UNITS = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  /** 30 days. */
  month: 30 * 86_400_000,
  /** 365 days. */
  year: 365 * 86_400_000,
} as const

/** Source of a pattern that a duration matches: `30 minutes`, `1 day`, `400 days`. */
export const DURATION = '[1-9][0-9]{0,5} (?:second|minute|hour|day|week|month|year)s?'

const EXACT = new RegExp(`^${DURATION}$`)

/** `30 minutes` → milliseconds; null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  if (!EXACT.test(text)) return null
  const [count, unit] = text.split(' ') as [string, string]
  return Number(count) * UNITS[unit.replace(/s$/, '') as keyof typeof UNITS]
}

const NAMES = {
  en: { year: 'year', day: 'day', hour: 'hour', minute: 'minute', second: 'second' },
  es: { year: 'año', day: 'día', hour: 'hora', minute: 'minuto', second: 'segundo' },
}

/** Milliseconds → `30 minutes`, in the largest unit that fits evenly (days rather than weeks or months). */
export function printDuration(ms: number, language: Language = 'en'): string {
  const names = NAMES[language]
  for (const unit of ['year', 'day', 'hour', 'minute', 'second'] as const) {
    if (ms >= UNITS[unit] && ms % UNITS[unit] === 0) {
      const count = ms / UNITS[unit]
      return `${count} ${names[unit]}${count === 1 ? '' : 's'}`
    }
  }
  return `${ms / 1000} ${names.second}s`
}
