import type { FieldType, TypeSpec } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'
import { plainPoint, readNumber, roundPlain, withScale } from './number-text.ts'

/*
 * money: an exact amount in the field's currency with exactly the currency's decimals (`1234.50`), never a float.
 * More decimals are rounded, halves away from zero; say `scale` where they count (unit prices). A text that names
 * another currency is refused.
 */

/** Decimals of the currencies that do not have two (ISO 4217). */
const MINOR_UNITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
}

const MORE_SIGNS: Readonly<Record<string, readonly string[]>> = {
  EUR: ['euro', 'euros'],
  CHF: ['fr.', 'sfr.', 'fr'],
  GBP: ['gbp£'],
  INR: ['rs', 'rs.'],
  TRY: ['tl'],
  MXN: ['mx$', '$'],
  CNY: ['rmb', '元'],
}

/** The type `money`. */
export function moneyType(spec: Extract<TypeSpec, { type: 'money' }>): FieldType {
  const scale = spec.scale ?? MINOR_UNITS[spec.currency] ?? 2
  let signs: ReadonlySet<string> | undefined
  return {
    name: 'money',
    parse(raw) {
      if (raw === null) return null
      const point = plainPoint(raw)
      if (point !== -2) {
        const decimals = point === -1 ? 0 : raw.length - point - 1
        if (decimals === scale) return raw
        if (raw.length > 360) return new Invalid(['manyDigits', quoted(raw)], raw)
        return withScale(decimals > scale ? roundPlain(raw, scale) : raw, scale)
      }
      if (raw.trim() === '') return null
      const number = readNumber(raw, scale)
      if ('problem' in number) return new Invalid(number.problem(quoted(raw)), raw)
      for (const unit of number.units) {
        signs ??= currencySigns(spec.currency)
        if (!signs.has(unit.toLowerCase())) return new Invalid(['notInCurrency', quoted(raw), spec.currency], raw)
      }
      return withScale(roundPlain(number.plain, scale), scale)
    },
    render: (value): Raw => value,
  }
}

function currencySigns(currency: string): ReadonlySet<string> {
  const signs = new Set([currency.toLowerCase(), ...(MORE_SIGNS[currency] ?? [])])
  if (!/^[A-Z]{3}$/.test(currency)) return signs
  for (const locale of ['en', 'es', 'de', 'fr']) {
    for (const currencyDisplay of ['symbol', 'narrowSymbol'] as const) {
      const parts = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }).formatToParts(1)
      for (const part of parts) if (part.type === 'currency') signs.add(part.value.replace(/\s/g, '').toLowerCase())
    }
  }
  return signs
}
