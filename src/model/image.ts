import type { Raw } from './value.ts'

/*
 * A row as one string, in the text format of PostgreSQL's COPY (tab between values, `\N` for null, backslash escapes),
 * so that a row read by COPY *is* its image and rows can be compared, hashed and stored without being parsed.
 */

// PostgreSQL has no NUL in a text; other systems do, and their images must still fit into a text of PostgreSQL.
const ESCAPE: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\0': '\\0',
}
const UNESCAPE: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v', '0': '\0' }
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\\\t\n\r\b\f\v\0]/
// oxlint-disable-next-line no-control-regex
const EACH_SPECIAL = /[\\\t\n\r\b\f\v\0]/g

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
  for (let i = 0; i < values.length; i++) values[i] = decodeImageValue(values[i]!)
  return values
}

/** One value of an image, without decoding the others. */
export function imageValue(image: string, place: number): Raw {
  let start = 0
  for (let i = 0; i < place; i++) start = image.indexOf('\t', start) + 1
  const end = image.indexOf('\t', start)
  return decodeImageValue(end < 0 ? image.slice(start) : image.slice(start, end))
}

function decodeImageValue(text: string): Raw {
  if (!text.includes('\\')) return text
  return text === '\\N' ? null : text.replace(/\\(.)/gs, (_, c: string) => UNESCAPE[c] ?? c)
}
