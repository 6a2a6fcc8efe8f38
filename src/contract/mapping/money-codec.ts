import { fieldTypeOf } from '../../model/types/field-type-of.ts'
import type { TypeSpec } from '../../model/field-type.ts'
import { amountAndCurrency, currencyCode } from '../../model/types/money.ts'
import { type Canonical, Invalid, type Raw } from '../../model/value.ts'
import type { Put } from './column-put.ts'

/*
 * Amounts of several currencies in one system: an amount is one of the currency that another column of the row names, or,
 * where the system has no such column, of the field's. An amount is never written into a row of another currency, as it
 * would become another sum: where no field has the column, it is set along; where one has, that field decides it.
 */

type PerRow = Extract<TypeSpec, { perRow: true }>

interface Parts {
  readonly spec: PerRow
  readonly place: number
  readonly put: Put
  /** The column that names the currency; null where the system has none. */
  readonly from: { readonly column: string; readonly place: number; readonly mapped: boolean } | null
}

/** Reads and writes an amount with its currency. */
export function moneyCodec({ spec, place, put, from }: Parts) {
  const { currency, scale } = spec
  const typeOf = (code: string) => fieldTypeOf({ type: 'money', currency: code, ...(scale !== undefined && { scale }) })

  const currencyOf = (raw: Raw): string | Invalid => {
    if (raw !== null && raw.trim() !== '')
      return currencyCode(raw) ?? new Invalid(['notACurrency', `"${raw.slice(0, 20)}"`], raw)
    return currency ?? new Invalid(['noCurrency', 'null'], raw)
  }

  return {
    writable: true,
    ...(from !== null && { readsAlso: [from.column] }),
    read(values: readonly Raw[]): Canonical | Invalid {
      const raw = values[place]!
      if (raw === null || raw.trim() === '') return null
      const code = from === null ? currency! : currencyOf(values[from.place]!)
      if (code instanceof Invalid) return code
      const amount = typeOf(code).parse(raw)
      return typeof amount === 'string' ? `${amount} ${code}` : amount
    },
    write(value: Canonical, current: readonly Raw[] | null, set: Record<string, Raw>): Invalid | null {
      if (value === null) return put(null, current, set)
      const [amount, code] = amountAndCurrency(value)
      const other = (there: string) => new Invalid(['otherCurrency', `"${value}"`, there], value)
      if (from === null) return code === currency ? put(amount, current, set) : other(currency!)
      const given = Object.hasOwn(set, from.column)
      // A new row would get its system's default, which is that of no amount in particular.
      const ours = !given && (current === null || !from.mapped)
      const raw = given ? set[from.column]! : (current?.[from.place] ?? null)
      const there = currencyOf(raw)
      if (ours && (there !== code || raw === null || raw.trim() === '')) set[from.column] = code
      else if (there !== code) return there instanceof Invalid ? there : other(there)
      return put(amount, current, set)
    },
  }
}
