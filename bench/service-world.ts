/**
 * The ground of benchmarks of the running service: a server of its own, as durable as in real use; flows between two
 * databases that answer only after a delay, as systems on the other side of a network do; and the service as processes.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../src/store/embedded/embedded-server.ts'
import { openSigned } from '../test/harness/sign.ts'

export interface ServiceWorld {
  /** Connection strings without the delay. */
  readonly a: string
  readonly b: string
  readonly store: string
  readonly contract: string
  readonly env: Readonly<Record<string, string>>
  /** Starts `concordat <words>` and waits until it works; answers where its HTTP listens, if it does. */
  start(...words: string[]): Promise<string>
  /** Numbers of the processes that were started. */
  pids(): number[]
  /** Ends all processes. */
  stop(): Promise<void>
  close(): Promise<void>
}

const COMMAND = join(import.meta.dirname, '..', 'bin', 'concordat.js')

export const flowNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `flow_${i + 1}`)

export async function openServiceWorld(options: {
  readonly flows: number
  readonly delayMs: number
  readonly hookSecret?: string
}): Promise<ServiceWorld> {
  const server = await startEmbedded({ ephemeral: true })
  for (const name of ['a', 'b', 'store']) await server.createDatabase(`bench_${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'concordat-bench-'))
  const contract = join(folder, 'concordat.yaml')
  writeFileSync(contract, JSON.stringify(contractOf(flowNames(options.flows), options.hookSecret !== undefined)))
  const slow = await delayed(server.port, options.delayMs)
  const through = (url: string): string => {
    const detour = new URL(url)
    detour.port = String(slow.port)
    return detour.href
  }
  const [a, b, store] = ['a', 'b', 'store'].map((name) => server.url(`bench_${name}`))
  const env = {
    A_URL: through(a!),
    B_URL: through(b!),
    ...(options.hookSecret !== undefined && { HOOK_SECRET: options.hookSecret }),
  }
  const processes = new Set<ChildProcess>()
  const stop = async (): Promise<void> => {
    const ends = [...processes].map((child) => once(child, 'exit'))
    for (const child of processes) child.kill('SIGTERM')
    await Promise.all(ends)
    processes.clear()
  }
  return {
    a: a!,
    b: b!,
    store: store!,
    contract,
    env,
    async start(...words) {
      await (await openSigned({ contract, env, databaseUrl: store! })).close()
      const child = spawn(process.execPath, [COMMAND, ...words, '--contract', contract], {
        cwd: folder,
        env: { ...process.env, ...env, DATABASE_URL: store! },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      processes.add(child)
      return new Promise((resolve, reject) => {
        child.stdout.on('data', (data: Buffer) => {
          const line = data
            .toString()
            .split('\n')
            .find((text) => text.includes('"service started"'))
          if (line !== undefined) resolve(String((JSON.parse(line) as { url?: string }).url))
        })
        child.once('exit', (status) => reject(new Error(`concordat ${words.join(' ')} ended with ${status}`)))
      })
    },
    pids: () => [...processes].map(({ pid }) => pid!),
    stop,
    async close() {
      await stop()
      await slow.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A detour on which every answer of the server takes `ms` longer. */
async function delayed(port: number, ms: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    near.setNoDelay(true)
    far.setNoDelay(true)
    near.pipe(far)
    far.on('data', (data) => setTimeout(() => near.write(data), ms))
    far.on('close', () => setTimeout(() => near.destroy(), ms))
    near.on('close', () => far.destroy())
    for (const socket of [near, far]) socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => void server.close(),
  }
}

/** Nothing runs by the clock: a benchmark says when. */
const NEVER = 'cron 0 0 31 2 *'

function contractOf(flows: readonly string[], hooks: boolean): object {
  const flow = (name: string): object => ({
    owners: { business: 'ana', technical: 'ana' },
    master: 'a',
    direction: 'both',
    schedule: { a: NEVER, b: NEVER },
    late_after: '30 minutes',
    records: {
      a: { table: `${name}_a`, id: 'id', changed_at: 'updated_at' },
      b: { table: `${name}_b`, id: 'id', changed_at: 'updated_at' },
    },
    match: [['code']],
    fields: {
      code: { type: 'text', required: true, a: 'code', b: 'code' },
      name: { type: 'text', a: 'name', b: 'name' },
    },
    edge_cases: {
      created_outside_master: 'adopt',
      edited_outside_master: 'revert',
      existing_records: 'master wins',
      existing_unmatched: 'create',
      older_than: 'no limit',
      duplicates: 'ask',
      deleted_in_master: 'delete',
      deleted_elsewhere: 'restore',
      missing_reference: 'ask',
      invalid_value: 'hold record',
      empty_in_master: 'keep',
    },
    on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
    limits: { changes: '100%', deletions: '10 records' },
    history: '400 days',
  })
  return {
    concordat: 1,
    company: 'Benchmark',
    timezone: 'Europe/Madrid',
    people: { ana: { name: 'Ana Ruiz', email: 'ana@bench.example' } },
    systems: {
      a: { connector: 'postgres', url: '${env:A_URL}', ...(hooks && { webhook_secret: '${env:HOOK_SECRET}' }) },
      b: { connector: 'postgres', url: '${env:B_URL}' },
    },
    flows: Object.fromEntries(flows.map((name) => [name, flow(name)])),
  }
}

/** Makes the tables of the flows. */
export const tablesOf = (flows: readonly string[], system: 'a' | 'b'): string =>
  flows
    .map(
      (name) => `create table ${name}_${system} (id bigint generated by default as identity primary key,
        code text not null unique, name text, updated_at timestamptz not null default clock_timestamp());
        create index on ${name}_${system} (updated_at, id);`,
    )
    .join('\n')
