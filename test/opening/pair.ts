/**
 * Two systems with tables of a test's own, PostgreSQL or MariaDB, a store, and a contract with one flow between them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import mysql from 'mysql2/promise'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'

import type { App } from '../../src/app.ts'
import type { FlowRun } from '../../src/model/report.ts'
import { freshDatabase } from '../harness/database.ts'
import type { MariaDb } from '../harness/mariadb.ts'
import { openSigned } from '../harness/sign.ts'

/** One system, as its own users see it. */
interface PairSystem {
  readonly url: string
  sql(text: string): Promise<Record<string, unknown>[]>
}

export interface Pair {
  readonly erp: PairSystem
  readonly crm: PairSystem
  readonly env: Record<string, string>
  readonly contract: string
  readonly storeUrl: string
  app(): Promise<App>
  /** Runs the flow; answers the report as it is. */
  run(options?: { full?: boolean }): Promise<FlowRun>
  /** Runs the flow and sees that it is done and nothing waits. */
  done(options?: { full?: boolean }): Promise<FlowRun>
  /** Two more runs, the second of everything, write nothing. */
  rest(): Promise<void>
  /** Changes the flow's settings in the contract. */
  decide(flow: Tree): Promise<void>
  cases(): Promise<readonly string[]>
}

type Tree = { readonly [key: string]: unknown }

interface PairOptions {
  /** Absent: that system is PostgreSQL. */
  readonly maria?: { readonly erp?: MariaDb; readonly crm?: MariaDb }
  readonly erp: string
  readonly crm: string
  /** `records`, `match`, `fields` and what else the flow decides otherwise. */
  readonly flow: Tree
  /** Reaches a system as somebody else than the owner of the tables. */
  readonly reach?: (url: string, system: 'erp' | 'crm') => string
  readonly tamper?: Parameters<typeof openSigned>[0]['tamper']
}

const FLOW = {
  owners: { business: 'ana', technical: 'ana' },
  master: 'erp',
  direction: 'both',
  schedule: 'every 15 minutes',
  late_after: '1 hour',
  on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
  limits: { changes: '100%', deletions: '10 records' },
  history: '400 days',
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

export async function openPair(options: PairOptions): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-pair-'))
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  onTestFinished(async () => {
    for (const end of ends.toReversed()) await end()
  })
  const make = async (name: 'erp' | 'crm'): Promise<PairSystem & { connector: string }> => {
    const server = options.maria?.[name]
    const database = server ? await server.freshDatabase(name) : await freshDatabase(`pair_${name}`)
    ends.push(() => database.drop())
    const system = server ? await mariaSystem(database.url, ends) : postgresSystem(database.url, ends)
    await system.sql(options[name])
    return { ...system, connector: server ? 'mysql' : 'postgres' }
  }
  const erp = await make('erp')
  const crm = await make('crm')
  const store = await freshDatabase('pair_store')
  ends.push(() => store.drop())
  const reach = options.reach ?? ((url: string) => url)
  const env = { ERP_URL: reach(erp.url, 'erp'), CRM_URL: reach(crm.url, 'crm') }
  const contract = join(folder, 'concordat.yaml')
  let flow: Tree = options.flow
  const write = () =>
    writeFile(
      contract,
      stringify({
        concordat: 1,
        company: 'Acme',
        timezone: 'Europe/Madrid',
        people: { ana: { name: 'Ana Ruiz', email: 'ana@acme.example' } },
        systems: {
          erp: { connector: erp.connector, url: '${env:ERP_URL}' },
          crm: { connector: crm.connector, url: '${env:CRM_URL}' },
        },
        flows: {
          customers: { ...FLOW, ...flow, edge_cases: { ...EDGE_CASES, ...(flow['edge_cases'] as Tree | undefined) } },
        },
      }),
    )
  await write()
  let current: App | null = null
  const close = async (): Promise<void> => {
    await current?.close()
    current = null
  }
  ends.push(close)
  const app = async (): Promise<App> => {
    if (current === null) {
      current = await openSigned({
        contract,
        env,
        databaseUrl: store.url,
        ...(options.tamper && { tamper: options.tamper }),
      })
      expect(current.check.problems).toEqual([])
      expect(current.check.questions).toEqual([])
    }
    return current
  }
  const run = async (more: { full?: boolean } = {}): Promise<FlowRun> => (await (await app()).run(more))[0]!
  const pair: Pair = {
    erp,
    crm,
    env,
    contract,
    storeUrl: store.url,
    app,
    run,
    async done(more) {
      const report = await run(more)
      expect(report, report.message).toMatchObject({ status: 'done', open_cases: 0 })
      return report
    },
    async rest() {
      for (const more of [{}, { full: true }])
        expect(await run(more)).toMatchObject({ created: 0, updated: 0, deleted: 0, linked: 0 })
    },
    async decide(next) {
      flow = { ...flow, ...next }
      await write()
      await close()
    },
    cases: async () => (await (await app()).cases()).map((one) => `${one.kind}: ${one.sentence}`),
  }
  return pair
}

function postgresSystem(url: string, ends: (() => Promise<unknown>)[]): PairSystem {
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'somebody' })
  pool.on('error', () => {})
  ends.push(() => pool.end())
  return { url, sql: async (text) => ((await pool.query(text)) as { rows?: Record<string, unknown>[] }).rows ?? [] }
}

async function mariaSystem(url: string, ends: (() => Promise<unknown>)[]): Promise<PairSystem> {
  const client = await mysql.createConnection({ uri: url, charset: 'utf8mb4', multipleStatements: true })
  ends.push(() => client.end())
  return { url, sql: async (text) => (await client.query(text))[0] as unknown as Record<string, unknown>[] }
}
