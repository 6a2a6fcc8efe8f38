import type { Contract, Field, Flow } from '../contract/contract.ts'
import type { Language } from '../model/language.ts'
import { decodeLines } from '../model/lines.ts'
import type { Legend } from '../model/report.ts'
import { titleIn } from '../model/title.ts'
import type { Session } from '../store/database/database.ts'
import { layouts } from '../store/state/flows.ts'
import { goldensOf } from '../store/state/records.ts'
import { decodeGolden, titleOf } from './golden.ts'

/** Values of fields of one flow that somebody is going to read. */
export interface Reading {
  readonly flow: string
  /** By field; texts that are no ids (of a record that is not linked) are left as they are. */
  readonly values: readonly (readonly [field: string, value: string | null])[]
}

/**
 * For each reading, the titles of the records that its values refer to, and the names of what its lines hold: golden
 * records' ids mean nothing to people. One lookup for all readings together.
 */
export async function legends(
  session: Session,
  contract: Contract,
  readings: readonly Reading[],
  language: Language = 'en',
): Promise<readonly Legend[]> {
  const referring = readings.map((reading) => referencesIn(contract.flows.get(reading.flow), reading))
  const ids = new Set(referring.flatMap(({ references }) => references.map(([, id]) => id)))
  const titles = await titlesOf(session, contract, [...ids], language)
  return referring.map(({ references, lines }) => {
    const byField: Record<string, Record<string, string>> = {}
    for (const [field, id] of references) {
      const title = titles.get(id)
      if (title !== undefined) (byField[field] ??= {})[id] = title
    }
    return {
      ...(Object.keys(byField).length > 0 && { references: byField }),
      ...(Object.keys(lines).length > 0 && { line_fields: lines }),
    }
  })
}

function referencesIn(flow: Flow | undefined, { values }: Reading) {
  const references: [field: string, id: string][] = []
  const lines: Record<string, readonly string[]> = {}
  for (const [name, value] of values) {
    const field = value === null ? undefined : flow?.fields.find((one) => one.name === name)
    if (field === undefined || value === null) continue
    if (field.lines !== undefined) {
      const held = linesOf(value)
      if (held.length === 0) continue
      lines[name] = field.lines.fields.map((sub) => sub.name)
      field.lines.fields.forEach((sub, i) => {
        if (isReference(sub)) for (const line of held) add(references, `${name}.${sub.name}`, line.values[i])
      })
    } else if (isReference(field)) add(references, name, value)
  }
  return { references, lines }
}

const isReference = (field: Field): boolean => field.spec.type === 'reference'

function add(references: [string, string][], field: string, value: string | null | undefined): void {
  if (typeof value === 'string' && /^\d{1,18}$/.test(value)) references.push([field, value])
}

/** What a system holds may be no lines at all (it could not be read); then there is nothing to tell. */
function linesOf(value: string) {
  try {
    return decodeLines(value) ?? []
  } catch {
    return []
  }
}

/** Titles of golden records, whatever their flows. */
export async function titlesOf(
  session: Session,
  contract: Contract,
  ids: readonly string[],
  language: Language = 'en',
): Promise<Map<string, string>> {
  const titles = new Map<string, string>()
  if (ids.length === 0) return titles
  const shapes = new Map<number, Map<number, readonly string[]>>()
  for (const { id, flow: name, flowId, layoutId, golden } of await goldensOf(session, ids)) {
    const flow = contract.flows.get(name)
    if (flow === undefined) continue
    if (!shapes.has(flowId)) shapes.set(flowId, await layouts(session, flowId))
    const { values } = decodeGolden(flow, golden, shapes.get(flowId)!.get(layoutId))
    titles.set(id, titleIn(titleOf(flow, values), language))
  }
  return titles
}
