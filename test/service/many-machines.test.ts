import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { openCompany, type Company, type Process } from './stage.ts'

const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }
const RECORDS = 12_000

/**
 * Lets the CRM take no row of the second half of the customers until the gate is opened, so that a machine of any speed is
 * in the middle of the work until then.
 */
async function gate(company: Company, event: 'insert' | 'update'): Promise<() => Promise<void>> {
  const keeper = new pg.Client({ connectionString: company.crm.url })
  await keeper.connect()
  let open = false
  const release = async (): Promise<void> => {
    if (!open) await keeper.end()
    open = true
  }
  onTestFinished(release)
  await keeper.query('select pg_advisory_lock(7)')
  await company.crm.sql(`
    create function gate() returns trigger language plpgsql as $$ begin
      if substr(new.tax_id, 2)::int > ${RECORDS / 2} then perform pg_advisory_xact_lock_shared(7); end if;
      return new; end $$;
    create trigger gate before ${event} on accounts for each row execute function gate()`)
  return release
}

/** The worker that has the flow now. */
async function holder(company: Company, processes: readonly Process[]): Promise<Process | undefined> {
  const [lease] = await company.store.sql<{ holder: string }>('select holder from lease where expires_at > now()')
  return processes.find((one) => lease?.holder.startsWith(`process ${one.pid} `))
}

test('L16 one of three workers is killed under load: another takes over within 30 seconds, nothing is lost or doubled', async () => {
  const company = await openCompany(REAL_TIME)
  const open = await gate(company, 'insert')
  await company.erp.sql(
    `insert into customers (legal_name, vat, email) select 'Customer ' || i, 'V' || i, 'c' || i || '@acme.example' from generate_series(1, ${RECORDS}) i`,
  )
  const workers = [
    await company.start('serve', '--port', '0'),
    await company.start('worker'),
    await company.start('worker', '--port', '0'),
  ]
  const landed = async (): Promise<number> => Number(await company.crm.value('select count(*) from accounts'))
  await expect.poll(landed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(RECORDS / 10)
  const victim = (await holder(company, workers))!
  expect(victim).toBeDefined()
  victim.signal('SIGKILL')
  const killed = Date.now()
  await victim.ended
  const survivors = workers.filter((one) => one !== victim)
  const before = await landed()
  await open()
  expect(before).toBeLessThan(RECORDS)
  // Fresh edits go on while the work changes hands.
  await company.erp.sql(`update customers set legal_name = legal_name || ' Ltd' where id % 100 = 0`)
  await expect.poll(() => holder(company, survivors), { timeout: 30_000, interval: 50 }).toBeDefined()
  await expect.poll(landed, { timeout: 30_000, interval: 50 }).toBeGreaterThan(before)
  expect(Date.now() - killed).toBeLessThan(30_000)

  await expect.poll(landed, { timeout: 90_000 }).toBe(RECORDS)
  const differing = `select count(*) from (select vat, legal_name from customers) a`
  const inErp = await company.erp.sql(`${differing.replace('count(*)', 'vat, legal_name')} order by vat collate "C"`)
  await expect
    .poll(
      async () =>
        JSON.stringify(
          await company.crm.sql(
            'select tax_id as vat, account_name as legal_name from accounts order by tax_id collate "C"',
          ),
        ) === JSON.stringify(inErp),
      { timeout: 60_000 },
    )
    .toBe(true)
  expect(await company.store.value('select count(*) from batch where settled_at is null')).toBe('0')
})

test('L16 SIGTERM under load drains within 10 seconds, and a second process goes on without repeating anything', async () => {
  const company = await openCompany(REAL_TIME)
  await company.erp.sql(
    `insert into customers (legal_name, vat) select 'Customer ' || i, 'V' || i from generate_series(1, ${RECORDS}) i`,
  )
  const open = await gate(company, 'insert')
  const first = await company.start('serve', '--port', '0')
  const landed = async (): Promise<number> => Number(await company.crm.value('select count(*) from accounts'))
  await expect.poll(landed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(RECORDS / 10)
  const began = Date.now()
  first.signal('SIGTERM')
  await open()
  expect(await first.ended, first.output()).toBe(0)
  expect(Date.now() - began).toBeLessThan(10_000)
  const before = await landed()
  await company.start('serve', '--port', '0')
  await expect.poll(landed, { timeout: 90_000 }).toBe(RECORDS)
  expect(await company.crm.value('select count(distinct tax_id) from accounts')).toBe(String(RECORDS))
  // Each account was written once, by the system's own count.
  expect(await company.crm.value(`select count(*) from written where what = 'INSERT'`)).toBe(String(RECORDS))
  expect(before).toBeLessThanOrEqual(RECORDS)
})

test(
  'L17 a worker that stood still until it was succeeded commits nothing more, and works on',
  { timeout: 240_000 },
  async () => {
    const company = await openCompany(REAL_TIME)
    await company.erp.sql(
      `insert into customers (legal_name, vat) select 'Customer ' || i, 'V' || i from generate_series(1, ${RECORDS}) i`,
    )
    const open = await gate(company, 'insert')
    const workers = [await company.start('serve', '--port', '0'), await company.start('worker', '--port', '0')]
    const landed = async (): Promise<number> => Number(await company.crm.value('select count(*) from accounts'))
    await expect.poll(landed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(RECORDS / 10)
    const still = (await holder(company, workers))!
    still.signal('SIGSTOP')
    await open()
    const others = workers.filter((one) => one !== still)
    await expect.poll(() => holder(company, others), { timeout: 120_000 }).toBeDefined()
    still.signal('SIGCONT')
    await expect.poll(landed, { timeout: 90_000 }).toBe(RECORDS)
    expect(await company.crm.value('select count(distinct tax_id) from accounts')).toBe(String(RECORDS))
    expect(await company.crm.value(`select count(*) from written where what = 'INSERT'`)).toBe(String(RECORDS))
    await expect
      .poll(() => company.store.value('select count(*) from batch where settled_at is null'), { timeout: 30_000 })
      .toBe('0')
    expect((await fetch(`${still.url}/ready`)).status).toBe(200)
  },
)

test(
  'L16 the changes of one large flow are carried out by several workers; one is killed, and every change lands once',
  { timeout: 240_000 },
  async () => {
    const company = await openCompany({
      customers: { ...REAL_TIME.customers, limits: { changes: '100%', deletions: '10 records' } },
    })
    await company.erp.sql(
      `insert into customers (legal_name, vat) select 'Customer ' || i, 'V' || i from generate_series(1, ${RECORDS}) i`,
    )
    const workers = [
      await company.start('serve', '--port', '0'),
      await company.start('worker'),
      await company.start('worker'),
    ]
    const landed = async (name: string): Promise<number> =>
      Number(await company.crm.value(`select count(*) from accounts where account_name like '${name}%'`))
    await expect.poll(() => landed('Customer'), { timeout: 90_000 }).toBe(RECORDS)
    await company.crm.sql(`
      create table writers (account text, name text);
      create function wrote() returns trigger language plpgsql as $$ begin
        insert into writers values (new.tax_id, new.account_name); return null; end $$;
      create trigger wrote after update on accounts for each row execute function wrote()`)
    const open = await gate(company, 'update')
    await company.erp.sql(`update customers set legal_name = 'Client ' || id`)
    const helpers = async (): Promise<string[]> =>
      (
        await company.store.sql<{ holder: string }>(
          `select distinct s.holder from shard s join lease l using (flow_id) where s.holder <> l.holder and s.done_at is null`,
        )
      ).map((row) => row.holder)
    await expect.poll(async () => (await helpers()).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0)
    const [helping] = await helpers()
    const victim = workers.find((one) => helping!.startsWith(`process ${one.pid} `))!
    victim.signal('SIGKILL')
    await open()
    // Somebody edits a record that waits, and one that has been carried over, meanwhile.
    await company.erp.sql(`update customers set legal_name = 'Fresh ' || id where id in (1, ${RECORDS - 1})`)
    await expect.poll(() => landed('Fresh'), { timeout: 60_000 }).toBe(2)
    await expect.poll(() => landed('Client'), { timeout: 120_000 }).toBe(RECORDS - 2)
    const wrong = await company.crm.sql(`select account, name from writers group by 1, 2 having count(*) > 1`)
    expect(wrong).toEqual([])
    await expect
      .poll(() => company.store.value('select count(*) from batch where settled_at is null'), { timeout: 30_000 })
      .toBe('0')
    expect(await company.store.value('select count(*) from shard')).toBe('0')
    expect(await company.store.value(`select count(*) from case_file where state = 'open'`)).toBe('0')
  },
)
