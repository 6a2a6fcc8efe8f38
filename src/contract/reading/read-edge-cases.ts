import type { EdgeCases, MatchRule } from '../contract.ts'
import type { FlowDraft } from '../draft.ts'
import { isInherited } from './inherit.ts'
import { parseDuration } from '../schedule/duration.ts'
import type { FlowContext } from './flow-context.ts'
import { entriesOf, get, getMap, getScalar, type MapNode } from '../text/node.ts'
import type { Ask, FlowSetting } from '../wording/questions.ts'
import { systemTitle } from '../phrases.ts'

const DAY_MS = 86_400_000

export interface EdgeContext {
  readonly draft: Pick<FlowDraft, 'systems' | 'master' | 'direction' | 'fields' | 'records'> & {
    readonly recordsKnown: boolean
  }
  readonly match: readonly MatchRule[] | undefined
  readonly ask: Ask
}

/** `edge_cases` of a flow; what cannot happen in it is not asked, what it rules out is refused. */
export function readEdgeCases(flow: FlowContext, { draft, match, ask }: EdgeContext): FlowDraft['edgeCases'] {
  const node = getMap(flow.node, 'edge_cases')
  const { master, direction, fields, systems, records } = draft
  const oneWay = direction !== undefined && direction !== 'both' ? direction : null
  // What cannot happen in this flow is not asked; the value beside it is never used.
  const decide = <K extends keyof EdgeCases>(
    setting: string,
    relevant: boolean,
    unused: EdgeCases[K],
  ): EdgeCases[K] | undefined => {
    const written = getScalar(node, setting)
    // A default that this flow has no use for is no decision about it.
    if (written !== undefined && (relevant || !isInherited(node, setting))) return written.text as EdgeCases[K]
    if (!relevant) return unused
    ask(`edge_cases.${setting}` as FlowSetting)
    return undefined
  }
  const impossible = (setting: string, answer: string, why: string, cure: string) => {
    if (oneWay !== null && getScalar(node, setting)?.text === answer) {
      const ways = `only from ${systemTitle(oneWay.from)} to ${systemTitle(oneWay.to)} and ${why}`
      if (isInherited(node, setting))
        flow.error(
          getScalar(node, setting)!.place,
          'accept-impossible',
          `\`${setting}: ${answer}\` of \`defaults\` is impossible for ${flow.name}, because that flow goes ${ways}.`,
          `Answer \`${setting}\` in the flow itself. ${cure}`,
        )
      else
        flow.error(
          getScalar(node, setting)!.place,
          'accept-impossible',
          `\`${setting}: ${answer}\` is impossible, because this flow goes ${ways}.`,
          cure,
        )
    }
  }
  if (oneWay !== null) {
    const from = systemTitle(oneWay.from)
    impossible(
      'created_outside_master',
      'adopt',
      `nothing is created in ${from}`,
      'Write `hold for approval` or `leave alone`, or `direction: both`.',
    )
    impossible(
      'edited_outside_master',
      'accept',
      `nothing is written to ${from}`,
      'Write `revert`, `ask` or `leave alone`, or `direction: both`.',
    )
    impossible(
      'deleted_elsewhere',
      'accept',
      `nothing is deleted in ${from}`,
      'Write `restore`, `unlink` or `ask`, or `direction: both`.',
    )
    for (const [name, { value }] of entriesOf(getMap(flow.node, 'fields'))) {
      const edited = value.kind === 'map' ? getScalar(value, 'edited_outside_master') : undefined
      if (edited?.text === 'accept') {
        flow.error(
          edited.place,
          'accept-impossible',
          `An edit of \`${name}\` cannot be accepted, because this flow goes only from ${from} to ${systemTitle(oneWay.to)}.`,
          'Write `revert`, `ask` or `leave alone`, or `direction: both`.',
        )
      }
    }
  }
  // While the fields are open, everything is possible.
  const open = fields.length === 0
  const mastered = fields.some((field) => field.master !== 'shared')
  const hasReferences = fields.some((field) =>
    [field, ...(field.lines?.fields ?? [])].some((f) => f.spec?.type === 'reference'),
  )
  const canBeInvalid = fields.some(
    (field) =>
      field.required || field.spec === undefined || field.spec.type !== 'text' || field.spec.maxLength !== undefined,
  )
  const shared = master === 'shared'
  const matches = match === undefined || match.length > 0
  const deletedInMaster = decide<'deletedInMaster'>('deleted_in_master', true, 'ask')
  const hasFilter = Object.values(records).some((one) => one.filter !== undefined)
  const leftFilter = hasFilter
    ? ((getScalar(node, 'left_filter')?.text ?? 'leave alone') as EdgeCases['leftFilter'])
    : null
  if (hasFilter && getScalar(node, 'left_filter') === undefined && node !== undefined)
    flow.findings.warning(
      flow.place('edge_cases'),
      'left-filter-open',
      'Nothing says what happens elsewhere when a record no longer fulfils the condition (`where`) of its system; it is left alone.',
      'Add `left_filter: leave alone` to `edge_cases` if that is right, else `archive`, `delete` or `ask`.',
    )
  for (const [setting, answer] of [
    ['deleted_in_master', deletedInMaster],
    ['left_filter', leftFilter],
  ] as const) {
    if (answer !== 'archive' || !draft.recordsKnown) continue
    for (const system of systems) {
      if (
        system === master ||
        records[system] === undefined ||
        records[system].archive !== undefined ||
        flow.isBroken(`records.${system}.archive`)
      )
        continue
      flow.error(
        getScalar(node, setting)!.place,
        'archive-undefined',
        `Nothing says what marks a record as archived in ${systemTitle(system)}.`,
        `Add \`archive: { <column>: <value> }\` to the records of \`${system}\`, e.g. \`archive: { active: false }\`.`,
      )
    }
  }
  return {
    createdOutsideMaster: decide<'createdOutsideMaster'>('created_outside_master', !shared, 'adopt'),
    editedOutsideMaster: decide<'editedOutsideMaster'>(
      'edited_outside_master',
      open ? !shared : fields.some((field) => field.master !== 'shared' && field.editedOutsideMaster === undefined),
      'revert',
    ),
    existingRecords: decide<'existingRecords'>('existing_records', matches, 'link only'),
    existingUnmatched: decide<'existingUnmatched'>('existing_unmatched', true, 'ask'),
    olderThan: readOlderThan(flow, node, ask),
    duplicates: decide<'duplicates'>('duplicates', matches, 'ask'),
    deletedInMaster,
    deletedElsewhere: decide<'deletedElsewhere'>('deleted_elsewhere', !shared, 'ask'),
    leftFilter,
    missingReference: readMissingReference(node, hasReferences, ask),
    invalidValue: decide<'invalidValue'>(
      'invalid_value',
      !open && canBeInvalid && fields.some((field) => field.invalidValue === undefined),
      'hold record',
    ),
    emptyInMaster: decide<'emptyInMaster'>(
      'empty_in_master',
      open
        ? !shared
        : mastered && fields.some((field) => field.master !== 'shared' && field.emptyInMaster === undefined),
      'keep',
    ),
  }
}

function readOlderThan(flow: FlowContext, edge: MapNode | undefined, ask: Ask): EdgeCases['olderThan'] | undefined {
  const node = get(edge, 'older_than')
  if (node === undefined) {
    ask('edge_cases.older_than')
    return undefined
  }
  if (node.kind !== 'map') return null
  const number = (unit: string) => Number(getScalar(node, unit)?.value ?? 0)
  const ms = Math.round((number('years') * 365 + number('months') * 30 + number('days')) * DAY_MS)
  const then = getScalar(node, 'then')?.text as 'leave alone' | 'ask' | 'link only' | undefined
  if (flow.isBroken('edge_cases.older_than')) return undefined
  if (ms === 0 || then === undefined) {
    flow.error(
      flow.place('edge_cases', 'older_than'),
      'missing-setting',
      `\`older_than\` needs ${ms === 0 ? 'an age' : 'what happens then'}.`,
      'Write e.g. `{ years: 7, then: leave alone }`, or `no limit`.',
    )
    return undefined
  }
  return { ms, then }
}

function readMissingReference(
  edge: MapNode | undefined,
  relevant: boolean,
  ask: Ask,
): EdgeCases['missingReference'] | undefined {
  const text = getScalar(edge, 'missing_reference')?.text
  if (!relevant && (text === undefined || isInherited(edge, 'missing_reference'))) return { waitMs: 0, then: 'ask' }
  if (text === undefined) {
    ask('edge_cases.missing_reference')
    return undefined
  }
  const wait = /^wait (.*), then (.*)$/.exec(text)
  return {
    waitMs: wait === null ? 0 : (parseDuration(wait[1]!) ?? 0),
    then: (wait?.[2] ?? text) as 'ask' | 'skip field',
  }
}
