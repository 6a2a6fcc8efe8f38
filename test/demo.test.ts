import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DemoReport } from '../src/cli/demo/demo-report.ts'
import { openHome } from '../src/demo/home.ts'
import type { DemoHome } from '../src/demo/home.ts'
import { photograph } from '../src/demo/photograph.ts'
import { verify } from '../src/demo/verify.ts'

let folder: string
let home: DemoHome
const env = () => ({ ...process.env, CONCORDAT_HOME: folder, DATABASE_URL: '' })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concordat-demo-'))
  await chmod(folder, 0o711)
  // Held for the whole file, so that the server does not stop between two demos.
  home = await openHome(env(), () => {})
})

afterAll(async () => {
  await home.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs `concordat demo --json` as a user would; fails with what it printed unless it ends with status 0. */
async function demo(...options: string[]): Promise<DemoReport> {
  const args = ['bin/concordat.js', 'demo', '--json', '--quiet', ...options]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: env(), maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as DemoReport
}

test('the demo leads two systems into agreement, comes to rest, and starts afresh when it is run again', async () => {
  const first = await demo('--customers', '200', '--seed', '5')
  expect(first.failures).toEqual([])
  expect(first.check).toMatchObject({ flows: 4, problems: 0, questions: 0 })
  expect(first.verification.after_first_run.disagreements).toEqual([])
  expect(first.verification.after_second_run.disagreements).toEqual([])
  expect(first.verification.after_second_run.compared.customers).toBeGreaterThan(150)
  const { lines: _lines, ...compared } = first.verification.after_second_run.compared
  const agreement = first.second_run.flows.map(({ flow, agreement }) => [flow, agreement!.in_agreement])
  expect(Object.fromEntries(agreement), 'L33: in agreement, as the comparison counts it').toEqual(compared)
  expect(first.waiting.length).toBeGreaterThan(3)
  expect(first.customer?.timeline.length).toBeGreaterThan(2)
  expect(first.rest_run).toMatchObject({ writes: 0, changed_tables: [] })

  // It signed in the owners' names, and said so; they do not hear of it again as of a stranger's doing.
  const store = new pg.Client({ connectionString: home.storeUrl })
  await store.connect()
  const { rows } = await store.query(
    `select (select count(*)::int from signature) as signatures,
       (select count(*)::int from account_notice where seen_at is null) as notices`,
  )
  await store.end()
  expect(rows).toEqual([{ signatures: 8, notices: 0 }])

  const again = await demo('--customers', '200', '--seed', '5')
  expect(again.mess).toEqual(first.mess)
  expect(again.verification).toEqual(first.verification)
  expect(again.waiting.map(({ count }) => count)).toEqual(first.waiting.map(({ count }) => count))
})

test('the plan says what the first run then does', async () => {
  const { plan, first_run } = await demo('--customers', '100')
  const figures = (runs: DemoReport['first_run']) =>
    runs.flows.map(({ flow, created, updated, deleted, linked, held, conflicts, writes }) => ({
      flow,
      created,
      updated,
      deleted,
      linked,
      held,
      conflicts,
      writes,
    }))
  expect(figures(plan)).toEqual(figures(first_run))
})

test('the comparison notices when somebody tampers with the databases', async () => {
  await demo('--customers', '100')
  const agreed = await photograph(home.urls)
  const rules = {
    legacyBefore: '2018',
    awaitingApproval: new Set(agreed.crm['accounts']!.slice(-1).map((row) => row['id']!)),
  }
  expect(verify(agreed, agreed, rules).disagreements).toEqual([])
  const tampered = async (system: 'erp' | 'crm', statement: string): Promise<number> => {
    const client = new pg.Client({ connectionString: home.urls[system] })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
    return verify(agreed, await photograph(home.urls), rules).disagreements.length
  }
  const corrupted = await tampered(
    'crm',
    'update bills set amount = amount + 0.01 where id = (select min(id) from bills)',
  )
  expect(corrupted).toBeGreaterThan(0)
  const dropped = await tampered(
    'erp',
    'delete from sales_order_lines where order_id = (select max(id) from sales_orders) and line_no = 1',
  )
  expect(dropped).toBeGreaterThan(corrupted)
  const doubled = await tampered(
    'crm',
    `insert into accounts (type, account_name, tax_id, email) select type, account_name, tax_id, email from accounts where type = 'customer' order by id limit 1`,
  )
  expect(doubled).toBeGreaterThan(dropped)
})
