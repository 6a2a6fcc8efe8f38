/**
 * What every benchmark runs on: one embedded server of its own, as durable as in real use, with the databases of two
 * systems and of the store; a table of customers in system A; and a contract that keeps both systems in agreement.
 * All of it is gone when the world is closed.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { EmbeddedServer } from '../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../src/store/embedded/embedded-server.ts'
import { CUSTOMERS_A, CUSTOMERS_B, FILL_A } from './customers.ts'
import { openWorker, type Worker } from './measured-process.ts'

/** The ground that benchmarks stand on. */
export interface World {
  readonly server: EmbeddedServer
  /** Connection strings of the two systems. */
  readonly a: string
  readonly b: string
  /** Empties all three databases and fills system A with `records` customers. */
  reset(records: number): Promise<void>
  /** A process of its own that holds the application. */
  worker(): Promise<Worker>
  close(): Promise<void>
}

const DATABASES = ['bench_a', 'bench_b', 'bench_store']

/** Starts the server; `profile`: folder into which workers write CPU profiles. */
export async function openWorld(options: { readonly profile?: string | undefined } = {}): Promise<World> {
  const server = await startEmbedded({ ephemeral: true })
  const folder = mkdtempSync(join(tmpdir(), 'concordat-bench-'))
  const contract = join(folder, 'concordat.yaml')
  writeFileSync(contract, CONTRACT)
  const a = server.url('bench_a')
  const b = server.url('bench_b')
  const workers = new Set<Worker>()
  return {
    server,
    a,
    b,
    async reset(records) {
      for (const name of DATABASES) {
        await server.dropDatabase(name)
        await server.createDatabase(name)
      }
      await onDatabase(a, async (client) => {
        await client.query(CUSTOMERS_A)
        await client.query(FILL_A, [records])
      })
      await onDatabase(a, (client) => client.query('vacuum analyze customers'))
      await onDatabase(b, (client) => client.query(CUSTOMERS_B))
      // What making the data left to be written does not belong to what is measured.
      await onDatabase(a, (client) => client.query('checkpoint'))
    },
    async worker() {
      const worker = await openWorker(
        { contract, databaseUrl: server.socketUrl('bench_store'), env: { A_URL: a, B_URL: b } },
        options.profile,
      )
      workers.add(worker)
      return worker
    },
    async close() {
      for (const worker of workers) worker.kill()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Opens a connection, does the work, closes it whatever happens. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export const CONTRACT = `concordat: 1
company: Benchmark
timezone: Europe/Madrid
people:
  ana: { name: Ana Ruiz, email: ana@bench.example }
  tomas: { name: Tomás Vidal, email: tomas@bench.example }
systems:
  a: { connector: postgres, url: "\${env:A_URL}" }
  b: { connector: postgres, url: "\${env:B_URL}" }
flows:
  customers:
    owners: { business: ana, technical: tomas }
    master: a
    direction: both
    schedule: { a: real-time, b: real-time }
    late_after: 30 minutes
    records:
      a: { table: customers, id: id, changed_at: updated_at }
      b: { table: accounts, id: id, changed_at: modified_at }
    match:
      - [number]
    fields:
      number: { type: text, required: true, a: number, b: account_no }
      name: { type: text, required: true, a: name, b: account_name }
      email: { type: email, master: shared, on_conflict: newest, a: email, b: email }
      phone: { type: phone, country: ES, master: b, a: phone, b: phone }
      street: { type: text, a: street, b: billing_street }
      city: { type: text, a: city, b: billing_city }
      postcode: { type: text, a: postcode, b: billing_postcode }
      country: { type: country, a: country, b: country_code }
      credit_limit: { type: money, currency: EUR, a: credit_limit, b: credit_limit }
      customer_since: { type: date, a: customer_since, b: customer_since }
    edge_cases:
      created_outside_master: adopt
      edited_outside_master: revert
      existing_records: master wins
      existing_unmatched: create
      older_than: no limit
      duplicates: ask
      deleted_in_master: delete
      deleted_elsewhere: restore
      missing_reference: ask
      invalid_value: hold record
      empty_in_master: keep
    on_failure: { retry: for 6 hours, then: quarantine, alert: { technical: at once, business: after 1 hour } }
    limits: { changes: 100%, deletions: 10 records }
    history: 400 days
`
