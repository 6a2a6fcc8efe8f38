/*
 * An ERP and a CRM with the tables and the contract that a test gives, the CRM on PostgreSQL or on MariaDB: for tests of
 * the order in which writes land, where constraints of the systems matter.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import mysql from 'mysql2/promise'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'

import type { App } from '../../src/app.ts'
import type { CaseView, FlowRun } from '../../src/model/report.ts'
import { freshDatabase } from '../harness/database.ts'
import type { MariaDb } from '../harness/mariadb.ts'
import { openSigned } from '../harness/sign.ts'
import { connectSystem } from './systems.ts'

export type Sql = (text: string) => Promise<Record<string, unknown>[]>

export interface Landing {
  readonly erp: Sql
  readonly crm: Sql
  readonly shop: Sql
  readonly store: Sql
  readonly storeUrl: string
  readonly env: Record<string, string>
  readonly contract: string
  app(): Promise<App>
  /** Runs all flows, and sees that none fails; by flow. */
  run(full?: boolean): Promise<Record<string, FlowRun>>
  cases(): Promise<readonly CaseView[]>
  /** The next run finds nothing to do and nothing waits. */
  rest(): Promise<void>
}

export interface Setup {
  readonly erp: string
  readonly crm: string
  readonly shop?: string
  readonly flows: Readonly<Record<string, unknown>>
  /** The CRM is on this MariaDB. */
  readonly mariadb?: MariaDb | undefined
  readonly schedule?: string
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
  invalid_value: 'hold record',
  empty_in_master: 'erase',
}

/** A flow of a contract in which ERP is master and everything is decided. */
export const flow = (
  records: Readonly<Record<string, unknown>>,
  match: readonly unknown[],
  fields: Readonly<Record<string, unknown>>,
  edge: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  owners: { business: 'ana', technical: 'ana' },
  master: 'erp',
  direction: 'both',
  schedule: 'every 15 minutes',
  late_after: '1 hour',
  records,
  match,
  fields,
  edge_cases: { ...EDGE_CASES, ...edge },
  on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
  limits: { changes: '100%', deletions: '100%' },
  history: '400 days',
})

export const table = (name: string): Record<string, string> => ({ table: name, id: 'id', changed_at: 'updated_at' })

export async function openLanding(setup: Setup): Promise<Landing> {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-landing-'))
  const ends: (() => Promise<unknown>)[] = []
  const postgres = async (name: string): Promise<{ url: string; sql: Sql }> => {
    const database = await freshDatabase(name)
    const system = connectSystem(database.url)
    ends.push(async () => {
      await system.end()
      await database.drop()
    })
    return { url: database.url, sql: (text) => system.sql(text) }
  }
  const erp = await postgres('erp')
  const crm = setup.mariadb ? await onMariaDb(setup.mariadb, ends) : await postgres('crm')
  const shop = setup.shop === undefined ? null : await postgres('shop')
  const store = await postgres('store')
  await erp.sql(setup.erp)
  await crm.sql(setup.crm)
  if (shop) await shop.sql(setup.shop!)
  const contract = join(folder, 'concordat.yaml')
  const env: Record<string, string> = { ERP_URL: erp.url, CRM_URL: crm.url, ...(shop && { SHOP_URL: shop.url }) }
  await writeFile(
    contract,
    stringify({
      concordat: 1,
      company: 'Acme',
      timezone: 'Europe/Madrid',
      people: { ana: { name: 'Ana Ruiz', email: 'ana@acme.example' } },
      systems: {
        erp: { connector: 'postgres', url: '${env:ERP_URL}' },
        crm: { connector: setup.mariadb ? 'mysql' : 'postgres', url: '${env:CRM_URL}' },
        ...(shop && { shop: { connector: 'postgres', url: '${env:SHOP_URL}' } }),
      },
      flows: setup.flows,
    }),
  )
  let opened: App | null = null
  onTestFinished(async () => {
    await opened?.close()
    for (const end of ends) await end()
    await rm(folder, { recursive: true, force: true })
  })
  const app = async (): Promise<App> => {
    if (opened) return opened
    opened = await openSigned({ contract, env, databaseUrl: store.url })
    expect(opened.check.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect(opened.check.questions).toEqual([])
    return opened
  }
  const run = async (full = false): Promise<Record<string, FlowRun>> => {
    const reports = await (await app()).run(full ? { full } : {})
    for (const report of reports) expect(report.status, report.message).not.toBe('failed')
    expect(reports.map((report) => report.flow)).toHaveLength(new Set(reports.map((report) => report.flow)).size)
    return Object.fromEntries(reports.map((report) => [report.flow, report]))
  }
  const cases = async (): Promise<readonly CaseView[]> => (await app()).cases()
  return {
    erp: erp.sql,
    crm: crm.sql,
    shop: shop?.sql ?? (() => Promise.reject(new Error('there is no shop'))),
    store: store.sql,
    storeUrl: store.url,
    env,
    contract,
    app,
    run,
    cases,
    rest: async () => {
      expect((await cases()).map((one) => one.sentence)).toEqual([])
      for (const report of Object.values(await run()))
        expect(report).toMatchObject({ status: 'done', created: 0, updated: 0, deleted: 0 })
      expect(await store.sql('select * from dirty')).toEqual([])
    },
  }
}

async function onMariaDb(server: MariaDb, ends: (() => Promise<unknown>)[]): Promise<{ url: string; sql: Sql }> {
  const database = await server.freshDatabase('crm')
  const client = await mysql.createConnection({ uri: database.url, multipleStatements: true, dateStrings: true })
  ends.push(async () => {
    await client.end()
    await database.drop()
  })
  return {
    url: database.url,
    sql: async (text) => {
      const [rows] = await client.query(text)
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
    },
  }
}
