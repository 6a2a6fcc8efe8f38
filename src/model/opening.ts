/**
 * What a look at a system says about a flow before it is opened. `refused`: it would lose or corrupt data, or cannot work;
 * `asked`: it needs an answer in the contract; `warning`: it works, and people should know.
 */
export interface OpeningFinding {
  readonly level: 'refused' | 'asked' | 'warning'
  /** Stable kebab-case name of the kind of finding. */
  readonly code: string
  readonly flow: string
  readonly system: string
  /** Path below the flow in the contract, e.g. `records.erp.id`. */
  readonly setting: readonly string[]
  readonly message: string
  readonly cure: string
}
