import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { leftOut, leftOutText } from './left-out.ts'
import { readContract } from './read-contract.ts'

const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
const check = (text: string) => readContract([{ name: 'concordat.yaml', text }])
/** The contract without a decision of one flow. */
const without = (flow: string, decision: string): string => {
  const start = COMPLETE.indexOf(`\n  ${flow}:\n`)
  const place = COMPLETE.indexOf(`\n    ${decision}:`, start)
  return COMPLETE.slice(0, place) + COMPLETE.slice(COMPLETE.indexOf('\n', place + 1))
}

test('nothing is left out of a complete contract', () => {
  expect(leftOut(check(COMPLETE))).toEqual([])
})

test('a flow that refers to an undecided one is left out with it, and only that', () => {
  const customers = check(without('customers', 'history'))
  expect(leftOut(customers)).toEqual([
    { flow: 'customers', questions: 1, refersTo: null },
    { flow: 'orders', questions: 0, refersTo: 'customers' },
    { flow: 'invoices', questions: 0, refersTo: 'customers' },
  ])
  expect(leftOut(customers).map(leftOutText)[0]).toBe('customers (1 open question)')
  // By its lines.
  const products = check(without('products', 'history'))
  expect(leftOut(products).map(leftOutText).slice(0, 2)).toEqual([
    'products (1 open question)',
    'orders (refers to products)',
  ])
  expect(leftOut(check(without('invoices', 'history'))).map((one) => one.flow)).toEqual(['invoices'])
})

test('what refers to a flow that waits for another waits, too', () => {
  const report = check(without('customers', 'history'))
  const orders = report.contract!.flows.get('orders')!
  const reference = { ...orders.fields[0]!, spec: { type: 'reference' as const, flow: 'orders' } }
  const lines = { ...orders.fields[0]!, spec: { type: 'lines' as const }, lines: { key: [], fields: [reference] } }
  const notes = { ...orders, name: 'notes', fields: [lines] }
  // In file order first, so that one look at each flow is not enough.
  const flows = new Map([[notes.name, notes], ...report.contract!.flows])
  const rulebook = [{ ...report.rulebook[0]!, flow: 'notes' }, ...report.rulebook]
  expect(leftOut({ ...report, rulebook, contract: { ...report.contract!, flows } }).map(leftOutText)).toEqual([
    'notes (refers to orders)',
    'customers (1 open question)',
    'orders (refers to customers)',
    'invoices (refers to customers)',
  ])
})
