import { expect, test } from 'vitest'

import type { Field, Flow } from '../contract/contract.ts'
import { encodeLines } from '../model/lines.ts'
import { followSuccessors } from './successors.ts'

const reference = (name: string, flow: string) => ({ name, spec: { type: 'reference', flow } }) as unknown as Field
const plain = (name: string) => ({ name, spec: { type: 'text' } }) as unknown as Field
const FLOW = {
  fields: [
    plain('number'),
    reference('customer', 'customers'),
    {
      name: 'lines',
      spec: { type: 'lines' },
      lines: { key: ['product'], fields: [reference('product', 'products'), plain('note')] },
    },
  ],
} as unknown as Flow
const line = (product: string, note: string) => ({ key: JSON.stringify([product]), values: [product, note] })

test('L18 references lead to what a record turned out to be, those of lines as well, in today’s order', () => {
  const golden = ['1', '7', encodeLines([line('3', '7'), line('5', 'b')])]
  const today = new Map([
    ['7', '70'],
    ['3', '9'],
    ['1', '100'],
  ])
  expect(followSuccessors(FLOW, golden, today)).toEqual(['1', '70', encodeLines([line('5', 'b'), line('9', '7')])])
})

test('L18 values that refer to nothing of the kind stay as they are', () => {
  const golden = ['7', null, encodeLines([line('5', '7')])]
  expect(followSuccessors(FLOW, golden, new Map([['7', '70']]))).toEqual(golden)
})
