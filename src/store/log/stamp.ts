/** Which run of which flow does something, and when; written with every row that people may ask about. */
export interface Stamp {
  readonly flowId: number
  readonly runId: string
  readonly at: Date
}
