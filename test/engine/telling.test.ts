import { expect, test } from 'vitest'

import { openWorld, type World } from './world.ts'

/*
 * What people are told about records: references by the names of what they refer to, with the ids beside them for
 * programs.
 */

const ORDERS = {
  fields: { lines: { fields: { served_by: { type: 'reference(customers)', erp: 'bin', crm: 'remark' } } } },
}

async function trading(): Promise<World> {
  const world = await openWorld({ customers: {}, orders: ORDERS })
  await world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1'), ('Beta', 'B1')`)
  await world.erp.sql(`insert into orders (number, customer_id, total) values ('N-1', 1, 20)`)
  await world.erp.sql(`insert into order_lines values (1, 1, 'S', 2, 10, '2'), (1, 2, 'T', 1, 5, null)`)
  return world
}

test('references are told by the titles of their records, also in lines, and keep their ids', async () => {
  const world = await trading()
  await world.run()
  const alfa = await world.show('A1')
  const beta = await world.show('B1')
  const order = await world.show('N-1', 'orders')
  expect(order.golden['customer']).toBe(alfa.record)
  expect(order.references).toEqual({
    customer: { [alfa.record]: 'Alfa' },
    'lines.served_by': { [beta.record]: 'Beta' },
  })
  expect(order.line_fields).toEqual({ lines: ['position', 'sku', 'quantity', 'price', 'served_by'] })
  const created = order.timeline.find((entry) => entry.what === 'created')!
  expect(created.references).toEqual(order.references)
  expect(alfa).not.toHaveProperty('references')

  await world.erp.sql(`update orders set customer_id = 2`)
  await world.run()
  const [written] = await (await world.app()).log({ flow: 'orders', field: 'customer', system: 'crm' })
  // A creation is told where it is asked whose history this is, and where it wrote the field.
  const { log } = await world.app()
  expect(await log({ flow: 'customers', field: 'name' })).toEqual([])
  expect(await log({ flow: 'customers', field: 'name', record: alfa.record })).toHaveLength(1)
  expect(await log({ flow: 'customers', field: 'phone', record: alfa.record })).toEqual([])
  expect(written!.references).toEqual({ customer: { [alfa.record]: 'Alfa', [beta.record]: 'Beta' } })
})

test('a plan tells them too, and of records that it would only create', async () => {
  const world = await trading()
  const plan = await (await world.app()).plan()
  const order = plan.operations.find((operation) => operation.flow === 'orders')!
  expect(Object.values(order.references!['customer']!)).toEqual(['Alfa'])
  expect(Object.values(order.references!['lines.served_by']!)).toEqual(['Beta'])
})

test('so do cases, and the sentence about what was not taken over', async () => {
  const world = await trading()
  await world.run()
  const [alfa, beta] = [await world.show('A1'), await world.show('B1')]
  await world.decide({ orders: { direction: 'both', fields: { customer: { edited_outside_master: 'ask' } } } })
  await world.run()
  await world.crm.sql(`update deals set account_id = (select id from accounts where tax_id = 'B1')`)
  await world.run()
  const asked = await world.theCase()
  expect(asked.values).toEqual({ golden: alfa.record, crm: beta.record, erp: alfa.record })
  expect(asked.references).toEqual({ customer: { [alfa.record]: 'Alfa', [beta.record]: 'Beta' } })
  await world.answer('erp')
  await world.run()
  expect((await world.show('N-1', 'orders')).timeline.map((entry) => entry.why).join(' ')).toContain('crm held “Beta”')
})
