import type { Flow } from '../contract/contract.ts'
import { decodeImage, encodeImage } from '../model/image.ts'
import { NAMELESS } from '../model/title.ts'
import { Invalid, type Canonical, type Raw, type Reading } from '../model/value.ts'

/** Golden values as stored text, in the order of the flow's fields. */
export const encodeGolden = (values: readonly Canonical[]): string => encodeImage(values)

/** Stored golden values under today's fields; fields that did not exist then are null and named in `fresh`. */
export function decodeGolden(
  flow: Flow,
  text: string,
  then: readonly string[] | undefined,
): { values: Canonical[]; fresh: readonly number[] } {
  const values = decodeImage(text)
  if (!then || sameNames(flow, then)) return { values, fresh: [] }
  const fresh: number[] = []
  const mapped = flow.fields.map((field, i) => {
    const place = then.indexOf(field.name)
    if (place < 0) fresh.push(i)
    return values[place] ?? null
  })
  return { values: mapped, fresh }
}

const sameNames = (flow: Flow, names: readonly string[]): boolean =>
  names.length === flow.fields.length && flow.fields.every((field, i) => field.name === names[i])

/** The human name of a record: its first text field, else its first value. */
export function titleOf(flow: Flow, values: readonly (Reading | Raw)[]): string {
  const usable = (i: number): string | undefined => {
    const value = values[i]
    if (value instanceof Invalid) return value.raw ?? undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  for (const i of namingFields(flow)) {
    const value = usable(i)
    if (value !== undefined) return value.length > 80 ? `${value.slice(0, 77)}…` : value
  }
  return NAMELESS
}

const naming = new WeakMap<Flow, readonly number[]>()

/** Places of the fields that can name a record, best first. */
function namingFields(flow: Flow): readonly number[] {
  let places = naming.get(flow)
  if (!places) {
    const typeOf = (i: number) => flow.fields[i]!.spec.type
    const all = flow.fields.map((_, i) => i)
    const text = all.filter((i) => typeOf(i) === 'text')
    const plain = all.filter((i) => !['text', 'reference', 'lines', 'binary'].includes(typeOf(i)))
    naming.set(flow, (places = [...text, ...plain]))
  }
  return places
}

/** Waivers as stored text. */
export const encodeWaived = (waived: Readonly<Record<string, unknown>>): string | null =>
  Object.keys(waived).length === 0 ? null : JSON.stringify(waived)
