/** Seconds that a `Retry-After` asks for, as a number or as a date; null when it says nothing that can be read. */
export function retryAfterSeconds(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text))
  const at = Date.parse(text)
  return Number.isNaN(at) || !/[a-z]{3}/i.test(text) ? null : Math.max(0, Math.ceil((at - now) / 1000))
}
