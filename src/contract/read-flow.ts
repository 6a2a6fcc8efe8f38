import type { EdgeCases, Flow, Limit, MatchRule, OnFailure, Person, Schedule } from './contract.ts'
import type { FieldDraft, FlowDraft } from './draft.ts'
import { parseDuration } from './duration.ts'
import type { FlowContext } from './flow-context.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, type ScalarNode, texts } from './node.ts'
import { checkConflict, readFields } from './read-fields.ts'
import { readRecords } from './read-records.ts'
import { type FlowSetting, flowQuestion, type QuestionFacts } from './questions.ts'
import { parseSchedule } from './schedule.ts'
import { systemTitle } from './wording.ts'

const DAY_MS = 86_400_000

/** Reads one flow as far as it is decided; problems and open questions go to the context's findings. */
export function readFlow(flow: FlowContext): FlowDraft {
  const { node, contract } = flow
  const records = readRecords(flow)
  const written = getMap(node, 'records')
  const recordsKnown = written !== undefined && written.entries.size > 0
  const systems = recordsKnown ? entriesOf(written).map(([name]) => name) : [...contract.systems.keys()]
  const facts: QuestionFacts = {
    flow: flow.name,
    systems,
    master: getScalar(node, 'master')?.text,
    direction: directionOf(getScalar(node, 'direction')?.text, systems),
    people: [...contract.people.values()],
  }
  const ask = (setting: FlowSetting) => flow.ask(setting, flowQuestion(setting, facts))

  const owners = { business: owner(flow, 'business', ask), technical: owner(flow, 'technical', ask) }
  if (!recordsKnown) ask('records')
  else if (systems.length < 2 && !flow.isBroken('records')) {
    flow.error(
      flow.place('records'),
      'too-few-systems',
      `The flow has records in ${systems.length === 1 ? systemTitle(systems[0]!) : 'no system'} only.`,
      'Add the records of a second system.',
    )
  }
  const master = readMaster(flow, systems, ask)
  const direction = readDirection(flow, systems, master, ask)
  const onConflictNode = getScalar(node, 'on_conflict')
  const onConflict = onConflictNode && checkConflict(flow, onConflictNode, { records, recordsKnown, systems }, systems)
  const own = fieldNodes(node)
  if (onConflictNode === undefined && master === 'shared') {
    if (
      own.length === 0 ||
      own.some((field) => get(field, 'master') === undefined && get(field, 'on_conflict') === undefined)
    )
      ask('on_conflict')
  } else if (
    onConflictNode !== undefined &&
    master !== undefined &&
    master !== 'shared' &&
    !own.some((field) => getScalar(field, 'master')?.text === 'shared')
  ) {
    flow.error(
      flow.place('on_conflict'),
      'conflict-without-shared',
      `\`on_conflict\` only means something with \`master: shared\`; the master of this flow is ${systemTitle(master)}.`,
      'Write `master: shared`, or remove it.',
    )
  }
  const schedule = readSchedule(flow, systems, recordsKnown, ask)
  const lateAfterMs = duration(flow, 'late_after', ask)

  const edge = getMap(node, 'edge_cases')
  const rules = {
    systems,
    records,
    recordsKnown,
    master,
    onConflict,
    direction,
    edgeCases: {
      editedOutsideMaster: getScalar(edge, 'edited_outside_master')?.text as
        EdgeCases['editedOutsideMaster'] | undefined,
      emptyInMaster: getScalar(edge, 'empty_in_master')?.text as EdgeCases['emptyInMaster'] | undefined,
      invalidValue: getScalar(edge, 'invalid_value')?.text as EdgeCases['invalidValue'] | undefined,
    },
  }
  if (own.length === 0) ask('fields')
  const read = readFields(flow, rules, facts)
  const match = readMatch(flow, read, systems, recordsKnown, ask)
  const edgeCases = readEdgeCases(flow, {
    draft: { systems, master, direction, fields: read, records, recordsKnown },
    match,
    ask,
  })
  const fields = read.map((field): FieldDraft => ({
    ...field,
    editedOutsideMaster: field.editedOutsideMaster ?? edgeCases.editedOutsideMaster,
    emptyInMaster: field.emptyInMaster ?? edgeCases.emptyInMaster,
    invalidValue: field.invalidValue ?? edgeCases.invalidValue,
  }))
  return {
    name: flow.name,
    owners,
    systems,
    master,
    direction,
    schedule,
    lateAfterMs,
    records,
    match,
    fields,
    edgeCases,
    onFailure: readOnFailure(flow, ask),
    limits: { changes: limit(flow, 'changes', ask), deletions: limit(flow, 'deletions', ask) },
    historyMs: duration(flow, 'history', ask),
  }
}

type Ask = (setting: FlowSetting) => void

const fieldNodes = (node: MapNode): MapNode[] =>
  entriesOf(getMap(node, 'fields')).flatMap(([, { value }]) => (value.kind === 'map' ? [value] : []))

function owner(flow: FlowContext, role: 'business' | 'technical', ask: Ask): Person | undefined {
  const written = getScalar(getMap(flow.node, 'owners'), role)
  if (written === undefined) {
    ask(`owners.${role}`)
    return undefined
  }
  const { people, complete } = flow.contract
  const person = people.get(written.text)
  if (person === undefined && complete.people)
    flow.unknown(written.place, 'unknown-person', written.text, 'one of the people of this contract', [
      ...people.keys(),
    ])
  return person
}

function readMaster(flow: FlowContext, systems: readonly string[], ask: Ask): string | undefined {
  const written = getScalar(flow.node, 'master')
  if (written === undefined) {
    ask('master')
    return undefined
  }
  if (written.text === 'shared' || systems.includes(written.text)) return written.text
  const elsewhere = flow.contract.systems.has(written.text)
  if (elsewhere) {
    flow.error(
      written.place,
      'unknown-master',
      `${systemTitle(written.text)} is the master of ${flow.name}, but holds no records of this flow.`,
      `Add \`${written.text}\` to \`records\`, or write one of ${[...systems, 'shared'].map((s) => `\`${s}\``).join(', ')}.`,
    )
  } else flow.unknown(written.place, 'unknown-master', written.text, 'a system of this flow', [...systems, 'shared'])
  return undefined
}

function directionOf(text: string | undefined, systems: readonly string[]): Flow['direction'] | undefined {
  if (text === 'both') return 'both'
  const [, from, to] = /^(\S+) +to +(\S+)$/.exec(text ?? '') ?? []
  return from !== undefined && to !== undefined && from !== to && systems.includes(from) && systems.includes(to)
    ? { from, to }
    : undefined
}

function readDirection(
  flow: FlowContext,
  systems: readonly string[],
  master: string | undefined,
  ask: Ask,
): Flow['direction'] | undefined {
  const written = getScalar(flow.node, 'direction')
  if (written === undefined) {
    ask('direction')
    return undefined
  }
  const direction = directionOf(written.text, systems)
  if (direction === undefined) {
    const ways = systems.flatMap((from) => systems.filter((to) => to !== from).map((to) => `${from} to ${to}`))
    flow.unknown(written.place, 'unknown-direction', written.text, 'a direction of this flow', [
      'both',
      ...(systems.length === 2 ? ways : []),
    ])
    return undefined
  }
  if (direction === 'both') return direction
  if (systems.length > 2) {
    flow.error(
      written.place,
      'unknown-direction',
      'One way can only be said of a flow between two systems; this one has more.',
      'Write `both`; each field goes from its master.',
    )
  } else if (master !== undefined && master !== direction.from) {
    flow.error(
      flow.place('master'),
      'master-against-direction',
      master === 'shared'
        ? `The master cannot be shared, because this flow goes only from ${systemTitle(direction.from)} to ${systemTitle(direction.to)}.`
        : `${systemTitle(master)} cannot be master, because this flow goes only from ${systemTitle(direction.from)} to ${systemTitle(direction.to)}.`,
      `Write \`master: ${direction.from}\`, or \`direction: both\`.`,
    )
  }
  return direction
}

function readSchedule(
  flow: FlowContext,
  systems: readonly string[],
  recordsKnown: boolean,
  ask: Ask,
): Record<string, Schedule> {
  const node = get(flow.node, 'schedule')
  const schedule: Record<string, Schedule> = {}
  const one = (scalar: ScalarNode): Schedule | undefined => {
    const parsed = parseSchedule(scalar.text)
    if (!('error' in parsed)) return parsed
    flow.error(
      scalar.place,
      'bad-schedule',
      `${parsed.error[0]!.toUpperCase()}${parsed.error.slice(1)}.`,
      'Write `real-time`, `every 15 minutes`, `hourly`, `nightly at 02:00` or `cron 0 6 * * 1-5`.',
    )
    return undefined
  }
  if (node?.kind === 'scalar') {
    const all = one(node)
    if (all !== undefined) for (const system of systems) schedule[system] = all
    return schedule
  }
  const map = node?.kind === 'map' ? node : undefined
  for (const [system, { value, place }] of entriesOf(map)) {
    if (recordsKnown && !systems.includes(system))
      flow.unknown(place, 'unknown-system', system, 'a system of this flow', systems)
    else if (value.kind === 'scalar') {
      const parsed = one(value)
      if (parsed !== undefined) schedule[system] = parsed
    }
  }
  if (map === undefined || systems.some((system) => get(map, system) === undefined)) ask('schedule')
  return schedule
}

function duration(flow: FlowContext, setting: 'late_after' | 'history', ask: Ask): number | undefined {
  const written = getScalar(flow.node, setting)
  if (written === undefined) {
    ask(setting)
    return undefined
  }
  return parseDuration(written.text) ?? undefined
}

function readMatch(
  flow: FlowContext,
  fields: readonly FieldDraft[],
  systems: readonly string[],
  recordsKnown: boolean,
  ask: Ask,
): MatchRule[] | undefined {
  const node = get(flow.node, 'match')
  if (node?.kind === 'scalar') return []
  const items = node?.kind === 'list' ? node.items : []
  const declared = getMap(flow.node, 'fields')
  const checked = (list: readonly ScalarNode[]): string[] =>
    list.map(({ text, place }) => {
      const field = fields.find((f) => f.name === text)
      if (field === undefined) {
        if (declared !== undefined && !flow.isBroken(`fields.${text}`))
          flow.unknown(
            place,
            'unknown-field',
            text,
            'a field of this flow',
            fields.map((f) => f.name),
          )
      } else if (field.spec?.type === 'lines') {
        flow.error(
          place,
          'match-on-lines',
          `Records cannot be matched by the lines \`${text}\`.`,
          'Match by a field of the record itself.',
        )
      } else if (recordsKnown) {
        const named = getMap(declared, text)
        const without = systems.filter(
          (system) => get(named, system) === undefined && !flow.isBroken(`fields.${text}.${system}`),
        )
        if (without.length > 0) {
          flow.error(
            place,
            'match-not-everywhere',
            `Records cannot be matched by \`${text}\`, because ${without.map(systemTitle).join(' and ')} does not hold it.`,
            `Map \`${text}\` in every system, or match by another field.`,
          )
        }
      }
      return text
    })
  const rules = items.flatMap((item): MatchRule[] => {
    if (item.kind === 'list') {
      const exact = checked(texts(item))
      if (item.items.length === 0)
        flow.error(
          item.place,
          'empty-setting',
          'A match rule names at least one field.',
          'Write e.g. `[vat_number]`, or remove the rule.',
        )
      return exact.length === 0 ? [] : [{ kind: 'exact', fields: exact }]
    }
    if (item.kind !== 'map') return []
    const similar = texts(get(item, 'similar'))
    const atLeast = getScalar(item, 'at_least')?.value
    if (
      !flow.isBroken('match') &&
      (similar.length === 0 || typeof atLeast !== 'number' || getScalar(item, 'then') === undefined)
    ) {
      flow.error(
        item.place,
        'missing-setting',
        'A rule by similarity needs fields, a threshold and what happens then.',
        'Write `{ similar: [name], at_least: 0.92, then: ask }`.',
      )
      return []
    }
    return [{ kind: 'similar', fields: checked(similar), atLeast: Number(atLeast), then: 'ask' }]
  })
  if (items.length === 0) {
    ask('match')
    return undefined
  }
  return rules
}

interface EdgeContext {
  readonly draft: Pick<FlowDraft, 'systems' | 'master' | 'direction' | 'fields' | 'records'> & {
    readonly recordsKnown: boolean
  }
  readonly match: readonly MatchRule[] | undefined
  readonly ask: Ask
}

function readEdgeCases(flow: FlowContext, { draft, match, ask }: EdgeContext): FlowDraft['edgeCases'] {
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
    if (written !== undefined) return written.text as EdgeCases[K]
    if (!relevant) return unused
    ask(`edge_cases.${setting}` as FlowSetting)
    return undefined
  }
  const impossible = (setting: string, answer: string, why: string, cure: string) => {
    if (oneWay !== null && getScalar(node, setting)?.text === answer) {
      flow.error(
        getScalar(node, setting)!.place,
        'accept-impossible',
        `\`${setting}: ${answer}\` is impossible, because this flow goes only from ${systemTitle(oneWay.from)} to ${systemTitle(oneWay.to)} and ${why}.`,
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
  if (deletedInMaster === 'archive' && draft.recordsKnown) {
    for (const system of systems) {
      if (
        system === master ||
        records[system] === undefined ||
        records[system].archive !== undefined ||
        flow.isBroken(`records.${system}.archive`)
      )
        continue
      flow.error(
        getScalar(node, 'deleted_in_master')!.place,
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
  if (text === undefined) {
    if (!relevant) return { waitMs: 0, then: 'ask' }
    ask('edge_cases.missing_reference')
    return undefined
  }
  const wait = /^wait (.*), then (.*)$/.exec(text)
  return {
    waitMs: wait === null ? 0 : (parseDuration(wait[1]!) ?? 0),
    then: (wait?.[2] ?? text) as 'ask' | 'skip field',
  }
}

function readOnFailure(flow: FlowContext, ask: Ask): FlowDraft['onFailure'] {
  const node = getMap(flow.node, 'on_failure')
  const retry = getScalar(node, 'retry')?.text
  const then = getScalar(node, 'then')?.text as OnFailure['then'] | undefined
  const alertNode = getMap(node, 'alert')
  const alert: { technical?: number; business?: number } = {}
  for (const role of ['technical', 'business'] as const) {
    const text = getScalar(alertNode, role)?.text
    if (text !== undefined) alert[role] = text === 'at once' ? 0 : (parseDuration(text.replace(/^after /, '')) ?? 0)
  }
  if (retry === undefined) ask('on_failure.retry')
  if (then === undefined) ask('on_failure.then')
  const told = alert.technical !== undefined || alert.business !== undefined
  if (!told) ask('on_failure.alert')
  return {
    retryMs: retry === undefined ? undefined : (parseDuration(retry.replace(/^for /, '')) ?? undefined),
    then,
    alert: told ? alert : undefined,
  }
}

function limit(flow: FlowContext, what: 'changes' | 'deletions', ask: Ask): Limit | undefined {
  const text = getScalar(getMap(flow.node, 'limits'), what)?.text
  if (text === undefined) {
    ask(`limits.${what}`)
    return undefined
  }
  const percent = /([\d.]+)%/.exec(text)?.[1]
  const records = /(\d+) records?/.exec(text)?.[1]
  return {
    percent: percent === undefined ? null : Number(percent),
    records: records === undefined ? null : Number(records),
  }
}
