import type { Canonical } from '../model/value.ts'

/** Whether two values differ in their letters and spaces alone. Pure. */
export const isInOtherLetters = (sent: Canonical, kept: Canonical): boolean =>
  sent === kept || (sent !== null && kept !== null && plain(sent) === plain(kept))

/** Whether a system may have made `kept` of what it was sent: cut, rounded, or written in other letters. Pure. */
export function isFormOf(sent: Canonical, kept: Canonical): boolean {
  if (isInOtherLetters(sent, kept)) return true
  if (sent === null || kept === null || kept === '') return false
  if (NUMBER.test(sent) && NUMBER.test(kept)) {
    const places = /\.(\d*[1-9])/.exec(kept)?.[1]?.length ?? 0
    return Math.abs(Number(sent) - Number(kept)) < 10 ** -places
  }
  return plain(sent).startsWith(plain(kept))
}

const NUMBER = /^-?\d+(\.\d+)?$/
const plain = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, ' ').trim()
