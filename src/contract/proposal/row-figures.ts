import { keysOf, pairsOf, rulesOf, unmappedOf, withAgreement } from './evidence.ts'
import type { RowFigures } from '../rows-seen.ts'
import type { Both, ProposedField, ProposedFlow, Side } from './proposal.ts'
import { type SampledTable, valuesOf } from './sampled-rows.ts'

/*
 * What the sampled rows of a flow say to people who look its fields and its decisions over: figures for the questions, and some
 * records of both sides next to each other. Pure.
 */

/** Two records that belong together: the values of each field on both sides. */
export interface SamplePair {
  readonly fields: readonly { readonly field: string; readonly values: Both<string | null>; readonly equal: boolean }[]
}

/** The flow with what its rows say of its fields and match rules as a person has them now. */
export function withRows(flow: ProposedFlow, samples: Both<SampledTable>): ProposedFlow {
  const rules = rulesOf(flow, samples)
  const pairs = pairsIn(flow, samples)
  return {
    ...flow,
    fields: flow.fields.map((field) => (field.values === undefined ? withAgreement(field, samples, pairs) : field)),
    rows: [samples[0].rows.length, samples[1].rows.length],
    rules: rules.map(({ field, pairs: found, ambiguous }) => ({ field: field, finds: found.length, ambiguous })),
  }
}

/** The flow with these fields alone: what they leave is among the columns without a counterpart. */
export function withFields(flow: ProposedFlow, fields: readonly ProposedField[]): ProposedFlow {
  const match = flow.match.filter((name) => fields.some((field) => field.name === name))
  return { ...flow, fields, match, unmapped: unmappedOf(flow, fields) }
}

/** What the rows of a flow say as a whole. */
export function figuresOf(flow: ProposedFlow, samples: Both<SampledTable>): RowFigures {
  const pairs = pairsIn(flow, samples)
  const compared = comparedFields(flow, samples)
  const differs = compared.map(({ field, unequal }) => ({
    field: field.name,
    differs: pairs.filter((pair) => unequal(pair)).length,
  }))
  const worst = differs.toSorted((a, b) => b.differs - a.differs)[0]
  const lacks = (side: Side): number =>
    compared.reduce((sum, { empty }) => sum + pairs.filter((pair) => empty(pair, side)).length, 0)
  const ambiguous = rulesOf(flow, samples)
    .filter(({ field }) => flow.match.includes(field))
    .reduce((most, rule) => Math.max(most, rule.ambiguous), 0)
  const rows: Both<number> = [samples[0].rows.length, samples[1].rows.length]
  return {
    rows,
    pairs: pairs.length,
    alone: [rows[0] - pairs.length, rows[1] - pairs.length],
    differing: pairs.filter((pair) => compared.some(({ unequal }) => unequal(pair))).length,
    worst: worst === undefined || worst.differs === 0 ? null : worst,
    empty: [lacks(0), lacks(1)],
    ambiguous,
  }
}

/** Some records that belong together, those that are unequal in something first. */
export function samplePairs(flow: ProposedFlow, samples: Both<SampledTable>, most: number): readonly SamplePair[] {
  const compared = comparedFields(flow, samples)
  const told = pairsIn(flow, samples).map((pair) => ({
    fields: compared.map(({ field, raw, unequal, empty }) => ({
      field: field.name,
      values: [raw[0][pair[0]] ?? null, raw[1][pair[1]] ?? null] as const,
      equal: !unequal(pair) && !empty(pair, 0) && !empty(pair, 1),
    })),
  }))
  const unequal = told.filter(({ fields }) => fields.some(({ equal }) => !equal))
  const equal = told.filter((one) => !unequal.includes(one))
  // One that is in order shows what the others should look like.
  return [...unequal.slice(0, equal.length > 0 ? most - 1 : most), ...equal].slice(0, most)
}

type Pair = readonly [left: number, right: number]

interface Compared {
  readonly field: ProposedField
  readonly raw: Both<readonly (string | null)[]>
  readonly unequal: (pair: Pair) => boolean
  readonly empty: (pair: Pair, side: Side) => boolean
}

/** Rows that belong together by the match rules that are chosen; without one, by whatever finds them. */
function pairsIn(flow: ProposedFlow, samples: Both<SampledTable>): readonly Pair[] {
  const rules = rulesOf(flow, samples)
  const chosen = rules.filter(({ field }) => flow.match.includes(field))
  return pairsOf(chosen.length > 0 ? chosen : rules)
}

function comparedFields(flow: ProposedFlow, samples: Both<SampledTable>): readonly Compared[] {
  return flow.fields
    .filter(({ type }) => type !== 'reference' && type !== 'lines')
    .map((field): Compared => {
      const keys = [keysOf(field, samples, 0), keysOf(field, samples, 1)] as const
      const raw = [rawOf(field, samples, 0), rawOf(field, samples, 1)] as const
      const together = new Set(field.values?.map(([a, b]) => JSON.stringify([a, b])))
      const meaning = (pair: Pair, side: Side): string | null => keys[side][pair[side]] ?? null
      return {
        field,
        raw,
        unequal: (pair) => {
          const [a, b] = [meaning(pair, 0), meaning(pair, 1)]
          const values = [raw[0][pair[0]]?.trim(), raw[1][pair[1]]?.trim()]
          return a !== null && b !== null && a !== b && !together.has(JSON.stringify(values))
        },
        empty: (pair, side) => meaning(pair, side) === null && meaning(pair, side === 0 ? 1 : 0) !== null,
      }
    })
}

function rawOf(field: ProposedField, samples: Both<SampledTable>, side: Side): readonly (string | null)[] {
  if (field.composed?.side !== side) return valuesOf(samples[side], field.columns[side])
  const parts = field.composed.columns.map((column) => valuesOf(samples[side], column))
  return samples[side].rows.map(
    (_, row) =>
      parts
        .map((values) => values[row] ?? '')
        .join(' ')
        .trim() || null,
  )
}
