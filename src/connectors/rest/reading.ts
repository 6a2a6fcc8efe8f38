import { type Json, jsonAt } from '../../connector-kit/http/exact-json.ts'
import type { RemoteRecord } from '../../connector-kit/port.ts'
import type { OpenedObject } from './opened-object.ts'
import { readField } from './field-value.ts'
import { listPages, type ListPage, type ListQuestion } from './listing.ts'
import { recordOf } from './rest-record.ts'
import { callRefused } from './refusals.ts'
import type { RestApi } from './rest-api.ts'

/* Records by listing and by id, with the JSON that they were made from. */

export interface FoundRecord {
  readonly record: RemoteRecord
  readonly json: Json
}

/** How many records are asked for at the same time when each takes a call of its own. */
const AT_ONCE = 16

export class Reading {
  readonly api: RestApi
  readonly object: OpenedObject

  constructor(api: RestApi, object: OpenedObject) {
    this.api = api
    this.object = object
  }

  get zone(): string {
    return this.api.description.zone
  }

  pages(question: ListQuestion = {}): AsyncGenerator<ListPage> {
    return listPages(this.api, this.object.description, question, (json) => readField(this.object.id, json, this.zone))
  }

  /** A JSON record as a row; null where it is none. */
  found(json: Json): FoundRecord | null {
    const record = recordOf(this.object, json, this.zone)
    return record && { record, json }
  }

  /** Whether there can be a record with this id at all. */
  canBeId(id: string): boolean {
    return this.api.isUsableId(id) && (this.object.id.type !== 'integer' || /^(0|-?[1-9]\d{0,18})$/.test(id))
  }

  /** Records by their ids; what is not there is left out. */
  async byIds(ids: readonly string[]): Promise<ReadonlyMap<string, FoundRecord>> {
    const wanted = [...new Set(ids)].filter((id) => this.canBeId(id))
    const { byIds, one } = this.object.description
    if (wanted.length === 0) return new Map()
    if (byIds && (wanted.length > 1 || !one)) {
      const plain = wanted.filter((id) => !id.includes(byIds.separator))
      const found = await this.several(plain)
      if (found !== null) {
        const rest = wanted.filter((id) => id.includes(byIds.separator))
        return rest.length === 0 ? found : new Map([...found, ...(await this.single(rest))])
      }
    }
    return this.single(wanted)
  }

  /** By one call for many; null where the system does not look at the ids that it is asked for. */
  private async several(ids: readonly string[]): Promise<Map<string, FoundRecord> | null> {
    const { byIds, list } = this.object.description
    const most = Math.min(byIds!.most, list.size?.most ?? Infinity)
    const found = new Map<string, FoundRecord>()
    for (let i = 0; i < ids.length; i += most) {
      const part = new Set(ids.slice(i, i + most))
      const asNumbers = this.object.id.type === 'integer' && this.object.id.as === 'plain'
      const places = {
        ids: [...part].join(byIds!.separator),
        ids_json: asNumbers ? `[${[...part].join(',')}]` : JSON.stringify([...part]),
      }
      for await (const { records } of this.pages({ params: byIds!.params, places })) {
        for (const json of records) {
          const one = this.found(json)
          if (one === null) continue
          if (!part.has(one.record.id)) return null
          found.set(one.record.id, one)
        }
      }
    }
    return found
  }

  private async single(ids: readonly string[]): Promise<Map<string, FoundRecord>> {
    const { one } = this.object.description
    if (!one) return this.fromListing(new Set(ids))
    const found = new Map<string, FoundRecord>()
    const waiting = [...ids]
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const answered = await this.api.call('read', one, { places: { id } })
        if (answered.is === 'gone') continue
        if (answered.is !== 'ok') throw callRefused(this.api, this.object.description.name, answered)
        const json = jsonAt(answered.answer.body, one.record)
        const record = json === undefined || json === null ? null : this.found(json)
        // A system that is generous about how ids are written answers with another record than was asked for.
        if (record?.record.id === id) found.set(id, record)
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, work))
    return found
  }

  private async fromListing(ids: ReadonlySet<string>): Promise<Map<string, FoundRecord>> {
    const found = new Map<string, FoundRecord>()
    for await (const { records } of this.pages()) {
      for (const json of records) {
        const one = this.found(json)
        if (one && ids.has(one.record.id)) found.set(one.record.id, one)
      }
      if (found.size === ids.size) break
    }
    return found
  }
}
