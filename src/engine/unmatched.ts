import type { Rule } from '../contract/rule.ts'
import { countsWrites } from '../merge/change-time.ts'
import type { Canonical } from '../model/value.ts'
import type { RecordState } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { heldCase, unmatchedCase } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import { emptyField } from './hold-back.ts'
import type { Side } from './side.ts'

/** A golden record that is due in a side which does not have it. */
export interface Creation {
  readonly recordId: string
  readonly version: number
  readonly golden: readonly Canonical[]
  readonly rule: Rule
  /** Sides that have it already. */
  readonly except: ReadonlySet<number>
  /** Sides that had it until it was deleted, and where it is made again as it was. */
  readonly again?: ReadonlySet<number>
}

export interface Verdict {
  readonly state: RecordState
  readonly rule: Rule
  carryOut(
    record: {
      recordId: string
      golden: readonly Canonical[]
      remoteId: string
      version?: number
      except?: ReadonlySet<number>
      again?: ReadonlySet<number>
    },
    outcome: Outcome,
    creations: Creation[],
  ): void
}

/** What the contract says about a record that has no counterpart anywhere else. `changedAt`: see `SideState`. */
export function decideUnmatched(
  work: FlowWork,
  side: Side,
  changedAt: string | null,
  golden: readonly Canonical[],
): Verdict {
  const { flow } = work
  if (isLegacy(work, changedAt))
    return flow.edgeCases.olderThan!.then === 'ask' ? ask(work, side, 'too old', 'older_than') : leave('too old')
  const empty = flow.fields.find((field, i) => field.required && golden[i] === null)
  if (empty) return incomplete(work, side, empty.name)
  let verdicts = usual.get(work)
  if (!verdicts) usual.set(work, (verdicts = new Map<Side, Verdict>()))
  let verdict = verdicts.get(side)
  if (!verdict) verdicts.set(side, (verdict = usualVerdict(work, side)))
  return verdict
}

/** Verdicts about records that are complete and not too old: the same for all of a side. */
const usual = new WeakMap<FlowWork, Map<Side, Verdict>>()

function usualVerdict(work: FlowWork, side: Side): Verdict {
  const { edgeCases } = work.flow
  if (work.firstSync) {
    switch (edgeCases.existingUnmatched) {
      case 'create':
        return create(side, 'existing unmatched: created')
      case 'ask':
        return ask(work, side, 'existing unmatched: asked', 'existing_unmatched')
      case 'leave alone':
        return leave('existing unmatched: left alone')
    }
  }
  if (side.leads) return create(side, 'created in master')
  switch (edgeCases.createdOutsideMaster) {
    case 'adopt':
      return create(side, 'created outside: adopted')
    case 'hold for approval':
      return ask(work, side, 'created outside: held', 'created_outside_master')
    case 'leave alone':
      return leave('created outside: left alone')
  }
}

function create(side: Side, rule: Rule): Verdict {
  const home = new Set([side.id])
  return {
    state: 'live',
    rule,
    carryOut: ({ recordId, golden, version = 1, except = home, again }, _, creations) =>
      void creations.push({ recordId, version, golden, rule, except, ...(again && { again }) }),
  }
}

const leave = (rule: Rule): Verdict => ({ state: 'left alone', rule, carryOut: () => {} })

function ask(work: FlowWork, side: Side, rule: Rule, cause: Parameters<typeof unmatchedCase>[2]): Verdict {
  return {
    state: 'held',
    rule,
    carryOut: ({ recordId, golden, remoteId }, outcome) => {
      work.counts.held++
      const title = titleOf(work.flow, golden)
      const values = Object.fromEntries(
        work.flow.fields.flatMap((field, i) => (field.lines ? [] : [[field.name, golden[i] ?? null]])),
      )
      outcome.cases.push(
        unmatchedCase(work.flow, side.system, cause, { recordId, sideId: side.id, remoteId, title }, values),
      )
    },
  }
}

/** Whether it plays a part when records were last changed. */
export const ageMatters = (work: FlowWork): boolean => work.firstSync && work.flow.edgeCases.olderThan !== null

/** Found at first sync, and nobody has changed it for longer than the contract cares. */
export function isLegacy(work: FlowWork, changedAt: string | null): boolean {
  const old = work.flow.edgeCases.olderThan
  // A number that counts writes says nothing about age.
  if (!work.firstSync || old === null || changedAt === null || countsWrites(changedAt)) return false
  return Date.parse(changedAt) < work.clock() - old.ms
}

/** A record that lacks a required value is not created anywhere until it is complete. */
function incomplete(work: FlowWork, side: Side, field: string): Verdict {
  return {
    state: 'held',
    rule: 'required value missing',
    carryOut: ({ recordId, golden, remoteId }, outcome) => {
      work.counts.held++
      const title = titleOf(work.flow, golden)
      outcome.cases.push(
        heldCase(side.system, 'required_value', emptyField(field), { recordId, sideId: side.id, remoteId, title }),
      )
    },
  }
}
