/** A number in the way of JSON (`1.5e3`) without its exponent; null when the text is none. Digits are kept, all of them. */
export function plainNumber(text: string): string | null {
  const [, sign = '', whole, fraction = '', exponent] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || whole + fraction === '') return null
  const shift = Number(exponent ?? 0)
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = point <= 0 ? 1 : point
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const after = padded.slice(at)
  return `${sign === '-' ? '-' : ''}${before === '' ? '0' : before}${after === '' ? '' : `.${after}`}`
}

/** Order of two numbers in plain form. */
export function compareNumbers(a: string, b: string): number {
  const scale = Math.max(...[a, b].map((text) => (text.split('.')[1] ?? '').length))
  const whole = (text: string): bigint => {
    const [before = '0', after = ''] = text.split('.')
    return BigInt(`${before}${after.padEnd(scale, '0')}`)
  }
  const [left, right] = [whole(a), whole(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** A number moved by decimal places: `moved('12.5', 2)` is `1250`; null where digits would stay behind the point. */
export function wholeUnits(text: string, scale: number): string | null {
  const [before = '0', after = ''] = text.split('.')
  if (after.slice(scale).replace(/0+$/, '') !== '') return null
  return String(BigInt(`${before}${after.slice(0, scale).padEnd(scale, '0')}`)).replace(/^0$/, '0')
}

/** The other way: `fromUnits('1250', 2)` is `12.50`. */
export function fromUnits(text: string, scale: number): string {
  if (scale === 0) return text
  const negative = text.startsWith('-')
  const digits = text.replace(/^-/, '').padStart(scale + 1, '0')
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
