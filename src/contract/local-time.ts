const formats = new Map<string, Intl.DateTimeFormat>()

/** A moment as people of a time zone write it: `25 Nov 2026, 10:42`. */
export function localTime(at: number, timezone: string): string {
  let format = formats.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    })
    formats.set(timezone, format)
  }
  return format.format(at)
}
