import type { Schedule } from '../contract.ts'
import type { Language } from '../../model/language.ts'
import { DURATION, parseDuration, printDuration } from './duration.ts'

const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'

/** Source of a pattern that every schedule matches. */
export const SCHEDULE = `real-time|hourly|every (?:minute|hour|${DURATION})|nightly at ${CLOCK}|cron \\S+(?: +\\S+){4}`

const CRON_FIELDS = [
  { name: 'a minute', min: 0, max: 59, names: [] },
  { name: 'an hour', min: 0, max: 23, names: [] },
  { name: 'a day of month', min: 1, max: 31, names: [] },
  {
    name: 'a month',
    min: 1,
    max: 12,
    names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'a day of week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const

/** `every 15 minutes` … → a schedule, or a sentence that says what is wrong with the text. */
export function parseSchedule(text: string): Schedule | { readonly error: string } {
  if (text === 'real-time' || text === 'hourly') return { kind: text }
  const every = /^every (.*)$/.exec(text)?.[1]
  if (every !== undefined) {
    const ms = parseDuration(/^(minute|hour)$/.test(every) ? `1 ${every}` : every)
    return ms === null ? { error: `\`${every}\` is not a duration` } : { kind: 'every', ms }
  }
  const at = /^nightly at (.*)$/.exec(text)?.[1]
  if (at !== undefined) {
    return new RegExp(`^${CLOCK}$`).test(at)
      ? { kind: 'nightly', at }
      : { error: `\`${at}\` is not a time of day from 00:00 to 23:59` }
  }
  const cron = /^cron +(.*)$/.exec(text)?.[1]?.trim().replace(/ +/g, ' ')
  if (cron !== undefined) {
    const error = cronError(cron)
    return error === null ? { kind: 'cron', expression: cron } : { error }
  }
  return { error: `\`${text}\` is not a schedule` }
}

function cronError(cron: string): string | null {
  const parts = cron.split(' ')
  if (parts.length !== 5) {
    return `a cron schedule has 5 fields (minute, hour, day of month, month, day of week), this one has ${parts.length}`
  }
  for (const [i, part] of parts.entries()) {
    const field = CRON_FIELDS[i]!
    const number = (text: string): number => {
      const byName = (field.names as readonly string[]).indexOf(text.toLowerCase())
      return byName >= 0 && text !== '' ? byName : /^[0-9]{1,2}$/.test(text) ? Number(text) : Number.NaN
    }
    const fits = (n: number) => n >= field.min && n <= field.max
    for (const item of part.split(',')) {
      const [range = '', step, ...rest] = item.split('/')
      const [from = '', to, ...more] = range.split('-')
      const good =
        rest.length === 0 &&
        more.length === 0 &&
        (range === '*' ||
          (fits(number(from)) && (to === undefined || (fits(number(to)) && number(from) <= number(to))))) &&
        (step === undefined || (/^[0-9]{1,2}$/.test(step) && Number(step) > 0))
      if (!good) return `\`${item}\` is not ${field.name} of a cron schedule (${field.min}-${field.max})`
    }
  }
  return null
}

/** A schedule as it reads inside a sentence. */
export function printSchedule(schedule: Schedule, language: Language = 'en'): string {
  return language === 'es' ? inSpanish(schedule) : inEnglish(schedule)
}

function inSpanish(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'real-time':
      return 'en todo momento'
    case 'every':
      return `cada ${printDuration(schedule.ms, 'es').replace(/^1 /, '')}`
    case 'hourly':
      return 'cada hora'
    case 'nightly':
      return `cada noche a las ${schedule.at}`
    case 'cron':
      return `según el horario \`${schedule.expression}\``
  }
}

function inEnglish(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'real-time':
      return 'continuously'
    case 'every':
      return `every ${printDuration(schedule.ms).replace(/^1 /, '')}`
    case 'hourly':
      return 'every hour'
    case 'nightly':
      return `every night at ${schedule.at}`
    case 'cron':
      return `on the schedule \`${schedule.expression}\``
  }
}
