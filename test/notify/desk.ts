/**
 * An alert desk on a store of its own, with a clock that tests turn. The contract has one flow, customers, which nobody
 * runs: half an hour after its first look is due it is late.
 */
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { Contract } from '../../src/contract/contract.ts'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import { AlertDesk } from '../../src/notify/alert-desk.ts'
import { openDatabase, type Database } from '../../src/store/database/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { noteLook } from '../../src/store/alerts/watch-facts.ts'
import { freshFromTemplate } from '../harness/database.ts'
import { contractOf } from '../engine/template.ts'

export const START = Date.parse('2026-11-23T10:00:00Z')
export const MINUTE = 60_000

export interface Desk {
  readonly desk: AlertDesk
  readonly database: Database
  readonly contract: Contract
  /** Minutes since `START`. */
  at(minutes: number): void
  /** Lets `minutes` pass. */
  wait(minutes: number): void
  /** Time passes until customers is late, and a look finds it. */
  becomeLate(): Promise<void>
  /** Somebody has looked for changes, so that customers is on time. */
  succeed(): Promise<void>
  /** Another process on the same store. */
  another(): AlertDesk
}

type Tree = Record<string, unknown>

/** Opens a desk whose contract has these channels; `env` is what they refer to. */
export async function openDesk(settings: {
  channels?: Tree
  alerts?: Tree
  people?: Tree
  env?: Record<string, string>
}): Promise<Desk> {
  const { env = {}, ...top } = settings
  const text = stringify({
    ...contractOf({}, {}),
    ...top,
    people: { ...(contractOf({}, {})['people'] as Tree), ...top.people },
  })
  const { contract, problems } = readContract([{ name: 'concordat.yaml', text }])
  if (contract === null) throw new Error(problems.map((problem) => problem.message).join(' '))
  const { url, drop } = await freshFromTemplate('migrated_store', async (template) => {
    const fresh = await openDatabase(template)
    await migrate(fresh)
    await fresh.close()
  })
  const database = await openDatabase(url)
  onTestFinished(async () => {
    await database.close()
    await drop()
  })
  let now = START
  const another = (): AlertDesk =>
    new AlertDesk({
      database,
      contract,
      clock: () => now,
      random: () => 0.5,
      secrets: { env, readFile: () => null },
      holder: 'test',
      titlesOf: () => Promise.resolve(new Map()),
    })
  const desk = another()
  const self: Desk = {
    desk,
    database,
    contract,
    at: (minutes) => void (now = START + minutes * MINUTE),
    wait: (minutes) => void (now += minutes * MINUTE),
    another,
    async becomeLate() {
      await desk.watch.tick()
      self.wait(36)
      await desk.watch.tick()
    },
    succeed: () => noteLook(database, 'customers', new Date(now)),
  }
  return self
}
