/**
 * Two systems whose tables a test writes itself, in PostgreSQL or MariaDB, and one flow between them: for tests about
 * what becomes of a value on its way from one kind of column into another.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import mysql from 'mysql2/promise'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'

import type { App, RunOptions } from '../../src/app.ts'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import type { CaseView, FlowRun } from '../../src/model/report.ts'
import { openDatabase } from '../../src/store/database/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { connectSystem } from '../engine/systems.ts'
import { freshDatabase, freshFromTemplate } from '../harness/database.ts'
import type { MariaDb } from '../harness/mariadb.ts'
import { openSigned } from '../harness/sign.ts'

type Tree = { readonly [key: string]: unknown }

/** A system as its users see it: rows as objects, bytes as `Buffer`, everything else as the driver gives it. */
interface Table {
  sql<Row extends object = Record<string, unknown>>(text: string, ...values: unknown[]): Promise<Row[]>
  /** The values of the first column. */
  column(text: string): Promise<unknown[]>
}

export interface Pair {
  readonly erp: Table
  readonly crm: Table
  run(options?: RunOptions): Promise<FlowRun>
  /** A run that has nothing to write, nor has a full one. */
  rest(): Promise<void>
  cases(): Promise<readonly CaseView[]>
  app(): Promise<App>
  /** Changes the flow, its systems' settings or the top level of the contract, and signs that. */
  decide(change: { flow?: Tree; systems?: Tree; top?: Tree }): Promise<void>
}

/** What a system is made of: its tables, and where; PostgreSQL unless a MariaDB is named. */
export interface Made {
  readonly sql: string
  readonly on?: MariaDb
  readonly settings?: Tree
}

const EDGE_CASES = {
  created_outside_master: 'adopt',
  edited_outside_master: 'revert',
  existing_records: 'master wins',
  existing_unmatched: 'create',
  older_than: 'no limit',
  duplicates: 'ask',
  deleted_in_master: 'delete',
  deleted_elsewhere: 'restore',
  left_filter: 'leave alone',
  missing_reference: 'ask',
  invalid_value: 'hold record',
  empty_in_master: 'erase',
}

/** A flow `things` between `erp` (its master) and `crm`; `flow` needs `records`, `match` and `fields` only. */
export async function openPair(erp: Made, crm: Made, flow: Tree, top: Tree = {}): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-pair-'))
  const store = await freshFromTemplate('pair_store', async (url) => {
    const database = await openDatabase(url)
    await migrate(database)
    await database.close()
  })
  const made = { erp: await make(erp), crm: await make(crm) }
  let app: App | null = null
  onTestFinished(async () => {
    await app?.close()
    await Promise.all([made.erp.end(), made.crm.end()])
    await rm(folder, { recursive: true, force: true })
  })
  const { edge_cases, ...given } = flow
  let contract: Record<string, unknown> = {
    concordat: 1,
    company: 'Acme',
    timezone: 'Europe/Madrid',
    people: { ana: { name: 'Ana Ruiz', email: 'ana@acme.example' } },
    ...top,
    systems: {
      erp: { connector: erp.on ? 'mysql' : 'postgres', url: '${env:ERP_URL}', ...erp.settings },
      crm: { connector: crm.on ? 'mysql' : 'postgres', url: '${env:CRM_URL}', ...crm.settings },
    },
    flows: {
      things: {
        owners: { business: 'ana', technical: 'ana' },
        master: 'erp',
        direction: 'both',
        schedule: 'every 15 minutes',
        late_after: '1 hour',
        edge_cases: { ...EDGE_CASES, ...(edge_cases as Tree | undefined) },
        on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
        limits: { changes: '100%', deletions: '100%' },
        history: '400 days',
        ...given,
      },
    },
  }
  const path = join(folder, 'concordat.yaml')
  const env = { ERP_URL: made.erp.url, CRM_URL: made.crm.url }
  const open = async (): Promise<App> => {
    if (app) return app
    await writeFile(path, stringify(contract))
    const { problems, questions } = readContract(path)
    expect(problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect(questions).toEqual([])
    return (app = await openSigned({ contract: path, env, databaseUrl: store.url }))
  }
  const run = async (options?: RunOptions): Promise<FlowRun> => {
    const [report] = await (await open()).run(options)
    expect(report!.status, report!.message).not.toBe('failed')
    return report!
  }
  return {
    erp: made.erp,
    crm: made.crm,
    run,
    app: open,
    cases: async () => (await open()).cases(),
    async rest() {
      for (const options of [{}, { full: true }])
        expect(await run(options)).toMatchObject({ created: 0, updated: 0, deleted: 0, linked: 0 })
    },
    async decide(change) {
      const { things } = contract['flows'] as { things: Tree }
      const systems = contract['systems'] as Record<string, Tree>
      const merged = Object.entries(change.systems ?? {}).map(([name, settings]) => [
        name,
        { ...systems[name], ...(settings as Tree) },
      ])
      contract = {
        ...contract,
        ...change.top,
        systems: { ...systems, ...Object.fromEntries(merged) },
        flows: { things: { ...things, ...change.flow } },
      }
      await app?.close()
      app = null
    },
  }
}

async function make({ sql, on }: Made): Promise<Table & { url: string; end(): Promise<void> }> {
  if (on === undefined) {
    const { url } = await freshDatabase('pair')
    const system = connectSystem(url)
    await system.sql(sql)
    return withColumn(url, system.sql, () => system.end())
  }
  const { url } = await on.freshDatabase('pair')
  const client = await mysql.createConnection({
    uri: url,
    charset: 'utf8mb4',
    multipleStatements: true,
    dateStrings: true,
  })
  // As the application of the system would speak: what a time means is up to its column and to this zone.
  await client.query("set time_zone = '+00:00'")
  await client.query(sql)
  const ask = async <Row extends object>(text: string, ...values: unknown[]) =>
    (values.length > 0
      ? await client.execute(text, values as string[])
      : await client.query(text))[0] as unknown as Row[]
  return withColumn(url, ask, () => client.end())
}

function withColumn(url: string, sql: Table['sql'], end: () => Promise<void>) {
  return { url, sql, end, column: async (text: string) => (await sql(text)).map((row) => Object.values(row)[0]) }
}
