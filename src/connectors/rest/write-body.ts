import {
  ExactJsonNumber,
  isJsonObject,
  type Json,
  jsonAt,
  type JsonObject,
  withJsonAt,
  writeExactJson,
} from '../../connector-kit/http/exact-json.ts'
import type { CreateItem, LinesPatch, UpdateItem } from '../../connector-kit/port.ts'
import { momentFor, stampedCreate, stampedUpdate } from '../../connector-kit/stamping.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { RestField } from '../../model/rest-description.ts'
import type { Raw } from '../../model/value.ts'
import { writeField } from './field-value.ts'
import { atMicroseconds } from './moment.ts'
import type { OpenedLines, OpenedObject } from './opened-object.ts'
import type { Reading } from './reading.ts'
import { linesOf } from './rest-record.ts'

/* What is sent when a record is written: its JSON, and what makes the system refuse it when it comes too late. */

type Values = Readonly<Record<string, Raw>>

export class WriteBody {
  private readonly reading: Reading

  constructor(reading: Reading) {
    this.reading = reading
  }

  /** What is sent for a new record. */
  ofCreate(item: CreateItem): Json {
    const { description, spec } = this.reading.object
    const values = stampedCreate(item.values, spec, (column) => this.nowFor(column))
    let body = this.body({}, withoutComputed(values, this.reading.object.fields))
    if (item.id !== undefined)
      body = withJsonAt(
        body,
        this.reading.object.id.path,
        writeField(this.reading.object.id, item.id, this.reading.zone) ?? null,
      )
    else if (description.id.from === 'system') body = without(body, this.reading.object.id.path)
    for (const [name, rows] of Object.entries(item.lines ?? {})) {
      const lines = linesNamed(this.reading.object, name)
      const list = rows.map((row) => this.lineBody(lines, {}, row.values))
      body = withJsonAt(body, lines.description.path, list)
    }
    return body
  }

  /** What is sent for a changed one. */
  ofUpdate(item: UpdateItem, json: Json): Json {
    const set = stampedUpdate(item.set, this.reading.object.spec, (column) => this.nowFor(column))
    const whole = this.reading.object.description.update?.whole === true
    let body = this.body(
      whole && isJsonObject(json) ? this.withoutReadOnly(json) : {},
      withoutComputed(set, this.reading.object.fields),
    )
    for (const [name, patch] of Object.entries(item.lines ?? {})) {
      const lines = linesNamed(this.reading.object, name)
      body = withJsonAt(body, lines.description.path, this.patched(lines, json, patch))
    }
    return body
  }

  /** All lines of a record as they are to be: those that are not the flow's stay as they are. */
  private patched(lines: OpenedLines, json: Json, { insert, update, delete: gone }: LinesPatch): Json {
    const changed = new Map(update.map(({ id, set }) => [id, set]))
    const kept = linesOf(lines, json, this.reading.zone).flatMap((line): Json[] => {
      if (!line.inScope) return [line.json]
      if (gone.includes(line.id)) return []
      const set = changed.get(line.id)
      return [set && isJsonObject(line.json) ? this.lineBody(lines, line.json, set) : line.json]
    })
    return [...kept, ...insert.map(({ values }) => this.lineBody(lines, {}, values))]
  }

  private lineBody(lines: OpenedLines, base: JsonObject, values: Values): JsonObject {
    const fields = new Map(lines.description.fields.map((field) => [field.name, field]))
    return this.body(base, withoutComputed(values, fields), fields)
  }

  private body(
    base: JsonObject,
    values: Values,
    fields: ReadonlyMap<string, RestField> = this.reading.object.fields,
  ): JsonObject {
    let body = base
    for (const [name, value] of Object.entries(values)) {
      const field = fields.get(name)!
      const json = writeField(field, value, this.reading.zone)
      body = json === undefined ? without(body, field.path) : withJsonAt(body, field.path, json)
    }
    return body
  }

  private withoutReadOnly(json: JsonObject): JsonObject {
    let body = json
    for (const field of this.reading.object.fields.values())
      if (field.readOnly && field !== this.reading.object.id) body = without(body, field.path)
    return body
  }

  /** What makes the system refuse a write that comes too late. */
  guard(json: Json): { readonly headers: Record<string, string>; inBody(body: Json): Json } {
    const { version } = this.reading.object.description
    const value = version && jsonAt(json, version.path)
    if (!version || value === undefined || value === null) return { headers: {}, inBody: (body) => body }
    if ('body' in version.send)
      return { headers: {}, inBody: (body) => (isJsonObject(body) ? withJsonAt(body, version.path, value) : body) }
    const text =
      value instanceof ExactJsonNumber ? value.text : typeof value === 'string' ? value : writeExactJson(value)
    const { header } = version.send
    const tag = /^if-match$/i.test(header) && !/^(W\/)?"/.test(text) ? `"${text}"` : text
    return { headers: { [header.toLowerCase()]: tag }, inBody: (body) => body }
  }

  /** Lines that the flow does not know would go with the record, and could not be brought back. */
  holdsMore(json: Json): boolean {
    return this.reading.object.description.lines.some((description) => {
      const list = jsonAt(json, description.path)
      if (!Array.isArray(list) || list.length === 0) return false
      const lines = this.reading.object.lines.find((one) => one.description === description)
      return lines === undefined || linesOf(lines, json, this.reading.zone).some(({ inScope }) => !inScope)
    })
  }

  private nowFor(column: string): Raw {
    const utc = atMicroseconds(BigInt(this.reading.api.session.client.now()) * 1000n)
    return momentFor(this.reading.object.fields.get(column)?.type ?? 'text', utc, this.reading.zone)
  }
}

/** The lines of an object that a flow calls so. */
export function linesNamed({ lines }: OpenedObject, name: string): OpenedLines {
  const found = lines.find((one) => one.name === name)
  if (!found) throw new ConcordatError('bug', `No lines called ${name} were opened.`)
  return found
}

function withoutComputed(values: Values, fields: ReadonlyMap<string, RestField>): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => fields.get(name)?.readOnly !== true))
}

function without(object: JsonObject, [step, ...rest]: readonly string[]): JsonObject {
  if (step === undefined || !Object.hasOwn(object, step)) return object
  if (rest.length === 0) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== step))
  const inner = object[step]
  return isJsonObject(inner) ? withJsonAt(object, [step], without(inner, rest)) : object
}
