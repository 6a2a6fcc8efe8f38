import type { CheckReport } from './contract/finding.ts'
import type { Catalogue, ConnectionReport, ConnectorKind } from './connector-kit/port.ts'
import { postgresKind } from './connectors/postgres/postgres.ts'
import { ConcordatError } from './model/errors.ts'
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

/** The connectors that there are, by the name that a contract gives them. */
export const CONNECTORS: ReadonlyMap<string, ConnectorKind> = new Map([postgresKind].map((kind) => [kind.name, kind]))

/** Connects to a system that no contract names yet, tests the connection and reads what is there. */
export async function introspectSystem(
  connector: string,
  settings: Readonly<Record<string, string>>,
): Promise<ConnectionReport & { readonly catalogue: Catalogue }> {
  const kind = CONNECTORS.get(connector)
  if (kind === undefined) {
    throw new ConcordatError('connector.unknown', `There is no connector "${connector}".`, {
      cure: `The connectors are: ${[...CONNECTORS.keys()].join(', ')}.`,
    })
  }
  const system = kind.connect(settings)
  try {
    const report = await system.test()
    return { ...report, catalogue: await system.introspect() }
  } finally {
    await system.close()
  }
}
