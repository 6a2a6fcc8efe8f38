import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Invalid, type Raw } from '../../model/value.ts'
import { fieldTypeOf } from '../../model/types/field-type-of.ts'
import type { Field } from '../contract.ts'
import { compileField } from './field-codec.ts'

const COLUMNS = ['amount', 'cur']
const CURRENCIES = ['EUR', 'USD', 'KWD', 'JPY', 'CLF']
const field = (more: object, currencyFrom?: string): Field => ({
  name: 'total',
  spec: { type: 'money', perRow: true, ...more },
  required: false,
  master: 'erp',
  onConflict: null,
  editedOutsideMaster: 'revert',
  emptyInMaster: 'keep',
  invalidValue: 'hold record',
  mapping: { erp: { kind: 'column', column: 'amount', ...(currencyFrom !== undefined && { currencyFrom }) } },
})
const aMoney = fc
  .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9999 }), fc.constantFrom(...CURRENCIES))
  .map(
    ([whole, part, code]) => fieldTypeOf({ type: 'money', perRow: true }).parse(`${whole}.${part} ${code}`) as string,
  )
const aRow = fc.option(
  fc
    .tuple(fc.constantFrom(null, '5', '7.25'), fc.constantFrom(null, '', 'eur', ...CURRENCIES))
    .map((row): Raw[] => row),
)

test('L29 an amount that is written reads as the same amount of the same currency, or is not written at all', () => {
  fc.assert(
    fc.property(aMoney, aRow, fc.boolean(), fc.constantFrom({}, { currency: 'EUR' }), (value, row, mapped, more) => {
      const surroundings = { mapped: new Set(mapped ? COLUMNS : ['amount']) }
      for (const codec of [
        compileField(field(more, 'cur'), 'erp', COLUMNS, surroundings),
        compileField(field({ currency: 'EUR' }), 'erp', COLUMNS, surroundings),
      ]) {
        const set: Record<string, Raw> = {}
        if (codec.write(value, row, set) instanceof Invalid) continue
        const after = COLUMNS.map((column, i) => (column in set ? set[column]! : (row?.[i] ?? null)))
        expect(codec.read(after)).toBe(value)
        expect(codec.write(value, after, {})).toBeNull()
        // The currency of a row that has one is only changed where no field has it.
        if (mapped && row !== null) expect(Object.keys(set)).not.toContain('cur')
      }
    }),
    { numRuns: 2000 },
  )
})

test('an amount is not written into a row of another currency', () => {
  const codec = compileField(field({}, 'cur'), 'erp', COLUMNS, { mapped: new Set(COLUMNS) })
  expect(codec.write('5.00 USD', ['3', 'EUR'], {})).toBeInstanceOf(Invalid)
  expect(codec.write('5.00 USD', ['3', 'EUR'], { cur: 'USD' })).toBeNull()
  expect(codec.read(['5', null])).toBeInstanceOf(Invalid)
  expect(codec.read(['5', 'pesetas'])).toBeInstanceOf(Invalid)
  expect(codec.read([null, 'pesetas'])).toBeNull()
})
