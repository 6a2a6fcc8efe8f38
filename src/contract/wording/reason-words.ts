import type { EdgeCases } from '../contract.ts'
import type { Rule } from '../rule.ts'

/** What the sentence of a rule can name. */
export interface ReasonNames {
  /** The field, or words for it when none is given. */
  readonly f: string
  /** Master of the field, else of the flow. */
  readonly m: string
  /** That is no single system. */
  readonly shared: boolean
  /** Master of the flow, whatever the field. */
  readonly flowMaster: string
  /** Where it happened. */
  readonly s: string
  /** Where it happened is given. */
  readonly known: boolean
  /** The other systems concerned. */
  readonly o: string
  /** A record of the flow. */
  readonly one: string
  /** What the flow says of old records; null where it says nothing. */
  readonly age: { readonly duration: string; readonly then: NonNullable<EdgeCases['olderThan']>['then'] } | null
  /** How long a missing reference is waited for. */
  readonly waits: string
}

/** The words of one language. */
export interface ReasonWords {
  readonly field: (name: string | undefined) => string
  readonly one: (flow: string) => string
  readonly master: (name: string) => string
  readonly system: (name: string | undefined) => string
  readonly others: (names: readonly string[]) => string
  /** Why each rule acted. */
  readonly sentences: Readonly<Record<Rule, (names: ReasonNames) => string>>
}
