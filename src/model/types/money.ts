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

type MoneySpec = Extract<TypeSpec, { type: 'money' }>
const CODES: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('currency'), ...Object.keys(MINOR_UNITS)])
/** An amount with three letters before or behind it. */
const AROUND = /^(?:([A-Za-z]{3})(?![A-Za-z])\s*(.*)|(.*?)\s*(?<![A-Za-z])([A-Za-z]{3}))$/s

/** The ISO 4217 code that a text is, whatever its case; null when it is none. */
export function currencyCode(text: string): string | null {
  const code = text.trim().toUpperCase()
  return CODES.has(code) ? code : null
}

/** An amount and its currency, of canonical money that says it. */
export function amountAndCurrency(value: string): [amount: string, currency: string] {
  const at = value.lastIndexOf(' ')
  return [value.slice(0, at), value.slice(at + 1)]
}

/** The type `money`. */
export function moneyType(spec: MoneySpec): FieldType {
  return 'perRow' in spec ? perRowType(spec) : oneCurrencyType(spec)
}

/** Amounts with their currency behind them, `1.234 KWD`: of two currencies no two amounts are equal. */
function perRowType({ currency, scale }: Extract<MoneySpec, { perRow: true }>): FieldType {
  const types = new Map<string, FieldType>()
  const typeOf = (code: string): FieldType => {
    let type = types.get(code)
    if (!type)
      types.set(
        code,
        (type = oneCurrencyType({ type: 'money', currency: code, ...(scale !== undefined && { scale }) })),
      )
    return type
  }
  return {
    name: 'money',
    parse(raw) {
      const text = raw?.trim() ?? ''
      if (raw === null || text === '') return null
      const parts = AROUND.exec(text)
      const named = parts === null ? null : currencyCode(parts[1] ?? parts[4]!)
      const code = named ?? currency
      if (code === undefined) return new Invalid(['noCurrency', quoted(raw)], raw)
      const parsed = typeOf(code).parse(named === null ? text : (parts![2] ?? parts![3]!))
      if (parsed === null) return new Invalid(['notANumber', quoted(raw)], raw)
      return typeof parsed === 'string' ? `${parsed} ${code}` : parsed
    },
    render: (value): Raw => value,
  }
}

function oneCurrencyType(spec: {
  readonly type: 'money'
  readonly currency: string
  readonly scale?: number
}): FieldType {
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
