/*
 * Rows for COPY, with a separator that no text of business systems holds: images are full of tabs, and escaping each of
 * them costs more than all else. Only what COPY itself gives a meaning is escaped.
 */

/** Stands between two values of a row. */
export const SEPARATOR = '\u0001'

// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\\\n\r\u0001]/
// oxlint-disable-next-line no-control-regex
const EACH_SPECIAL = /[\\\n\r\u0001]/g
const ESCAPE: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\u0001': '\\\u0001' }

/** A text as it stands in a row for COPY. */
export function copyText(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (special) => ESCAPE[special]!) : text
}

/** The same for a value that may be null. */
export function copyValue(value: string | null): string {
  return value === null ? '\\N' : copyText(value)
}
