import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { startEmbedded } from '../store/embedded/embedded-server.ts'
import { DEMO_CONTRACT } from './contract.ts'
import type { SystemUrls } from './databases.ts'

/** Where the demo lives: its two systems, its store and its contract, all of its own. */
export interface DemoHome {
  readonly urls: SystemUrls
  /** The database in which Concordat remembers what it did. */
  readonly storeUrl: string
  /** The contract file, for people to read and to change. */
  readonly contract: string
  /** A file that sets the environment for `concordat` commands on this demo; it holds the password, so only we may read it. */
  readonly environment: string
  /** Where the service writes its log while the demo is open. */
  readonly serviceLog: string
  /** Makes all three databases anew and writes the contract as it was. */
  startAfresh(): Promise<void>
  /** Lets the database server go; it stops with its last user. */
  close(): Promise<void>
}

const ERP = 'demo_erp'
const CRM = 'demo_crm'
const STORE = 'demo_concordat'
const ENVIRONMENT = 'environment.sh'

/** Whether a demo was played here before. */
export function homeExists(env: Readonly<Record<string, string | undefined>>): boolean {
  return existsSync(join(folderOf(env), ENVIRONMENT))
}

/** Starts the embedded server and finds the demo's place in it; makes and changes nothing there. */
export async function openHome(
  env: Readonly<Record<string, string | undefined>>,
  onProgress: (text: string) => void,
): Promise<DemoHome> {
  const folder = folderOf(env)
  const contract = relative('', resolve(folder, 'concordat.yaml'))
  const environment = relative('', resolve(folder, ENVIRONMENT))
  const server = await startEmbedded({ env, onProgress })
  const urls = { erp: server.url(ERP), crm: server.url(CRM) }
  const storeUrl = server.url(STORE)
  return {
    urls,
    storeUrl,
    contract,
    environment,
    serviceLog: join(folder, 'service.log'),
    async startAfresh() {
      for (const name of [ERP, CRM, STORE]) {
        await server.dropDatabase(name)
        await server.createDatabase(name)
      }
      await mkdir(folder, { recursive: true })
      await writeFile(contract, DEMO_CONTRACT)
      const settings = { ERP_URL: urls.erp, CRM_URL: urls.crm, DATABASE_URL: storeUrl }
      const lines = Object.entries(settings).map(([name, value]) => `export ${name}='${value}'\n`)
      await writeFile(environment, lines.join(''), { mode: 0o600 })
    },
    close: () => server.stop(),
  }
}

function folderOf(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['CONCORDAT_HOME'] || '.concordat', 'demo')
}
