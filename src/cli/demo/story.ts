import type { App } from '../../app.ts'
import { loadWorld } from '../../demo/databases.ts'
import { makeEdits } from '../../demo/edits.ts'
import type { DemoHome } from '../../demo/home.ts'
import { DEMO_ADDRESS, quietOwnSignatures } from '../../demo/own-signatures.ts'
import { photograph } from '../../demo/photograph.ts'
import { changedTables, verify } from '../../demo/verify.ts'
import { generateWorld } from '../../demo/world.ts'
import type { Sizes } from '../../demo/world.ts'
import type { FlowRun, Progress } from '../../model/report.ts'
import type { Cli } from '../command.ts'
import { disagreementSentences, groupWaiting, runFailures } from './demo-report.ts'
import type { DemoReport, DemoRuns } from './demo-report.ts'
import type { Teller } from './teller.ts'

export interface StoryOptions {
  readonly seed: number
  readonly sizes: Sizes
}

/** More cases than any demo opens. */
const ALL_CASES = 100_000

/**
 * Plays the demo from two systems that have never met to two that agree, by way of the same facade that every other
 * command uses, and tells it as it happens. Null when somebody pressed Ctrl-C.
 */
export async function playStory(
  cli: Cli,
  home: DemoHome,
  options: StoryOptions,
  tell: Teller,
): Promise<DemoReport | null> {
  const began = performance.now()
  const interrupted = () => cli.interrupt.signal.aborted

  tell.opening()
  await home.startAfresh()
  const world = generateWorld(options.seed, options.sizes)
  await loadWorld(world, home.urls)
  tell.systems(world, home)
  if (interrupted()) return null

  const env = { ...cli.env, ERP_URL: home.urls.erp, CRM_URL: home.urls.crm }
  const app = await cli.backend.open({ contract: home.contract, env, databaseUrl: home.storeUrl })
  try {
    tell.checked(app.check, home)
    const check = {
      flows: app.check.rulebook.length,
      problems: app.check.problems.length,
      questions: app.check.questions.length,
    }

    tell.planning()
    const planned = await timed(() => app.plan({ onProgress: tell.progress, signal: cli.interrupt.signal }))
    if (interrupted()) return null
    const plan = { flows: planned.result.flows, cases: planned.result.cases.length, seconds: planned.seconds }
    tell.planned(plan)

    tell.signed(await signAsOwners(app))
    const start = await photograph(home.urls)
    tell.firstRunning()
    const firstRun = await run(app, cli, tell.progress, false)
    if (interrupted()) return null
    const afterFirst = await photograph(home.urls)
    const legacyBefore = yearsAgo(cli.terminal.now(), LEGACY_YEARS)
    const first = verify(start, afterFirst, { legacyBefore, awaitingApproval: new Set() })
    tell.ran(firstRun)
    tell.verified(first)

    const waiting = groupWaiting(await app.cases({ state: 'open', under: 'none', limit: ALL_CASES }))
    tell.waiting(waiting)

    tell.editing(world.featured.name)
    const { edits, newAccount } = await makeEdits(home.urls, world)
    tell.edited(edits)
    const edited = await photograph(home.urls)

    tell.secondRunning()
    const secondRun = await run(app, cli, tell.progress, false)
    if (interrupted()) return null
    const afterSecond = await photograph(home.urls)
    const second = verify(edited, afterSecond, {
      legacyBefore,
      awaitingApproval: new Set([newAccount]),
    })
    tell.ran(
      secondRun,
      'Each run also reads the last minute before the previous run, so it read the records of the first run again.',
    )
    tell.verified(second)

    const customer = (await app.show('customers', `erp:${world.featured.erpId}`, 1))[0] ?? null
    tell.customer(customer)

    tell.resting()
    const restRun = await run(app, cli, tell.progress, true)
    if (interrupted()) return null
    const rest = {
      ...restRun,
      writes: totalWrites(restRun.flows),
      changed_tables: changedTables(afterSecond, await photograph(home.urls)),
    }
    tell.rested(rest)

    const failures = [
      ...runFailures([...firstRun.flows, ...secondRun.flows, ...rest.flows]),
      ...disagreementSentences(first),
      ...disagreementSentences(second),
      ...(customer === null
        ? [`The customer whom everybody edited, ERP ${world.featured.erpId}, is not to be found.`]
        : []),
      ...(rest.writes === 0 ? [] : [`The run that had nothing to do wrote ${rest.writes} records.`]),
      ...rest.changed_tables.map((table) => `The run that had nothing to do changed ${table}.`),
    ]
    const report: DemoReport = {
      seed: options.seed,
      sizes: options.sizes,
      systems: { ...home.urls, store: home.storeUrl, contract: home.contract, environment: home.environment },
      mess: Object.fromEntries(world.mess.map(({ key, count }) => [key, count])),
      check,
      plan,
      first_run: firstRun,
      waiting,
      edits,
      second_run: secondRun,
      customer,
      rest_run: rest,
      verification: { after_first_run: first, after_second_run: second },
      failures,
      seconds: since(began),
    }
    tell.ending(report)
    return report
  } finally {
    await app.close()
  }
}

/** The demo stands in for the owners of its contract; answers their names. */
async function signAsOwners(app: App): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const { flow, business, technical } of await app.signings())
    for (const [as, owner] of [['business', business] as const, ['technical', technical] as const]) {
      names.add(owner.name)
      await app.giveWord({
        flow,
        as,
        by: owner.person,
        verdict: 'signed',
        comment: 'Signed by the demo.',
        way: 'command line',
        actor: { kind: 'command line', account: null, who: owner.name, address: DEMO_ADDRESS },
      })
    }
  await quietOwnSignatures(app.database)
  return [...names]
}

/** As the demo's contract says: records older than this are left alone at the first run. */
const LEGACY_YEARS = 8

async function run(app: App, cli: Cli, onProgress: (progress: Progress) => void, full: boolean): Promise<DemoRuns> {
  const { result, seconds } = await timed(() => app.run({ full, onProgress, signal: cli.interrupt.signal }))
  return { flows: result, seconds }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now()
  const result = await work()
  return { result, seconds: since(began) }
}

function since(began: number): number {
  return Number(((performance.now() - began) / 1000).toFixed(2))
}

function totalWrites(runs: readonly FlowRun[]): number {
  return runs.flatMap(({ writes }) => Object.values(writes)).reduce((sum, writes) => sum + writes, 0)
}

function yearsAgo(now: Date, years: number): string {
  const then = new Date(now)
  then.setUTCFullYear(then.getUTCFullYear() - years)
  return then.toISOString().slice(0, 10)
}
