import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { App, OpenOptions, RunOptions } from './application.ts'
import { type Sampled, sampleRows, type Sampling } from './connector-kit/sample-rows.ts'
import type { ChangeFeed } from './connector-kit/change-feed.ts'
import { gated } from './connector-kit/gated.ts'
import { named } from './connector-kit/named.ts'
import type { Connector, ConnectionReport, ConnectorKind, Catalogue } from './connector-kit/port.ts'
import type { Flow } from './contract/contract.ts'
import { bundle } from './contract/reading/bundle.ts'
import { chosenFlows } from './contract/reading/chosen-flows.ts'
import type { Problem } from './contract/finding.ts'
import { placeFindings } from './contract/text/place-findings.ts'
import { readContract } from './contract/reading/read-contract.ts'
import { readContractFiles } from './contract/text/read-files.ts'
import { resolveSettings } from './contract/settings/secrets.ts'
import { connectorSettings, parseRate } from './contract/settings/system-settings.ts'
import { anotherContract, boundAs, foreignContract } from './engine/contract-binding.ts'
import { followFeed, watchedBy } from './engine/flow-feed.ts'
import { HotFlow } from './engine/hot-flow.ts'
import { lookAtSystems } from './engine/look-at-systems.ts'
import { pausesOf } from './engine/pauses.ts'
import { planFlows } from './engine/plan.ts'
import { probeSystem } from './engine/probe-system.ts'
import { previewDecision } from './engine/preview-decision.ts'
import { RulesDesk } from './engine/rules-desk.ts'
import { openCase, resolveCase } from './engine/resolve-case.ts'
import { titlesOf } from './engine/legend.ts'
import { carryOutWoken } from './engine/carry-out-woken.ts'
import { inDependencyOrder, runFlow, type Deps } from './engine/run-flow.ts'
import { screensOf } from './engine/screens.ts'
import { SystemsDesk } from './engine/systems-desk.ts'
import { workShards } from './engine/work-shards.ts'
import { showRecords } from './engine/show-record.ts'
import { tellCases } from './engine/tell-cases.ts'
import { tellLog } from './engine/tell-record.ts'
import { demandSigned, signedFlows, tellSignings } from './engine/tell-signings.ts'
import { AgreementDesk } from './engine/agreement-desk.ts'
import { tellStatus } from './engine/tell-status.ts'
import { ConcordatError } from './model/errors.ts'
import { AlertDesk } from './notify/alert-desk.ts'
import type { FeedReport, FlowRun } from './model/report.ts'
import type { RestDescription } from './model/rest-description.ts'
import { listenToFeeds } from './service/listen-to-feeds.ts'
import { nextRuns, withService } from './service/next-runs.ts'
import { sharedBudget, systemGate } from './service/system-gate.ts'
import { tellFigures } from './service/tell-figures.ts'
import { tellHealth } from './service/tell-health.ts'
import { systemRecovered } from './service/system-recovered.ts'
import { tidy } from './service/tidy.ts'
import { bindContract, contractBinding, type ContractBinding } from './store/agreements/contract-binding.ts'
import { findCases } from './store/cases/cases.ts'
import { askForRun, flowServices, pauseFlow, rearmQuarantined, resumeFlow } from './store/service/flow-service.ts'
import { ensureFlow } from './store/state/flows.ts'
import { installationName } from './store/systems/installation.ts'
import { markLanded, nextMark } from './store/systems/marks.ts'
import { openStore } from './store/open-store.ts'
import { ToldTime } from './store/database/told-time.ts'
import { watchAnew } from './store/alerts/watch-facts.ts'

/*
 * Puts the parts together. Loaded when a command needs the store or a system, and not before: `check` needs neither.
 */

const IMPATIENT_MS = 2_000

/** The connectors by name; each with its driver is loaded when a system first needs it. */
const KINDS: Readonly<Record<string, () => Promise<ConnectorKind>>> = {
  postgres: async () => (await import('./connectors/sql/postgres/postgres.ts')).postgresKind,
  mysql: async () => (await import('./connectors/sql/mysql/mysql.ts')).mysqlKind,
  rest: async () => (await import('./connectors/rest/rest.ts')).restKind,
}

/** Connects to a system that no contract names yet and reads its catalogue. */
export async function introspectSystem(
  kind: string,
  settings: Readonly<Record<string, string>>,
): Promise<ConnectionReport & { readonly catalogue: Catalogue }> {
  const connector = await connect(kind, settings)
  try {
    return { ...(await connector.test()), catalogue: await connector.introspect({ named: true }) }
  } finally {
    await connector.close()
  }
}

/** The first rows of tables of a system that no contract names yet; only reads. */
export async function sampleSystem(
  kind: string,
  settings: Readonly<Record<string, string>>,
  tables: readonly Sampling[],
  most: number,
  told: (object: string) => void,
): Promise<readonly Sampled[]> {
  const connector = await connect(kind, settings)
  try {
    return await sampleRows(connector, tables, most, told)
  } finally {
    await connector.close()
  }
}

/**
 * What the systems say about the flows of a contract, or about some of them, at their places in its files; needs no store
 * and writes nothing. Flows that are not decided are left out.
 */
export async function lookAtContract(
  options: Pick<OpenOptions, 'contract' | 'env'>,
  names?: readonly string[],
): Promise<readonly Problem[]> {
  const env = options.env ?? process.env
  const files = readContractFiles(options.contract ?? 'concordat.yaml')
  const { contract } = readContract(files, { connectors: Object.keys(KINDS) })
  if (!contract) return []
  const connectors = new Map<string, Promise<Connector>>()
  const connectorOf = (name: string): Promise<Connector> => {
    const system = contract.systems.get(name)!
    const made =
      connectors.get(name) ??
      Promise.resolve().then(() =>
        connect(system.connector, resolveSettings(connectorSettings(system), { env, readFile }), system.description),
      )
    connectors.set(name, made)
    return made
  }
  try {
    const flows = [...contract.flows.values()].filter(({ name }) => names === undefined || names.includes(name))
    return placeFindings(files, await lookAtSystems(connectorOf, contract, flows, Date.now()))
  } finally {
    for (const made of connectors.values()) await made.then((connector) => connector.close()).catch(() => {})
  }
}

async function connect(
  kind: string,
  settings: Readonly<Record<string, string>>,
  description?: RestDescription,
): Promise<Connector> {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!found)
    throw new ConcordatError('connector.unknown', `There is no connector named ${kind}.`, {
      cure: `There are: ${Object.keys(KINDS).join(', ')}.`,
    })
  return (await found()).connect(settings, description)
}

/** Opens the store and makes ready to reach the systems; throws when the contract has problems. */
export async function openApplication(options: OpenOptions = {}): Promise<App> {
  const env = options.env ?? process.env
  const path = options.contract ?? 'concordat.yaml'
  const files = readContractFiles(path)
  const reading = { connectors: Object.keys(KINDS), secrets: { env, readFile } }
  const check = readContract(files, reading)
  if (!check.contract) {
    const count = check.problems.filter((problem) => problem.severity === 'error').length
    throw new ConcordatError('contract.invalid', `The contract has ${count} ${count === 1 ? 'problem' : 'problems'}.`, {
      cure: 'See `concordat check`.',
    })
  }
  const contract = check.contract
  const { database, url, trouble, stop } = await openStore(options, env, Math.min(64, 6 + 3 * contract.flows.size))
  const known = await contractBinding(database)
  const contractNow = {
    company: contract.company,
    flows: Object.fromEntries(check.rulebook.map(({ flow }) => [flow, contract.flows.get(flow)?.systems ?? []])),
  }
  const foreign = options.anyContract ? null : foreignContract(known, contractNow)
  if (foreign !== null) {
    await stop()
    throw anotherContract(foreign)
  }
  /** From its first run on the store is this contract's. */
  const bind = async (): Promise<ContractBinding> => {
    const bound = boundAs(known, contractNow)
    await bindContract(database, bound)
    return bound
  }
  const time = await ToldTime.begin(database).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const clock = options.clock ?? (() => time.now())
  const connectors = new Map<string, Connector>()
  const deps: Deps = {
    database,
    connectors,
    clock,
    contractSource: bundle(files),
    holder: `process ${process.pid} on ${hostname()}`,
  }

  /** Connectors are made when first needed, so that looking things up needs no secret and no system. */
  const reaching = new Map<string, Promise<void>>()
  const reach = async (systems: Iterable<string>): Promise<void> => {
    for (const name of systems) {
      if (connectors.has(name)) continue
      // Flows that begin at the same moment share the connection.
      const made = reaching.get(name) ?? reachOne(name).finally(() => reaching.delete(name))
      reaching.set(name, made)
      await made
    }
  }
  const connectTo = async (name: string): Promise<Connector> => {
    const system = contract.systems.get(name)!
    const settings = resolveSettings(connectorSettings(system), { env, readFile })
    const connector = await connect(system.connector, settings, system.description)
    connector.budget?.share(sharedBudget(database, name, connector.budget.callsPerSecond))
    const table = system.settings['mark']
    if (table !== undefined)
      connector.mark?.({
        table,
        installation: await installationName(database),
        next: () => nextMark(database),
        landed: (object, number) => markLanded(database, name, object, number),
      })
    return connector
  }
  const reachOne = async (name: string): Promise<void> => {
    const system = contract.systems.get(name)!
    const gate = systemGate({
      database,
      system: name,
      callsPerSecond: parseRate(system.settings['rate_limit'] ?? ''),
      clock,
      chance: Math.random,
      onRecovery: (recovered) => systemRecovered({ database, contract, clock }, recovered),
    })
    const connector = await connectTo(name)
    const inner = options.tamper ? gated(connector, options.tamper(name)) : connector
    connectors.set(name, named(name, gated(inner, gate)))
  }
  const prepare = async (run: RunOptions): Promise<string[]> => {
    const names = chosenFlows(check, contract, run.flows)
    await reach(new Set(names.flatMap((name) => contract.flows.get(name)!.systems)))
    return names
  }
  /** Flows that are not paused; one that was asked for by name and is paused is said so. */
  const withoutPaused = async (names: string[], asked: readonly string[] | undefined): Promise<string[]> => {
    const paused = (await flowServices(database, names)).filter((one) => one.paused)
    const named = paused.find((one) => asked?.includes(one.flow))
    if (named) {
      const { by, reason } = named.paused!
      throw new ConcordatError(
        'engine.paused',
        `The flow ${named.flow} is paused${by === null ? '' : ` by ${by}`}${reason === '' ? '.' : `: ${reason}`}`,
        { cure: `Let it go on with \`concordat resume ${named.flow}\`.` },
      )
    }
    return names.filter((name) => !paused.some((one) => one.flow === name))
  }
  const depsOf = (run: RunOptions): Deps => ({
    ...deps,
    ...(run.onProgress && { onProgress: run.onProgress }),
    ...(run.signal && { signal: run.signal }),
  })
  const alerts = new AlertDesk({
    database,
    contract,
    clock,
    secrets: { env, readFile },
    holder: deps.holder,
    titlesOf: (session, ids) => titlesOf(session, contract, ids),
    pausesOf,
    signingsOf: (session) => tellSignings(session, contract),
    storeTrouble: trouble,
    ...(options.impatient && { graceMs: IMPATIENT_MS }),
  })
  const agreement = new AgreementDesk(database, [...contract.flows.values()])
  const rules = new RulesDesk({
    database,
    running: check,
    source: deps.contractSource,
    path,
    reading,
  })
  const demandKnown = (system: string): void => {
    if (contract.systems.has(system)) return
    throw new ConcordatError('connector.unknown', `The contract names no system ${system}.`, {
      cure: `It names: ${[...contract.systems.keys()].join(', ')}.`,
    })
  }
  const feedOf = async (system: string): Promise<ChangeFeed | null> => {
    demandKnown(system)
    await reach([system])
    const connector = connectors.get(system)!
    return (await connector.feed?.(watchedBy(contract, system), await installationName(database))) ?? null
  }
  const installedFeed = async (system: string): Promise<ChangeFeed | null> => {
    const feed = await feedOf(system)
    return feed && (await feed.inspect()).state !== 'absent' ? feed : null
  }
  const systemsOf = (names: readonly string[]): string[] => [
    ...new Set(names.flatMap((name) => contract.flows.get(name)!.systems)),
  ]
  const hot = new Map<string, HotFlow>()
  /** Flows that this process works on are kept ready between two looks. */
  const hotFlow = (flow: Flow): HotFlow => {
    const known = hot.get(flow.name) ?? new HotFlow(deps, contract, flow)
    hot.set(flow.name, known)
    return known
  }
  const reportFeed = async (system: string, feed: ChangeFeed | null): Promise<FeedReport> =>
    feed
      ? { system, ...(await feed.inspect()) }
      : { system, state: 'none', statements: [], removal: [], waiting: null, notes: [] }
  const changeFeed = async (system: string, change: 'install' | 'remove'): Promise<FeedReport> => {
    const feed = await feedOf(system)
    await feed?.[change]()
    return reportFeed(system, feed)
  }
  return {
    check,
    database,
    alerts,
    async plan(run = {}) {
      const names = await prepare(run)
      return planFlows(depsOf(run), contract, names, {
        ...(run.full && { full: true }),
        ...(run.limit !== undefined && { limit: run.limit }),
        ...(run.language && { language: run.language }),
      })
    },
    async run(run = {}) {
      const names = await withoutPaused(await prepare(run), run.flows)
      await demandSigned(database, contract, names)
      await bind()
      const reports: FlowRun[] = []
      for (const flow of inDependencyOrder(contract, names)) {
        if (run.signal?.aborted) break
        reports.push(await runFlow(depsOf(run), contract, flow, { ...(run.full && { full: true }) }))
      }
      const runs = await carryOutWoken(depsOf(run), contract, reports)
      agreement.forget()
      const agreed = await agreement.now()
      return runs.map((one) => ({ ...one, agreement: agreed.get(one.flow)! }))
    },
    rules,
    systems: new SystemsDesk({
      deps,
      contract,
      connect: async (name) => named(name, await connectTo(name)),
    }),
    confirmContract: bind,
    signings: (language) => rules.signings(language),
    giveWord: (word, language) => rules.giveWord(word, language),
    async planFile(flow, limit, language) {
      const other = await openApplication({ ...options, contract: path, databaseUrl: url })
      try {
        return await other.plan({ flows: [flow], limit, ...(language && { language }) })
      } finally {
        await other.close()
      }
    },
    async successor() {
      if ((await rules.waitsFor()) !== 'taking up') return null
      const next = await openApplication({ ...options, contract: path, databaseUrl: url })
      // The file may have been saved once more in between.
      if ((await rules.waitsFor(next.check)) === 'taking up') return next
      await next.close()
      return null
    },
    async status(language) {
      const now = clock()
      return withService(
        await tellStatus(database, contract, now, await pausesOf(database), language, agreement.now()),
        contract,
        await flowServices(database, null),
        now,
        language,
      )
    },
    async nextRuns(flow, count = 5) {
      chosenFlows(check, contract, [flow])
      const now = clock()
      const [standing] = await flowServices(database, [flow])
      return nextRuns(contract, contract.flows.get(flow)!, standing, now, count)
    },
    log: (filter) => tellLog(database, contract, filter),
    show: (flow, query, limit = 20) => showRecords(database, contract, flow, query, limit),
    cases: async (filter = {}) => tellCases(database, contract, await findCases(database, filter)),
    resolve: (id, decision) => resolveCase(database, contract, id, decision, new Date(clock())),
    screens: screensOf(database, contract),
    async previewDecision(id, decision, language = 'en') {
      const { flow } = await openCase(database, id)
      await reach(contract.flows.get(flow)?.systems ?? [])
      return previewDecision(deps, contract, id, decision, language)
    },
    async testSystem(name) {
      demandKnown(name)
      await reach([name])
      return connectors.get(name)!.test()
    },
    async probeSystem(name) {
      demandKnown(name)
      return probeSystem(() => reach([name]).then(() => connectors.get(name)!), contract, name)
    },
    async pause(flow, { by, reason }) {
      chosenFlows(check, contract, [flow])
      await ensureFlow(database, flow)
      return pauseFlow(database, flow, { by, reason: reason ?? '', now: new Date(clock()) })
    },
    async resume(flow) {
      chosenFlows(check, contract, [flow])
      await watchAnew(database, flow, new Date(clock()))
      return resumeFlow(database, flow)
    },
    async retry(flow) {
      chosenFlows(check, contract, [flow])
      const count = await rearmQuarantined(database, flow)
      await askForRun(database, flow, false, new Date(clock()))
      return count
    },
    async askForRun(flow, asked = {}) {
      chosenFlows(check, contract, [flow])
      await ensureFlow(database, flow)
      await askForRun(database, flow, asked.full === true, new Date(clock()))
    },
    figures: () => tellFigures(database, clock(), agreement.now()),
    health: () => tellHealth(database),
    async startService({ slots, ...service }) {
      const { startService } = await import('./service/service.ts')
      await bind()
      const flows = chosenFlows(check, contract, undefined)
      return startService({
        ...service,
        contract,
        database,
        databaseUrl: url,
        signed: () => signedFlows(database, contract),
        clock,
        clockOff: async () => {
          await time.ask()
          return time.off()
        },
        chance: Math.random,
        name: deps.holder,
        flows,
        slots: slots ?? Math.min(32, flows.length),
        watch: async () => void (await alerts.watch.tick()),
        // One process tells; a worker may have lost its way to the store where others have not.
        ...(service.role === 'serve' && { storeSeen: (there: boolean) => alerts.storeSeen(there) }),
        ...(options.impatient && { watchMs: IMPATIENT_MS }),
        beat: () => alerts.watch.beat(),
        endBeat: () => alerts.watch.endBeat(),
        tidy: () => tidy(database, contract, service.telling, clock()),
        async run(flow, { signal, ...run }) {
          await reach(flow.systems)
          return hotFlow(flow).run(run, signal)
        },
        async help(flow, signal) {
          await reach(flow.systems)
          await workShards({ ...deps, signal }, contract, flow)
        },
        async follow(flow, hints) {
          await reach(flow.systems)
          const reports = await Promise.all([...hints].map(([system, ids]) => hotFlow(flow).take(system, ids)))
          return { wantsRun: reports.some((report) => report.wantsRun) }
        },
        feeds: async (hinted) => {
          const sources = systemsOf(flows).map((system) => ({ contract, system, open: () => installedFeed(system) }))
          return listenToFeeds(sources, hinted, service.telling)
        },
      })
    },
    feed: async (system) => reportFeed(system, await feedOf(system)),
    installFeed: (system) => changeFeed(system, 'install'),
    removeFeed: (system) => changeFeed(system, 'remove'),
    async follow({ signal, onReady, onTrouble, ...asked }) {
      const names = await prepare(asked)
      await demandSigned(database, contract, names)
      await bind()
      const flows = new Map(names.map((name) => [name, new HotFlow(deps, contract, contract.flows.get(name)!)]))
      const followed: { system: string; feed: ChangeFeed }[] = []
      for (const system of systemsOf(names)) {
        const feed = await installedFeed(system)
        if (feed) followed.push({ system, feed })
      }
      onReady?.(flows)
      const trouble = onTrouble && { onTrouble }
      await Promise.all(followed.map((one) => followFeed({ ...one, contract, flows, signal, ...trouble })))
      for (const flow of flows.values()) await flow.close()
      return followed.map(({ system }) => system)
    },
    async close() {
      for (const flow of hot.values()) await flow.close()
      for (const connector of connectors.values()) await connector.close()
      await stop()
    },
  }
}

const readFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)
