import type { SystemUrls } from '../../demo/databases.ts'
import type { Edit } from '../../demo/edits.ts'
import type { Verification } from '../../demo/verify.ts'
import type { Sizes } from '../../demo/world.ts'
import type { CaseView, FlowRun, RecordView } from '../../model/report.ts'

/** What the demo found at each step; `demo --json` prints it as it stands. */
export interface DemoReport {
  readonly seed: number
  readonly sizes: Sizes
  readonly systems: SystemUrls & { readonly store: string; readonly contract: string; readonly environment: string }
  readonly mess: Readonly<Record<string, number>>
  readonly check: { readonly flows: number; readonly problems: number; readonly questions: number }
  readonly plan: DemoRuns & { readonly cases: number }
  readonly first_run: DemoRuns
  readonly waiting: readonly Waiting[]
  readonly edits: readonly Edit[]
  readonly second_run: DemoRuns
  /** The one customer whom everybody edited, with the time line. */
  readonly customer: RecordView | null
  /** A run that reads everything and has nothing to do. `changed_tables`: found by looking at the databases. */
  readonly rest_run: DemoRuns & { readonly writes: number; readonly changed_tables: readonly string[] }
  readonly verification: { readonly after_first_run: Verification; readonly after_second_run: Verification }
  /** What went wrong, as sentences; empty when everything is as it should be. */
  readonly failures: readonly string[]
  readonly seconds: number
}

export interface DemoRuns {
  readonly flows: readonly FlowRun[]
  readonly seconds: number
}

/** Cases of one kind that wait for a person. */
export interface Waiting {
  readonly flow: string
  readonly kind: CaseView['kind']
  readonly cause: string
  readonly count: number
  /** One of them, in words. */
  readonly example: string
}

/** Open cases by flow, kind and cause, in the order in which they first appear. */
export function groupWaiting(cases: readonly CaseView[]): Waiting[] {
  const groups = Map.groupBy(cases, ({ flow, kind, cause }) => `${flow}\n${kind}\n${cause}`)
  return [...groups.values()].map((group) => {
    const { flow, kind, cause, sentence } = group[0]!
    return { flow, kind, cause, count: group.length, example: sentence }
  })
}

/** What went wrong in some runs. */
export function runFailures(runs: readonly FlowRun[]): string[] {
  return runs
    .filter(({ status }) => status === 'failed' || status === 'stopped')
    .map(({ flow, status, message }) => `The flow ${flow} ${status}${message === undefined ? '.' : `: ${message}`}`)
}

/** What the comparison objects to, as sentences. */
export function disagreementSentences({ disagreements }: Verification): string[] {
  return disagreements.map(({ flow, record, what }) => `${flow}: ${record}: ${what}`)
}
