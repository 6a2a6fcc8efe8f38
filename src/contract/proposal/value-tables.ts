import type { Both, ProposedField } from './proposal.ts'
import { type SampledTable, valuesOf } from './sampled-rows.ts'

const MOST_VALUES = 8
const LONGEST = 40
const FEWEST_PAIRS = 10
const SUPPORT = 3
const SURE = 0.95

/**
 * The field as a choice, when both sides keep few values of it and each value of the one goes with one of the other; null when
 * that is not so, or when the values are the same words anyway.
 */
export function asChoice(
  field: ProposedField,
  samples: Both<SampledTable>,
  pairs: readonly (readonly [number, number])[],
): ProposedField | null {
  if (field.type !== 'text' || field.composed !== undefined || field.values !== undefined) return null
  const [left, right] = [valuesOf(samples[0], field.columns[0]), valuesOf(samples[1], field.columns[1])]
  const filled = pairs.flatMap(([a, b]) => {
    const couple = [left[a] ?? '', right[b] ?? ''] as const
    return couple.every((value) => value.trim() !== '' && value.length <= LONGEST) ? [couple] : []
  })
  if (filled.length < FEWEST_PAIRS) return null
  if (![left, right].every(isSmall)) return null
  const counts = Map.groupBy(filled, ([a, b]) => JSON.stringify([a, b]))
  const table = [...counts.values()].filter((couples) => couples.length >= SUPPORT).map((couples) => couples[0]!)
  const covered = [...counts.values()].reduce(
    (sum, couples) => sum + (couples.length >= SUPPORT ? couples.length : 0),
    0,
  )
  const isOneToOne =
    new Set(table.map(([a]) => a)).size === table.length && new Set(table.map(([, b]) => b)).size === table.length
  if (table.length < 2 || !isOneToOne || covered < filled.length * SURE) return null
  if (table.every(([a, b]) => a.toLowerCase() === b.toLowerCase())) return null
  return { ...field, values: table, seen: { equal: covered, of: filled.length } }
}

function isSmall(values: readonly (string | null)[]): boolean {
  const filled = new Set(values.filter((value) => value !== null && value.trim() !== ''))
  return filled.size >= 2 && filled.size <= MOST_VALUES
}
