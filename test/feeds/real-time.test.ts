import { setTimeout as sleep } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { eventually, openLive, type Live } from './live.ts'

/* Changes land in the other system because its feed tells of them; nobody runs anything. */

const ALFA_AND_BETA = `insert into customers (legal_name, vat, credit_limit, phone, email) values
  ('Alfa', 'A1', 100, '600111222', 'info@alfa.example'), ('Beta', 'B1', 200, null, null)`

const customers = (overrides: Record<string, unknown> = {}) =>
  openLive({ customers: overrides }, (world) => world.erp.sql(ALFA_AND_BETA))
const inErp = (live: Live) =>
  live.erp.sql(`select legal_name, vat, credit_limit, phone, email from customers order by vat`)
const inCrm = (live: Live) =>
  live.crm.sql(`select account_name, tax_id, credit_limit, phone, email from accounts order by tax_id`)
/** The flow is kept ready from here on: the next hint gets as far as its record, whatever the other system says. */
const opened = async (live: Live): Promise<void> => {
  await live.erp.sql(`update customers set credit_limit = 77 where vat = 'A1'`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ credit_limit: '77.00' }, {}]))
  // Its echo as well.
  await sleep(500)
}
/** A customer is entered while the other system cannot be looked at. */
const newWhileAway = async (): Promise<Live> => {
  const live = await customers()
  await opened(live)
  await live.crm.sql(`alter table accounts rename to accounts_away`)
  await live.erp.sql(`insert into customers (legal_name, vat) values ('New', 'N1')`)
  await eventually(async () => expect(live.trouble.length).toBeGreaterThan(0))
  return live
}
const newHasLanded = async (live: Live): Promise<void> => {
  await eventually(async () => expect((await inCrm(live)).map((row) => row['tax_id'])).toContain('N1'))
  await live.stop()
  await live.rest()
}
const quiet = async (live: Live): Promise<void> => {
  await live.stop()
  expect(live.trouble).toEqual([])
  await live.rest()
}

test('edits on both sides land on the other, each where it is master', async () => {
  const live = await customers()
  await live.erp.sql(`update customers set credit_limit = 150 where vat = 'A1'`)
  await live.crm.sql(`update accounts set phone = '600 333 444' where tax_id = 'B1'`)
  await eventually(async () => {
    expect(await inCrm(live)).toMatchObject([{ credit_limit: '150.00' }, { phone: '600 333 444' }])
    expect(await inErp(live)).toMatchObject([{ phone: '600111222' }, { phone: '+34600333444' }])
  })
  await quiet(live)
})

test('an edit outside the master is reverted as it is by a run', async () => {
  const live = await customers()
  await live.crm.sql(`update accounts set credit_limit = 900 where tax_id = 'A1'`)
  await eventually(async () => {
    expect(await live.why('A1')).toContainEqual(expect.stringMatching(/master/i))
    expect(await inCrm(live)).toMatchObject([{ credit_limit: '100.00' }, {}])
  })
  await quiet(live)
})

test('a new record is created, after the other side has been looked at', async () => {
  const live = await customers()
  // Its hint is not there yet: somebody has made the same customer in the CRM, in a transaction that is about to end.
  await live.erp.sql(`insert into customers (legal_name, vat, credit_limit) values ('Gamma', 'G1', 3)`)
  await eventually(async () =>
    expect(await inCrm(live)).toMatchObject([{}, {}, { account_name: 'Gamma', tax_id: 'G1' }]),
  )
  await live.crm.sql(`insert into accounts (account_name, tax_id) values ('Delta', 'D1')`)
  await eventually(async () => expect((await inErp(live)).map((row) => row['vat'])).toContain('D1'))
  await quiet(live)
})

test('L3 the same customer made on both sides at the same moment is one customer', async () => {
  const live = await customers()
  await Promise.all([
    live.erp.sql(`insert into customers (legal_name, vat) values ('Gamma', 'G1')`),
    live.crm.sql(`insert into accounts (account_name, tax_id) values ('Gamma S.L.', 'G1')`),
  ])
  await eventually(async () => expect(await live.show('Gamma')).toMatchObject({ links: [{}, {}] }))
  await live.stop()
  await live.rest()
  expect(await live.crm.sql(`select 1 from accounts where tax_id = 'G1'`)).toHaveLength(1)
  expect(await live.erp.sql(`select 1 from customers where vat = 'G1'`)).toHaveLength(1)
})

test('L12 a deletion goes the way of the contract', async () => {
  const live = await customers()
  await live.erp.sql(`delete from customers where vat = 'A1'`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ tax_id: 'B1' }]))
  await live.crm.sql(`delete from accounts where tax_id = 'B1'`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ tax_id: 'B1' }]))
  await quiet(live)
})

test('L12 a hint that a record is gone which is there deletes nothing, nor does one about nothing known', async () => {
  const live = await customers()
  const [{ id }] = (await live.erp.sql<{ id: number }>(`select id from customers where vat = 'A1'`)) as [{ id: number }]
  const flow = live.flows.get('customers')!
  await flow.take('erp', [String(id), '999999', 'nonsense', '', String(id), `0${id}`])
  await flow.take('crm', ['-1', '99999999999999999999'])
  expect(await inCrm(live)).toHaveLength(2)
  expect(await live.cases()).toEqual([])
  await quiet(live)
})

test('child rows that change alone are carried over, though their parent does not say when', async () => {
  const live = await openLive({ orders: {} }, async (world) => {
    await world.erp.sql(ALFA_AND_BETA)
    await world.erp.sql(`drop trigger touch_order on order_lines`)
    await world.erp.sql(`insert into orders (number, customer_id, total) values ('O-1', 1, 10)`)
    await world.erp.sql(`insert into order_lines (order_id, line_no, sku, quantity, price) values (1, 1, 'S-1', 2, 5)`)
  })
  const items = () => live.crm.sql('select pos, code, qty from deal_items order by pos')
  expect(await items()).toMatchObject([{ code: 'S-1', qty: '2.000' }])
  await live.erp.sql(`update order_lines set quantity = 7`)
  await eventually(async () => expect(await items()).toMatchObject([{ code: 'S-1', qty: '7.000' }]))
  await live.erp.sql(`insert into order_lines (order_id, line_no, sku, quantity, price) values (1, 2, 'S-2', 1, 1)`)
  await eventually(async () => expect(await items()).toMatchObject([{ code: 'S-1' }, { code: 'S-2' }]))
  await live.erp.sql(`delete from order_lines where line_no = 1`)
  await eventually(async () => expect(await items()).toMatchObject([{ code: 'S-2' }]))
  await quiet(live)
})

test('L9 edits of the same field on both sides at once become one decision', async () => {
  const live = await customers({ fields: { email: { on_conflict: 'ask' } } })
  await live.stop()
  await live.erp.sql(`update customers set email = 'erp@alfa.example' where vat = 'A1'`)
  await live.crm.sql(`update accounts set email = 'crm@alfa.example' where tax_id = 'A1'`)
  await live.follow()
  await eventually(async () => expect(await live.cases()).toMatchObject([{ kind: 'conflict', field: 'email' }]))
  expect(await inErp(live)).toMatchObject([{ email: 'erp@alfa.example' }, {}])
  expect(await inCrm(live)).toMatchObject([{ email: 'crm@alfa.example' }, {}])
  await quiet(live)
})

test('L9 edits of different fields of one record on both sides both land', async () => {
  const live = await customers()
  await Promise.all([
    live.erp.sql(`update customers set credit_limit = 111 where vat = 'A1'`),
    live.crm.sql(`update accounts set phone = '600 999 888' where tax_id = 'A1'`),
  ])
  await eventually(async () => {
    expect(await inCrm(live)).toMatchObject([{ credit_limit: '111.00', phone: '600 999 888' }, {}])
    expect(await inErp(live)).toMatchObject([{ credit_limit: '111.00', phone: '+34600999888' }, {}])
  })
  await quiet(live)
})

test('L2 our own writes come back as hints and change nothing; the log has one run for a stretch of time', async () => {
  const live = await customers()
  for (let i = 1; i <= 5; i++) {
    await live.erp.sql(`update customers set credit_limit = ${i} where vat = 'A1'`)
    await eventually(async () => expect(await inCrm(live)).toMatchObject([{ credit_limit: `${i}.00` }, {}]))
  }
  const waiting = async () => Number(await live.crm.value(`select count(*) from ${await changeTable(live)}`))
  await eventually(async () => expect(await waiting()).toBe(0))
  await quiet(live)
  expect(
    await live.store.sql(`select kind, status, report->'updated' as updated from run where kind = 'real time'`),
  ).toEqual([{ kind: 'real time', status: 'done', updated: 5 }])
})

test('L23 what hints lead to is in the log as what runs do, and the status does not hide it', async () => {
  const live = await customers()
  await live.crm.written()
  await live.erp.sql(`update customers set credit_limit = 7 where vat = 'A1'`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ credit_limit: '7.00' }, {}]))
  const app = await live.app()
  await eventually(async () =>
    expect(await app.log({ system: 'crm', limit: 1 })).toMatchObject([{ what: 'updated', outcome: 'done' }]),
  )
  expect(await live.crm.written()).toBe(1)
  const [entry] = await app.log({ system: 'crm', limit: 1 })
  const { timeline } = await live.show('Alfa')
  expect(timeline.some((line) => line.id === entry!.id && line.run === entry!.run)).toBe(true)
  expect(await app.status()).toMatchObject([
    { status: 'On time', why: 'The last run succeeded; changes since then are carried over as they come.' },
  ])
  await quiet(live)
})

test('L16 what happens while nobody listens lands when somebody does again', async () => {
  const live = await customers()
  await live.stop()
  await live.erp.sql(`update customers set credit_limit = 42 where vat = 'A1'`)
  await live.erp.sql(`delete from customers where vat = 'B1'`)
  expect(await inCrm(live)).toMatchObject([{ credit_limit: '100.00' }, {}])
  await live.follow()
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ tax_id: 'A1', credit_limit: '42.00' }]))
  await quiet(live)
})

test('the other system goes away: the hint is kept, and lands when it is back', async () => {
  const live = await customers()
  const name = await live.crm.value('select current_database()')
  await live.crm.sql(`alter table accounts rename to accounts_away`)
  await live.erp.sql(`update customers set credit_limit = 42 where vat = 'A1'`)
  await eventually(async () => expect(live.trouble.length).toBeGreaterThan(0))
  await live.crm.sql(`alter table accounts_away rename to accounts`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ credit_limit: '42.00' }, {}]))
  // And the connections that listen are made anew when they break.
  await live.store.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${String(name)}' and application_name = 'concordat'`,
  )
  await live.erp.sql(`update customers set credit_limit = 43 where vat = 'A1'`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ credit_limit: '43.00' }, {}]))
  await live.stop()
  await live.rest()
})

test('L16 a new record that could not be looked for elsewhere lands when that system is back', async () => {
  const live = await newWhileAway()
  await eventually(async () => expect(live.trouble.length).toBeGreaterThan(1))
  await live.crm.sql(`alter table accounts_away rename to accounts`)
  await newHasLanded(live)
})

test('L16 a new record whose process ended before it was decided about lands by its hint', async () => {
  const live = await newWhileAway()
  await live.stop()
  await live.crm.sql(`alter table accounts_away rename to accounts`)
  await live.follow()
  await newHasLanded(live)
})

test('L16 a deletion that could not be carried over lands when that system is back', async () => {
  const live = await customers()
  await opened(live)
  // It is there to be looked at, and takes nothing.
  await live.crm.sql(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'away' using errcode = '57P03'; end $$`,
  )
  await live.crm.sql(`create trigger refuse before delete on accounts for each row execute function refuse()`)
  await live.erp.sql(`delete from customers where vat = 'A1'`)
  await eventually(async () => expect(live.trouble.length).toBeGreaterThan(1))
  await live.crm.sql(`drop trigger refuse on accounts`)
  await eventually(async () => expect(await inCrm(live)).toMatchObject([{ tax_id: 'B1' }]))
  await live.stop()
  await live.rest()
})

test('L20 changes that come one by one trip the breaker as they do together', async () => {
  const live = await openLive({ customers: { limits: { changes: '3 records', deletions: '100%' } } }, (world) =>
    world.erp.sql(
      `insert into customers (legal_name, vat, credit_limit) select 'C' || i, 'V' || i, i from generate_series(1, 8) i`,
    ),
  )
  const flow = live.flows.get('customers')!
  await live.stop()
  const changed = async () => (await inCrm(live)).filter((row) => Number(row['credit_limit']) > 100).length
  await live.follow()
  for (let i = 1; i <= 8; i++) await live.erp.sql(`update customers set credit_limit = 100 + ${i} where vat = 'V${i}'`)
  await eventually(async () => expect(await live.cases()).toMatchObject([{ kind: 'breaker tripped' }]))
  expect(await changed()).toBeLessThanOrEqual(3)
  expect(flow.name).toBe('customers')
  await live.stop()
  expect(await live.sync()).toMatchObject({ status: 'stopped' })
  expect(await changed()).toBeLessThanOrEqual(3)
})

test('more rows in one statement than are worth naming are found by a run', async () => {
  const live = await openLive({}, (world) =>
    world.erp.sql(
      `insert into customers (legal_name, vat, credit_limit) select 'C' || i, 'V' || i, i from generate_series(1, 5200) i`,
    ),
  )
  await live.erp.sql(`update customers set credit_limit = credit_limit + 10000`)
  await eventually(async () =>
    expect(await live.crm.value(`select count(*)::int from accounts where credit_limit > 10000`)).toBe(5200),
  )
  await quiet(live)
})

test('more lines in one statement than are worth naming are found by a run, though their parents do not say when', async () => {
  const live = await openLive({ orders: {} }, async (world) => {
    await world.erp.sql(ALFA_AND_BETA)
    await world.erp.sql(`drop trigger touch_order on order_lines`)
    await world.erp.sql(
      `insert into orders (number, customer_id, total) select 'O-' || i, 1, i from generate_series(1, 520) i`,
    )
    await world.erp.sql(
      `insert into order_lines (order_id, line_no, sku, quantity, price)
       select o.id, n, 'S-' || n, 1, 5 from orders o, generate_series(1, 10) n`,
    )
  })
  await live.erp.sql(`update order_lines set price = 6`)
  await eventually(async () =>
    expect(await live.crm.value(`select count(*)::int from deal_items where price = 6`)).toBe(5200),
  )
  await quiet(live)
})

test('a run and hints of the same flow take turns', async () => {
  const live = await openLive({}, (world) =>
    world.erp.sql(
      `insert into customers (legal_name, vat, credit_limit) select 'C' || i, 'V' || i, i from generate_series(1, 3000) i`,
    ),
  )
  await live.stop()
  await live.erp.sql(`update customers set credit_limit = credit_limit + 10000`)
  await live.follow()
  const flow = live.flows.get('customers')!
  const run = flow.run()
  for (let i = 1; i <= 40; i++) {
    await live.erp.sql(`update customers set credit_limit = 50000 + ${i} where vat = 'V${i * 50}'`)
    await live.crm.sql(
      `update accounts set phone = '600 000 ${String(i).padStart(3, '0')}' where tax_id = 'V${i * 70}'`,
    )
  }
  expect(await run).toMatchObject({ status: 'done' })
  await eventually(async () => {
    expect(await live.crm.value(`select count(*)::int from accounts where credit_limit > 50000`)).toBe(40)
    expect(await live.erp.value(`select count(*)::int from customers where phone is not null`)).toBe(40)
    expect(await live.crm.value(`select count(*)::int from accounts where credit_limit < 10000`)).toBe(0)
  })
  await quiet(live)
})

test('edits go on during a full pass, which takes no older listing for the truth', async () => {
  const live = await openLive({}, (world) =>
    world.erp.sql(
      `insert into customers (legal_name, vat, credit_limit) select 'C' || i, 'V' || i, i from generate_series(1, 20000) i`,
    ),
  )
  // Without what the last pass has stored, this one reads every row.
  await live.store.sql('delete from scan_page')
  let passing = true
  const run = live.flows
    .get('customers')!
    .run({ full: true })
    .finally(() => (passing = false))
  let edits = 0
  while (passing && edits < 400) {
    edits++
    await live.erp.sql(`update customers set credit_limit = 500000 + ${edits} where vat = 'V${(edits * 397) % 20_000}'`)
    await live.crm.sql(
      `update accounts set phone = '600 ${100_000 + edits}' where tax_id = 'V${(edits * 211) % 20_000}'`,
    )
    if (edits % 5 === 0) await live.erp.sql(`delete from customers where vat = 'V${(edits * 89) % 20_000}'`)
  }
  expect(await run).toMatchObject({ status: 'done', kind: 'full' })
  const state = async (of: 'erp' | 'crm'): Promise<unknown> =>
    of === 'erp'
      ? live.erp.sql(`select vat, credit_limit::int as credit, right(phone, 9) as phone from customers order by vat`)
      : live.crm.sql(
          `select tax_id as vat, credit_limit::int as credit, right(replace(phone, ' ', ''), 9) as phone from accounts order by tax_id`,
        )
  await eventually(async () => expect(await state('crm')).toEqual(await state('erp')))
  expect(edits).toBeGreaterThan(10)
  await quiet(live)
})

async function changeTable(live: Live): Promise<string> {
  const name = await live.store.value('select name from installation')
  return `concordat_${String(name)}.change`
}
