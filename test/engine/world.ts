/**
 * Two (or three) small systems of a company, a store and a contract, for tests that let the real application run: a test
 * makes rows by SQL, runs, edits by SQL, runs again, and looks by SQL at what happened.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, vi } from 'vitest'
import { stringify } from 'yaml'

import type { App, RunOptions } from '../../src/app.ts'
import type { CaseView, FlowRun, RecordView } from '../../src/model/report.ts'
import { openSigned } from '../harness/sign.ts'
import { freshSystems, type System } from './systems.ts'
import { contractOf, type Overrides } from './template.ts'

export interface World {
  readonly erp: System
  readonly crm: System
  readonly shop: System
  readonly store: System
  readonly env: Record<string, string>
  /** Path of the contract's file. */
  readonly contract: string
  /** The application on today's contract; made anew by `decide` and `later`. */
  app(): Promise<App>
  /** Another process: an application of its own on the same contract and store. */
  another(): Promise<App>
  /** Runs all flows, and sees that none fails; by flow. */
  run(options?: RunOptions): Promise<Record<string, FlowRun>>
  /** Runs only the customers, the flow that most tests are about. */
  sync(options?: RunOptions): Promise<FlowRun>
  /** Changes the contract, beginning from the one before. */
  decide(overrides: Overrides): Promise<void>
  /** Lets time pass for the application, not for the systems. */
  later(ms: number): Promise<void>
  cases(): Promise<readonly CaseView[]>
  /** The one open case. */
  theCase(): Promise<CaseView>
  /** Decides the one open case. */
  answer(choice: string, value?: string): Promise<void>
  show(query: string, flow?: string): Promise<RecordView>
  /** Why, from the log: the sentences of all entries, newest first. */
  why(query?: string): Promise<string[]>
  /** Law L2: a run writes nothing any more; nor does a full one, which the first call in a test tries as well. */
  rest(): Promise<void>
}

export const DAY = 86_400_000

/** Makes the systems, a store and a contract that lasts for this test. */
export async function openWorld(overrides: Overrides = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-world-'))
  const { erp, crm, shop, store, end } = await freshSystems(overrides.shop === true)
  const apps: App[] = []
  onTestFinished(async () => {
    vi.useRealTimers()
    for (const app of apps) await app.close()
    await end()
    await rm(folder, { recursive: true, force: true })
  })
  const env = { ERP_URL: erp.url, CRM_URL: crm.url, SHOP_URL: shop.url }
  const contract = join(folder, 'concordat.yaml')
  let decided = contractOf({}, overrides)
  const write = () => writeFile(contract, stringify(decided))
  await write()

  const another = async (): Promise<App> => {
    const app = await openSigned({ contract, env, databaseUrl: store.url, clock: () => Date.now() })
    expect(app.check.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect(app.check.questions).toEqual([])
    apps.push(app)
    return app
  }
  let current: App | null = null
  const app = async (): Promise<App> => (current ??= await another())
  const renew = async (): Promise<void> => {
    if (current) {
      apps.splice(apps.indexOf(current), 1)
      await current.close()
    }
    current = null
  }
  const run = async (options?: RunOptions): Promise<Record<string, FlowRun>> => {
    const reports = await (await app()).run(options)
    for (const report of reports) {
      expect(report.status, report.message).not.toBe('failed')
      await expectTrueAgreement(report, decided)
    }
    return Object.fromEntries(reports.map((report) => [report.flow, report]))
  }

  /** Law L33: what is said to be in agreement is in every system, and no record of any system is left uncounted. */
  const expectTrueAgreement = async ({ flow, agreement, kind }: FlowRun, by: typeof decided): Promise<void> => {
    const { in_agreement, waiting, needs_decision, left_out } = agreement!
    const all = in_agreement + waiting + needs_decision + left_out
    const { records } = (by['flows'] as Record<string, { records: Record<string, Record<string, string>> }>)[flow]!
    const urls: Record<string, string | undefined> = env
    for (const [name, { table, where, deleted }] of Object.entries(records)) {
      const system = { erp, crm, shop }[name as 'erp']
      // A test may have put another system in the place of this one.
      if (deleted !== undefined || urls[`${name.toUpperCase()}_URL`] !== system.url) continue
      if ((by['systems'] as Record<string, Record<string, string>>)[name]!['connector'] !== 'postgres') continue
      const [found] = await system.sql(`select count(*)::int as rows from ${table} where ${where ?? 'true'}`)
      const rows = Number(found!['rows'])
      expect(in_agreement, `${flow} in agreement, ${name} has ${rows}`).toBeLessThanOrEqual(rows)
      // Only a full pass sees what no time of change tells of.
      if (kind === 'full') expect(all, `${flow}, counted; ${name} has ${rows}`).toBeGreaterThanOrEqual(rows)
    }
  }

  let restedBefore = false
  const world: World = {
    erp,
    crm,
    shop,
    store,
    env,
    contract,
    app,
    another,
    run,
    sync: async (options = {}) => (await run({ flows: ['customers'], ...options }))['customers']!,
    async decide(next) {
      decided = contractOf(decided, next)
      await write()
      await renew()
    },
    async later(ms) {
      vi.useFakeTimers({ now: Date.now() + ms, toFake: ['Date'] })
      await renew()
    },
    cases: async () => (await app()).cases(),
    async theCase() {
      const cases = await world.cases()
      expect(cases.map((one) => `${one.kind}: ${one.sentence}`)).toHaveLength(1)
      return cases[0]!
    },
    async answer(choice, value) {
      const one = await world.theCase()
      await (await app()).resolve(one.case, { choice, by: 'ana', ...(value !== undefined && { value }) })
    },
    async show(query, flow = 'customers') {
      const found = await (await app()).show(flow, query)
      expect(found.map((record) => record.title)).toHaveLength(1)
      return found[0]!
    },
    async why(query) {
      const entries = await (
        await app()
      ).log({ flow: 'customers', ...(query !== undefined && { record: query }), limit: 500 })
      return entries.map((entry) => entry.why)
    },
    async rest() {
      const all = overrides.shop ? [erp, crm, shop] : [erp, crm]
      for (const system of all) await system.written()
      // Within the minute that a run looks back it sees nearly all rows anyway; once in a test it shall read all of them.
      const passes = restedBefore ? [{}] : [{}, { full: true }]
      restedBefore = true
      for (const options of passes) {
        for (const report of Object.values(await run(options))) {
          expect(['done', 'waiting'], report.message).toContain(report.status)
          expect(report, 'a run with nothing new').toMatchObject({ created: 0, updated: 0, deleted: 0, linked: 0 })
          expect(Object.values(report.writes).every((count) => count === 0)).toBe(true)
        }
      }
      for (const system of all) expect(await system.written(), 'rows written by a run with nothing new').toBe(0)
    },
  }
  return world
}
