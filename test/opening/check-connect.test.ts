import { expect, test } from 'vitest'

import { checkContract, introspectSystem, sampleSystem, lookAtContract, openApp } from '../../src/app.ts'
import type { Backend } from '../../src/cli/backend.ts'
import { type Typed, type } from '../fixtures/command-line.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

// What the catalogues know is said by every command before anything is written.

const ERP = `create table customers (id serial primary key, name text not null, notes text, opened date, updated_at timestamptz not null default clock_timestamp());
  insert into customers (name, notes) values ('Alba', repeat('x', 50)), ('Bruno', 'y')`
const FLOW = {
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'modified' },
  },
  match: [['name']],
  fields: {
    name: { type: 'text', required: true, erp: 'name', crm: 'name' },
    notes: { type: 'text', erp: 'notes', crm: 'notes' },
    opened: { type: 'date', erp: 'opened', crm: 'opened' },
  },
}
const CRM = {
  postgres: `create table accounts (id varchar(24) primary key, name text not null, notes varchar(20), opened time, owner text not null, status text, modified timestamptz);
    insert into accounts select n::text, 'Old ' || n, null, null, 'ana', 'open', now() from generate_series(1, 30) n`,
  mysql: `create table accounts (id varchar(24) primary key, name varchar(40) not null, notes varchar(20), opened time, owner varchar(20) not null, status varchar(9), modified timestamp(6) null);
    insert into accounts (id, name, owner, status) select seq, concat('Old ', seq), 'ana', 'open' from seq_1_to_30`,
}
const FOUND = [
  'error crm kind-of-column',
  'error crm who-makes-ids',
  'error crm never-filled',
  'warning crm too-long',
  'warning crm always-filled',
  'warning crm changes-unseen',
]

const BACKEND: Partial<Backend> = {
  check: (options) => Promise.resolve(checkContract(options)),
  look: lookAtContract,
  open: openApp,
  introspect: introspectSystem,
  sample: sampleSystem,
}
const typed = (pair: Pair, ...argv: string[]): Promise<Typed> =>
  type([...argv, '--contract', pair.contract], {
    backend: BACKEND,
    env: { ...pair.env, DATABASE_URL: pair.storeUrl },
  })

interface Found {
  readonly severity: string
  readonly code: string
  readonly line: number
  readonly message: string
  readonly found?: { readonly level: string; readonly system: string }
}
const kinds = (problems: readonly Found[]) =>
  problems.map(({ severity, code, found }) => `${severity} ${found?.system} ${code}`)

async function everywhere(pair: Pair): Promise<void> {
  // A plain check reads no system.
  expect(await typed(pair, 'check')).toMatchObject({ status: 0 })
  const check = await typed(pair, 'check', '--connect', '--json')
  const { problems } = check.json() as { problems: readonly Found[] }
  expect(kinds(problems)).toEqual(FOUND)
  expect(check.status).not.toBe(0)
  for (const { line, message } of problems) {
    expect(line).toBeGreaterThan(10)
    expect(message).toMatch(/^customers: /)
  }
  expect(problems.map(({ found }) => found!.level)).toContain('asked')
  const screen = await typed(pair, 'check', '--connect')
  expect(screen.out).toMatch(/answer needed {2}customers: CRM does not make `id`/)
  expect(screen.out).toMatch(/The contract has 3 problems \(3 warnings\)/)

  const signed = await typed(pair, 'approve', 'customers', '--as', 'business', '--by', 'ana', '--json')
  expect(kinds((signed.json() as { findings: readonly Found[] }).findings)).toEqual(FOUND)
  expect(signed.status).toBe(0)
  await typed(pair, 'approve', 'customers', '--as', 'technical', '--by', 'ana')
  const plan = await typed(pair, 'plan', '--json')
  const planned = plan.json() as { findings: readonly Found[]; flows: readonly { status: string }[] }
  expect(kinds(planned.findings)).toEqual(FOUND)
  expect(planned.flows[0]!.status).toBe('failed')

  const run = await typed(pair, 'run')
  expect(run.status).not.toBe(0)
  expect(run.out).toMatch(/CRM does not make `id`/)
  expect(await pair.crm.sql(`select 1 from accounts where name not like 'Old%'`)).toEqual([])

  // Once all of it is put right, the flow runs, and no warning is left.
  await pair.crm.sql('alter table accounts drop column opened')
  await pair.crm.sql('alter table accounts add column opened date')
  await pair.crm.sql('alter table accounts drop column notes')
  await pair.crm.sql('alter table accounts add column notes varchar(80)')
  await pair.decide({
    records: {
      ...FLOW.records,
      crm: {
        ...FLOW.records.crm,
        new_id: 'hex 24',
        on_create: { owner: 'concordat', status: 'open' },
        on_update: { modified: 'now()' },
      },
    },
  })
  expect(await typed(pair, 'check', '--connect')).toMatchObject({ status: 0 })
  expect(((await typed(pair, 'check', '--connect', '--json')).json() as { problems: unknown[] }).problems).toEqual([])
  expect(await pair.done()).toMatchObject({ created: 32 })
}

test('every command says it, and run writes nothing', async () => {
  await everywhere(await openPair({ erp: ERP, crm: CRM.postgres, flow: FLOW }))
})

test('a system that cannot be reached, or lacks a table, is said so', async () => {
  const pair = await openPair({
    erp: ERP,
    crm: CRM.postgres,
    flow: FLOW,
    reach: (url, system) => (system === 'crm' ? url.replace(/:\d+\//, ':1/') : url),
  })
  const { problems } = (await typed(pair, 'check', '--connect', '--json')).json() as { problems: readonly Found[] }
  expect(kinds(problems)).toEqual(['error crm not-opened'])
  await pair.decide({ records: { ...FLOW.records, erp: { ...FLOW.records.erp, table: 'customer' } } })
  const again = (await typed(pair, 'check', '--connect', '--json')).json() as { problems: readonly Found[] }
  expect(again.problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(/no table "customer"/))
})

describeMariaDb('on MariaDB', (server) => {
  test('every command says it, and run writes nothing', async () => {
    await everywhere(await openPair({ maria: { crm: server() }, erp: ERP, crm: CRM.mysql, flow: FLOW }))
  })
})
