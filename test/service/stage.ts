/**
 * A company whose service is real: databases on the suite's server, a contract, and `concordat serve` and `concordat
 * worker` as processes of their own, which a test may kill.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'

import { openApp, type App } from '../../src/app.ts'
import { CRM_SCHEMA, ERP_SCHEMA } from '../engine/schemas.ts'
import { connectSystem, type System } from '../engine/systems.ts'
import { contractOf, type Overrides } from '../engine/template.ts'
import { freshDatabase } from '../harness/database.ts'
import { openSigned } from '../harness/sign.ts'
import { wireTo, type Wire } from './wire.ts'

const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')

export interface Company {
  readonly erp: System
  readonly crm: System
  readonly store: System
  /** What the ERP is reached through; cutting it makes the ERP a server that is down. */
  readonly erpWire: Wire
  readonly storeWire: Wire
  /** Path of the contract's file. */
  readonly contract: string
  /** The application in this process, on the same store. */
  app(): Promise<App>
  /** Starts `concordat <words>`; ready when it says so in its log. */
  start(...words: string[]): Promise<Process>
}

export interface Process {
  readonly pid: number
  /** Where its HTTP listens. */
  readonly url: string
  /** Lines of its log. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  readonly output: () => string
  signal(name: NodeJS.Signals): void
  /** Exit status, null after a signal. */
  readonly ended: Promise<number | null>
}

export interface CompanyOptions extends Overrides {
  /** More settings of the systems, by name. */
  readonly systems?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly env?: Readonly<Record<string, string>>
  /** Environment that is made of the databases' own URLs. */
  readonly urls?: (urls: { readonly erp: string; readonly crm: string }) => Record<string, string>
}

/** `sign: false`: nobody has signed the rules yet. */
export async function openCompany(options: CompanyOptions = {}, { sign = true } = {}): Promise<Company> {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-service-'))
  const databases = await Promise.all(['erp', 'crm', 'store'].map((name) => freshDatabase(`service_${name}`)))
  const [erp, crm, store] = databases.map((database) => connectSystem(database.url))
  const [erpWire, storeWire] = await Promise.all([wireTo(databases[0]!.url), wireTo(databases[2]!.url)])
  const processes = new Set<ChildProcess>()
  const apps: App[] = []
  onTestFinished(async () => {
    for (const child of processes) child.kill('SIGKILL')
    for (const app of apps) await app.close()
    for (const system of [erp!, crm!, store!]) await system.end()
    await Promise.all([erpWire.close(), storeWire.close()])
    for (const database of databases) await database.drop()
    await rm(folder, { recursive: true, force: true })
  })
  await erp!.sql(ERP_SCHEMA)
  await crm!.sql(CRM_SCHEMA)
  const contract = join(folder, 'concordat.yaml')
  const tree = structuredClone(contractOf({}, options)) as { systems: Record<string, object> }
  for (const [name, settings] of Object.entries(options.systems ?? {})) Object.assign(tree.systems[name]!, settings)
  await writeFile(contract, stringify(tree))
  const env = {
    ERP_URL: erpWire.url,
    CRM_URL: databases[1]!.url,
    SHOP_URL: databases[1]!.url,
    ...options.env,
    ...options.urls?.({ erp: databases[0]!.url, crm: databases[1]!.url }),
  }
  let signed = !sign
  return {
    erp: erp!,
    crm: crm!,
    store: store!,
    erpWire,
    storeWire,
    contract,
    async app() {
      const app = await (sign ? openSigned : openApp)({ contract, env, databaseUrl: databases[2]!.url })
      apps.push(app)
      return app
    },
    async start(...words) {
      if (!signed) await (await openSigned({ contract, env, databaseUrl: databases[2]!.url })).close()
      signed = true
      const child = spawn(process.execPath, [COMMAND, ...words, '--contract', contract], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, DATABASE_URL: storeWire.url, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      processes.add(child)
      let output = ''
      const log: Record<string, unknown>[] = []
      let rest = ''
      child.stderr.on('data', (data: Buffer) => (output += data.toString()))
      const ended = once(child, 'exit').then(([status]) => {
        processes.delete(child)
        return status as number | null
      })
      const started = new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (data: Buffer) => {
          output += data.toString()
          rest += data.toString()
          const lines = rest.split('\n')
          rest = lines.pop()!
          for (const line of lines) {
            if (!line.startsWith('{')) continue
            const entry = JSON.parse(line) as Record<string, unknown>
            log.push(entry)
            if (entry['msg'] === 'service started') resolve(String(entry['url']))
          }
        })
        void ended.then((status) => reject(new Error(`concordat ${words[0]} ended with ${status}: ${output}`)))
      })
      const url = await started
      return {
        pid: child.pid!,
        url,
        log,
        output: () => output,
        signal: (name) => void child.kill(name),
        ended,
      }
    },
  }
}
