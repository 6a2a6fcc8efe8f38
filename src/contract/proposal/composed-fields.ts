import type { SourceColumn } from './catalogue.ts'
import type { Both, ProposedField } from './proposal.ts'
import { meaningOf, type SampledTable, valuesOf } from './sampled-rows.ts'

/** Columns of each side that no field uses. */
export type FreeColumns = Both<readonly SourceColumn[]>

const SIDES = [0, 1] as const
const FEW = 5
const MOSTLY = 0.6
/** Of more columns not every couple is tried. */
const MOST_PARTS = 12

/** Fields that one side keeps in one column and the other in two, such as a first and a last name; read there, never written. */
export function composedFields(
  free: FreeColumns,
  samples: Both<SampledTable>,
  pairs: readonly (readonly [number, number])[],
): ProposedField[] {
  const found: ProposedField[] = []
  for (const side of SIDES) {
    const other = side === 0 ? 1 : 0
    const parts = free[side].filter(({ kind }) => kind === 'text').slice(0, MOST_PARTS)
    for (const whole of free[other].filter(({ kind }) => kind === 'text').slice(0, MOST_PARTS)) {
      const best = bestCouple(parts, samples, side, whole.name, pairs)
      if (best === null || found.some((field) => field.composed!.columns.some((name) => best.columns.includes(name))))
        continue
      const columns: Both<string> =
        side === 0 ? [best.columns.join(' + '), whole.name] : [whole.name, best.columns.join(' + ')]
      found.push({
        name: /name/i.test(whole.name) ? 'name' : whole.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
        type: 'text',
        required: !whole.nullable && !whole.hasDefault,
        columns,
        composed: { side, columns: best.columns },
        seen: { equal: best.equal, of: best.of },
      })
    }
  }
  return found
}

interface Couple {
  readonly columns: readonly [string, string]
  readonly equal: number
  readonly of: number
}

function bestCouple(
  parts: readonly SourceColumn[],
  samples: Both<SampledTable>,
  side: 0 | 1,
  whole: string,
  pairs: readonly (readonly [number, number])[],
): Couple | null {
  const other = side === 0 ? 1 : 0
  const wholes = valuesOf(samples[other], whole).map((value) => meaningOf('text', value))
  const every = new Set(wholes)
  let best: Couple | null = null
  for (const first of parts)
    for (const second of parts) {
      if (first === second) continue
      const firsts = valuesOf(samples[side], first.name)
      const seconds = valuesOf(samples[side], second.name)
      const joined = firsts.map((value, row) => {
        const next = seconds[row] ?? null
        return value === null || next === null ? null : meaningOf('text', `${value} ${next}`)
      })
      const [equal, of] =
        pairs.length >= FEW
          ? agreement(pairs.map(([a, b]) => (side === 0 ? [joined[a]!, wholes[b]!] : [joined[b]!, wholes[a]!])))
          : // Without rows that belong together: as many of the one side as are found on the other.
            agreement(
              joined
                .filter((value) => value !== null)
                .slice(0, wholes.length)
                .map((value) => [value, every.has(value) ? value : '']),
            )
      if (equal >= FEW && equal >= of * MOSTLY && equal > (best?.equal ?? 0))
        best = { columns: [first.name, second.name], equal, of }
    }
  return best
}

function agreement(values: readonly (readonly (string | null)[])[]): [equal: number, of: number] {
  const filled = values.filter(([a, b]) => a !== null && b !== null)
  return [filled.filter(([a, b]) => a === b).length, filled.length]
}
