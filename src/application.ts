import type { Gate } from './connector-kit/gated.ts'
import type { ConnectionReport } from './connector-kit/port.ts'
import type { CheckReport } from './contract/finding.ts'
import type { MeasuredFile } from './contract/text/write-measured.ts'
import type { Word } from './engine/give-word.ts'
import type { HotFlow } from './engine/hot-flow.ts'
import type { DecisionPreview } from './engine/preview-decision.ts'
import type { Probe } from './engine/probe-system.ts'
import type { CaseDecision } from './engine/resolve-case.ts'
import type { RulesDesk } from './engine/rules-desk.ts'
import type { Screens } from './engine/screens.ts'
import type { SystemsDesk } from './engine/systems-desk.ts'
import type { Language } from './model/language.ts'
import type { ConcordatError } from './model/errors.ts'
import type { Passport } from './model/passport.ts'
import type {
  CaseView,
  FeedReport,
  FlowRun,
  FlowSigning,
  LogEntry,
  LogFilter,
  NextRun,
  PlanReport,
  Progress,
  RecordView,
  StatusRow,
} from './model/report.ts'
import type { AlertDesk } from './notify/alert-desk.ts'
import type { Watch } from './notify/watch.ts'
import type { Service, ServiceParts } from './service/service.ts'
import type { StoreFacts } from './service/store-facts.ts'
import type { ServiceFigures } from './service/tell-figures.ts'
import type { HealthReport } from './service/tell-health.ts'
import type { ContractBinding } from './store/agreements/contract-binding.ts'
import type { Database } from './store/database/database.ts'

/* What the application can do, by what somebody wants of it, and what it is opened with. */

/** The application as its callers (CLI, API) see it. */
export interface App extends Looking, Deciding, Reaching, Running, Serving {
  /** What is wrong, who is told of it, and the watch that finds it. */
  readonly alerts: Alerts
  /** The store, for those who guard the way in: accounts are no business of the application. */
  readonly database: Database
  close(): Promise<void>
}

/** What is looked up in the store; a system that is down changes nothing about it. */
export interface Looking {
  readonly check: CheckReport
  /** How each decided flow stands; `why` in a language, default English. */
  status(language?: Language): Promise<readonly StatusRow[]>
  /** When the service looks at each system of a flow next. */
  nextRuns(flow: string, count?: number): Promise<readonly NextRun[]>
  log(filter: LogFilter): Promise<readonly LogEntry[]>
  /** Records of a flow that match a query: record id, `system:remote id`, or text that their values contain. */
  show(flow: string, query: string, limit?: number): Promise<readonly RecordView[]>
  cases(filter?: {
    flow?: string
    kind?: string
    state?: 'open' | 'resolved' | 'all'
    /** Those that this open case decides about; `none`: those that no other one does, so that they are decisions of their own. */
    under?: number | 'none'
    limit?: number
  }): Promise<readonly CaseView[]>
  /** What screens look up, in people's words. */
  readonly screens: Screens
  /** What screens look up, as plain figures. */
  readonly facts: StoreFacts
  /** Figures of all flows and systems, for metrics. */
  figures(): Promise<ServiceFigures>
  /** How the service itself is: its processes, and systems in trouble. */
  health(): Promise<HealthReport>
}

/** What people decide: the rules, cases, and which database a system is. */
export interface Deciding {
  /** The rules as they were, and as the contract's file has them now. */
  readonly rules: Pick<
    RulesDesk,
    'known' | 'savedAt' | 'waitsFor' | 'newRules' | 'versions' | 'diff' | 'answer' | 'signingsOf'
  >
  /** What the owners of each decided flow have said of its rules. */
  signings(language?: Language): Promise<readonly FlowSigning[]>
  /** Stores an owner's signature, or refusal, under the rules of a flow: those that are loaded, or those of the file as it is now. */
  giveWord(word: Word, language?: Language): Promise<FlowSigning>
  /** What a run of a flow would do by the contract's file as it is now. */
  planFile(flow: string, limit: number, language?: Language): Promise<PlanReport>
  /** Decides a case, or all open cases of the same kind, cause and flow. The next run carries it out. */
  resolve(caseId: number, decision: CaseDecision): Promise<readonly CaseView[]>
  /** What deciding so would do; changes nothing. */
  previewDecision(
    caseId: number,
    decision: Omit<CaseDecision, 'by' | 'expected'>,
    language?: Language,
  ): Promise<DecisionPreview>
  /** Which database each system is, and what people say when another one answers. */
  readonly systems: Pick<SystemsDesk, 'list' | 'confirm' | 'preview' | 'startOver'>
  /** Binds the store to this contract, whichever it belonged to before; needs `anyContract`. */
  confirmContract(): Promise<ContractBinding>
}

/** What is asked of one system. */
export interface Reaching {
  testSystem(name: string): Promise<ConnectionReport>
  /** Calls a system, and looks whether its tables are as the contract names them. */
  probeSystem(name: string): Promise<Probe>
  /** What of a system's change feed stands, and what installing or removing it would run there; changes nothing. */
  feed(system: string): Promise<FeedReport>
  installFeed(system: string): Promise<FeedReport>
  removeFeed(system: string): Promise<FeedReport>
}

/** Running flows in this process, and asking the service to. */
export interface Running {
  plan(options?: RunOptions & { limit?: number; language?: Language }): Promise<PlanReport>
  /** Runs flows whose rules both owners have signed; throws `contract.unsigned` for one that was named and is not. */
  run(options?: RunOptions): Promise<readonly FlowRun[]>
  /** Carries changes over as the installed feeds tell of them, until `signal` aborts; answers which systems have one. */
  follow(options: FollowAppOptions): Promise<readonly string[]>
  /** Stops a flow from running until it is resumed; answers whether it was not paused already. */
  pause(flow: string, pause: { readonly by: string; readonly reason?: string }): Promise<boolean>
  /** Lets a paused flow run again; answers whether it was paused. */
  resume(flow: string): Promise<boolean>
  /** Makes refused writes due again, and asks the service for a run; answers how many. */
  retry(flow: string): Promise<number>
  /** Asks the service for a run as soon as possible. */
  askForRun(flow: string, options?: { readonly full?: boolean }): Promise<void>
}

/** Running the flows as their contract promises, for as long as a process lives. */
export interface Serving {
  /** Begins to run the flows as their contract promises, in this process and until it is stopped. */
  startService(options: ServiceOptions): Promise<Service>
  /**
   * Opens the application by the contract's file as it is now, on the same store, when that has new rules and all of its
   * flows are signed; null otherwise. This one goes on; who keeps the store running must be closed last.
   */
  successor(): Promise<App | null>
}

/** Looking at alerts, looking after one, trying out a channel; and the watch that finds and sends them. */
export type Alerts = Pick<
  AlertDesk,
  'list' | 'page' | 'find' | 'mute' | 'standing' | 'tellPerson' | 'acknowledge' | 'test' | 'storeSeen'
> & {
  readonly watch: Pick<Watch, 'tick' | 'beat' | 'endBeat'>
}

/** What was measured of a system, and where it would be written. */
export interface SystemMeasurement extends MeasuredFile {
  readonly passport: Passport
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

export interface ServiceOptions extends Pick<ServiceParts, 'role' | 'telling'> {
  /** Flows worked on at once in this process. Default: all of them, at most 32. */
  readonly slots?: number
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
  /** What time it is, in milliseconds since the epoch; default: by the store's clock. */
  clock?: () => number
  /** Also where the store belongs to another contract: to say that it is the same one, changed. */
  anyContract?: boolean
  /** Stands before each system, within the gate that all calls go through; for the demo, whose systems can be switched off. */
  tamper?: (system: string) => Gate
  /** Alerts begin and end within seconds rather than minutes; for the demo, where somebody sits and waits for them. */
  impatient?: boolean
  /** What takes long at the start, for people. */
  onNotice?: (text: string) => void
}
