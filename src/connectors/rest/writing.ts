import { setTimeout as sleep } from 'node:timers/promises'
import { isJsonObject, type Json, jsonAt, withJsonAt } from '../../connector-kit/http/exact-json.ts'
import { inTurns } from '../../connector-kit/in-turns.ts'
import type {
  BeforeCommit,
  CreateItem,
  DeleteItem,
  LineInsert,
  LinesPatch,
  UpdateItem,
  WriteResult,
} from '../../connector-kit/port.ts'
import { refuseId } from '../../connector-kit/refuse-id.ts'
import { unsendableText } from '../../connector-kit/unsendable-text.ts'
import { WriteBatch } from '../../connector-kit/write-batch.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { RestCall, RestField, RestWrite } from '../../model/rest-description.ts'
import type { Raw } from '../../model/value.ts'
import { readField } from './field-value.ts'
import { fieldOf, type OpenedLines } from './opened-object.ts'
import type { FoundRecord, Reading } from './reading.ts'
import { refusalOf } from './refusals.ts'
import type { Answered, CallDetails, Op } from './rest-api.ts'
import { linesNamed, WriteBody } from './write-body.ts'

/*
 * Writes, one call a record, as the system has no transactions:
 *
 *   before   the record is read again and must be what was expected; where the system has a guard it goes with the write
 *   write    the first failure of the system ends the batch: what was not sent is refused until later, and when the answer
 *            to something that was sent is missing, the whole batch is settled by looking (`connector.lost-response`)
 *   after    the record is read back, in the one shape that images have
 */

type Values = Readonly<Record<string, Raw>>

/** Items of a batch that are sent, as long as we may write. */
interface Sending<T extends object> {
  readonly batch: WriteBatch<T>
  readonly items: readonly T[]
  readonly beforeCommit: BeforeCommit | undefined
  /** So many at the same time, instead of as many as there may be calls. */
  readonly atOnce?: number | undefined
}

export class Writing {
  private readonly reading: Reading
  private readonly body: WriteBody

  constructor(reading: Reading) {
    this.reading = reading
    this.body = new WriteBody(reading)
  }

  async create(items: readonly CreateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    const { description } = this.object
    for (const item of items) {
      this.checkNames(item.values)
      for (const [name, rows] of Object.entries(item.lines ?? {}))
        for (const row of rows) this.checkLine(linesNamed(this.object, name), row.values)
    }
    const call = this.demand(description.create, 'made')
    const bodies = new Map<CreateItem, Json>()
    const batch = new WriteBatch(items, (item) => {
      const bad = this.unsendable(item)
      if (bad) return bad
      if (item.id !== undefined && !description.id.restorable) return this.cannotRestore()
      return attempt(() => bodies.set(item, this.body.ofCreate(item)))
    })
    const made = new Map<CreateItem, { readonly id: string; readonly shown: FoundRecord | null }>()
    await this.each({ batch, items: batch.open, beforeCommit, atOnce: description.create?.atOnce }, async (item) => {
      const places = { id: item.id ?? '' }
      const answered = await this.send('create', call, { places, body: wrapped(call, bodies.get(item)!) })
      if (answered.is !== 'ok') return batch.refuse(item, this.refusal(answered, item.values, item.lines))
      const json = jsonAt(answered.answer.body, call.record)
      const shown = json === undefined || json === null ? null : this.reading.found(json)
      const id = shown?.record.id ?? idIn(json, this.object.id, this.reading.zone) ?? idInLocation(answered) ?? item.id
      // Nobody knows which record it is now; it is looked for by what it holds.
      if (id === undefined) throw this.unsettled('made a record and did not say which')
      made.set(item, { id, shown: call.trusted ? shown : null })
    })
    const back = await this.readBack([...made.values()].flatMap(({ id, shown }) => (shown ? [] : [id])))
    for (const [item, { id, shown }] of made) batch.done(item, (shown ?? back.get(id)!).record)
    return batch.results()
  }

  async update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    const { description, spec } = this.object
    for (const item of items) {
      refuseId(item.set, spec.id, description.name)
      this.checkNames(item.set)
      for (const [name, { insert, update }] of Object.entries(item.lines ?? {})) {
        for (const row of insert) this.checkLine(linesNamed(this.object, name), row.values)
        for (const row of update) this.checkLine(linesNamed(this.object, name), row.set)
      }
    }
    const call = this.demand(description.update, 'changed')
    const batch = new WriteBatch(items, (item) => this.unsendable(item))
    const current = await this.reading.byIds(batch.open.map(({ id }) => id))
    batch.guard(recordsIn(current))
    const sent: UpdateItem[] = []
    const overtaken: UpdateItem[] = []
    const byId = new Map(batch.open.map((item) => [item.id, item]))
    // What is freed for others of a ring would have to be taken back when the rest fails: each goes by itself.
    for (const turn of inTurns(batch.open.map(({ id, expect, set, turn = 0 }) => ({ id, expect, set, turn })))) {
      const open = new Set(batch.open)
      const items = turn.flatMap(({ id }) => byId.get(id) ?? []).filter((item) => open.has(item))
      await this.each({ batch, items, beforeCommit }, async (item) => {
        const { json } = current.get(item.id)!
        let body: Json
        try {
          body = this.body.ofUpdate(item, json)
        } catch (error) {
          if (error instanceof ConcordatError) return batch.refuse(item, error)
          throw error
        }
        const guard = this.body.guard(json)
        const answered = await this.send('update', call, {
          places: { id: item.id },
          body: wrapped(call, guard.inBody(body)),
          headers: guard.headers,
        })
        if (answered.is === 'ok') sent.push(item)
        else if (answered.is === 'conflict' || answered.is === 'gone') overtaken.push(item)
        else batch.refuse(item, this.refusal(answered, item.set, item.lines))
      })
    }
    const after = await this.readBack(
      sent.map(({ id }) => id),
      overtaken.map(({ id }) => id),
    )
    for (const item of sent) batch.done(item, after.get(item.id)!.record)
    for (const item of overtaken) batch.conflict(item, after.get(item.id)?.record ?? null)
    return batch.results()
  }

  async delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    const { description } = this.object
    const call = this.demand(description.delete, 'deleted')
    const batch = new WriteBatch(items, () => null)
    const current = await this.reading.byIds(items.map(({ id }) => id))
    batch.guard(recordsIn(current))
    for (const item of batch.open)
      if (this.body.holdsMore(current.get(item.id)!.json)) batch.refuse(item, this.keepsLines())
    const sent: DeleteItem[] = []
    const overtaken: DeleteItem[] = []
    await this.each({ batch, items: batch.open, beforeCommit }, async (item) => {
      const { headers } = this.body.guard(current.get(item.id)!.json)
      const answered = await this.send('delete', call, { places: { id: item.id }, headers })
      if (answered.is === 'ok' || answered.is === 'gone') sent.push(item)
      else if (answered.is === 'conflict') overtaken.push(item)
      else batch.refuse(item, this.refusal(answered, {}, undefined))
    })
    const left = await this.lost(() => this.reading.byIds([...sent, ...overtaken].map(({ id }) => id)))
    for (const item of sent) {
      // Some systems answer that they deleted what they keep.
      if (left.has(item.id)) batch.refuse(item, this.stayed())
      else batch.done(item, null)
    }
    for (const item of overtaken) batch.conflict(item, left.get(item.id)?.record ?? null)
    return batch.results()
  }

  private get object() {
    return this.reading.object
  }

  private get api() {
    return this.reading.api
  }

  private send(op: Op, call: RestCall, details: CallDetails): Promise<Answered> {
    return this.api.call(op, call, details)
  }

  /** Writes one after the other, as far as the system lets us. */
  private async each<T extends object>(
    { batch, items, beforeCommit, atOnce = this.api.description.rate.atOnce }: Sending<T>,
    write: (item: T) => Promise<void>,
  ): Promise<void> {
    const waiting = [...items]
    const unsent: T[] = []
    const failures: unknown[] = []
    let landed = false
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        if (failures.length > 0) {
          unsent.push(item)
          continue
        }
        try {
          // Each time, for a batch may take longer than we are the ones who may write.
          await beforeCommit?.()
          await write(item)
          landed = true
        } catch (error) {
          unsent.push(item)
          failures.push(error)
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
    if (failures.length === 0) return
    // That something was lost weighs more than what was turned away.
    const failure = failures.find((error) => codeOf(error) === 'connector.lost-response') ?? failures[0]
    if (!(failure instanceof ConcordatError))
      throw failure instanceof Error ? failure : new ConcordatError('bug', 'A write failed.', { cause: failure })
    const { code, message, cure } = failure
    if (code === 'connector.lost-response' || !code.startsWith('connector.') || !landed) throw failure
    // What landed is told; the rest is tried again by a later run.
    for (const item of unsent)
      batch.refuse(item, new ConcordatError(code, message, { retry: 'later', ...(cure !== undefined && { cure }) }))
  }

  /** Records as they are after a write; those in `ids` must be there. */
  private async readBack(
    ids: readonly string[],
    others: readonly string[] = [],
  ): Promise<ReadonlyMap<string, FoundRecord>> {
    const until = Date.now() + this.object.description.list.lagMs
    for (let pause = 100; ; pause *= 2) {
      const found = await this.lost(() => this.reading.byIds([...ids, ...others]))
      if (ids.every((id) => found.has(id))) return found
      if (Date.now() >= until) throw this.unsettled('does not show a record that was just written')
      await sleep(pause)
    }
  }

  /** What was written is not known when it cannot be read back. */
  private async lost<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ConcordatError)) throw error
      throw this.unsettled('took a write, and could not be asked what came of it', error)
    }
  }

  private unsettled(what: string, cause?: ConcordatError): ConcordatError {
    this.api.lostAt = Date.now()
    return new ConcordatError('connector.lost-response', `${this.api.description.product} ${what}.`, {
      retry: 'later',
      cure: cause?.cure ?? 'The next run finds out what became of it, and repeats nothing that landed.',
      ...(cause && { cause }),
    })
  }

  private refusal(
    answered: Answered,
    values: Values,
    lines: CreateItem['lines'] | UpdateItem['lines'],
  ): ConcordatError {
    const parts: readonly (readonly LineInsert[] | LinesPatch)[] = Object.values(lines ?? {})
    const rows = parts.flatMap((part) =>
      'insert' in part
        ? [...part.insert.map((row) => row.values), ...part.update.map((row) => row.set)]
        : part.map((row) => row.values),
    )
    const sent = [values, ...rows].flatMap((row) => Object.values(row))
    return refusalOf(this.api, this.object.description.name, answered, sent)
  }

  private unsendable(item: CreateItem | UpdateItem): ConcordatError | null {
    const target = (fields: Iterable<RestField>, name: string) => ({
      name,
      columns: new Map([...fields].map((field) => [field.name, { kind: field.type }])),
    })
    return unsendableText(item, {
      table: target(this.object.fields.values(), this.object.description.name),
      children: this.object.lines.map((lines) => ({
        name: lines.name,
        table: target(lines.description.fields, lines.description.name),
      })),
    })
  }

  private checkNames(values: Values): void {
    for (const name in values) fieldOf(this.object.fields, name, this.object.description.name)
  }

  private checkLine(lines: OpenedLines, values: Values): void {
    const fields = new Map(lines.description.fields.map((field) => [field.name, field]))
    for (const name in values) fieldOf(fields, name, lines.description.name)
  }

  private demand<T extends RestCall | RestWrite>(call: T | undefined, what: string): T {
    if (call !== undefined) return call
    const { name } = this.object.description
    throw new ConcordatError(
      'connector.unsupported',
      `The description does not say how records of ${name} are ${what}.`,
      {
        cure: `Add it to the object ${name}, or let the flow only read there.`,
      },
    )
  }

  private cannotRestore(): ConcordatError {
    const { product } = this.api.description
    return new ConcordatError(
      'connector.unsupported',
      `${product} makes ids itself, so a record of ${this.object.description.name} that was deleted there cannot come back under its old one.`,
      { cure: 'Restore it in the system, or decide that such a deletion is accepted (`deleted_elsewhere: accept`).' },
    )
  }

  private keepsLines(): ConcordatError {
    return new ConcordatError(
      'connector.broken-reference',
      `A record of ${this.object.description.name} has lines that this flow does not hold, which would go with it.`,
      { cure: 'Delete them in the system, or let the flow hold them.' },
    )
  }

  private stayed(): ConcordatError {
    const { product } = this.api.description
    return new ConcordatError(
      'connector.rejected-value',
      `${product} answered that it deleted a record of ${this.object.description.name}, and still shows it.`,
      { cure: 'Where it only marks records as deleted, say so with `deleted` in the records of the flow.' },
    )
  }
}

/** What is wrong with a record before it is sent; null when nothing is. */
function attempt(work: () => unknown): ConcordatError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof ConcordatError) return error
    throw error
  }
}

const codeOf = (error: unknown) => (error instanceof ConcordatError ? error.code : undefined)

const recordsIn = (found: ReadonlyMap<string, FoundRecord>) =>
  new Map([...found].map(([id, { record }]) => [id, record]))

const wrapped = ({ wrap }: RestWrite, body: Json): Json => (wrap.length === 0 ? body : withJsonAt({}, wrap, body))

function idIn(json: Json | undefined, field: RestField, zone: string): string | undefined {
  if (isJsonObject(json)) return readField(field, json, zone) ?? undefined
  // Some answer with the bare id.
  return json === undefined || json === null ? undefined : (readField({ ...field, path: [] }, json, zone) ?? undefined)
}

function idInLocation({ answer }: Answered): string | undefined {
  const last = answer.headers['location']?.split(/[?#]/)[0]!.split('/').at(-1)
  return last === undefined || last === '' ? undefined : decodeURIComponent(last)
}
