import { expect, test } from 'vitest'

import { eventually, openLive } from './live.ts'

/* What people are asked, and what is said of it, when changes come as hints. */

test('L3 twins that come as hints are all held, whichever side they are made on', async () => {
  const live = await openLive({}, (world) =>
    world.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`),
  )
  await live.erp.sql(`insert into customers (legal_name, vat) values ('One', 'T1'), ('Two', 'T1')`)
  await live.crm.sql(`insert into accounts (account_name, tax_id) values ('Three', 'T3'), ('Four', 'T3')`)
  const titles = async () => new Set((await live.cases()).map((one) => one.title))
  await eventually(async () => expect(await titles()).toEqual(new Set(['One', 'Two', 'Three', 'Four'])))
  await live.stop()
  await live.rest()
  expect(await live.erp.value('select count(*) from customers')).toBe('3')
  expect(await live.crm.value('select count(*) from accounts')).toBe('3')
})

test('L8 a hint about a side in question changes what is asked, and writes nothing; a case without a cause closes', async () => {
  const live = await openLive({ customers: { fields: { email: { on_conflict: 'ask' } } } }, async (world) => {
    await world.erp.sql(`insert into customers (legal_name, vat, email) values ('Alfa', 'A1', 'erp@alfa.example')`)
    await world.crm.sql(`insert into accounts (account_name, tax_id, email) values ('Alfa', 'A1', 'crm@alfa.example')`)
  })
  await live.erp.sql(`update customers set email = 'new@alfa.example'`)
  await eventually(async () =>
    expect((await live.theCase()).values).toEqual({ erp: 'new@alfa.example', crm: 'crm@alfa.example' }),
  )
  expect(await live.crm.value('select email from accounts')).toBe('crm@alfa.example')
  await live.erp.sql('delete from customers')
  await live.crm.sql('delete from accounts')
  await eventually(async () => expect(await live.cases()).toEqual([]))
  await live.stop()
  await live.rest()
})
