import { expect, test } from 'vitest'
import { encodeLines } from '../../model/lines.ts'
import { lineChanges, linesOf, lineTeller } from './lines-text.ts'
import { shown } from './print-changes.ts'

const legend = {
  references: { customer: { '30085': 'Vins et alcools Chevalier' }, 'lines.product': { '12': 'Chai' } },
  line_fields: { lines: ['product', 'quantity'] },
}
const lines = (quantity: string) => linesOf(encodeLines([{ key: '["12"]', values: ['12', quantity] }]))!

test('a reference is shown as the title of its record, and nothing else that looks like its id', () => {
  expect(shown('30085', legend.references.customer)).toBe('Vins et alcools Chevalier')
  expect(shown('30086', legend.references.customer)).toBe('30086')
  expect(shown('constructor', legend.references.customer)).toBe('constructor')
  expect(lines('12').map(lineTeller('lines', legend))).toEqual([['Chai', '12']])
  expect(lineChanges(lines('1'), lines('2'), lineTeller('lines', legend))).toEqual(['- Chai  1', '+ Chai  2'])
})

test('without a legend values stand as they are', () => {
  expect(lines('1').map(lineTeller('lines', {}))).toEqual([['12', '1']])
})
