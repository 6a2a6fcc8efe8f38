import { expect, test } from 'vitest'

import type { FlowRun } from '../../src/model/report.ts'
import { openWorld, type World } from './world.ts'
import type { Overrides } from './template.ts'

const HELD = ['held record', 'ambiguous match']
const customers = (edge: Record<string, unknown>): Overrides => ({ customers: { edge_cases: edge } })

/** A way in which records are held: what is agreed before, what happens then, and how many records that holds in which flow. */
interface Way {
  readonly by: Overrides
  readonly before?: (world: World) => Promise<unknown>
  readonly then: (world: World) => Promise<unknown>
  readonly held: number
  readonly flow?: 'customers' | 'orders'
}

const ALFA = `insert into customers (id, legal_name, vat) values (900, 'Alfa', 'A1')`
const BETA_IN_CRM = `insert into accounts (account_name, tax_id, email) values ('Beta', 'B1', 'b@beta.example')`

const WAYS: Readonly<Record<string, Way>> = {
  'created outside the master': {
    by: customers({ created_outside_master: 'hold for approval' }),
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.crm.sql(BETA_IN_CRM),
    held: 1,
  },
  'found on one side at the first sync': {
    by: customers({ existing_unmatched: 'ask' }),
    then: async (w) => [await w.erp.sql(ALFA), await w.crm.sql(BETA_IN_CRM)],
    held: 2,
  },
  'old ones': {
    by: customers({ older_than: { years: 7, then: 'ask' } }),
    then: async (w) => {
      await w.erp.sql(`insert into customers (legal_name, vat, updated_at) values ('Old', 'O1', '2001-01-01')`)
      await w.crm.sql(`insert into accounts (account_name, tax_id, modified_at) values ('Older', 'O2', '2000-01-01')`)
    },
    held: 2,
  },
  'a double of one that is linked': {
    by: {},
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa Norte', 'A1')`),
    held: 1,
  },
  'twins without a counterpart, in the master': {
    by: {},
    then: (w) => w.erp.sql(`insert into customers (legal_name, vat) values ('One', 'T1'), ('Two', 'T1')`),
    held: 2,
  },
  'twins without a counterpart, outside the master': {
    by: {},
    then: (w) => w.crm.sql(`insert into accounts (account_name, tax_id) values ('One', 'T1'), ('Two', 'T1')`),
    held: 2,
  },
  'twins that come later': {
    by: {},
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.erp.sql(`insert into customers (legal_name, vat) values ('One', 'T1'), ('Two', 'T1')`),
    held: 2,
  },
  'a likeness': {
    by: { customers: { match: [['vat'], { similar: ['name'], at_least: 0.8, then: 'ask' }] } },
    then: async (w) => {
      await w.erp.sql(`insert into customers (legal_name, vat) values ('Nordwind Handels GmbH', 'N1')`)
      await w.crm.sql(`insert into accounts (account_name) values ('Nordwind Handel GmbH')`)
    },
    held: 2,
  },
  'a value that cannot be read, on both sides': {
    by: {},
    then: async (w) => {
      await w.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'no address')`)
      await w.crm.sql(`insert into accounts (account_name, tax_id, phone) values ('Beta', 'B1', 'no number')`)
    },
    held: 2,
  },
  'a counterpart that is held': {
    by: {},
    then: async (w) => {
      await w.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'no address')`)
      await w.crm.sql(`insert into accounts (account_name, tax_id) values ('Alfa', 'A1')`)
    },
    held: 2,
  },
  'a value that cannot be read any more': {
    by: {},
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.crm.sql(`update accounts set phone = 'no number'`),
    held: 1,
  },
  'a required value that is missing': {
    by: { customers: { fields: { email: { required: true } } } },
    then: (w) => w.erp.sql(ALFA),
    held: 1,
  },
  'a required value that the master lost': {
    by: {},
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.erp.sql(`update customers set legal_name = ''`),
    held: 1,
  },
  'deleted in the master': {
    by: customers({ deleted_in_master: 'ask' }),
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.erp.sql('delete from customers'),
    held: 1,
  },
  'deleted elsewhere': {
    by: customers({ deleted_elsewhere: 'ask' }),
    before: (w) => w.erp.sql(ALFA),
    then: (w) => w.crm.sql('delete from accounts'),
    held: 1,
  },
  'a reference to nothing that is in agreement': {
    by: {
      orders: { edge_cases: { missing_reference: 'ask' } },
      ...customers({ created_outside_master: 'leave alone' }),
    },
    then: async (w) => {
      await w.erp.sql(`insert into customers (id, legal_name, vat, email) values (7, 'Alfa', 'A1', 'no address')`)
      await w.erp.sql(`insert into orders (number, customer_id) values ('O1', 7), ('O2', 7)`)
    },
    held: 2,
    flow: 'orders',
  },
  'a reference to what is not in the other system': {
    by: { orders: { edge_cases: { missing_reference: 'ask' } } },
    before: (w) => w.crm.sql(`alter table accounts add constraint no_beta check (account_name <> 'Beta')`),
    then: async (w) => {
      await w.erp.sql(`insert into customers (id, legal_name, vat) values (7, 'Beta', 'B1')`)
      await w.erp.sql(`insert into orders (number, customer_id) values ('O1', 7), ('O2', 7)`)
    },
    held: 2,
    flow: 'orders',
  },
}

for (const [name, { by, before, then, held, flow = 'customers' }] of Object.entries(WAYS)) {
  test(`L33 a run says how many records are held: ${name}`, async () => {
    const world = await openWorld(by)
    if (before) {
      await before(world)
      await world.run()
    }
    await then(world)
    const run = (await world.run())[flow] as FlowRun
    const cases = (await world.cases()).filter((one) => one.flow === flow && HELD.includes(one.kind))
    expect({ held: run.held, cases: cases.length }).toEqual({ held, cases: held })
    expect(run.status).toBe('waiting')
  })
}

test('L33 what arrives within the run that held it back is not held', async () => {
  const world = await openWorld({ orders: { edge_cases: { missing_reference: 'ask' } } })
  await world.erp.sql(`insert into customers (id, legal_name, vat) values (7, 'Alfa', 'A1')`)
  await world.erp.sql(`insert into orders (number, customer_id) values ('O1', 7)`)
  expect(await world.run()).toMatchObject({ customers: { held: 0 }, orders: { held: 0, created: 1 } })
})
