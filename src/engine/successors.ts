import type { Field, Flow } from '../contract/contract.ts'
import { arrangeLines, decodeLines, encodeLines, lineKey } from '../model/lines.ts'
import type { Canonical } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import { successors } from '../store/state/records.ts'

/*
 * A record that was held back may turn out to be one that was there already. Golden values that refer to it were agreed
 * before; from then on they mean its successor.
 */

/** Record → the record that it turned out to be. */
export type Successors = ReadonlyMap<string, string>

/** Successors of all records that the flow's values can refer to. */
export function successorsFor(session: Session, flow: Flow): Promise<Successors> {
  const referred = (fields: readonly Field[]): string[] =>
    fields.flatMap(({ spec, lines }) => (spec.type === 'reference' ? [spec.flow] : lines ? referred(lines.fields) : []))
  return successors(session, [...new Set(referred(flow.fields))])
}

/** Golden values whose references lead to the records of today. */
export function followSuccessors(flow: Flow, golden: Canonical[], known: Successors): Canonical[] {
  if (known.size === 0) return golden
  return golden.map((value, i) => (value === null ? null : follow(flow.fields[i]!, value, known)))
}

function follow({ spec, lines }: Field, value: string, known: Successors): Canonical {
  if (spec.type === 'reference') return known.get(value) ?? value
  if (!lines) return value
  const places = lines.fields.flatMap((field, i) => (field.spec.type === 'reference' ? [i] : []))
  const before = decodeLines(value) ?? []
  if (!before.some(({ values }) => places.some((i) => known.has(values[i] ?? '')))) return value
  const keys = lines.key.map((name) => lines.fields.findIndex((field) => field.name === name))
  const after = before.map(({ values }) => {
    const today = values.map((sub, i) => (sub !== null && places.includes(i) ? (known.get(sub) ?? sub) : sub))
    return { key: lineKey(keys.map((i) => today[i] ?? null)), values: today }
  })
  return encodeLines(arrangeLines(after))
}
