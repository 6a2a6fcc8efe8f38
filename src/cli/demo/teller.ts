import type { CheckReport } from '../../contract/finding.ts'
import type { Edit } from '../../demo/edits.ts'
import type { DemoHome } from '../../demo/home.ts'
import type { Verification } from '../../demo/verify.ts'
import type { World } from '../../demo/world.ts'
import type { Progress, RecordView } from '../../model/report.ts'
import type { DemoReport, DemoRuns, Waiting } from './demo-report.ts'

/** Whom the story is told to: a person who reads along, or nobody when a program only wants the figures. */
export interface Teller {
  opening(): void
  systems(world: World, home: DemoHome): void
  checked(check: CheckReport, home: DemoHome): void
  planning(): void
  planned(plan: DemoRuns & { readonly cases: number }): void
  /** The names of the owners in whose place the demo signed the rules. */
  signed(owners: readonly string[]): void
  firstRunning(): void
  ran(runs: DemoRuns, note?: string): void
  verified(verification: Verification): void
  waiting(waiting: readonly Waiting[]): void
  editing(customer: string): void
  edited(edits: readonly Edit[]): void
  secondRunning(): void
  customer(view: RecordView | null): void
  resting(): void
  rested(rest: DemoReport['rest_run']): void
  ending(report: DemoReport): void
  progress(progress: Progress): void
}

const nothing = (): void => {}

/** Says nothing. */
export const SILENT: Teller = {
  opening: nothing,
  systems: nothing,
  checked: nothing,
  planning: nothing,
  planned: nothing,
  signed: nothing,
  firstRunning: nothing,
  ran: nothing,
  verified: nothing,
  waiting: nothing,
  editing: nothing,
  edited: nothing,
  secondRunning: nothing,
  customer: nothing,
  resting: nothing,
  rested: nothing,
  ending: nothing,
  progress: nothing,
}
