import type { Marked } from '../../src/connector-kit/port.ts'
import { MemoryDatabase, type MemoryTable } from '../../src/connectors/memory/database.ts'
import type { Raw } from '../../src/model/value.ts'
import type { SystemManners } from './company.ts'
import { isKeyless } from './restores.ts'

/*
 * One business system: rows in memory, its users, its own clock and its own ways of storing what it is sent. It keeps
 * the diary that the oracle believes: who changed what, user or engine.
 */

export type Values = Readonly<Record<string, Raw>>

/** One change of one row, as the system itself saw it. */
export interface Entry {
  /** `system`: what it did of itself, when the engine deleted something; `restore`: what a backup that came back changed. */
  readonly by: 'user' | 'engine' | 'system' | 'restore'
  /** The engine's process that did it. */
  readonly worker?: string
  /** Number of the run that did it. */
  readonly run?: number
  readonly kind: 'create' | 'update' | 'delete'
  readonly system: string
  readonly table: string
  readonly id: string
  readonly code: string
  /** With the child rows of an order under `lines`. */
  readonly before: Values | null
  readonly after: Values | null
}

interface OpenTransaction {
  readonly due: number
  readonly table: TableName
  readonly code: string
  readonly commit: () => void
}

export const TABLES = ['customers', 'orders'] as const
export type TableName = (typeof TABLES)[number]

export class Business {
  readonly name: string
  readonly manners: SystemManners
  readonly database: MemoryDatabase
  readonly diary: Entry[]
  private readonly clock: () => number
  private open: OpenTransaction[] = []
  /** Records that may have changed, in the order in which they did; whoever delivers hints takes them from here. */
  readonly hints: { readonly table: TableName; readonly id: string }[] = []
  private readonly births = new Map<string, number>()
  /** The watermark in it, by table. */
  readonly marks = new Map<string, string>()

  constructor(manners: SystemManners, clock: () => number, diary: Entry[]) {
    this.name = manners.name
    this.manners = manners
    this.clock = clock
    this.diary = diary
    const own = (): number => {
      const now = clock() + manners.skewMs
      return manners.wholeSeconds ? now - (((now % 1000) + 1000) % 1000) : now
    }
    this.database = new MemoryDatabase(own)
    const text = (name: string) => ({ name, kind: 'text', nullable: true }) as const
    this.database.define({
      name: 'customers',
      columns: [
        { name: 'id', kind: 'integer' },
        text('code'),
        text('name'),
        text('phone'),
        text('email'),
        { name: 'credit', kind: 'decimal', scale: manners.scale, nullable: true },
        text('note'),
        { name: 'changed_at', kind: 'instant', default: 'now' },
        ...(manners.uniquePlace === undefined ? [] : [text('place')]),
        ...(manners.keyed ? [text('tax')] : []),
      ],
      primaryKey: ['id'],
      ids: manners.ids,
      unique: [...(manners.uniqueCode ? [['code']] : []), ...(manners.uniquePlace ? [['place']] : [])],
      touched: 'changed_at',
    })
    this.database.define({
      name: 'orders',
      columns: [
        { name: 'id', kind: 'integer' },
        text('code'),
        { name: 'customer_id', kind: 'integer', nullable: true },
        { name: 'total', kind: 'decimal', scale: manners.scale, nullable: true },
        text('note'),
        { name: 'changed_at', kind: 'instant', default: 'now' },
      ],
      primaryKey: ['id'],
      ids: manners.ids,
      references: [{ columns: ['customer_id'], table: 'customers', cascades: manners.cascade === true }],
      touched: 'changed_at',
    })
    this.database.define({
      name: 'order_lines',
      columns: [
        { name: 'order_id', kind: 'integer' },
        { name: 'position', kind: 'integer' },
        text('sku'),
        { name: 'quantity', kind: 'decimal', scale: 2, nullable: true },
      ],
      primaryKey: ['order_id', 'position'],
      ids: 'given',
      ...(manners.cascade && { references: [{ columns: ['order_id'], table: 'orders', cascades: true }] }),
    })
    this.database.watch((changes) => {
      for (const { table, row } of changes) {
        const lines = table === 'order_lines'
        this.hints.push({ table: (lines ? 'orders' : table) as TableName, id: row.get(lines ? 'order_id' : 'id')! })
      }
    })
  }

  noteBirth(table: TableName, id: string): void {
    this.births.set(`${table}/${id}`, this.clock())
  }

  /** Whether the search index knows a record already. */
  isIndexed(table: TableName, id: string): boolean {
    const born = this.births.get(`${table}/${id}`)
    return born === undefined || this.clock() - born >= (this.manners.lagMs ?? 0)
  }

  /** What the system makes of a value that it is given. */
  stored(column: string, value: Raw): Raw {
    if (value === null) return null
    if (column === 'name') return [...value].slice(0, this.manners.cut).join('').trim()
    if (column === 'email' && this.manners.capitals) return value.toUpperCase()
    return value
  }

  storedAll(values: Values): Record<string, Raw> {
    return Object.fromEntries(Object.entries(values).map(([column, value]) => [column, this.stored(column, value)]))
  }

  rows(table: TableName): Values[] {
    return [...this.table(table).rows.values()].map((row) => this.asValues(table, row))
  }

  find(table: TableName, code: string): Values | undefined {
    return this.rows(table).find((row) => row['code'] === code)
  }

  /** The mark moves in a transaction that writes, and never back. */
  mark(table: TableName, number: string): void {
    if (BigInt(number) > BigInt(this.marks.get(table) ?? 0)) this.marks.set(table, number)
  }

  markedAs(object: TableName): Marked {
    const all = [...this.marks.values()].toSorted((a, b) => Number(a) - Number(b))
    return { object, number: this.marks.get(object) ?? null, highest: all.at(-1) ?? null }
  }

  /** Copies everything that it holds; what is returned restores that, and answers what it changed. */
  backUp(): () => readonly Entry[] {
    const restore = this.database.backUp()
    const marks = [...this.marks]
    return () => {
      const before = TABLES.map((table) => [table, this.byIds(table)] as const)
      restore()
      this.marks.clear()
      for (const [table, number] of marks) this.marks.set(table, number)
      this.open = []
      const entries = before.flatMap(([table, were]) => this.differences(table, were, this.byIds(table)))
      this.diary.push(...entries)
      return entries
    }
  }

  /** Users' transactions whose time has come are committed now. */
  tick(): void {
    if (this.open.length === 0) return
    const due = this.open.filter((transaction) => transaction.due <= this.clock())
    this.open = this.open.filter((transaction) => !due.includes(transaction))
    for (const { commit } of due) commit()
  }

  /** Whoever else writes to a row waits for users' transactions on it. */
  finishTransactions(table: TableName, code: string): void {
    const mine = this.open.filter((transaction) => transaction.table === table && transaction.code === code)
    this.open = this.open.filter((transaction) => !mine.includes(transaction))
    for (const { commit } of mine) commit()
  }

  /**
   * A user's work: as if it was done now, though it may become visible only `lateMs` later. A refused one leaves nothing.
   */
  user(lateMs: number, table: TableName, code: string, work: (changedAt: string) => void): void {
    this.finishTransactions(table, code)
    const changedAt = this.database.now()
    const commit = (): void => {
      try {
        this.database.atomically(() => work(changedAt))
      } catch {
        // The system refuses it: a key that exists, a row that others refer to.
      }
    }
    if (lateMs === 0) commit()
    else this.open.push({ due: this.clock() + lateMs, table, code, commit })
  }

  insert(table: TableName, values: Values, lines: readonly Values[] = []): void {
    const keyed = this.manners.keyed && table === 'customers' && !('tax' in values)
    const key = keyed ? { tax: isKeyless(values['code']!) ? null : values['code']! } : {}
    const row = this.database.insert(table, this.storedAll({ ...values, ...key }))
    const id = row.get('id')!
    for (const line of lines) this.database.insert('order_lines', { order_id: id, ...line })
    this.note('create', table, id, null)
  }

  update(table: TableName, code: string, set: Values): void {
    const row = this.rowOf(table, code)
    if (!row) return
    const before = this.asValues(table, row)
    this.database.updateRow(this.table(table), row, new Map(Object.entries(this.storedAll(set))))
    this.note('update', table, row.get('id')!, before)
  }

  updateLines(code: string, changedAt: string, work: (orderId: string, lines: MemoryTable) => void): void {
    const row = this.rowOf('orders', code)
    if (!row) return
    const before = this.asValues('orders', row)
    work(row.get('id')!, this.database.table('order_lines'))
    this.database.updateRow(this.table('orders'), row, new Map([['changed_at', changedAt]]))
    this.note('update', 'orders', row.get('id')!, before)
  }

  remove(table: TableName, code: string): void {
    const row = this.rowOf(table, code)
    if (!row) return
    const before = this.asValues(table, row)
    const lines = this.database.table('order_lines')
    if (table === 'orders')
      for (const line of lines.where(new Map([['order_id', row.get('id')!]]))) this.database.deleteRow(lines, line)
    this.database.deleteRow(this.table(table), row)
    this.diary.push({
      by: 'user',
      kind: 'delete',
      system: this.name,
      table,
      id: row.get('id')!,
      code,
      before,
      after: null,
    })
  }

  byId(table: TableName, id: string): Values | null {
    const row = this.table(table).rows.get(JSON.stringify([id]))
    return row ? this.asValues(table, row) : null
  }

  private byIds(table: TableName): Map<string, Values> {
    return new Map(this.rows(table).map((row) => [row['id']!, row]))
  }

  private differences(table: TableName, were: ReadonlyMap<string, Values>, are: ReadonlyMap<string, Values>): Entry[] {
    return [...new Set([...were.keys(), ...are.keys()])].flatMap((id): Entry[] => {
      const [before, after] = [were.get(id) ?? null, are.get(id) ?? null]
      if (JSON.stringify(before) === JSON.stringify(after)) return []
      const entry = { by: 'restore', system: this.name, table, id } as const
      const create: Entry[] = after
        ? [{ ...entry, kind: 'create', code: after['code'] ?? '', before: null, after }]
        : []
      const gone: Entry[] = before
        ? [{ ...entry, kind: 'delete', code: before['code'] ?? '', before, after: null }]
        : []
      if (before?.['code'] !== after?.['code']) return [...gone, ...create]
      return [{ ...entry, kind: 'update', code: after!['code'] ?? '', before, after }]
    })
  }

  private note(kind: 'create' | 'update', table: TableName, id: string, before: Values | null): void {
    const after = this.byId(table, id)!
    this.diary.push({ by: 'user', kind, system: this.name, table, id, code: after['code']!, before, after })
  }

  private table(name: string): MemoryTable {
    return this.database.table(name)
  }

  private rowOf(table: TableName, code: string): ReadonlyMap<string, Raw> | undefined {
    return this.table(table).where(new Map([['code', code]]))[0]
  }

  private asValues(table: TableName, row: ReadonlyMap<string, Raw>): Values {
    const values: Record<string, Raw> = Object.fromEntries(row)
    if (table === 'orders') {
      const lines = this.table('order_lines')
        .where(new Map([['order_id', row.get('id')!]]))
        .map((line) => [line.get('position')!, line.get('sku')!, line.get('quantity')!])
        .toSorted((a, b) => Number(a[0]) - Number(b[0]))
      values['lines'] = JSON.stringify(lines)
    }
    return values
  }
}
