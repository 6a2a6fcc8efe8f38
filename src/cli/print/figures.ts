const grouped = new Intl.NumberFormat('en-US')

/** A number with thousands separators. */
export function count(value: number): string {
  return grouped.format(value)
}

/** `1 record`, `2,000 records`. */
export function counted(value: number, noun: string, plural = noun + 's'): string {
  return `${count(value)} ${value === 1 ? noun : plural}`
}

/** A length of time in the two largest units that matter. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`
  const minutes = Math.floor(whole / 60)
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`
}

/** A moment in the reader's own zone, `2026-11-23 10:42`. */
export function moment(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** How long ago a moment was, `3 minutes ago`. */
export function ago(iso: string, now: Date): string {
  const seconds = Math.round((now.getTime() - new Date(iso).getTime()) / 1000)
  if (Number.isNaN(seconds)) return ''
  // Also where the clock of this machine is behind.
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} seconds ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${counted(hours, 'hour')} ago`
  return `${counted(Math.floor(hours / 24), 'day')} ago`
}

/** `3 minutes ago (2026-11-23 10:42)`. */
export function when(iso: string, now: Date): string {
  return `${ago(iso, now)} (${moment(iso)})`
}
