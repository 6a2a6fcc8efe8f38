import { isJsonObject, type Json, jsonAt, withJsonAt, writeExactJson } from '../../../connector-kit/http/exact-json.ts'
import type { HttpAnswer } from '../../../connector-kit/http/http-client.ts'
import type { LineInsert, LinesPatch } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { AnswerClass, RestField, RestObjectDescription, RestWrite } from '../../../model/rest-description.ts'
import type { Raw } from '../../../model/value.ts'
import { readField } from '../field-value.ts'
import { recordsOf } from '../listing.ts'
import { type OpenedObject, openObject } from '../opened-object.ts'
import { Reading } from '../reading.ts'
import type { CallDetails, Op, ProbeDetails, RestApi } from '../rest-api.ts'
import { WriteBody } from '../write-body.ts'

/*
 * Calls of a description made one by one and looked at for what the system does, not for what is needed of it. What is learnt
 * on the way (an empty list is a 404, pages are smaller) is taken into account from then on.
 */

/** What came of a call; `lost`: there was no answer, or none that can be used. */
export interface Outcome {
  readonly is: AnswerClass | 'lost'
  readonly answer: HttpAnswer | null
}

export interface Listed extends Outcome {
  readonly records: readonly Json[] | null
}

/** A record as it was read. */
export interface Seen extends Outcome {
  readonly json: Json | null
}

export interface Made extends Outcome {
  readonly id: string | null
  /** The record in the answer. */
  readonly shown: Json | null
}

export type Values = Readonly<Record<string, Raw>>

export class Probe {
  readonly api: RestApi
  calls = 0
  private opened: OpenedObject

  constructor(api: RestApi, object: RestObjectDescription) {
    this.api = api
    this.opened = this.open(object)
  }

  get object(): RestObjectDescription {
    return this.opened.description
  }

  get reading(): Reading {
    return new Reading(this.api, this.opened)
  }

  get id(): RestField {
    return this.opened.id
  }

  get changedAt(): RestField | null {
    return this.opened.changedAt
  }

  /** Goes on with another description of the object. */
  relearn(change: (object: RestObjectDescription) => RestObjectDescription): void {
    this.opened = this.open(change(this.object))
  }

  value(field: RestField, json: Json | null): Raw {
    return json === null ? null : readField(field, json, this.api.description.zone)
  }

  idOf(json: Json | null): string | null {
    return this.value(this.id, json)
  }

  /** Any call, whatever comes of it. */
  async ask(
    op: Op,
    call: { readonly method: RestWrite['method']; readonly path: string; readonly params: Values },
    details: ProbeDetails,
  ): Promise<Outcome> {
    this.calls++
    try {
      return await this.api.probe(op, call as RestWrite, details)
    } catch (error) {
      // Credentials that were refused, or a system that wants to be left alone: nothing more is asked.
      if (!unanswered(error)) throw error
      return { is: 'lost', answer: null }
    }
  }

  /** One page of the listing. */
  async list(details: CallDetails, size = this.object.list.size?.most): Promise<Listed> {
    const { list } = this.object
    const sized = list.size && size !== undefined ? { [list.size.param]: String(size) } : {}
    const outcome = await this.ask('list', list, { ...details, params: { ...sized, ...details.params } })
    if (outcome.is === 'gone' && list.emptyIs404) return { ...outcome, records: [] }
    if (outcome.is !== 'ok') return { ...outcome, records: null }
    return { ...outcome, records: recordsOf(list, outcome.answer!) }
  }

  /** Whether a question to the listing shows a record; null where that is not found within some pages. */
  async shows(params: Values, places: Values, id: string, mostPages = 5): Promise<boolean | null> {
    let pages = 0
    try {
      for await (const { records } of this.reading.pages({ params: params as never, places: places as never })) {
        this.calls++
        if (records.some((json) => this.idOf(json) === id)) return true
        if (++pages === mostPages) return null
      }
      return false
    } catch (error) {
      if (unanswered(error)) return null
      throw error
    }
  }

  async one(id: string): Promise<Seen> {
    const { one } = this.object
    if (!one) {
      const found = await this.inListing(id)
      return { is: found === null ? 'gone' : 'ok', answer: null, json: found }
    }
    const outcome = await this.ask('read', one, { places: { id } })
    const json = outcome.is === 'ok' ? (jsonAt(outcome.answer!.body, one.record) ?? null) : null
    return { ...outcome, json: this.idOf(json) === id ? json : null }
  }

  /** The record as the listing shows it, by whichever way is described; null when it is not found. */
  async inListing(id: string, mostPages = 20): Promise<Json | null> {
    const { byIds } = this.object
    const places = { ids: id, ids_json: this.id.type === 'integer' ? `[${id}]` : JSON.stringify([id]) }
    for (const question of byIds ? [{ params: byIds.params, places }, {}] : [{}]) {
      let pages = 0
      try {
        for await (const { records } of this.reading.pages(question)) {
          this.calls++
          const found = records.find((json) => this.idOf(json) === id)
          if (found !== undefined) return found
          if (++pages === mostPages) break
        }
      } catch (error) {
        if (!unanswered(error)) throw error
      }
    }
    return null
  }

  bodyOfNew(values: Values, lines: Readonly<Record<string, readonly LineInsert[]>> = {}, id?: string): Json {
    return new WriteBody(this.reading).ofCreate({ values, lines, ...(id !== undefined && { id }) })
  }

  /** Makes a record of a body; `details` may be more, or something else than JSON. */
  async create(body: Json, details: ProbeDetails = {}, id = ''): Promise<Made> {
    const call = this.object.create!
    const outcome = await this.ask('create', call, { places: { id }, body: wrapped(call, body), ...details })
    if (outcome.is !== 'ok') return { ...outcome, id: null, shown: null }
    const shown = jsonAt(outcome.answer!.body, call.record) ?? null
    const bare = isJsonObject(shown) ? this.idOf(shown) : readField({ ...this.id, path: [] }, shown ?? null, 'UTC')
    const told = outcome.answer!.headers['location']?.split(/[?#]/)[0]!.split('/').at(-1)
    const made = bare ?? (told === undefined || told === '' ? null : decodeURIComponent(told))
    return { ...outcome, id: made ?? (id === '' ? null : id), shown }
  }

  /** Changes a record as it was seen. `guard`: the version that goes with it; null: none. */
  async update(
    id: string,
    seen: Json,
    set: Values,
    more: { readonly lines?: Readonly<Record<string, LinesPatch>>; readonly guard?: Json | null } = {},
  ): Promise<Seen> {
    const call = this.object.update!
    const writing = new WriteBody(this.reading)
    const { lines } = more
    const body = writing.ofUpdate({ id, expect: '', set, ...(lines && { lines }) }, seen)
    const guard =
      more.guard === null ? { headers: {}, inBody: (json: Json) => json } : writing.guard(more.guard ?? seen)
    const outcome = await this.ask('update', call, {
      places: { id },
      body: wrapped(call, guard.inBody(body)),
      headers: guard.headers,
    })
    const json = outcome.is === 'ok' ? (jsonAt(outcome.answer!.body, call.record) ?? null) : null
    return { ...outcome, json }
  }

  remove(id: string, seen: Json | null): Promise<Outcome> {
    const { headers } = new WriteBody(this.reading).guard(seen)
    return this.ask('delete', this.object.delete!, { places: { id }, headers })
  }

  /** The version that a record says it has; undefined: it says none, or none is described. */
  versionOf(json: Json | null): string | undefined {
    const { version } = this.object
    const found = version && json !== null ? jsonAt(json, version.path) : undefined
    return found === undefined || found === null ? undefined : writeExactJson(found)
  }

  private open(object: RestObjectDescription): OpenedObject {
    const { description } = this.api
    const described = {
      ...description,
      objects: description.objects.map((one) => (one.name === object.name ? object : one)),
    }
    const kind = object.fields.find(({ name }) => name === object.changedAt)?.type
    return openObject(described, {
      object: object.name,
      id: object.id.field,
      ...(object.changedAt !== undefined &&
        (kind === 'instant' || kind === 'integer') && { changedAt: object.changedAt }),
      fields: object.fields.map(({ name }) => name),
      lines: object.lines.map(({ name, parent, fields }) => ({
        name,
        object: name,
        parent,
        fields: fields.map((field) => field.name),
      })),
    })
  }
}

/** Nothing came that can be used, and others may be asked all the same. */
const unanswered = (error: unknown): boolean =>
  error instanceof ConcordatError &&
  /^connector\.(timeout|lost-response|failed|no-such-object|forbidden)$/.test(error.code)

const wrapped = ({ wrap }: RestWrite, body: Json): Json => (wrap.length === 0 ? body : withJsonAt({}, wrap, body))
