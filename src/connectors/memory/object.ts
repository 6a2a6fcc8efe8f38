import { createHash } from 'node:crypto'
import type {
  Capabilities,
  ChangePage,
  BeforeCommit,
  CreateItem,
  Cursor,
  DeleteItem,
  KeyRange,
  Layout,
  LinesPatch,
  ObjectSpec,
  RemoteObject,
  RemoteRecord,
  UpdateItem,
  WriteResult,
} from '../../connector-kit/port.ts'
import type { ChangeHint } from '../../connector-kit/change-feed.ts'
import { refuseId } from '../../connector-kit/refuse-id.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import { factsOf } from '../../model/column-facts.ts'
import { keysOf, ringOf } from '../../connector-kit/in-turns.ts'
import { encodeImage } from '../../model/image.ts'
import type { Raw } from '../../model/value.ts'
import { compareCells, earlier, storeCell } from './cell.ts'
import { requireColumn } from './database.ts'
import type { MemoryDatabase, MemoryTable } from './database.ts'
import { passes } from './filter.ts'

/** Called around every call that reaches the system, so that a simulation can delay it or make it fail before or after its effect. */
export interface MemoryHooks {
  before?(method: string, object: string): Promise<void> | void
  after?(method: string, object: string): Promise<void> | void
  /** What becomes of a feed's hints on their way: lost, doubled, in another order, late. */
  deliver?(hints: readonly ChangeHint[]): Promise<readonly ChangeHint[]> | readonly ChangeHint[]
}

type StoredRow = ReadonlyMap<string, Raw>

/** Equal to no stored value. */
const IMPOSSIBLE = '\0'

interface Child {
  readonly name: string
  readonly table: MemoryTable
  readonly parent: string
  readonly keys: readonly string[]
  readonly fields: readonly string[]
  readonly filter: Filter | null
}

/** One table of a memory database, opened for one flow. */
export class MemoryObject implements RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  private readonly database: MemoryDatabase
  private readonly hooks: MemoryHooks
  private readonly table: MemoryTable
  private readonly spec: ObjectSpec
  private readonly children: readonly Child[]

  constructor(
    database: MemoryDatabase,
    hooks: MemoryHooks,
    table: MemoryTable,
    spec: ObjectSpec,
    children: readonly Child[],
    capabilities: Capabilities,
  ) {
    this.database = database
    this.hooks = hooks
    this.table = table
    this.spec = spec
    this.children = children
    this.capabilities = capabilities
    const names = [...table.columns.keys()]
    this.layout = {
      columns: [...names, ...children.map((child) => child.name)],
      id: names.indexOf(spec.id),
      changedAt: spec.changedAt === undefined ? -1 : names.indexOf(spec.changedAt),
      version: spec.version === undefined ? -1 : names.indexOf(spec.version),
      lines: new Map(
        children.map((child, i) => [
          child.name,
          { place: names.length + i, columns: ['', ...child.fields], facts: columnFacts(child.table, child.fields) },
        ]),
      ),
      facts: columnFacts(table, names),
      ...keysOf(keyTable(table), spec.id),
    }
  }

  async estimate(): Promise<number> {
    return this.inScope().length
  }

  async *scan(range: KeyRange, pageSize: number): AsyncGenerator<readonly RemoteRecord[]> {
    const rows = await this.call('scan', () => this.inRange(range).map((row) => this.record(row)))
    for (let i = 0; i < rows.length; i += pageSize) yield rows.slice(i, i + pageSize)
  }

  async digest(range: KeyRange): Promise<{ rows: number; digest: string }> {
    return this.call('digest', () => {
      const hash = createHash('sha256')
      const rows = this.inRange(range)
      for (const row of rows) hash.update(`${this.record(row).image}\n`)
      return { rows: rows.length, digest: hash.digest('hex') }
    })
  }

  async *scanIds(pageSize: number): AsyncGenerator<readonly string[]> {
    const ids = await this.call('scanIds', () =>
      this.inRange({ after: null, upTo: null }).map((row) => row.get(this.spec.id)!),
    )
    for (let i = 0; i < ids.length; i += pageSize) yield ids.slice(i, i + pageSize)
  }

  async now(): Promise<Cursor> {
    return this.call('now', () => {
      const last = this.byChange().findLast((row) => this.isPast(row))
      return last === undefined ? { at: '0001-01-01T00:00:00.000000Z', id: '' } : this.cursorAt(last)
    })
  }

  async *changedSince(cursor: Cursor, overlapMs: number, pageSize: number): AsyncGenerator<ChangePage> {
    const changedAt = this.changedAt()
    const { kind } = this.table.columns.get(changedAt)!
    const from =
      kind === 'instant'
        ? earlier(cursor.at, overlapMs)
        : kind === 'date'
          ? earlier(`${cursor.at}T00:00:00Z`, overlapMs).slice(0, 10)
          : String(BigInt(cursor.at) - BigInt(Math.min(Math.ceil(overlapMs), 1000)))
    const changed = await this.call('changedSince', () =>
      this.byChange()
        .filter((row) => compareCells(kind, row.get(changedAt)!, from) >= 0)
        .map((row) => ({ record: this.record(row), at: this.isPast(row) ? this.cursorAt(row) : null })),
    )
    let reached = cursor
    for (let i = 0; i < changed.length; i += pageSize) {
      const page = changed.slice(i, i + pageSize)
      const last = page.findLast((entry) => entry.at !== null)?.at ?? reached
      if (this.compareCursors(last, reached) > 0) reached = last
      yield { records: page.map((entry) => entry.record), cursor: reached }
    }
  }

  async read(ids: readonly string[]): Promise<readonly RemoteRecord[]> {
    this.atMost(ids)
    return this.call('read', () =>
      [...new Set(ids)].flatMap((id) => this.find(id) ?? []).map((row) => this.record(row)),
    )
  }

  async reserveIds(count: number): Promise<readonly string[]> {
    if (this.capabilities.ids !== 'reserved')
      throw new ConcordatError('connector.unsupported', `Ids of table ${this.spec.object} cannot be reserved.`)
    return this.call('reserveIds', () => Array.from({ length: count }, () => this.table.takeId()))
  }

  async search(
    values: readonly Readonly<Record<string, Raw>>[],
    most = Infinity,
  ): Promise<readonly (readonly RemoteRecord[])[]> {
    this.atMost(values)
    for (const wanted of values) for (const name in wanted) requireColumn(this.table, name)
    return this.call('search', () =>
      values.map((wanted) =>
        this.table
          .where(this.stored(wanted))
          .slice(0, most)
          .map((row) => this.record(row)),
      ),
    )
  }

  async create(items: readonly CreateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    await beforeCommit?.()
    for (const item of items) {
      for (const name in item.values) requireColumn(this.table, name)
      for (const [name, lines] of Object.entries(item.lines ?? {}))
        for (const line of lines) for (const field in line.values) requireColumn(this.child(name).table, field)
    }
    return this.write('create', items, (item) => {
      const values = new Map(Object.entries(item.values))
      if (item.id !== undefined) values.set(this.spec.id, item.id)
      if (values.get(this.spec.id) === null) values.delete(this.spec.id)
      const row = this.database.insertRow(this.table, this.database.newRow(this.table, values))
      for (const child of this.children) {
        for (const line of item.lines?.[child.name] ?? []) this.insertLine(child, row.get(this.spec.id)!, line.values)
      }
      return { kind: 'done', record: this.record(row) }
    })
  }

  async update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    for (const { set } of items) refuseId(set, this.spec.id, this.spec.object)
    await beforeCommit?.()
    for (const item of items) for (const name in item.set) requireColumn(this.table, name)
    const released = new Set<string>()
    const update = (item: UpdateItem): WriteResult => {
      const old = this.find(item.id)
      const current = old === undefined ? null : this.record(old)
      if (old === undefined || (!released.has(item.id) && current!.image !== item.expect))
        return { kind: 'conflict', current }
      const row =
        Object.keys(item.set).length === 0
          ? old
          : this.database.updateRow(this.table, old, new Map(Object.entries(item.set)))
      for (const [name, patch] of Object.entries(item.lines ?? {})) this.patchLines(this.child(name), item.id, patch)
      return { kind: 'done', record: this.record(row) }
    }
    /** A ring of unique values: what stands in the way is freed first, and all of it lands or nothing. */
    const updateRing = (ring: readonly UpdateItem[]): WriteResult[] | null => {
      const moved = ring.some((item) => {
        const row = this.find(item.id)
        return row === undefined || this.record(row).image !== item.expect
      })
      if (moved) return null
      try {
        return this.database.atomically(() => {
          for (const { id, release } of ring) {
            if (release === undefined) continue
            this.database.updateRow(this.table, this.find(id)!, new Map(Object.entries(release)))
            released.add(id)
          }
          return ring.map(update)
        })
      } catch (error) {
        if (error instanceof ConcordatError) return null
        throw error
      } finally {
        released.clear()
      }
    }
    return this.call('update', () => {
      const answers = new Map<UpdateItem, WriteResult>()
      const inOrder = items.toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0))
      for (const item of inOrder) {
        if (answers.has(item)) continue
        const ring = ringOf(item) === undefined ? [] : inOrder.filter((other) => ringOf(other) === ringOf(item))
        const together = ring.length > 1 ? updateRing(ring) : null
        if (together) ring.forEach((member, i) => answers.set(member, together[i]!))
        else
          for (const one of ring.length > 1 ? ring : [item])
            answers.set(
              one,
              this.attempt(() => update(one)),
            )
      }
      return items.map((item) => answers.get(item)!)
    })
  }

  async delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit): Promise<readonly WriteResult[]> {
    await beforeCommit?.()
    return this.write('delete', items, (item) => {
      const row = this.find(item.id)
      const current = row === undefined ? null : this.record(row)
      if (row === undefined || current!.image !== item.expect) return { kind: 'conflict', current }
      for (const child of this.children)
        for (const line of this.linesOf(child, item.id)) this.database.deleteRow(child.table, line)
      this.database.deleteRow(this.table, row)
      return { kind: 'done', record: null }
    })
  }

  /** A caller that asks for more at once would be refused by a system that has such a limit. */
  private atMost(list: readonly unknown[]): void {
    const { maxBatch } = this.capabilities
    if (list.length <= maxBatch) return
    throw new ConcordatError(
      'bug',
      `A call for ${list.length} records of ${this.spec.object}, which takes ${maxBatch} at most.`,
    )
  }

  private async call<T>(method: string, work: () => T): Promise<T> {
    await this.hooks.before?.(method, this.spec.object)
    const result = work()
    await this.hooks.after?.(method, this.spec.object)
    return result
  }

  /** One step for the whole batch; a record that is refused leaves no trace. */
  private write<T>(method: string, items: readonly T[], apply: (item: T) => WriteResult): Promise<WriteResult[]> {
    this.atMost(items)
    return this.call(method, () => items.map((item) => this.attempt(() => apply(item))))
  }

  private attempt(apply: () => WriteResult): WriteResult {
    try {
      return this.database.atomically(apply)
    } catch (error) {
      if (error instanceof ConcordatError) return { kind: 'refused', error }
      throw error
    }
  }

  private record(row: StoredRow): RemoteRecord {
    const values: Raw[] = [...row.values()]
    for (const child of this.children) {
      const lines = this.linesOf(child, row.get(this.spec.id)!).map((line) => [
        lineId(child, line),
        ...child.fields.map((name) => line.get(name)!),
      ])
      values.push(JSON.stringify(lines))
    }
    return { id: row.get(this.spec.id)!, values, image: encodeImage(values), inScope: this.passes(row) }
  }

  private linesOf(child: Child, parent: string): StoredRow[] {
    const orders = child.keys.map((name) => child.table.order(name))
    return child.table
      .where(new Map([[child.parent, parent]]))
      .filter((row) => child.filter === null || passes(child.filter, child.table, row) === true)
      .toSorted((a, b) => orders.reduce((found, order) => found || order(a, b), 0))
  }

  private insertLine(child: Child, parent: string, values: Readonly<Record<string, Raw>>): void {
    this.database.insertRow(
      child.table,
      this.database.newRow(child.table, new Map([...Object.entries(values), [child.parent, parent]])),
    )
  }

  private patchLines(child: Child, parent: string, patch: LinesPatch): void {
    const find = (id: string) => {
      const line = this.linesOf(child, parent).find((row) => lineId(child, row) === id)
      if (line === undefined)
        throw new ConcordatError(
          'connector.rejected-value',
          `Table ${child.table.definition.name} has no such child row.`,
        )
      return line
    }
    for (const id of patch.delete) this.database.deleteRow(child.table, find(id))
    for (const { id, set } of patch.update) this.database.updateRow(child.table, find(id), new Map(Object.entries(set)))
    for (const { values } of patch.insert) this.insertLine(child, parent, values)
  }

  private child(name: string): Child {
    const child = this.children.find((candidate) => candidate.name === name)
    if (child === undefined)
      throw new ConcordatError(
        'bug',
        `Lines ${JSON.stringify(name)} were not declared when ${this.spec.object} was opened.`,
      )
    return child
  }

  private passes(row: StoredRow): boolean {
    return this.spec.filter === undefined || passes(this.spec.filter, this.table, row) === true
  }

  private inScope(): StoredRow[] {
    return [...this.table.rows.values()]
      .filter((row) => row.get(this.spec.id) !== null && this.passes(row))
      .toSorted(this.table.order(this.spec.id))
  }

  private inRange({ after, upTo }: KeyRange): StoredRow[] {
    const { kind } = this.table.columns.get(this.spec.id)!
    return this.inScope().filter((row) => {
      const id = row.get(this.spec.id)!
      return (
        (after === null || compareCells(kind, id, after) > 0) && (upTo === null || compareCells(kind, id, upTo) <= 0)
      )
    })
  }

  private byChange(): StoredRow[] {
    const changedAt = this.changedAt()
    const byTime = this.table.order(changedAt)
    const byId = this.table.order(this.spec.id)
    return [...this.table.rows.values()]
      .filter((row) => row.get(changedAt) !== null)
      .toSorted((a, b) => byTime(a, b) || byId(a, b))
  }

  /** One wrong date in the future must not carry the cursor past everything that changes until then. */
  private isPast(row: StoredRow): boolean {
    const { kind } = this.table.columns.get(this.changedAt())!
    return (kind !== 'instant' && kind !== 'date') || row.get(this.changedAt())! <= this.database.now()
  }

  private changedAt(): string {
    if (this.spec.changedAt !== undefined) return this.spec.changedAt
    throw new ConcordatError(
      'connector.unsupported',
      `Table ${this.spec.object} was opened without a changed_at column.`,
    )
  }

  private cursorAt(row: StoredRow): Cursor {
    return { at: row.get(this.changedAt())!, id: row.get(this.spec.id)! }
  }

  private compareCursors(a: Cursor, b: Cursor): number {
    const time = compareCells(this.table.columns.get(this.changedAt())!.kind, a.at, b.at)
    if (time !== 0 || b.id === '') return time || 1
    return compareCells(this.table.columns.get(this.spec.id)!.kind, a.id, b.id)
  }

  private find(id: string): StoredRow | undefined {
    const column = this.table.columns.get(this.spec.id)!
    const stored = storeCell(column.kind, id, column.scale ?? null)
    if (stored === null) return undefined
    const { primaryKey } = this.table.definition
    if (primaryKey.length === 1 && primaryKey[0] === this.spec.id) return this.table.rows.get(JSON.stringify([stored]))
    return this.table.where(new Map([[this.spec.id, stored]]))[0]
  }

  private stored(values: Readonly<Record<string, Raw>>): Map<string, Raw> {
    return new Map(
      Object.entries(values).map(([name, value]) => {
        const { kind, scale } = this.table.columns.get(name)!
        return [name, value === null ? null : (storeCell(kind, value, scale ?? null) ?? IMPOSSIBLE)]
      }),
    )
  }
}

function columnFacts(table: MemoryTable, names: readonly string[]) {
  return factsOf(
    names.map((name) => {
      const { kind, nullable = false, default: value } = table.columns.get(name)!
      return { name, kind, nullable, hasDefault: value !== undefined || name === table.definition.touched }
    }),
  )
}
const keyTable = ({ columns, definition }: MemoryTable): Parameters<typeof keysOf>[0] => ({
  name: definition.name,
  columns: new Map(
    [...columns].map(([name, { kind, nullable, maxLength }]) => [
      name,
      { name, kind, nullable: nullable === true, maxLength: maxLength ?? null },
    ]),
  ),
  keys: definition.unique ?? [],
  foreignKeys: (definition.references ?? []).map(({ columns: from, table }) => ({ columns: from, object: table })),
})

function lineId(child: Child, line: StoredRow): string {
  const key = child.keys.map((name) => line.get(name) ?? '')
  return key.length === 1 ? key[0]! : JSON.stringify(key)
}
