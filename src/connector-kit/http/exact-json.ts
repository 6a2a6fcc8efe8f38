/*
 * JSON in which no digit is lost: numbers are read as the text that stands there, and written as it. What else JSON has is
 * what `JSON` makes of it; objects keep keys such as `__proto__` as keys of their own.
 */

/** A number as it stands in a JSON text. */
export class ExactJsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Json = string | boolean | null | ExactJsonNumber | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): unknown
}

/** JSON text → values. Throws `SyntaxError`. */
export function parseExactJson(text: string): Json {
  return parse(text, (_, value, { source }) =>
    typeof value === 'number' ? new ExactJsonNumber(source!) : value,
  ) as Json
}

/** Values → JSON text. */
export function writeExactJson(value: Json): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof ExactJsonNumber ? rawJSON(part.text) : part))
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactJsonNumber)

/** What stands at the end of a path; undefined where the path does not lead anywhere. */
export function jsonAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value
  for (const step of path) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(step)]
    else if (isJsonObject(at) && Object.hasOwn(at, step)) at = at[step]
    else return undefined
  }
  return at
}

/** The object with another value at the end of a path; objects on the way are made. */
export function withJsonAt(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [step, ...rest] = path
  if (step === undefined) return isJsonObject(value) ? value : object
  const inner = Object.hasOwn(object, step) ? object[step] : undefined
  const part = rest.length === 0 ? value : withJsonAt(isJsonObject(inner) ? inner : {}, rest, value)
  // Also a key called `__proto__` becomes one of its own.
  return Object.fromEntries([...Object.entries(object).filter(([key]) => key !== step), [step, part]])
}
