import type { Raw } from '../model/value.ts'

/*
 * A row as one string, in the text format of PostgreSQL's COPY (tab between values, `\N` for null, backslash escapes),
 * so that a row read by COPY *is* its image and rows can be compared, hashed and stored without being parsed.
 */

const ESCAPE: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v' }
const UNESCAPE: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' }
const SPECIAL = /[\\\t\n\r\b\f\v]/
const EACH_SPECIAL = /[\\\t\n\r\b\f\v]/g

/** Row → image. */
export function encodeImage(values: readonly Raw[]): string {
  let image = ''
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (i > 0) image += '\t'
    image += value === null ? '\\N' : encodeImageValue(value)
  }
  return image
}

/** One value as it stands in an image. */
export function encodeImageValue(value: string): string {
  return SPECIAL.test(value) ? value.replace(EACH_SPECIAL, (c) => ESCAPE[c]!) : value
}

/** Image → row. */
export function decodeImage(image: string): Raw[] {
  const values: Raw[] = image.split('\t')
  if (!image.includes('\\')) return values
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value.includes('\\')) {
      values[i] = value === '\\N' ? null : value.replace(/\\(.)/gs, (_, c: string) => UNESCAPE[c] ?? c)
    }
  }
  return values
}
