import type { App, OpenOptions } from '../app.ts'
import type { CheckReport, Problem } from '../contract/finding.ts'
import type { ServeOptions } from '../serve.ts'
import type { SourceCatalogue } from '../contract/proposal/catalogue.ts'
import type { SampledTable } from '../contract/proposal/sampled-rows.ts'

/** What introspecting one system gives `init`. */
export interface Introspection {
  /** E.g. `PostgreSQL 18.1`. */
  readonly product: string
  readonly notes: readonly string[]
  readonly catalogue: SourceCatalogue
}

/** A table to be sampled, its id and the columns that are looked at. */
export interface SampledColumns {
  readonly object: string
  readonly id: string
  readonly columns: readonly string[]
}

/** What the commands need of the application. */
export interface Backend {
  /** Reads and checks a contract; touches no system and no store. */
  check(options: OpenOptions): Promise<CheckReport>
  /** What the systems say about the decided flows of a contract, or about these; writes nothing. */
  look(options: OpenOptions, flows?: readonly string[]): Promise<readonly Problem[]>
  open(options: OpenOptions): Promise<App>
  /** Runs the service until its signal says otherwise. */
  serve(app: App, options: ServeOptions): Promise<void>
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
