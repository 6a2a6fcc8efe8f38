import type { Language } from '../../model/language.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es' }

/** A moment as people of a time zone write it: `25 Nov 2026, 10:42`. */
export function localTime(at: number, timezone: string, language: Language = 'en'): string {
  const key = `${language} ${timezone}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALES[language], {
      timeZone: timezone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    })
    formats.set(key, format)
  }
  return format.format(at)
}
