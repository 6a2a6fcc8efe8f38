import { existsSync, readFileSync } from 'node:fs'
import type { CheckReport } from './contract/finding.ts'
import { readContract } from './contract/reading/read-contract.ts'
import type * as before from './open-app/before-the-store.ts'
import type * as toMeasure from './open-app/measuring.ts'
import type * as opened from './open-app/open-application.ts'
import type { App, OpenOptions } from './application.ts'

/*
 * The application as its callers (CLI, API) reach it. What a call does not need is not loaded for it.
 */

export type { App, OpenOptions, RunOptions, SystemMeasurement } from './application.ts'

/** Names of the connectors that there are. */
export const connectorNames: readonly string[] = ['postgres', 'mysql', 'rest']

/** Reads and checks a contract; touches no system and no store. */
export function checkContract({ contract, env }: Pick<OpenOptions, 'contract' | 'env'> = {}): CheckReport {
  const secrets = { env: env ?? process.env, readFile }
  return readContract(contract ?? 'concordat.yaml', { connectors: connectorNames, secrets })
}

const readFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)

/** Connects to a system that no contract names yet and reads its catalogue. */
export const introspectSystem = async (...system: Parameters<Before['introspectSystem']>) =>
  (await withoutStore()).introspectSystem(...system)

/** The first rows of tables of a system that no contract names yet; only reads. */
export const sampleSystem = async (...sampled: Parameters<Before['sampleSystem']>) =>
  (await withoutStore()).sampleSystem(...sampled)

/** What the systems say about the decided flows of a contract; writes nothing. */
export const lookAtContract = async (...looked: Parameters<Before['lookAtContract']>) =>
  (await withoutStore()).lookAtContract(...looked)

/** Measures what a system does against its description; writes only test records that the request allows. */
export const measureSystem = async (...measured: Parameters<Measuring['measureSystem']>) =>
  (await measuring()).measureSystem(...measured)

/** Opens the store and makes ready to reach the systems; throws when the contract has problems. */
export const openApp = async (options?: OpenOptions): Promise<App> => (await opening()).openApplication(options)

type Before = typeof before

const withoutStore = (): Promise<Before> => import('./open-app/before-the-store.ts')
type Measuring = typeof toMeasure
const measuring = (): Promise<Measuring> => import('./open-app/measuring.ts')
const opening = (): Promise<typeof opened> => import('./open-app/open-application.ts')
