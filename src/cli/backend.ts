import type { App, OpenOptions } from '../app.ts'
import type { CheckReport, Problem } from '../contract/finding.ts'
import type { ServeOptions } from '../serve.ts'
import type { SourceCatalogue } from '../contract/proposal/catalogue.ts'

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
  open(options: OpenOptions): Promise<App>
  /** Runs the service until its signal says otherwise. */
  serve(app: App, options: ServeOptions): Promise<void>
  /** Connects to a system that no contract names yet and reads its catalogue. */
  introspect(connector: string, settings: Readonly<Record<string, string>>): Promise<Introspection>
}
