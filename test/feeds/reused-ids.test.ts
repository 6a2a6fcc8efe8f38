import { expect, test } from 'vitest'

import { eventually, openLive, type Live } from './live.ts'

/* Identity over time (law L32), where the systems' feeds tell of single rows. */

const customers = (edge: Record<string, unknown> = {}) =>
  openLive({ customers: { edge_cases: edge } }, (world) =>
    world.erp.sql(`insert into customers (legal_name, vat, phone) values
      ('Alfa', 'A1', '600 111 111'), ('Beta', 'B1', '600 222 222'), ('Gamma', 'G1', '600 333 333')`),
  )
const inCrm = (live: Live) => live.crm.sql('select account_name, tax_id, phone from accounts order by tax_id')
const ALFA = { account_name: 'Alfa', tax_id: 'A1', phone: '+34600111111' }
const BETA = { account_name: 'Beta', tax_id: 'B1', phone: '+34600222222' }
const GAMMA = { account_name: 'Gamma', tax_id: 'G1', phone: '+34600333333' }
const OTHER = { account_name: 'Quite another', tax_id: 'Z1', phone: '+34600999999' }
const another = (live: Live) =>
  live.erp.sql(`insert into customers (id, legal_name, vat, phone) values (1, 'Quite another', 'Z1', '600 999 999')`)
const quiet = async (live: Live): Promise<void> => {
  await live.stop()
  expect(live.trouble).toEqual([])
  expect(await live.cases()).toEqual([])
  await live.rest()
}
const holds = (live: Live, rows: readonly unknown[]) => eventually(async () => expect(await inCrm(live)).toEqual(rows))

test('L32 the id of a deleted record comes again as another thing, and is followed from then on', async () => {
  const live = await customers()
  await live.erp.sql('delete from customers where id = 1')
  await holds(live, [BETA, GAMMA])
  await another(live)
  await holds(live, [BETA, GAMMA, OTHER])
  await live.erp.sql(`update customers set legal_name = 'Renamed' where id = 1`)
  await holds(live, [BETA, GAMMA, { ...OTHER, account_name: 'Renamed' }])
  await quiet(live)
})

test('L32 deleted records are put back, several at once', async () => {
  const live = await customers()
  await live.erp.sql('create table bin as select * from customers where id in (1, 2)')
  await live.erp.sql('delete from customers where id in (1, 2)')
  await holds(live, [GAMMA])
  await live.erp.sql('insert into customers select * from bin')
  await holds(live, [ALFA, BETA, GAMMA])
  await quiet(live)
})

test('L32 deleted_in_master: unlink – what is put back is joined with what is still there', async () => {
  const live = await customers({ deleted_in_master: 'unlink' })
  await live.erp.sql('create table bin as select * from customers where id = 1')
  await live.erp.sql('delete from customers where id = 1')
  await eventually(async () =>
    expect(await live.store.value(`select count(*)::int from link where state = 'unlinked'`)).toBe(1),
  )
  await live.erp.sql('insert into customers select * from bin')
  await eventually(async () =>
    expect(await live.store.value(`select count(*)::int from link where state = 'live'`)).toBe(6),
  )
  await live.erp.sql(`update customers set legal_name = 'Alfa Group' where id = 1`)
  await holds(live, [{ ...ALFA, account_name: 'Alfa Group' }, BETA, GAMMA])
  await quiet(live)
})

test('L32 a row stands for another thing from one moment to the next', async () => {
  const live = await customers()
  await live.erp.sql(`begin; delete from customers where id = 1;
    insert into customers (id, legal_name, vat, phone) values (1, 'Quite another', 'Z1', '600 999 999'); commit`)
  await holds(live, [BETA, GAMMA, OTHER])
  await quiet(live)
})

test('L32 two rows swap their ids, whichever hint comes first', async () => {
  const live = await customers()
  await live.erp.sql(`begin; update customers set id = 1000 - id where id in (1, 2);
    update customers set id = case id when 999 then 2 else 1 end where id > 900; commit`)
  await live.erp.sql(`update customers set legal_name = 'Beta Group' where id = 1`)
  await holds(live, [ALFA, { ...BETA, account_name: 'Beta Group' }, GAMMA])
  await quiet(live)
})

test('L32 a match key is handed on, and a double of before is one no more', async () => {
  const live = await customers({ duplicates: 'oldest' })
  await live.erp.sql(`insert into customers (legal_name, vat) values ('Ines', 'A1')`)
  await eventually(async () =>
    expect(await live.store.value(`select count(*)::int from record where created_rule = 'duplicate: oldest'`)).toBe(1),
  )
  await live.erp.sql(`update customers set vat = 'A10' where id = 1`)
  await holds(live, [{ account_name: 'Ines', tax_id: 'A1', phone: null }, { ...ALFA, tax_id: 'A10' }, BETA, GAMMA])
  await quiet(live)
})
