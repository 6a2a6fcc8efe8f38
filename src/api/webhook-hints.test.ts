import { expect, test } from 'vitest'
import type { Flow } from '../contract/contract.ts'
import { webhookHints } from './webhook-hints.ts'

const flow = (name: string, object: string) => ({ name, records: { shop: { object } } }) as unknown as Flow
const FLOWS = [flow('customers', 'public.customers'), flow('orders', 'orders')]
const read = (body: unknown, paths = {}, flows = FLOWS) =>
  webhookHints(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'm', 'shop', flows, paths).map(
    (hint) => `${hint.flow} ${hint.remoteId ?? '*'}`,
  )

test.each<[string, unknown, string[]]>([
  ['object and id', { object: 'customers', id: 7 }, ['customers 7']],
  [
    'object with its schema, several ids',
    { table: 'public.customers', ids: ['7', '8', '7'] },
    ['customers 7', 'customers 8'],
  ],
  ['a type that begins with the object', { type: 'orders.updated', data: { id: 'A-1' } }, ['orders A-1']],
  ['no id: the whole flow', { object: 'orders' }, ['orders *']],
  ['no object: all flows, whatever the id', { id: 7 }, ['customers *', 'orders *']],
  ['an object that is no flow’s', { object: 'invoices', id: 7 }, ['customers *', 'orders *']],
  ['no JSON', 'changed=1', ['customers *', 'orders *']],
  ['too many ids', { object: 'orders', ids: Array.from({ length: 1001 }, (_, i) => i) }, ['orders *']],
  ['ids that are none', { object: 'orders', ids: [null, {}, '', Number.NaN] }, ['orders *']],
  ['nothing inherited is taken for a setting', { object: 'orders', __proto__: { id: 1 } }, ['orders *']],
])('%s', (_name, body, expected) => {
  expect(read(body)).toEqual(expected)
})

test('places that the contract names', () => {
  const paths = { object: 'event.entity', id: 'event.key' }
  expect(read({ event: { entity: 'orders', key: 5 }, id: 9 }, paths)).toEqual(['orders 5'])
  expect(read({ event: { entity: 'invoices', key: 5 } }, paths)).toEqual([])
})

test('with one flow only, an id needs no object', () => {
  expect(read({ id: 7 }, {}, [FLOWS[0]!])).toEqual(['customers 7'])
})
