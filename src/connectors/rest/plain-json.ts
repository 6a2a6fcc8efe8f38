import { ExactJsonNumber, type Json } from '../../connector-kit/http/exact-json.ts'

/** A JSON value as conditions see it: whole numbers as such, others as floats, which is enough to compare them. */
export function plainJson(value: Json): unknown {
  if (value instanceof ExactJsonNumber) return /^-?\d{1,18}$/.test(value.text) ? BigInt(value.text) : Number(value.text)
  if (Array.isArray(value)) return (value as readonly Json[]).map(plainJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainJson(part)]))
}
