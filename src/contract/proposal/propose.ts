import type { SourceObject, SourceSystem } from './catalogue.ts'
import { isDocument, plural, settingName, wordsOf } from './names.ts'
import { changedAtColumn, pairColumns, tellingColumns, typedField } from './pair-columns.ts'
import { LinePairs } from './pair-lines.ts'
import { pairNumbers } from './pair-numbers.ts'
import { type FlowTables, pairReferences } from './pair-references.ts'
import { keyColumns, pairTables, weightsOf } from './pair-tables.ts'
import { Pointers } from './pointers.ts'
import type { Both, GivenPair, Proposal, ProposedField, ProposedFlow, ProposedTable, Side } from './proposal.ts'
import { asideReason } from './set-aside.ts'
import { topicOf } from './table-topic.ts'

const SIDES = [0, 1] as const

/**
 * Proposes which tables of two systems hold the same records, and which of their columns the same values. `pairs`: tables that
 * a person put together; these are flows whatever they look like, also when no column has a counterpart.
 */
export function propose(given: Both<SourceSystem>, pairs: readonly GivenPair[] = []): Proposal {
  const systems: Both<SourceSystem> = [atHome(given[0]), atHome(given[1])]
  const pointers = [new Pointers(systems[0].catalogue), new Pointers(systems[1].catalogue)] as const
  const tables: FlowTables[] = []
  const chosen = pairs.map(({ name, tables: [a, b] }) => ({
    name,
    pair: [tableOf(given[0], a), tableOf(given[1], b)] as const,
  }))
  for (const { name, pair } of chosen) tables.push({ name: name ?? flowName(pair[0], tables), tables: pair })
  const byHand = new Set(chosen.flatMap(({ pair }) => pair))
  for (const pair of pairTables([systems[0].catalogue, systems[1].catalogue], pointers, byHand)) {
    tables.push({ name: flowName(pair[0], tables), tables: pair })
  }
  const linePairs = new LinePairs(pointers, tables)
  const flows = tables.map((flow) => proposeFlow(flow, tables, pointers, linePairs))
  const telling = flows.filter((flow, place) => place < chosen.length || flow.fields.length > 0)
  const draft = chooseFlows(
    { systems, flows: telling, unpaired: [[], []] },
    telling.map((flow) => flow.name),
  )
  const proposed = parentsFirst(withoutCircles(draft.flows))
  const unpaired = SIDES.map((side) => leftOver(systems[side], pointers[side], proposed, side)) as [
    SourceObject[],
    SourceObject[],
  ]
  return { systems, flows: proposed, unpaired }
}

/** Tables without a counterpart, as far as they could have one: not those that are lines of a flow. */
function leftOver(
  { catalogue }: SourceSystem,
  pointers: Pointers,
  flows: readonly ProposedFlow[],
  side: Side,
): SourceObject[] {
  const used = new Set(
    flows.flatMap(({ tables, fields }) => [
      tables[side].object,
      ...fields.flatMap((field) => (field.lines === undefined ? [] : [field.columns[side]])),
    ]),
  )
  const weight = weightsOf(catalogue, pointers)
  return catalogue.objects
    .filter((table) => !used.has(table.name) && asideReason(table) === null)
    .toSorted((a, b) => weight(b) - weight(a))
}

/** Proposes what these pairs hold, and nothing else. */
export function proposePairs(systems: Both<SourceSystem>, pairs: readonly GivenPair[]): Proposal {
  const proposal = propose(systems, pairs)
  const wanted = new Set(pairs.map(({ tables }) => tables[0]))
  return chooseFlows(
    proposal,
    proposal.flows.filter(({ tables }) => wanted.has(tables[0].object)).map(({ name }) => name),
  )
}

const tableOf = ({ catalogue }: SourceSystem, name: string): SourceObject =>
  catalogue.objects.find((table) => table.name === name)!

/** The tables of the database or schema that the connection names; another one's only where it has none of its own. */
function atHome(system: SourceSystem): SourceSystem {
  if (system.catalogue.named) return system
  const own = system.catalogue.objects.filter((object) => !object.name.includes('.'))
  return own.length === 0 ? system : { ...system, catalogue: { objects: own } }
}

/** The proposal with only the flows of these names; references to the others are left out with them. */
export function chooseFlows(proposal: Proposal, names: readonly string[]): Proposal {
  const flows = proposal.flows
    .filter((flow) => names.includes(flow.name))
    .map((flow) => keepReferences(flow, (target) => names.includes(target)))
  return { ...proposal, flows }
}

/** The flow with only those references that `keep` lets through; lines that cannot be told apart without go too. */
function keepReferences(flow: ProposedFlow, keep: (target: string) => boolean): ProposedFlow {
  const kept = (field: ProposedField): boolean => field.flow === undefined || keep(field.flow)
  const fields = flow.fields.filter(kept).flatMap((field): ProposedField[] => {
    if (field.lines === undefined) return [field]
    const sub = field.lines.fields.filter(kept)
    const whole = field.lines.key.every((name) => sub.some((one) => one.name === name))
    return whole ? [{ ...field, lines: { ...field.lines, fields: sub } }] : []
  })
  return { ...flow, fields }
}

/** Drops each reference that would close a circle: a record must be able to come after what it refers to. */
function withoutCircles(flows: readonly ProposedFlow[]): readonly ProposedFlow[] {
  const parents = new Map<string, Set<string>>()
  const reaches = (from: string, to: string): boolean =>
    from === to || [...(parents.get(from) ?? [])].some((parent) => reaches(parent, to))
  return flows.map((flow) => {
    const own = new Set<string>()
    parents.set(flow.name, own)
    return keepReferences(flow, (target) => {
      if (reaches(target, flow.name)) return false
      own.add(target)
      return true
    })
  })
}

function flowName(table: SourceObject, taken: readonly FlowTables[]): string {
  const isTaken = (name: string): boolean => taken.some((flow) => flow.name === name)
  const natural = settingName(plural(topicOf(table).entity))
  if (!isTaken(natural)) return natural
  const whole = settingName(wordsOf(table.name).join(' '))
  let name = whole
  for (let n = 2; isTaken(name); n++) name = `${whole}_${n}`
  return name
}

function proposeFlow(
  flow: FlowTables,
  flows: readonly FlowTables[],
  pointers: Both<Pointers>,
  linePairs: LinePairs,
): ProposedFlow {
  const ids = SIDES.map((side) => new Set(flow.tables[side].primaryKey)) as [Set<string>, Set<string>]
  const references = pairReferences(flow.tables, flows, ids, pointers)
  const candidates = SIDES.map((side) => {
    const used = new Set([...keyColumns(flow.tables[side]), ...references.map((field) => field.columns[side])])
    return tellingColumns(flow.tables[side], used)
  }) as [SourceObject['columns'], SourceObject['columns']]
  const lines = [linePairs.of(flow) ?? []].flat()
  const plain = pairColumns(flow.tables, candidates).map(typedField)
  const number = pairNumbers(flow.tables, plain) ?? []
  // A document is known by its number, everything else by its name.
  const known = isDocument(topicOf(flow.tables[0]).entity)
    ? [number, ...references, ...plain]
    : [...references, ...plain, number]
  const fields = distinct([...known.flat(), ...lines])
  const unmapped = SIDES.map((side) => {
    const used = new Set(fields.map((field) => field.columns[side]))
    return candidates[side].map((column) => column.name).filter((name) => !used.has(name))
  }) as [string[], string[]]
  return {
    name: flow.name,
    tables: [proposeTable(flow, 0), proposeTable(flow, 1)],
    fields,
    match: matchCandidates(flow.tables, fields),
    unmapped,
  }
}

function proposeTable(flow: FlowTables, side: Side): ProposedTable {
  const table = flow.tables[side]
  return { object: table.name, id: table.primaryKey[0]!, changedAt: changedAtColumn(table) }
}

/** Two fields of one name: the later takes the name of its column. */
function distinct(fields: readonly ProposedField[]): ProposedField[] {
  const names = new Set<string>()
  return fields.map((field) => {
    let name = field.name
    if (names.has(name)) name = settingName(wordsOf(field.columns[0]).join(' '))
    for (let n = 2; names.has(name); n++) name = `${field.name}_${n}`
    names.add(name)
    return name === field.name ? field : { ...field, name }
  })
}

/** A VAT number names one company, an e-mail address most often one, a unique column one record. */
function matchCandidates(tables: Both<SourceObject>, fields: readonly ProposedField[]): readonly string[] {
  const isUnique = (field: ProposedField): boolean =>
    SIDES.some((side) => tables[side].uniqueKeys.some((key) => key.length === 1 && key[0] === field.columns[side]))
  const rank = (field: ProposedField): number =>
    field.keyOf !== undefined || field.type === 'vat' ? 0 : isUnique(field) ? 1 : field.type === 'email' ? 2 : 3
  return fields
    .filter((field) => field.type !== 'lines' && field.type !== 'reference' && rank(field) < 3)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((field) => field.name)
}

/** Flows that others refer to come first, so that the file reads from top to bottom. */
function parentsFirst(flows: readonly ProposedFlow[]): readonly ProposedFlow[] {
  const sorted = new Set<ProposedFlow>()
  const visit = (flow: ProposedFlow): void => {
    if (sorted.has(flow)) return
    for (const field of [...flow.fields, ...flow.fields.flatMap((one) => one.lines?.fields ?? [])]) {
      const parent = flows.find((other) => other.name === field.flow)
      if (parent !== undefined) visit(parent)
    }
    sorted.add(flow)
  }
  for (const flow of flows) visit(flow)
  return [...sorted]
}
