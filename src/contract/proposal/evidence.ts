import type { SourceColumn, SourceObject } from './catalogue.ts'
import { composedFields, type FreeColumns } from './composed-fields.ts'
import { columnTopic } from './names.ts'
import { tellingColumns, typedField } from './pair-columns.ts'
import { keyColumns } from './pair-tables.ts'
import type { Both, Proposal, ProposedField, ProposedFlow, RuleSeen } from './proposal.ts'
import { meaningOf, pairRows, type SampledTable, valuesOf } from './sampled-rows.ts'
import { topicOf } from './table-topic.ts'
import { asChoice } from './value-tables.ts'

/*
 * What the rows say about a proposal: how many records each match rule finds, in how many of these each field is equal, which
 * other columns hold the same, which are composed of two, which are small tables of values. Pure: from rows to a proposal.
 */

const SIDES = [0, 1] as const
/** Pairs of rows below which nothing is proposed by values. */
const FEW = 5
const MOSTLY = 0.6

type Pairs = readonly (readonly [left: number, right: number])[]

/** The proposal with what the sampled rows of its tables say; a table that was not sampled says nothing. */
export function withEvidence(
  proposal: Proposal,
  sampleOf: (side: 0 | 1, table: string) => SampledTable | null,
): Proposal {
  const flows = proposal.flows.map((flow) => {
    const samples = SIDES.map((side) => sampleOf(side, flow.tables[side].object))
    const tables = SIDES.map((side) =>
      proposal.systems[side].catalogue.objects.find(({ name }) => name === flow.tables[side].object),
    )
    const [a, b] = samples
    const [left, right] = tables
    if (!a || !b || !left || !right || a.rows.length === 0 || b.rows.length === 0) return flow
    return flowWithEvidence(flow, [left, right], [a, b])
  })
  return { ...proposal, flows }
}

function flowWithEvidence(flow: ProposedFlow, tables: Both<SourceObject>, samples: Both<SampledTable>): ProposedFlow {
  const first = rulesOf(flow, samples)
  const known = pairsOf(first)
  // Without a rule that finds anything, columns that share most of their values are the way in.
  const opened = known.length > 0 ? flow : byOverlap(flow, tables, samples)
  const pairs = known.length > 0 ? known : pairsOf(rulesOf(opened, samples))
  const equal = opened.fields.map((field) => withAgreement(field, samples, pairs))
  const poor = equal.filter(isPoor)
  const free = freeColumns({ ...opened, fields: equal.filter((field) => !poor.includes(field)) }, tables)
  const found = byValues(free, tables, samples, pairs)
  const left = withoutColumns(free, found)
  const composed = composedFields(left, samples, pairs)
  const replaced = new Set([...found, ...composed].flatMap((field) => namesIn(field)))
  const kept = equal.filter((field) => !poor.includes(field) || !namesIn(field).some((name) => replaced.has(name)))
  const rest = withoutColumns(left, composed)
  const choices = choicesIn(rest, tables, samples, pairs)
  const fields = distinct(
    [...kept, ...found, ...composed, ...choices].map((field) => asChoice(field, samples, pairs) ?? field),
  )
  const whole = { ...opened, fields, unmapped: unmappedOf(flow, fields) }
  const rules = rulesOf(whole, samples)
  return {
    ...whole,
    match: rules
      .filter((rule) => whole.match.includes(rule.field) || (isGood(rule) && !rule.counts && !OF_MANY.test(rule.field)))
      .map(({ field }) => field),
    rows: [samples[0].rows.length, samples[1].rows.length],
    rules: rules.map(({ field, pairs: ofRule, ambiguous }) => ({ field, finds: ofRule.length, ambiguous })),
  }
}

interface Rule extends Omit<RuleSeen, 'finds'> {
  readonly pairs: Pairs
  readonly unique: boolean
  /** A number of things, or in a row: equal by chance. */
  readonly counts: boolean
}

const NAMING: ReadonlySet<ProposedField['type']> = new Set(['email', 'vat', 'phone', 'text', 'integer', 'url'])

/** What several records can share, however few of these rows do. */
const OF_MANY = /postcode|city|address|street|region|state|country|phone|mobile|fax|contact|note|description/

/** Each field that could name a record, and what it finds: those proposed already first, then the ones that find most. */
export function rulesOf(flow: ProposedFlow, samples: Both<SampledTable>): readonly Rule[] {
  const named = flow.match.flatMap((name) => flow.fields.find((field) => field.name === name) ?? [])
  const others = flow.fields.filter((field) => !named.includes(field) && NAMING.has(field.type))
  const rule = (field: ProposedField): Rule => {
    const keys = SIDES.map((side) => keysOf(field, samples, side)) as [(string | null)[], (string | null)[]]
    const { pairs, ambiguous } = pairRows(keys[0], keys[1])
    return { field: field.name, pairs, ambiguous, unique: keys.every(isNearlyUnique), counts: field.type === 'integer' }
  }
  return [
    ...named.map(rule),
    ...others
      .map(rule)
      .filter(isGood)
      .toSorted((a, b) => b.pairs.length - a.pairs.length),
  ]
}

/** A field of two systems that names records: it is nearly unique on both sides, and finds several. */
const isGood = ({ pairs, ambiguous, unique }: Rule): boolean =>
  unique && pairs.length >= FEW && ambiguous <= pairs.length / 20

function isNearlyUnique(keys: readonly (string | null)[]): boolean {
  const filled = keys.filter((key) => key !== null)
  return filled.length >= FEW && new Set(filled).size >= filled.length * 0.9
}

/** Rows that belong together by these rules, each once, the strongest rule first. */
export function pairsOf(rules: readonly Pick<Rule, 'pairs'>[]): Pairs {
  const taken = [new Set<number>(), new Set<number>()] as const
  const pairs: (readonly [number, number])[] = []
  for (const rule of rules)
    for (const pair of rule.pairs) {
      if (taken[0].has(pair[0]) || taken[1].has(pair[1])) continue
      taken[0].add(pair[0])
      taken[1].add(pair[1])
      pairs.push(pair)
    }
  return pairs
}

/** What a field means in each sampled row of a side. */
export function keysOf(field: ProposedField, samples: Both<SampledTable>, side: 0 | 1): (string | null)[] {
  const composed = field.composed?.side === side ? field.composed.columns : null
  if (composed === null)
    return valuesOf(samples[side], field.columns[side]).map((value) => meaningOf(field.type, value))
  const parts = composed.map((column) => valuesOf(samples[side], column))
  return samples[side].rows.map((_, row) => meaningOf('text', parts.map((values) => values[row] ?? '').join(' ')))
}

/** The field with the number of pairs in which both sides are filled, and are equal. */
export function withAgreement(field: ProposedField, samples: Both<SampledTable>, pairs: Pairs): ProposedField {
  if (field.type === 'reference' || field.type === 'lines' || pairs.length === 0) return field
  const keys = SIDES.map((side) => keysOf(field, samples, side))
  const filled = pairs.filter(([a, b]) => keys[0]![a] !== null && keys[1]![b] !== null)
  const equal = filled.filter(([a, b]) => keys[0]![a] === keys[1]![b]).length
  return { ...field, seen: { equal, of: filled.length } }
}

/** Names alike, values never: perhaps something else holds the same. */
const isPoor = ({ seen, keyOf }: ProposedField): boolean =>
  keyOf === undefined && seen !== undefined && seen.of >= FEW && seen.equal < seen.of / 10

function freeColumns(flow: ProposedFlow, tables: Both<SourceObject>): FreeColumns {
  return SIDES.map((side) => {
    const used = new Set([...keyColumns(tables[side]), ...flow.fields.flatMap((field) => columnsOn(field, side))])
    return tellingColumns(tables[side], used)
  }) as [SourceColumn[], SourceColumn[]]
}

function columnsOn(field: ProposedField, side: 0 | 1): readonly string[] {
  return field.composed?.side === side ? field.composed.columns : [field.columns[side]]
}

const namesIn = (field: ProposedField): string[] =>
  SIDES.flatMap((side) => columnsOn(field, side).map((name) => `${side} ${name}`))

function withoutColumns(free: FreeColumns, fields: readonly ProposedField[]): FreeColumns {
  const used = new Set(fields.flatMap(namesIn))
  return SIDES.map((side) => free[side].filter(({ name }) => !used.has(`${side} ${name}`))) as [
    SourceColumn[],
    SourceColumn[],
  ]
}

/** Free columns whose values are mostly equal in the paired rows, the most equal first. */
function byValues(
  free: FreeColumns,
  tables: Both<SourceObject>,
  samples: Both<SampledTable>,
  pairs: Pairs,
): ProposedField[] {
  if (pairs.length < FEW) return []
  const scored = couples(free, tables).flatMap((field) => {
    const seen = withAgreement(field, samples, pairs)
    const { equal, of } = seen.seen!
    if (of < FEW || equal < of * MOSTLY) return []
    const keys = keysOf(field, samples, 0)
    // Columns that are nearly always the same are equal by chance.
    const different = new Set(pairs.map(([a]) => keys[a]).filter((key) => key !== null)).size
    return different >= 3 ? [{ field: seen, score: equal / of + different / 1000 }] : []
  })
  return bestFirst(scored)
}

/** Without any pair of rows: free columns that name records on both sides and share many of their values. */
function byOverlap(flow: ProposedFlow, tables: Both<SourceObject>, samples: Both<SampledTable>): ProposedFlow {
  const scored = couples(freeColumns(flow, tables), tables)
    .filter((field) => NAMING.has(field.type))
    .flatMap((field) => {
      const keys = SIDES.map((side) => keysOf(field, samples, side)) as [(string | null)[], (string | null)[]]
      if (!keys.every(isNearlyUnique)) return []
      // Small whole numbers are shared by everything that is counted.
      if (field.type === 'integer') return []
      const { pairs } = pairRows(keys[0], keys[1])
      const smaller = Math.min(samples[0].rows.length, samples[1].rows.length)
      return pairs.length >= FEW && pairs.length >= smaller * 0.3 ? [{ field, score: pairs.length }] : []
    })
  const found = bestFirst(scored)
  return found.length === 0 ? flow : { ...flow, fields: distinct([...flow.fields, ...found]) }
}

/** Small tables of values among the columns that are still free. */
function choicesIn(
  free: FreeColumns,
  tables: Both<SourceObject>,
  samples: Both<SampledTable>,
  pairs: Pairs,
): ProposedField[] {
  const scored = couples(free, tables).flatMap((field) => {
    const choice = field.type === 'text' ? asChoice(field, samples, pairs) : null
    return choice === null ? [] : [{ field: choice, score: choice.values!.length }]
  })
  return bestFirst(scored)
}

function couples(free: FreeColumns, tables: Both<SourceObject>): ProposedField[] {
  const topic = topicOf(tables[0])
  return free[0].flatMap((a) => free[1].map((b) => typedField({ topic: columnTopic(a.name, topic), columns: [a, b] })))
}

function bestFirst(scored: readonly { readonly field: ProposedField; readonly score: number }[]): ProposedField[] {
  const taken = new Set<string>()
  return scored
    .toSorted((x, y) => y.score - x.score)
    .flatMap(({ field }) => {
      const names = namesIn(field)
      if (names.some((name) => taken.has(name))) return []
      for (const name of names) taken.add(name)
      return [field]
    })
}

function distinct(fields: readonly ProposedField[]): ProposedField[] {
  const names = new Set<string>()
  return fields.map((field) => {
    let { name } = field
    for (let n = 2; names.has(name); n++) name = `${field.name}_${n}`
    names.add(name)
    return { ...field, name }
  })
}

/** Columns that are in no field, of those that a flow had in one or in none. */
export function unmappedOf(flow: ProposedFlow, fields: readonly ProposedField[]): ProposedFlow['unmapped'] {
  const freed = flow.fields.filter(
    (field) => !fields.some((one) => one.columns.every((name, i) => name === field.columns[i])),
  )
  return SIDES.map((side) => {
    const used = new Set(fields.flatMap((field) => columnsOn(field, side)))
    return [...flow.unmapped[side], ...freed.flatMap((field) => columnsOn(field, side))].filter(
      (name) => !used.has(name),
    )
  }) as [string[], string[]]
}
