import type { Connector } from '../../src/connector-kit/port.ts'
import type { Database } from '../../src/store/database.ts'

/** A mechanism of the engine, switched off from outside. */
export interface Ablation {
  readonly name: string
  readonly law: string
  connector?(inner: Connector): Connector
  store?(inner: Database): Database
}

export const ABLATIONS: readonly Ablation[] = []
