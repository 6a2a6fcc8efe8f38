import { expect, test } from 'vitest'

import type { CasePage } from '../../src/api/v1/schemas/cases.ts'
import type { RunItem, RunView } from '../../src/api/v1/schemas/runs.ts'
import { openStand } from './stand.ts'

interface RunPage {
  readonly items: readonly RunItem[]
  readonly next_cursor: string | null
}

test('runs come newest first, page by page, narrowed by flow, status, kind, time and whether they changed something', async () => {
  const stand = await openStand()
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  const changing = await stand.sync()
  for (let i = 0; i < 3; i++) await stand.sync()
  const full = await stand.sync({ full: true })
  const whole = await stand.get<RunPage>('/runs?limit=200')
  const numbers = whole.items.map((one) => one.run)
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
  const paged: number[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: RunPage = await stand.get(`/runs?limit=2${cursor && `&cursor=${cursor}`}`)
    paged.push(...page.items.map((one) => one.run))
    cursor = page.next_cursor
  }
  expect(paged).toEqual(numbers)
  const runs = async (filter: string): Promise<number[]> =>
    (await stand.get<RunPage>(`/runs?${filter}`)).items.map((one) => one.run)
  expect(await runs('kind=full')).toContain(full.run)
  expect(await runs('status=failed')).toEqual([])
  expect(await runs('flow=orders')).toEqual([])
  const [wrote] = (await stand.get<RunPage>('/runs?changed=true')).items
  expect(wrote).toMatchObject({ counts: { created: 1, conflicts: 0 }, writes: { crm: 1 }, failure: null })
  expect(await runs('changed=true')).toHaveLength(1)
  expect(await runs(`until=${wrote!.started}`)).toContain(wrote!.run)
  expect(await runs(`since=${new Date(Date.parse(wrote!.started) + 1).toISOString()}`)).not.toContain(wrote!.run)
  expect(changing.status).toBe('done')
  expect(await runs('dull=false')).toEqual([wrote!.run])
  expect(await runs('dull=true&flow=customers')).toEqual(numbers.filter((run) => run !== wrote!.run))
})

test('a run shows when it wrote where, and what was refused with what was sent and what the system answered', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = 'Acme Ltd'`)
  await stand.crm.sql(`alter table accounts add constraint no_bolt check (account_name <> 'Bolt')`)
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Bolt', 'B2'), ('Cord', 'C3')`)
  await stand.sync()
  const [opened] = (await stand.get<CasePage>('/cases')).items
  const run = await stand.get<RunView>(`/runs/${opened!.opened_run}`)
  // The edit in the wrong place, and the record that was set aside.
  expect(run.cases_opened).toBe(2)
  expect(run.finished).not.toBeNull()
  const [stage] = run.stages
  expect(stage).toMatchObject({ system: 'crm', stage: 'writing crm', writes: run.writes['crm'] })
  expect(stage!.calls).toBeGreaterThan(0)
  expect(Date.parse(stage!.from)).toBeGreaterThanOrEqual(Date.parse(run.started))
  expect(run.refused).toMatchObject({
    count: 1,
    first: [
      {
        system: 'crm',
        what: 'create',
        outcome: 'refused',
        title: 'Bolt',
        request: { account_name: 'Bolt', tax_id: 'B2' },
        response: expect.stringContaining('no_bolt') as string,
      },
    ],
  })
  expect(await stand.ask('GET', '/runs/999999')).toMatchObject({ status: 404, body: { code: 'engine.unknown-run' } })
})

test('a run that failed says why, and which system it was', async () => {
  const stand = await openStand()
  await stand.sync()
  await stand.crm.sql('alter table accounts rename to gone')
  const report = (await (await stand.app()).run())[0]!
  expect(report.status).toBe('failed')
  const run = await stand.get<RunView>(`/runs/${report.run}`)
  expect(run).toMatchObject({ status: 'failed', refused: { count: 0, first: [] }, stages: [] })
  expect(run.message).not.toBeNull()
  expect(run.failure).toMatchObject({ system: 'crm' })
})
