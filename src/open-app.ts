import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ChangeFeed } from './connector-kit/change-feed.ts'
import type { Connector, ConnectionReport, ConnectorKind, Catalogue } from './connector-kit/port.ts'
import type { Contract } from './contract/contract.ts'
import type { CheckReport } from './contract/finding.ts'
import { leftOut, leftOutText } from './contract/left-out.ts'
import { readContract } from './contract/read-contract.ts'
import { readContractFiles } from './contract/read-files.ts'
import { resolveSettings } from './contract/secrets.ts'
import { followFeed, watchedBy } from './engine/flow-feed.ts'
import { HotFlow } from './engine/hot-flow.ts'
import { planFlows } from './engine/plan.ts'
import { resolveCase } from './engine/resolve-case.ts'
import { inDependencyOrder, runFlow, type Deps } from './engine/run-flow.ts'
import { showRecords } from './engine/show-record.ts'
import { tellCases } from './engine/tell-cases.ts'
import { tellLog } from './engine/tell-record.ts'
import { tellStatus } from './engine/tell-status.ts'
import { ConcordatError } from './model/errors.ts'
import type {
  CaseView,
  FeedReport,
  FlowRun,
  LogEntry,
  LogFilter,
  PlanReport,
  Progress,
  RecordView,
  StatusRow,
} from './model/report.ts'
import { findCases } from './store/cases.ts'
import { openDatabase } from './store/database.ts'
import { installationName } from './store/installation.ts'
import { startEmbedded } from './store/embedded/embedded-server.ts'
import { migrate } from './store/migrate.ts'

/*
 * Puts the parts together. Loaded when a command needs the store or a system, and not before: `check` needs neither.
 */

/** The application as its callers (CLI, later the API) see it. */
export interface App {
  readonly check: CheckReport
  plan(options?: RunOptions & { limit?: number }): Promise<PlanReport>
  run(options?: RunOptions): Promise<readonly FlowRun[]>
  status(): Promise<readonly StatusRow[]>
  log(filter: LogFilter): Promise<readonly LogEntry[]>
  /** Records of a flow that match a query: record id, `system:remote id`, or text that their values contain. */
  show(flow: string, query: string, limit?: number): Promise<readonly RecordView[]>
  cases(filter?: {
    flow?: string
    kind?: string
    state?: 'open' | 'resolved' | 'all'
    limit?: number
  }): Promise<readonly CaseView[]>
  /** Decides a case, or all open cases of the same kind, cause and flow. The next run carries it out. */
  resolve(
    caseId: number,
    decision: { choice: string; value?: string; by: string; alike?: boolean },
  ): Promise<readonly CaseView[]>
  testSystem(name: string): Promise<ConnectionReport>
  /** What of a system's change feed stands, and what installing or removing it would run there; changes nothing. */
  feed(system: string): Promise<FeedReport>
  installFeed(system: string): Promise<FeedReport>
  removeFeed(system: string): Promise<FeedReport>
  /** Carries changes over as the installed feeds tell of them, until `signal` aborts; answers which systems have one. */
  follow(options: FollowAppOptions): Promise<readonly string[]>
  close(): Promise<void>
}

export interface RunOptions {
  /** Default: all decided flows, parents of references first. */
  flows?: readonly string[]
  /** Read everything, not only what changed. */
  full?: boolean
  onProgress?: (progress: Progress) => void
  /** Ends the run between two batches; the next run goes on. */
  signal?: AbortSignal
}

export interface FollowAppOptions {
  readonly signal: AbortSignal
  /** Default: all decided flows. */
  readonly flows?: readonly string[]
  /** Called once when everything listens. */
  readonly onReady?: (flows: ReadonlyMap<string, HotFlow>) => void
  /** Hears of what goes wrong; it is tried again. */
  readonly onTrouble?: (error: ConcordatError, flow: string | null) => void
}

export interface OpenOptions {
  /** Contract file or folder; default `concordat.yaml` in the working directory. */
  contract?: string
  env?: Readonly<Record<string, string | undefined>>
  /** Default: `DATABASE_URL` from `env`, else the embedded server. */
  databaseUrl?: string
  /** What takes long at the start, for people. */
  onNotice?: (text: string) => void
}

/** The connectors by name; each with its driver is loaded when a system first needs it. */
const KINDS: Readonly<Record<string, () => Promise<ConnectorKind>>> = {
  postgres: async () => (await import('./connectors/postgres/postgres.ts')).postgresKind,
  mysql: async () => (await import('./connectors/mysql/mysql.ts')).mysqlKind,
}

/** Connects to a system that no contract names yet and reads its catalogue. */
export async function introspectSystem(
  kind: string,
  settings: Readonly<Record<string, string>>,
): Promise<ConnectionReport & { readonly catalogue: Catalogue }> {
  const connector = await connect(kind, settings)
  try {
    return { ...(await connector.test()), catalogue: await connector.introspect() }
  } finally {
    await connector.close()
  }
}

async function connect(kind: string, settings: Readonly<Record<string, string>>): Promise<Connector> {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!found)
    throw new ConcordatError('connector.unknown', `There is no connector named ${kind}.`, {
      cure: `There are: ${Object.keys(KINDS).join(', ')}.`,
    })
  return (await found()).connect(settings)
}

/** Opens the store and makes ready to reach the systems; throws when the contract has problems. */
export async function openApplication(options: OpenOptions = {}): Promise<App> {
  const env = options.env ?? process.env
  const files = readContractFiles(options.contract ?? 'concordat.yaml')
  const check = readContract(files, { connectors: Object.keys(KINDS) })
  if (!check.contract) {
    const count = check.problems.filter((problem) => problem.severity === 'error').length
    throw new ConcordatError('contract.invalid', `The contract has ${count} ${count === 1 ? 'problem' : 'problems'}.`, {
      cure: 'See `concordat check`.',
    })
  }
  const contract = check.contract
  const { database, stop } = await openStore(options, env)
  const connectors = new Map<string, Connector>()
  const deps: Deps = {
    database,
    connectors,
    clock: Date.now,
    contractSource: files.map((file) => `# ${file.name}\n${file.text}`).join('\n'),
    holder: `process ${process.pid} on ${hostname()}`,
  }

  /** Connectors are made when first needed, so that looking things up needs no secret and no system. */
  const reach = async (systems: Iterable<string>): Promise<void> => {
    for (const name of systems) {
      if (connectors.has(name)) continue
      const system = contract.systems.get(name)!
      connectors.set(name, await connect(system.connector, resolveSettings(system, { env, readFile })))
    }
  }
  const prepare = async (run: RunOptions): Promise<string[]> => {
    const names = chosenFlows(check, contract, run.flows)
    await reach(new Set(names.flatMap((name) => contract.flows.get(name)!.systems)))
    return names
  }
  const depsOf = (run: RunOptions): Deps => ({
    ...deps,
    ...(run.onProgress && { onProgress: run.onProgress }),
    ...(run.signal && { signal: run.signal }),
  })
  const known = (system: string): void => {
    if (contract.systems.has(system)) return
    throw new ConcordatError('connector.unknown', `The contract names no system ${system}.`, {
      cure: `It names: ${[...contract.systems.keys()].join(', ')}.`,
    })
  }
  const feedOf = async (system: string): Promise<ChangeFeed | null> => {
    known(system)
    await reach([system])
    const connector = connectors.get(system)!
    return (await connector.feed?.(watchedBy(contract, system), await installationName(database))) ?? null
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
    async plan(run = {}) {
      const names = await prepare(run)
      return planFlows(depsOf(run), contract, names, {
        ...(run.full && { full: true }),
        ...(run.limit !== undefined && { limit: run.limit }),
      })
    },
    async run(run = {}) {
      const names = await prepare(run)
      const reports: FlowRun[] = []
      for (const flow of inDependencyOrder(contract, names)) {
        if (run.signal?.aborted) break
        reports.push(await runFlow(depsOf(run), contract, flow, { ...(run.full && { full: true }) }))
      }
      return reports
    },
    status: () => tellStatus(database, contract, Date.now()),
    log: (filter) => tellLog(database, contract, filter),
    show: (flow, query, limit = 20) => showRecords(database, contract, flow, query, limit),
    cases: async (filter = {}) => tellCases(database, contract, await findCases(database, filter)),
    resolve: (id, decision) => resolveCase(database, contract, id, decision, new Date()),
    async testSystem(name) {
      known(name)
      await reach([name])
      return connectors.get(name)!.test()
    },
    feed: async (system) => reportFeed(system, await feedOf(system)),
    installFeed: (system) => changeFeed(system, 'install'),
    removeFeed: (system) => changeFeed(system, 'remove'),
    async follow({ signal, onReady, onTrouble, ...asked }) {
      const names = await prepare(asked)
      const flows = new Map(names.map((name) => [name, new HotFlow(deps, contract, contract.flows.get(name)!)]))
      const followed: { system: string; feed: ChangeFeed }[] = []
      for (const system of new Set(names.flatMap((name) => contract.flows.get(name)!.systems))) {
        const feed = await feedOf(system)
        if (feed && (await feed.inspect()).state !== 'absent') followed.push({ system, feed })
      }
      onReady?.(flows)
      const trouble = onTrouble && { onTrouble }
      await Promise.all(followed.map((one) => followFeed({ ...one, contract, flows, signal, ...trouble })))
      for (const flow of flows.values()) await flow.close()
      return followed.map(({ system }) => system)
    },
    async close() {
      for (const connector of connectors.values()) await connector.close()
      await stop()
    },
  }
}

const readFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)

async function openStore(options: OpenOptions, env: Readonly<Record<string, string | undefined>>) {
  const given = options.databaseUrl ?? env['DATABASE_URL']
  if (given !== undefined && given !== '') {
    // The URL itself stays out of the message: it may hold a password.
    if (!/^postgres(?:ql)?:\/\//i.test(given))
      throw new ConcordatError('store.unreachable', 'DATABASE_URL is not the URL of a PostgreSQL database.', {
        cure: 'Write it as postgres://user:password@host/database, or leave it out and use the embedded server.',
      })
    const database = await openDatabase(given)
    await migrate(database)
    return { database, stop: () => database.close() }
  }
  const server = await startEmbedded({ env, ...(options.onNotice && { onProgress: options.onNotice }) })
  try {
    await server.createDatabase('concordat')
    const database = await openDatabase(server.socketUrl('concordat'))
    await migrate(database)
    return {
      database,
      stop: async () => {
        await database.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** The flows that were asked for and can run; one that is not decided, refers to one that is not, or is not there, is said so. */
function chosenFlows(check: CheckReport, contract: Contract, asked: readonly string[] | undefined): string[] {
  const known = new Set([...contract.flows.keys(), ...check.rulebook.map((flow) => flow.flow)])
  for (const name of asked ?? []) {
    if (!known.has(name))
      throw new ConcordatError('engine.unknown-flow', `The contract has no flow named ${name}.`, {
        cure: `It has: ${[...known].join(', ')}.`,
      })
  }
  const wanted = asked ?? [...known]
  const cannot = leftOut(check)
  const open = cannot.filter((one) => wanted.includes(one.flow))
  if (open.length > 0 && (asked || open.length === wanted.length)) {
    const missing = cannot.filter((one) => one.refersTo === null && !open.includes(one))
    throw new ConcordatError('contract.undecided', `Decisions are missing: ${open.map(leftOutText).join(', ')}.`, {
      cure: `See \`concordat check\` for the open questions${missing.length > 0 ? `, those of ${missing.map((one) => one.flow).join(', ')} too,` : ''} and who answers them.`,
    })
  }
  return wanted.filter((name) => !cannot.some((one) => one.flow === name))
}
