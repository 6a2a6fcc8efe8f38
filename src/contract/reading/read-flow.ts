import type { EdgeCases, Flow, Limit, OnFailure, Person, Schedule } from '../contract.ts'
import type { FieldDraft, FlowDraft } from '../draft.ts'
import { isInherited } from './inherit.ts'
import { parseDuration } from '../schedule/duration.ts'
import type { FlowContext } from './flow-context.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, type ScalarNode } from '../text/node.ts'
import { readEdgeCases } from './read-edge-cases.ts'
import { readMatch } from './read-match.ts'
import { readConflict } from './read-conflict.ts'
import { readFields } from './read-fields.ts'
import { readRecords } from './read-records.ts'
import type { QuestionFacts } from '../question-names.ts'
import { type Ask, type FlowSetting, flowQuestion } from '../wording/questions.ts'
import { parseSchedule } from '../schedule/schedule.ts'
import { systemTitle } from '../phrases.ts'

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
  const ask = (setting: FlowSetting) => flow.ask(setting, (language) => flowQuestion(setting, facts, language))

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
  const sharesNothing =
    master !== 'shared' && !fieldNodes(node).some((field) => getScalar(field, 'master')?.text === 'shared')
  const onConflictNode = isInherited(node, 'on_conflict') && sharesNothing ? undefined : get(node, 'on_conflict')
  const onConflict = onConflictNode && readConflict(flow, onConflictNode, { records, recordsKnown }, systems)
  const own = fieldNodes(node)
  if (onConflictNode === undefined && master === 'shared') {
    if (
      own.length === 0 ||
      own.some((field) => get(field, 'master') === undefined && get(field, 'on_conflict') === undefined)
    )
      ask('on_conflict')
  } else if (onConflictNode !== undefined && master !== undefined && sharesNothing) {
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
    timezone: contract.timezone,
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
  const isHere = written !== undefined && (written.text === 'shared' || systems.includes(written.text))
  if (
    written === undefined ||
    (!isHere && isInherited(flow.node, 'master') && flow.contract.systems.has(written.text))
  ) {
    ask('master')
    return undefined
  }
  if (isHere) return written.text
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
  if (
    direction === undefined &&
    isInherited(flow.node, 'direction') &&
    directionOf(written.text, [...flow.contract.systems.keys()])
  ) {
    ask('direction')
    return undefined
  }
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
    const known = isInherited(map, system) ? [...flow.contract.systems.keys()] : systems
    if (recordsKnown && !known.includes(system))
      flow.unknown(place, 'unknown-system', system, 'a system of this flow', systems)
    else if (value.kind === 'scalar') {
      const parsed = one(value)
      if (parsed !== undefined && (!recordsKnown || systems.includes(system))) schedule[system] = parsed
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
