import type { EdgeCases, Field, Flow, OnFailure, Person } from './contract.ts'

/*
 * A flow while it is being decided: every decision may still be missing (undefined). A `Flow` is a draft with nothing
 * missing, so whatever explains drafts explains flows too.
 */

type Undecided<T> = { readonly [K in keyof T]: T[K] | undefined }

export interface FlowDraft {
  readonly name: string
  readonly timezone: string
  readonly owners: { readonly business: Person | undefined; readonly technical: Person | undefined }
  /** As declared in `records`; all systems of the contract while the flow has no records. */
  readonly systems: readonly string[]
  readonly master: Flow['master'] | undefined
  readonly direction: Flow['direction'] | undefined
  readonly schedule: Flow['schedule']
  readonly lateAfterMs: number | undefined
  readonly records: Flow['records']
  readonly match: Flow['match'] | undefined
  readonly fields: readonly FieldDraft[]
  readonly edgeCases: Undecided<EdgeCases>
  readonly onFailure: Undecided<OnFailure>
  readonly limits: Undecided<Flow['limits']>
  readonly historyMs: number | undefined
}

export type FieldDraft = Undecided<Omit<Field, 'name' | 'required' | 'mapping' | 'lines'>> &
  Pick<Field, 'name' | 'required' | 'mapping'> & {
    readonly lines?: { readonly key: readonly string[]; readonly fields: readonly FieldDraft[] } | undefined
  }

/** The system that a flow without shared master takes as its master; null when it has none or is undecided. */
export function masterOf(draft: { readonly master: string | undefined }): string | null {
  return draft.master === undefined || draft.master === 'shared' ? null : draft.master
}

/** Systems that receive what the master decides; all of them when the master is shared or undecided. */
export function othersOf(draft: Pick<FlowDraft, 'systems' | 'master'>): readonly string[] {
  return draft.systems.filter((system) => system !== draft.master)
}
