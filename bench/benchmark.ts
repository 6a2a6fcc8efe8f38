import type { Measurement } from './measurement.ts'

/** What a benchmark is asked to do. */
export interface BenchOptions {
  readonly records: number
  readonly repeat: number
}

/** One measured run with a name for people. */
export interface NamedRun {
  readonly name: string
  /** How many records, pairs or changes it dealt with. */
  readonly items: number
  readonly run: Measurement
}

/** What a benchmark found. */
export interface BenchResult {
  readonly unit: string
  readonly perSecond: number
  readonly runs: readonly NamedRun[]
  readonly raw?: { readonly perSecond: number; readonly ratio: number }
  readonly notes: readonly string[]
}
