import { type Json, jsonAt } from '../../connector-kit/http/exact-json.ts'
import { ImageRecord } from '../../connector-kit/image-record.ts'
import { passesFilter } from '../../connector-kit/passes-filter.ts'
import type { Filter } from '../../model/filter.ts'
import { encodeImage } from '../../model/image.ts'
import type { RestField } from '../../model/rest-description.ts'
import type { Raw } from '../../model/value.ts'
import { compareValues, readField } from './field-value.ts'
import type { OpenedLines, OpenedObject } from './opened-object.ts'

/* JSON records as rows: the declared fields in one shape, and lines in the order of their ids. */

/** The record as a row; null where it has no id. */
export function recordOf(object: OpenedObject, json: Json, zone: string): ImageRecord | null {
  const id = readField(object.id, json, zone)
  if (id === null) return null
  const values: Raw[] = [...object.fields.values()].map((field) => readField(field, json, zone))
  const inScope = object.spec.filter === undefined || passes(object.spec.filter, object.fields, json, zone)
  for (const lines of object.lines) values.push(linesText(lines, json, zone))
  return new ImageRecord(id, encodeImage(values), inScope)
}

/** One line of a record: where it stands in the list, its id, and whether it is one of the flow's. */
export interface FoundLine {
  readonly json: Json
  readonly id: string
  readonly inScope: boolean
}

/** The lines of a record as they stand in it. */
export function linesOf(lines: OpenedLines, json: Json, zone: string): readonly FoundLine[] {
  const list = jsonAt(json, lines.description.path)
  if (!Array.isArray(list)) return []
  const fields = new Map(lines.description.fields.map((field) => [field.name, field]))
  return (list as readonly Json[]).map((line) => ({
    json: line,
    id: readField(lines.id, line, zone) ?? '',
    inScope: lines.filter === null || passes(lines.filter, fields, line, zone),
  }))
}

function linesText(lines: OpenedLines, json: Json, zone: string): string {
  const rows = linesOf(lines, json, zone)
    .filter(({ inScope }) => inScope)
    .toSorted((a, b) => compareValues(lines.id, a.id, b.id))
    .map((line) => [line.id, ...lines.fields.map((field) => readField(field, line.json, zone))])
  return JSON.stringify(rows)
}

/** Whether a JSON record, or line, fulfils a condition of the contract. */
function passes(filter: Filter, fields: ReadonlyMap<string, RestField>, json: Json, zone: string): boolean {
  return (
    passesFilter(filter, {
      value: (name) => readField(fields.get(name)!, json, zone),
      compare: (name, own, other) => compareValues(fields.get(name)!, own, other),
    }) === true
  )
}
