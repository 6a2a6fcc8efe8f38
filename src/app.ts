import type { CheckReport } from './contract/finding.ts'
import type { ConnectionReport } from './connector-kit/port.ts'
import type { CaseView, FlowRun, LogEntry, LogFilter, PlanReport, Progress, RecordView, StatusRow } from './model/report.ts'

/** The application as its callers (CLI, later the API) see it. */
export interface App {
  readonly check: CheckReport
  plan(options?: RunOptions & { limit?: number }): Promise<PlanReport>
  run(options?: RunOptions): Promise<readonly FlowRun[]>
  status(): Promise<readonly StatusRow[]>
  log(filter: LogFilter): Promise<readonly LogEntry[]>
  /** Records of a flow that match a query: record id, `system:remote id`, or text that their values contain. */
  show(flow: string, query: string, limit?: number): Promise<readonly RecordView[]>
  cases(filter?: { flow?: string; kind?: string; state?: 'open' | 'resolved' | 'all'; limit?: number }): Promise<readonly CaseView[]>
  /** Decides a case, or all open cases of the same kind, cause and flow. The next run carries it out. */
  resolve(caseId: number, decision: { choice: string; value?: string; by: string; alike?: boolean }): Promise<readonly CaseView[]>
  testSystem(name: string): Promise<ConnectionReport>
  close(): Promise<void>
}

export interface RunOptions {
  /** Default: all decided flows, parents of references first. */
  flows?: readonly string[]
  /** Read everything, not only what changed. */
  full?: boolean
  onProgress?: (progress: Progress) => void
  /** When it aborts, the run finishes the batch at hand, leaves the rest to the next run, and returns. */
  signal?: AbortSignal
}

export interface OpenOptions {
  /** Contract file or folder; default `concordat.yaml` in the working directory. */
  contract?: string
  env?: Readonly<Record<string, string | undefined>>
  /** Default: `DATABASE_URL` from `env`, else the embedded server. */
  databaseUrl?: string
}
export type OpenApp = (options?: OpenOptions) => Promise<App>
