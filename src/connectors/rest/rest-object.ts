import { createHash } from 'node:crypto'
import { newIds } from '../../connector-kit/new-ids.ts'
import type {
  BeforeCommit,
  Capabilities,
  ChangePage,
  CreateItem,
  Cursor,
  DeleteItem,
  KeyRange,
  Layout,
  OpenedCatalogue,
  RemoteObject,
  RemoteRecord,
  UpdateItem,
  WriteResult,
} from '../../connector-kit/port.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConcordatError } from '../../model/errors.ts'
import type { Quirk } from '../../model/passport.ts'
import type { RestField } from '../../model/rest-description.ts'
import type { Raw } from '../../model/value.ts'
import { compareValues, readField } from './field-value.ts'
import { atMicroseconds, microseconds, toUtc } from './moment.ts'
import { fieldOf, linesCatalogueOf, type OpenedObject } from './opened-object.ts'
import { Reading } from './reading.ts'
import type { RestApi } from './rest-api.ts'
import { sinceText } from './since-text.ts'
import { Writing } from './writing.ts'

const MOST_STEPS_BACK = 1000n
const MOST_IN_BATCH = 100
/** A batch should be done long before the time for which a flow is held is over. */
const BATCH_MS = 20_000
const USUAL_CALL_MS = 2_000
const WAIT_COUNTS_MS = 5_000
const MOST_FUTURE_PAGES = 3
/** No system asks for what changed before; some do not know earlier times. */
const BEGINNING = '1970-01-02T00:00:00.000000Z'

/** What was measured here says that a described guard is none. */
const GUARD_QUIRKS: readonly Quirk[] = ['guard-ignored', 'version-missing']

/** One kind of record of a REST system, opened for one flow. */
export class RestObject implements RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  readonly catalogue: OpenedCatalogue
  readonly locator: Readonly<Record<string, string>>
  readonly measured: NonNullable<RemoteObject['measured']> | null
  private readonly api: RestApi
  private readonly object: OpenedObject
  private readonly reading: Reading
  private readonly writing: Writing
  private waited: { readonly began: number; readonly ended: number } | null = null

  constructor(api: RestApi, object: OpenedObject) {
    this.api = api
    this.object = object
    this.layout = object.layout
    this.locator = { path: object.description.list.path }
    this.reading = new Reading(api, object)
    this.writing = new Writing(this.reading)
    const { id, version } = object.description
    const { newId } = object.spec
    this.measured = measuredOf(api, object)
    const broken = GUARD_QUIRKS.some((quirk) => this.measured?.found[quirk] !== undefined)
    this.capabilities = {
      ids: id.from === 'system' ? 'assigned' : newId === undefined || newId.kind === 'from' ? 'given' : 'reserved',
      changedSince: object.changedAt !== null && object.description.changes !== undefined,
      guard: version === undefined || broken ? 'weak' : 'atomic',
      atomicBatch: false,
      digest: false,
      lines: object.lines.length > 0,
      maxBatch: batchSize(api.description.rate, object.description.create?.atOnce),
      changedAtResolution: object.description.changes?.resolutionMs ?? 1000,
    }
    this.catalogue = {
      object: object.catalogue,
      lines: new Map(object.lines.map((one) => [one.name, linesCatalogueOf(one.description, object.description)])),
    }
  }

  async estimate(): Promise<number | null> {
    if (this.object.description.list.total === undefined) return null
    for await (const { total } of this.reading.pages()) return total
    return 0
  }

  async *scan(range: KeyRange, pageSize: number): AsyncGenerator<readonly RemoteRecord[]> {
    let page: RemoteRecord[] = []
    for await (const record of this.inOrder(range)) {
      page.push(record)
      if (page.length < pageSize) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  async digest(range: KeyRange): Promise<{ rows: number; digest: string }> {
    const hash = createHash('sha256')
    let rows = 0
    for await (const { image } of this.inOrder(range)) {
      hash.update(`${image}\n`)
      rows++
    }
    return { rows, digest: hash.digest('hex') }
  }

  async *scanIds(pageSize: number): AsyncGenerator<readonly string[]> {
    for await (const page of this.scan({ after: null, upTo: null }, pageSize)) yield page.map(({ id }) => id)
  }

  async now(): Promise<Cursor> {
    const changedAt = this.demandChangedAt()
    const { latest, list } = this.object.description
    if (latest) {
      const found = await this.latestPast(changedAt, latest)
      if (found) return found
    }
    if (changedAt.type === 'integer') return this.latestByCount(changedAt)
    // What changes from now on is found from here; what is shown late is found, too.
    return { at: atMicroseconds(BigInt(this.api.session.client.now() - list.lagMs - 1000) * 1000n), id: '' }
  }

  async *changedSince(cursor: Cursor, overlapMs: number, pageSize: number): AsyncGenerator<ChangePage> {
    const changedAt = this.demandChangedAt()
    const from = this.earlier(changedAt, cursor.at, overlapMs)
    const { params, inclusive, resolutionMs } = this.object.description.changes!
    const asked = inclusive ? from : this.earlier(changedAt, from, changedAt.type === 'integer' ? 1 : resolutionMs)
    const since = sinceText(changedAt, asked, this.reading.zone)
    const changed = new Map<string, { record: RemoteRecord; at: string }>()
    for await (const { records } of this.reading.pages({ params, places: { since } })) {
      for (const json of records) {
        const found = this.reading.found(json)
        const at = found && this.changedAtOf(changedAt, found.record)
        // What was not asked for shows that the system compares in coarser steps, or not at all.
        if (found && at !== null && compareValues(changedAt, at, from) >= 0)
          changed.set(found.record.id, { record: found.record, at })
      }
    }
    const inOrder = [...changed.values()].toSorted(
      (a, b) => compareValues(changedAt, a.at, b.at) || compareValues(this.object.id, a.record.id, b.record.id),
    )
    let reached = cursor
    for (let i = 0; i < inOrder.length; i += pageSize) {
      const page = inOrder.slice(i, i + pageSize)
      for (const { record, at } of page)
        if (this.isPast(changedAt, at) && this.isBeyond(changedAt, { at, id: record.id }, reached))
          reached = { at, id: record.id }
      yield { records: page.map(({ record }) => record), cursor: reached }
    }
  }

  async read(ids: readonly string[]): Promise<readonly RemoteRecord[]> {
    return [...(await this.reading.byIds(ids)).values()].map(({ record }) => record)
  }

  async reserveIds(count: number): Promise<readonly string[]> {
    const { newId } = this.object.spec
    const ids = this.capabilities.ids === 'reserved' && newId ? newIds(newId, count) : null
    if (ids === null)
      throw new ConcordatError('connector.unsupported', `Ids of ${this.object.description.name} cannot be reserved.`)
    return ids
  }

  async search(
    values: readonly Readonly<Record<string, Raw>>[],
    most = Infinity,
  ): Promise<readonly (readonly RemoteRecord[])[]> {
    const results: RemoteRecord[][] = values.map(() => [])
    const unfiltered: number[] = []
    for (const [i, wanted] of values.entries()) {
      const by = Object.entries(wanted).find(
        ([name, value]) =>
          value !== null && value !== '' && fieldOf(this.object.fields, name, this.object.description.name).search,
      )
      for (const name in wanted) fieldOf(this.object.fields, name, this.object.description.name)
      if (by) await this.collect(this.object.fields.get(by[0])!.search!, by[1]!, [wanted], [results[i]!], most)
      else unfiltered.push(i)
    }
    if (unfiltered.length > 0)
      await this.collect(
        {},
        '',
        unfiltered.map((i) => values[i]!),
        unfiltered.map((i) => results[i]!),
        most,
      )
    return results
  }

  /**
   * Time for writes to land whose answer nobody waits for any more, be it another process that sent them, and for listings to
   * show them.
   */
  async awaitWrites(): Promise<void> {
    const began = Date.now()
    const { waited } = this
    // One wait is enough for all that is settled one after the other.
    if (waited && began - waited.ended < WAIT_COUNTS_MS && this.api.lostAt <= waited.began) return
    await sleep(this.api.description.settleMs + this.object.description.list.lagMs)
    this.waited = { began, ended: Date.now() }
  }

  create(items: readonly CreateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.writing.create(items, beforeCommit)
  }

  update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.writing.update(items, beforeCommit)
  }

  delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.writing.delete(items, beforeCommit)
  }

  private async collect(
    params: Readonly<Record<string, string>>,
    value: string,
    wanted: readonly Readonly<Record<string, Raw>>[],
    results: readonly RemoteRecord[][],
    most: number,
  ): Promise<void> {
    const places = { value, value_json: JSON.stringify(value) }
    for await (const { records } of this.reading.pages({ params, places })) {
      for (const json of records) {
        const found = this.reading.found(json)
        if (found === null) continue
        wanted.forEach((one, i) => {
          if (results[i]!.length < most && this.holds(found.record, one)) results[i]!.push(found.record)
        })
      }
      if (results.every((hits) => hits.length >= most)) return
    }
  }

  private holds(record: RemoteRecord, wanted: Readonly<Record<string, Raw>>): boolean {
    const { columns } = this.layout
    return Object.entries(wanted).every(([name, value]) => {
      const own = record.values[columns.indexOf(name)] ?? null
      return own === null || value === null
        ? own === value
        : compareValues(this.object.fields.get(name)!, own, value) === 0
    })
  }

  /** Records in scope of a range, by id: as the system lists them where it lists them so, else sorted here. */
  private async *inOrder({ after, upTo }: KeyRange): AsyncGenerator<RemoteRecord> {
    const { list } = this.object.description
    const compare = (a: string, b: string): number => compareValues(this.object.id, a, b)
    const within = (id: string): boolean =>
      (after === null || compare(id, after) > 0) && (upTo === null || compare(id, upTo) <= 0)
    const question = after !== null && list.ordered && list.paging.by === 'keyset' ? { after } : {}
    const seen = new Map<string, RemoteRecord>()
    let last: string | null = null
    for await (const { records } of this.reading.pages(question)) {
      for (const json of records) {
        const found = this.reading.found(json)
        if (found === null) throw this.withoutId()
        const { record } = found
        if (!list.ordered) {
          // Shown twice because something moved between two pages: the later one counts.
          if (within(record.id)) seen.set(record.id, record)
          continue
        }
        if (last !== null && compare(record.id, last) <= 0) throw this.outOfOrder()
        last = record.id
        if (upTo !== null && compare(record.id, upTo) > 0) return
        if (within(record.id) && record.inScope) yield record
      }
    }
    for (const record of [...seen.values()].toSorted((a, b) => compare(a.id, b.id))) if (record.inScope) yield record
  }

  private changedAtOf(field: RestField, record: RemoteRecord): string | null {
    const value = record.values[this.layout.changedAt] ?? null
    if (value === null || field.type === 'integer') return value
    const utc = toUtc(value, 'UTC')
    return utc === null ? null : atMicroseconds(microseconds(utc))
  }

  private earlier(field: RestField, at: string, by: number): string {
    if (field.type === 'integer') {
      const steps = BigInt(Math.ceil(by))
      return String(BigInt(at) - (steps < MOST_STEPS_BACK ? steps : MOST_STEPS_BACK))
    }
    const earlier = microseconds(at) - BigInt(Math.round(by * 1000))
    return atMicroseconds(earlier > 0n ? earlier : 0n)
  }

  /** Times in the future would hide what changes until then; so would those that listings may not show yet. */
  private isPast(field: RestField, at: string): boolean {
    if (field.type === 'integer') return true
    return microseconds(at) <= BigInt(this.api.session.client.now() - this.object.description.list.lagMs) * 1000n
  }

  private isBeyond(field: RestField, one: Cursor, other: Cursor): boolean {
    const order = compareValues(field, one.at, other.at)
    return order > 0 || (order === 0 && (other.id === '' || compareValues(this.object.id, one.id, other.id) > 0))
  }

  /** The first of a listing, latest first, that is not in the future; null when it is not soon found. */
  private async latestPast(changedAt: RestField, params: Readonly<Record<string, string>>): Promise<Cursor | null> {
    let pages = 0
    for await (const { records } of this.reading.pages({ params })) {
      for (const json of records) {
        const record = this.reading.found(json)?.record
        const at = record ? this.changedAtOf(changedAt, record) : null
        if (record && at !== null && this.isPast(changedAt, at)) return { at, id: record.id }
      }
      if (++pages === MOST_FUTURE_PAGES) return null
    }
    // All that there will be comes after nothing.
    return pages === 0 ? { at: changedAt.type === 'integer' ? '0' : BEGINNING, id: '' } : null
  }

  private async latestByCount(changedAt: RestField): Promise<Cursor> {
    let latest: Cursor = { at: '0', id: '' }
    for await (const { records } of this.reading.pages())
      for (const json of records) {
        const at = readField(changedAt, json, this.reading.zone)
        const id = readField(this.object.id, json, this.reading.zone)
        if (at !== null && id !== null && this.isBeyond(changedAt, { at, id }, latest)) latest = { at, id }
      }
    return latest
  }

  private demandChangedAt(): RestField {
    const { changedAt, description } = this.object
    if (changedAt && description.changes) return changedAt
    throw new ConcordatError('connector.unsupported', `Changes of ${description.name} cannot be asked for.`, {
      cure: 'Add `changed_at` and `changes` to the object in the description, and `changed_at` to the records of the flow.',
    })
  }

  private withoutId(): ConcordatError {
    const { name, id } = this.object.description
    return new ConcordatError(
      'connector.failed',
      `A record of ${name} has no ${id.field} where the description says it is.`,
      {
        cure: 'Correct `id`, its `path`, or `records` of `list` in the description.',
      },
    )
  }

  private outOfOrder(): ConcordatError {
    return new ConcordatError(
      'connector.failed',
      `Records of ${this.object.description.name} do not come in the order of their ids.`,
      {
        cure: 'Take `ordered: true` out of `list` in the description, or add the parameter that sorts by id to its `params`.',
      },
    )
  }
}

/** The part of the passport that is about an object, with what is said of the system as a whole. */
function measuredOf({ description: { measured } }: RestApi, { description }: OpenedObject): RestObject['measured'] {
  const own = measured?.objects[description.name]
  return measured && own ? { ...own, found: { ...measured.found, ...own.found }, date: measured.date } : null
}

/** How many records are written in one go: so many as the budget lets through in a while. */
function batchSize({ calls, perMs, atOnce }: RestApi['description']['rate'], creates = atOnce): number {
  const inTurn = (Math.min(atOnce, creates) * BATCH_MS) / USUAL_CALL_MS
  const allowed = calls === undefined ? MOST_IN_BATCH : (calls * BATCH_MS) / perMs
  return Math.max(1, Math.floor(Math.min(MOST_IN_BATCH, inTurn, allowed)))
}
