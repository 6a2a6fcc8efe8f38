/** One kind of trouble that the generator made on purpose, and how often. */
export interface Mess {
  /** For `--json`. */
  readonly key: string
  /** Completes “there are 12 …”. */
  readonly what: string
  readonly count: number
}
