/*
 * Bytes as text: hexadecimal digits, as systems print them with or without `\x` or `0x` before them.
 */

const HEX = /^(?:[\\0]x)?((?:[0-9a-f]{2})*)$/i

/** The bare digits of bytes in hexadecimal, in small letters; null when the text is none. */
export function hexDigits(text: string): string | null {
  return HEX.exec(text)?.[1]?.toLowerCase() ?? null
}
