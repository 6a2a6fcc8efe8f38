import { instantSeconds, localText } from '../../model/types/instant.ts'
import { zoneOf } from '../../model/types/zone-offset.ts'

/*
 * Points in time as images hold them: UTC, `2026-03-01T12:00:00.123456Z`, the fraction as the system wrote it.
 */

/** A time as a system writes it, in UTC; null when it is none. Without a zone of its own it is one of `zone`. */
export function toUtc(text: string, zone: string): string | null {
  const seconds = instantSeconds(text, zoneOf(zone))
  if (seconds === null) return null
  const fraction = /:\d{2}[.,](\d{1,9})/.exec(text)?.[1] ?? ''
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** A moment as local time of a zone, without one. */
export function toLocal(utc: string, zone: string): string {
  const fraction = /\.(\d+)Z$/.exec(utc)?.[1] ?? ''
  const text = localText(zoneOf(zone), Date.parse(`${utc.slice(0, 19)}Z`) / 1000)
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}`
}

/** Microseconds since 1970. */
export function microseconds(utc: string): bigint {
  const fraction = (/\.(\d+)Z$/.exec(utc)?.[1] ?? '').slice(0, 6).padEnd(6, '0')
  return BigInt(Date.parse(`${utc.slice(0, 19)}Z`)) * 1000n + BigInt(fraction)
}

/** The moment, always with six digits of its second: such texts are in order as texts are. */
export function atMicroseconds(micros: bigint): string {
  const ms = micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n
  const rest = String(micros - ms * 1000n).padStart(3, '0')
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${rest}Z`
}
