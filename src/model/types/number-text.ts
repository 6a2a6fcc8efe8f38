import type { Why } from '../why.ts'

/*
 * Numbers as people and systems write them → plain decimal text (`-1234.5`), by rules and never by float:
 *
 *   1.234        one point: always the decimal point, because databases print so
 *   1,234        one comma before exactly three digits: thousands where the field holds fewer than three decimals,
 *                else nobody can know (1234 or 1.234) and the text is refused
 *   1,5  0,123   any other single comma: the decimal comma
 *   1.234,50  1,234.50     both: the last one is the decimal sign, the other groups digits
 *   1.234.567  1,234,567  1 234 567  1'234  12,34,567   the same sign several times, blanks, apostrophes: groups
 *   1e3  -5  5-  (5)       exponents; minus before, behind, or in brackets
 */

/** What a text says: a plain decimal without needless zeros and the units written around it; or why it says nothing. */
export type NumberText = { readonly plain: string; readonly units: readonly string[] } | Problem

interface Problem {
  /** Why the text says nothing, `shown` so. */
  problem(shown: string): Why
}

const MOST_DIGITS = 400
const NOT_A_NUMBER: Problem = { problem: (shown) => ['notANumber', shown] }
const TOO_LONG: Problem = { problem: (shown) => ['longNumber', shown, MOST_DIGITS] }
const LARGE_EXPONENT: Problem = { problem: (shown) => ['largeExponent', shown, MOST_DIGITS] }
const TOO_MANY_DIGITS: Problem = { problem: (shown) => ['manyDigits', shown] }
const ambiguous = (one: string, other: string): Problem => ({ problem: (shown) => ['mayMean', shown, one, other] })

/** Reads a number; `scale` is how many decimals the field holds, null when any number of them. */
export function readNumber(text: string, scale: number | null): NumberText {
  if (text.length > MOST_DIGITS) return TOO_LONG
  const first = text.search(/[.,]?\d/)
  if (first < 0) return NOT_A_NUMBER
  let end = text.length
  while (!isDigit(text, end - 1)) end--
  const prefix = text.slice(0, first).replace(/[\u2010-\u2015\u2212]/g, '-')
  const suffix = text.slice(end).replace(/[\u2010-\u2015\u2212]/g, '-')
  const bracketed = prefix.includes('(')
  if (bracketed !== suffix.includes(')')) return NOT_A_NUMBER
  const signs = (prefix + suffix).replace(/[^-+(]/g, '')
  if (signs.length > 1) return NOT_A_NUMBER
  const units = [prefix, suffix.replace(/^[.,](?=\s|$)/, '')]
    .map((part) => part.replace(/[-+()\s\u00a0\u202f]/g, ''))
    .filter((part) => part !== '')

  const exponentAt = text.slice(first, end).search(/[eE][-+]?\d+$/)
  const body = exponentAt < 0 ? text.slice(first, end) : text.slice(first, first + exponentAt)
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(first + exponentAt + 1, end))
  if (Math.abs(exponent) > MOST_DIGITS) return LARGE_EXPONENT

  const split = splitBody(body, scale)
  if ('problem' in split) return split
  const plain = shift(split.whole, split.fraction, exponent)
  if (plain.length > MOST_DIGITS - 20) return TOO_MANY_DIGITS
  return { plain: (signs === '-' || signs === '(') && plain !== '0' ? `-${plain}` : plain, units }
}

function splitBody(body: string, scale: number | null): { whole: string; fraction: string } | Problem {
  const dots = count(body, '.')
  const commas = count(body, ',')
  let decimal = ''
  if (dots > 0 && commas > 0) decimal = body.lastIndexOf('.') > body.lastIndexOf(',') ? '.' : ','
  else if (dots === 1) decimal = '.'
  else if (commas === 1) {
    if (!/^[1-9]\d{0,2},\d{3}$/.test(body)) decimal = ','
    else if (scale === null || scale >= 3) return ambiguous(body.replace(',', ''), body.replace(',', '.'))
  }
  if (decimal !== '' && count(body, decimal) > 1) return NOT_A_NUMBER
  const at = decimal === '' ? body.length : body.indexOf(decimal)
  const whole = ungroup(body.slice(0, at))
  const fraction = body.slice(at + 1)
  if (whole === null || !/^\d*$/.test(fraction)) return NOT_A_NUMBER
  return { whole, fraction }
}

/** Digits without their grouping signs; null when the groups are not those of a number. */
function ungroup(whole: string): string | null {
  if (/^\d*$/.test(whole)) return whole
  const sign = whole.match(/[^\d]/)![0]
  if (!/[.,\s\u00a0\u202f\u2009'’]/.test(sign)) return null
  const groups = whole.split(sign)
  if (!groups.every((group) => /^\d{1,3}$/.test(group))) return null
  const inner = groups.slice(1, -1)
  const thousands = inner.every((group) => group.length === 3)
  const lakhs = sign === ',' && groups[0]!.length <= 2 && inner.every((group) => group.length === 2)
  return groups.at(-1)!.length === 3 && (thousands || lakhs) ? groups.join('') : null
}

function shift(whole: string, fraction: string, exponent: number): string {
  let digits = whole + fraction
  let point = whole.length + exponent
  if (point < 0) {
    digits = '0'.repeat(-point) + digits
    point = 0
  }
  if (point > digits.length) digits += '0'.repeat(point - digits.length)
  return trimPlain(digits.slice(0, point), digits.slice(point))
}

function trimPlain(whole: string, fraction: string): string {
  let start = 0
  while (start < whole.length - 1 && whole.charCodeAt(start) === 48) start++
  let end = fraction.length
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--
  const head = whole === '' ? '0' : whole.slice(start)
  return end === 0 ? head : `${head}.${fraction.slice(0, end)}`
}

/** Rounds a plain decimal to `scale` decimals, halves away from zero; without needless zeros. */
export function roundPlain(plain: string, scale: number): string {
  const point = plain.indexOf('.')
  if (point < 0 || plain.length - point - 1 <= scale) return plain
  const negative = plain.startsWith('-')
  const whole = plain.slice(negative ? 1 : 0, point)
  const kept = whole + plain.slice(point + 1, point + 1 + scale)
  const up = plain.charCodeAt(point + 1 + scale) >= 53
  const digits = up ? String(BigInt(kept) + 1n).padStart(kept.length, '0') : kept
  const rounded = trimPlain(digits.slice(0, digits.length - scale), digits.slice(digits.length - scale))
  return negative && rounded !== '0' ? `-${rounded}` : rounded
}

/** Writes a plain decimal of at most `scale` decimals with exactly so many. */
export function withScale(plain: string, scale: number): string {
  if (scale === 0) return plain
  const point = plain.indexOf('.')
  return point < 0 ? `${plain}.${'0'.repeat(scale)}` : plain + '0'.repeat(scale - (plain.length - point - 1))
}

/**
 * Place of the point when the text already is a plain decimal as databases print it (`-12`, `0.50`): -1 without a
 * point, -2 when it is anything else, `-0` included.
 */
export function plainPoint(text: string): number {
  const length = text.length
  const start = text.charCodeAt(0) === 45 ? 1 : 0
  if (length === start || length > MOST_DIGITS) return -2
  let point = -1
  let nonZero = start === 0
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) {
      if (code !== 48) nonZero = true
    } else if (code === 46 && point === -1 && i > start && i < length - 1) point = i
    else return -2
  }
  if (!nonZero) return -2
  if (text.charCodeAt(start) === 48 && length > start + 1 && point !== start + 1) return -2
  return point
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}
