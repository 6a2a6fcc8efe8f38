import { readNumber } from '../../model/types/number-text.ts'
import { ExpressionFailure } from './expression-failure.ts'

/*
 * The numbers of mapping expressions: exact decimals on BigInt, so that money never becomes a float. Sums, differences
 * and products are exact; a quotient has up to 20 decimals, halves rounded away from zero.
 */

const QUOTIENT_SCALE = 20
const MOST_DIGITS = 60

/** An exact decimal number: `units` / 10^`scale`. */
export class ExactNumber {
  readonly units: bigint
  readonly scale: number

  constructor(units: bigint, scale: number) {
    this.units = units
    this.scale = scale
  }

  /** Reads a number as the types of the contract do; throws an ExpressionFailure when it cannot. */
  static of(text: string): ExactNumber {
    const read = readNumber(text, null)
    if ('problem' in read) throw new ExpressionFailure(read.problem(`"${text.slice(0, 80)}"`))
    if (read.units.length > 0) throw new ExpressionFailure(['notANumber', `"${text.slice(0, 80)}"`])
    if (read.plain.length > MOST_DIGITS) throw new ExpressionFailure(['moreDigits', MOST_DIGITS])
    const point = read.plain.indexOf('.')
    return new ExactNumber(BigInt(read.plain.replace('.', '')), point < 0 ? 0 : read.plain.length - point - 1)
  }

  plus(other: ExactNumber): ExactNumber {
    const scale = Math.max(this.scale, other.scale)
    return new ExactNumber(this.at(scale) + other.at(scale), scale)
  }

  minus(other: ExactNumber): ExactNumber {
    return this.plus(other.negated())
  }

  times(other: ExactNumber): ExactNumber {
    return new ExactNumber(this.units * other.units, this.scale + other.scale)
  }

  over(other: ExactNumber): ExactNumber {
    if (other.units === 0n) throw new ExpressionFailure(['divisionByZero'])
    const scale = Math.max(QUOTIENT_SCALE, this.scale)
    return new ExactNumber(divideRounded(this.at(scale) * 10n ** BigInt(other.scale), other.units), scale)
  }

  negated(): ExactNumber {
    return new ExactNumber(-this.units, this.scale)
  }

  rounded(scale: number): ExactNumber {
    if (!(scale >= 0 && scale <= QUOTIENT_SCALE)) throw new ExpressionFailure(['roundedBeyond', QUOTIENT_SCALE])
    return scale >= this.scale
      ? this
      : new ExactNumber(divideRounded(this.units, 10n ** BigInt(this.scale - scale)), scale)
  }

  /** Negative, zero or positive as this is less than, equal to or greater than the other. */
  compare(other: ExactNumber): number {
    const scale = Math.max(this.scale, other.scale)
    const difference = this.at(scale) - other.at(scale)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }

  /** Plain decimal without needless zeros. */
  toString(): string {
    const digits = String(this.units < 0n ? -this.units : this.units).padStart(this.scale + 1, '0')
    const whole = digits.slice(0, digits.length - this.scale)
    const fraction = this.scale === 0 ? '' : digits.slice(-this.scale).replace(/0+$/, '')
    const plain = fraction === '' ? whole : `${whole}.${fraction}`
    return this.units < 0n ? `-${plain}` : plain
  }

  private at(scale: number): bigint {
    return this.units * 10n ** BigInt(scale - this.scale)
  }
}

function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  const size = (value: bigint): bigint => (value < 0n ? -value : value)
  if (size(rest) * 2n < size(divisor)) return quotient
  return quotient + (dividend < 0n === divisor < 0n ? 1n : -1n)
}
