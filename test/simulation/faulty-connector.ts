import type {
  BeforeCommit,
  Capabilities,
  ChangePage,
  Connector,
  CreateItem,
  Cursor,
  DeleteItem,
  KeyRange,
  Layout,
  Marked,
  ObjectSpec,
  RemoteObject,
  RemoteRecord,
  UpdateItem,
  WriteResult,
} from '../../src/connector-kit/port.ts'
import { ringOf } from '../../src/connector-kit/in-turns.ts'
import { MemoryConnector } from '../../src/connectors/memory/memory.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import type { Raw } from '../../src/model/value.ts'
import type { Business, Entry, TableName, Values } from './business.ts'
import { count, type Incident, type Tally } from './incidents.ts'
import type { Places } from './places.ts'
import type { Worker } from './worker.ts'

/*
 * The way from the engine to a business system: calls take time, fail, lose their answers, and other things happen in
 * the meantime. What arrives is noted in the system's diary.
 */

export interface Surroundings {
  /** Time that a call takes. */
  pass(ms: number): void
  /** What the incident stands for, when it is not the call itself that fails. */
  meet(incident: Incident, worker: Worker): Promise<void>
  /** A process that stood still for longer than its lease is about to send a write. */
  judgeSending(worker: Worker): Promise<void>
  /** A process asks whether its write may be committed. */
  judgeLanding(worker: Worker, ask: () => Promise<void>): Promise<void>
  /** Writes that are in place. */
  readonly places: Places
  /** A write whose answer was lost is still on its way: it lands when the system is waited for, or at some later time. */
  putOff(work: () => Promise<unknown>): void
  /** What is still on its way lands now. */
  landAll(): Promise<void>
  /**
   * A write of the engine has landed. `unread`: the row was not what the engine had been shown; `sent`: the values as they
   * were when they left; `answered`: it will be told what became of them.
   */
  landed(entry: Entry, unread: boolean, sent: Values, answered: boolean): void
  /** A system deleted of itself what referred to what the engine deleted. */
  cascaded(entry: Entry): void
  /** The number of the next write to a system that takes a mark. */
  nextMark(): Promise<string>
  markLanded(system: string, object: string, number: string): Promise<void>
  readonly run: number
  readonly tally: Tally
}

/** What an update expects when it is told to overwrite whatever there is. */
export const ANYTHING = 'anything'

/** Images of rows that the engine has been shown, by system, table and id. */
export type Shown = Map<string, Set<string>>

export class FaultyConnector implements Connector {
  readonly kind = 'memory'
  private readonly inner: MemoryConnector
  private readonly business: Business
  private readonly worker: Worker
  private readonly around: Surroundings
  private readonly shown: Shown
  readonly identity?: NonNullable<Connector['identity']>

  constructor(business: Business, worker: Worker, around: Surroundings, shown: Shown) {
    this.inner = new MemoryConnector(business.database)
    if (business.manners.marked) this.identity = () => this.inner.identity()
    this.business = business
    this.worker = worker
    this.around = around
    this.shown = shown
  }

  test: Connector['test'] = () => this.inner.test()
  introspect: Connector['introspect'] = () => this.inner.introspect()

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    const wire = new Wire(this.business, spec.object, this.worker, this.around)
    const inner = await wire.call('open', false, () => this.inner.open(spec))
    return new FaultyObject(inner, spec, this.business, this.worker, this.around, wire, this.shown)
  }

  async close(): Promise<void> {}
}

class Wire {
  private readonly business: Business
  private readonly table: string
  private readonly worker: Worker
  private readonly around: Surroundings

  constructor(business: Business, table: string, worker: Worker, around: Surroundings) {
    this.business = business
    this.table = table
    this.worker = worker
    this.around = around
  }

  /** `ask`: whether the write may be committed. `late`: what the process could still do about it when it is in place was done long ago. */
  async call<T>(
    name: string,
    isWrite: boolean,
    work: (incident: Incident | null, late: boolean) => Promise<T>,
    ask?: () => Promise<void>,
  ): Promise<T> {
    const { worker } = this
    worker.assertAlive()
    // Who has slept through it cannot know, but may not land it either.
    if (isWrite && worker.ousted && !worker.machine.sleptThrough) await this.around.judgeSending(worker)
    this.around.pass(20)
    const incident = worker.fate.atCall(`${this.business.name}.${this.table}.${name}`, isWrite)
    const kind = incident?.kind
    if (kind === 'die before') worker.die()
    if (kind === 'fail') throw this.failure(incident!)
    const stands = kind === 'pause' || kind === 'overtaken'
    if (kind === 'user before' || kind === 'rival' || kind === 'cut' || kind === 'stall' || (stands && !isWrite))
      await this.around.meet(incident!, worker)
    worker.assertAlive()
    if (isWrite && kind === 'lose' && incident!.random.chance(0.4)) {
      // Its commit is on its way, so that the store has let it go before: it is not sent by who slept through being ousted.
      await ask?.()
      worker.assertAlive()
      this.around.putOff(() => work(incident, true))
      throw this.lost()
    }
    const result = await work(incident, false)
    if (isWrite && (kind === 'stall' || kind === 'cut')) await this.around.judgeSending(worker)
    if (kind === 'die after') worker.die()
    if (kind === 'lose') throw isWrite ? this.lost() : this.failure(incident!)
    if (kind === 'user after' || (stands && isWrite)) await this.around.meet(incident!, worker)
    worker.assertAlive()
    return result
  }

  private failure({ random }: Incident): ConcordatError {
    const { name } = this.business
    return random.pick([
      new ConcordatError('connector.unreachable', `${name} does not answer.`, { retry: 'later' }),
      new ConcordatError('connector.failed', `${name} answers 500.`, { retry: 'later' }),
      new ConcordatError('connector.timeout', `${name} is too slow.`, { retry: 'later' }),
    ])
  }

  private lost(): ConcordatError {
    return new ConcordatError('connector.lost-response', `The answer of ${this.business.name} was lost.`, {
      retry: 'later',
    })
  }
}

class FaultyObject implements RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  private readonly inner: RemoteObject
  private readonly table: TableName
  private readonly business: Business
  private readonly worker: Worker
  private readonly around: Surroundings
  private readonly wire: Wire
  private readonly shown: Shown

  constructor(
    inner: RemoteObject,
    spec: ObjectSpec,
    business: Business,
    worker: Worker,
    around: Surroundings,
    wire: Wire,
    shown: Shown,
  ) {
    this.inner = inner
    this.layout = inner.layout
    const { shortPages = false, oneByOne = false } = business.manners
    this.capabilities = {
      ...inner.capabilities,
      ...(shortPages && { maxBatch: 2 }),
      ...(oneByOne && { atomicBatch: false }),
    }
    this.table = spec.object as TableName
    this.business = business
    this.worker = worker
    this.around = around
    this.wire = wire
    this.shown = shown
  }

  async markedAs(): Promise<Marked | null> {
    if (!this.business.manners.marked) return null
    return this.wire.call('markedAs', false, async () => this.business.markedAs(this.table))
  }

  estimate(): Promise<number | null> {
    return this.wire.call('estimate', false, () => this.inner.estimate())
  }

  async *scan(range: KeyRange, pageSize: number): AsyncGenerator<readonly RemoteRecord[]> {
    for (const page of await this.wire.call('scan', false, () =>
      collect(this.inner.scan(range, this.page(pageSize))),
    )) {
      this.show(page)
      yield page
    }
  }

  digest(range: KeyRange): Promise<{ rows: number; digest: string }> {
    return this.wire.call('digest', false, () => this.inner.digest(range))
  }

  async *scanIds(pageSize: number): AsyncGenerator<readonly string[]> {
    yield* await this.wire.call('scanIds', false, () => collect(this.inner.scanIds(this.page(pageSize))))
  }

  now(): Promise<Cursor> {
    return this.wire.call('now', false, () => this.inner.now())
  }

  async *changedSince(cursor: Cursor, overlapMs: number, pageSize: number): AsyncGenerator<ChangePage> {
    for (const page of await this.wire.call('changedSince', false, () =>
      collect(this.inner.changedSince(cursor, overlapMs, this.page(pageSize))),
    )) {
      this.show(page.records)
      yield page
    }
  }

  async read(ids: readonly string[]): Promise<readonly RemoteRecord[]> {
    const records = await this.wire.call('read', false, () => this.inner.read(ids))
    this.show(records)
    return records
  }

  reserveIds(count: number): Promise<readonly string[]> {
    return this.wire.call('reserveIds', false, () => this.inner.reserveIds(count))
  }

  async search(
    values: readonly Readonly<Record<string, Raw>>[],
    most?: number,
  ): Promise<readonly (readonly RemoteRecord[])[]> {
    const hits = await this.wire.call('search', false, () => this.inner.search(values, most))
    // What refers to a record is looked up by its column, not in a search index.
    if (most !== undefined) return hits
    // A search index that lags does not know the newest records yet.
    const known = hits.map((records) => records.filter(({ id }) => this.business.isIndexed(this.table, id)))
    count(this.around.tally, 'searches')
    // Whether it shows depends on how long the engine waits before it asks; that it could is what is counted.
    if ((this.business.manners.lagMs ?? 0) > 0) count(this.around.tally, 'searches: lagging')
    this.show(known.flat())
    return known
  }

  /** Nothing is on its way any more, and the search index knows everything. */
  async awaitWrites(): Promise<void> {
    await this.around.landAll()
    await this.around.places.wait(this.place('*'))
    await this.wire.call('awaitWrites', false, async () => this.around.pass(this.business.manners.lagMs ?? 0))
  }

  create(items: readonly CreateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.write(
      items,
      beforeCommit,
      (part, look) =>
        this.inner.create(
          part.map((item) => ({ ...item, values: this.business.storedAll(item.values) })),
          look,
        ),
      () => 'create',
      ({ values }) => values,
    )
  }

  update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.write(
      items,
      beforeCommit,
      (part, look) =>
        this.inner.update(
          part.map((item) => ({ ...item, set: this.business.storedAll(item.set) })),
          look,
        ),
      () => 'update',
      ({ set }) => set,
    )
  }

  delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    return this.write(
      items,
      beforeCommit,
      (part, look) => this.inner.delete(part, look),
      () => 'delete',
      () => ({}),
    )
  }

  private async write<T extends { readonly id?: string }>(
    items: readonly T[],
    beforeCommit: BeforeCommit | undefined,
    send: (part: readonly T[], look: BeforeCommit | undefined) => Promise<readonly WriteResult[]>,
    kindOf: () => Entry['kind'],
    sent: (item: T) => Values,
  ): Promise<WriteResult[]> {
    const kind = kindOf()
    const mark = this.business.manners.marked ? await this.around.nextMark() : null
    const results = await this.wire.call(
      kind,
      true,
      async (incident, late) => {
        const refused = new Set<T>()
        if (incident?.kind === 'refuse') for (const item of items) if (incident.random.chance(0.5)) refused.add(item)
        const answers = new Map<T, WriteResult>()
        for (const item of items.toSorted((a, b) => turnOf(a) - turnOf(b))) {
          if (answers.has(item)) continue
          if (refused.has(item)) {
            const error = new ConcordatError('connector.rejected-value', `${this.business.name} is not in the mood.`, {
              retry: incident!.random.chance(0.7) ? 'later' : 'never',
            })
            answers.set(item, { kind: 'refused', error })
            continue
          }
          const answered = incident?.kind !== 'lose' && incident?.kind !== 'die after'
          const ring = this.capabilities.atomicBatch ? ringOf(item) : undefined
          const together =
            ring === undefined ? [item] : items.filter((other) => ringOf(other) === ring && !refused.has(other))
          const landed = await this.some(
            kind,
            together,
            (part) => this.inPlace(part, send, beforeCommit, late),
            sent,
            answered,
          )
          if (mark !== null && landed.some((result) => result.kind === 'done')) this.business.mark(this.table, mark)
          together.forEach((one, i) => answers.set(one, landed[i]!))
        }
        return items.map((item) => answers.get(item)!)
      },
      () => this.around.judgeLanding(this.worker, async () => beforeCommit?.()),
    )
    if (mark !== null && results.some((result) => result.kind === 'done'))
      await this.around.markLanded(this.business.name, this.table, mark)
    return results
  }

  /** Puts a write in place, asks whether it may be committed, and commits it. */
  private async inPlace<T>(
    part: readonly T[],
    send: (part: readonly T[], look: BeforeCommit | undefined) => Promise<readonly WriteResult[]>,
    beforeCommit: BeforeCommit | undefined,
    late: boolean,
  ): Promise<readonly WriteResult[]> {
    if (late) return send(part, undefined)
    const { around, worker } = this
    const moment = async (name: 'before asking' | 'after asking'): Promise<void> => {
      const incident = worker.fate.inPlace(name)
      if (incident) await around.meet(incident, worker)
    }
    const end = around.places.hold(this.place('*'))
    try {
      return await send(part, async () => {
        await moment('before asking')
        await around.judgeLanding(worker, async () => beforeCommit?.())
        worker.assertAlive()
        await moment('after asking')
        worker.assertAlive()
      })
    } finally {
      end()
    }
  }

  /** Writes that land in one step: one, or a ring. */
  private async some<T extends { readonly id?: string }>(
    kind: Entry['kind'],
    items: readonly T[],
    send: (part: readonly T[]) => Promise<readonly WriteResult[]>,
    sent: (item: T) => Values,
    answered: boolean,
  ): Promise<readonly WriteResult[]> {
    const before: { was: Values | null; image: string | undefined }[] = []
    for (const item of items) {
      const code = item.id === undefined ? null : this.business.byId(this.table, item.id)?.['code']
      if (typeof code === 'string') this.business.finishTransactions(this.table, code)
      const was = kind === 'create' || item.id === undefined ? null : this.business.byId(this.table, item.id)
      const [image] = was === null ? [] : (await this.inner.read([item.id!])).map((record) => record.image)
      before.push({ was, image })
    }
    const orders = kind === 'delete' && this.table === 'customers' ? this.business.rows('orders') : []
    const results = await send(
      items.map((item, i) => {
        const { image } = before[i]!
        return 'expect' in item && item.expect === ANYTHING && image !== undefined ? { ...item, expect: image } : item
      }),
    )
    results.forEach((result, i) => this.note(kind, items[i]!, before[i]!, result, sent(items[i]!), answered))
    this.noteCascade(orders)
    return results
  }

  /** What the system deleted of itself. */
  private noteCascade(orders: readonly Values[]): void {
    const left = new Set(orders.length === 0 ? [] : this.business.rows('orders').map((row) => row['id']))
    for (const row of orders) {
      if (left.has(row['id'])) continue
      const entry: Entry = {
        by: 'system',
        run: this.around.run,
        kind: 'delete',
        system: this.business.name,
        table: 'orders',
        id: row['id']!,
        code: row['code'] ?? '',
        before: row,
        after: null,
      }
      this.business.diary.push(entry)
      this.around.cascaded(entry)
    }
  }

  private note(
    kind: Entry['kind'],
    item: { readonly id?: string },
    { was: before, image }: { readonly was: Values | null; readonly image: string | undefined },
    result: WriteResult,
    sent: Values,
    answered: boolean,
  ): void {
    if (result.kind !== 'done') {
      if (result.kind === 'conflict' && result.current) this.show([result.current])
      return
    }
    const id = result.record?.id ?? item.id!
    const after = this.business.byId(this.table, id)
    if (result.record) this.show([result.record])
    const entry: Entry = {
      by: 'engine',
      worker: this.worker.name,
      run: this.around.run,
      kind,
      system: this.business.name,
      table: this.table,
      id,
      code: (after ?? before)!['code'] ?? '',
      before,
      after,
    }
    this.business.diary.push(entry)
    if (kind === 'create') this.business.noteBirth(this.table, id)
    this.around.landed(
      entry,
      image !== undefined && this.shown.get(this.place(id))?.has(image) !== true,
      sent,
      answered,
    )
  }

  private show(records: readonly RemoteRecord[]): void {
    for (const record of records) {
      const place = this.place(record.id)
      let images = this.shown.get(place)
      if (!images) this.shown.set(place, (images = new Set()))
      images.add(record.image)
    }
  }

  private page(size: number): number {
    return this.business.manners.shortPages ? 2 : size
  }

  private place(id: string): string {
    return `${this.business.name}/${this.table}/${id}`
  }
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

const turnOf = (item: object): number => ('turn' in item && typeof item.turn === 'number' ? item.turn : 0)
