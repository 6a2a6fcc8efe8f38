import type { App, OpenOptions, SystemMeasurement } from '../app.ts'
import type { CheckReport, Problem } from '../contract/finding.ts'
import type { MeasureRequest } from '../model/passport.ts'
import type { Begun, serveBeginning, ServeOptions } from '../serve.ts'
import type { SourceCatalogue } from '../contract/proposal/catalogue.ts'
import type { SampledColumns } from '../contract/proposal/sampled-columns.ts'
import type { SampledTable } from '../contract/proposal/sampled-rows.ts'

/** What introspecting one system gives `init`. */
export interface Introspection {
  /** E.g. `PostgreSQL 18.1`. */
  readonly product: string
  readonly notes: readonly string[]
  readonly catalogue: SourceCatalogue
}

/** What the commands need of the application. */
export interface Backend {
  /** Reads and checks a contract; touches no system and no store. */
  check(options: OpenOptions): Promise<CheckReport>
  /** What the systems say about the decided flows of a contract, or about these; writes nothing. */
  look(options: OpenOptions, flows?: readonly string[]): Promise<readonly Problem[]>
  /** Measures what a system does against its description; writes only test records that the request allows. */
  measure(options: OpenOptions, system: string, request: MeasureRequest): Promise<SystemMeasurement>
  open(options: OpenOptions): Promise<App>
  /** Runs the service until its signal says otherwise. */
  serve(app: App, options: ServeOptions): Promise<void>
  /** Serves the guided beginning of a contract until it is written; null: stopped before. */
  serveBeginning(...served: Parameters<typeof serveBeginning>): Promise<Begun | null>
  /** Connects to a system that no contract names yet and reads its catalogue. */
  introspect(connector: string, settings: Readonly<Record<string, string>>): Promise<Introspection>
  /** Reads the first `most` rows of tables of such a system; calls `told` after each. Writes nothing. */
  sample(
    connector: string,
    settings: Readonly<Record<string, string>>,
    tables: readonly SampledColumns[],
    most: number,
    told: (object: string) => void,
  ): Promise<readonly (SampledTable | { readonly refused: string })[]>
}
