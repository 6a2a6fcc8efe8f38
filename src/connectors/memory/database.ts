import { nearMiss } from '../../connector-kit/near-miss.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import { compareCells, storeCell } from './cell.ts'
import type { CellKind } from './cell.ts'

/*
 * A business system in the process's own memory: tables with keys, references, defaults and a clock. It behaves as a
 * small relational database does, so that the engine can be tested and simulated without one. Deterministic: nothing
 * in it is random, and time comes from the clock it is given.
 */

export interface MemoryColumn {
  readonly name: string
  readonly kind: CellKind
  readonly nullable?: boolean
  readonly maxLength?: number
  readonly scale?: number
  /** A constant; `now` for the clock. */
  readonly default?: string | 'now'
}

export interface MemoryTableDefinition {
  readonly name: string
  readonly columns: readonly MemoryColumn[]
  /** With `ids` other than `given`, one integer column. */
  readonly primaryKey: readonly string[]
  /** `reserved`: a sequence that hands ids out; `assigned`: the table counts by itself; `given`: the writer chooses. */
  readonly ids: 'reserved' | 'assigned' | 'given'
  readonly unique?: readonly (readonly string[])[]
  /** `cascades`: whoever deletes what is referred to deletes the row as well. */
  readonly references?: readonly {
    readonly columns: readonly string[]
    readonly table: string
    readonly cascades?: boolean
  }[]
  /** Column that is set to the clock by every write that does not set it. */
  readonly touched?: string
}

export type Row = Readonly<Record<string, Raw>>

/** One table with its rows. */
export class MemoryTable {
  readonly definition: MemoryTableDefinition
  readonly columns: ReadonlyMap<string, MemoryColumn>
  readonly rows = new Map<string, ReadonlyMap<string, Raw>>()
  private nextId = 1n

  constructor(definition: MemoryTableDefinition) {
    this.definition = definition
    this.columns = new Map(definition.columns.map((column) => [column.name, column]))
  }

  keyOf(row: ReadonlyMap<string, Raw>): string {
    return JSON.stringify(this.definition.primaryKey.map((name) => row.get(name) ?? null))
  }

  takeId(): string {
    return String(this.nextId++)
  }

  /** Copies the rows and the sequence as they are; what is returned puts them back. */
  backUp(): () => void {
    const { nextId } = this
    const rows = [...this.rows]
    return () => {
      this.nextId = nextId
      this.rows.clear()
      for (const [key, row] of rows) this.rows.set(key, row)
    }
  }

  /** Rows that hold these values. */
  where(match: ReadonlyMap<string, Raw>): ReadonlyMap<string, Raw>[] {
    return [...this.rows.values()].filter((row) => [...match].every(([name, value]) => row.get(name) === value))
  }

  order(name: string): (a: ReadonlyMap<string, Raw>, b: ReadonlyMap<string, Raw>) => number {
    const { kind } = this.columns.get(name)!
    return (a, b) => compareCells(kind, a.get(name) ?? '', b.get(name) ?? '')
  }
}

/** A row that was put into a table or taken out of it. */
export interface NotedChange {
  readonly table: string
  readonly row: ReadonlyMap<string, Raw>
}

/** A database of such tables. All writes check the constraints at once, or throw and change nothing. */
export class MemoryDatabase {
  readonly tables = new Map<string, MemoryTable>()
  /** What tells it from other databases. */
  name = 'memory'
  /** The current instant in milliseconds. */
  readonly clock: () => number
  private undo: (() => void)[] | null = null
  private noted: NotedChange[] | null = null
  private readonly watchers = new Set<(changes: readonly NotedChange[]) => void>()

  constructor(clock: () => number) {
    this.clock = clock
  }

  define(definition: MemoryTableDefinition): MemoryTable {
    const table = new MemoryTable(definition)
    this.tables.set(definition.name, table)
    return table
  }

  table(name: string): MemoryTable {
    const table = this.tables.get(name)
    if (table === undefined)
      throw new ConcordatError('connector.no-such-object', `There is no table ${JSON.stringify(name)}.`)
    return table
  }

  /** Tells of what was changed, once it stands; answers how to stop that. */
  watch(watcher: (changes: readonly NotedChange[]) => void): () => void {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  now(): string {
    return new Date(this.clock()).toISOString().replace('Z', '000Z')
  }

  /** Makes the row of an insert, with defaults and id, without inserting it. */
  newRow(table: MemoryTable, values: ReadonlyMap<string, Raw>): Map<string, Raw> {
    const { definition } = table
    const row = new Map<string, Raw>()
    for (const column of definition.columns) {
      const given = values.get(column.name)
      if (given !== undefined) row.set(column.name, this.store(table, column, given))
      else if (column.name === definition.touched || column.default === 'now') row.set(column.name, this.now())
      else if (definition.ids !== 'given' && column.name === definition.primaryKey[0])
        row.set(column.name, table.takeId())
      else row.set(column.name, column.default ?? null)
    }
    return row
  }

  /** Inserts a row that `newRow` made; gives it back. */
  insertRow(table: MemoryTable, row: ReadonlyMap<string, Raw>): ReadonlyMap<string, Raw> {
    this.checkRow(table, row, null)
    this.put(table, row)
    return row
  }

  insert(name: string, values: Row): ReadonlyMap<string, Raw> {
    const table = this.table(name)
    return this.insertRow(table, this.newRow(table, new Map(Object.entries(values))))
  }

  /** Changes one row. */
  updateRow(
    table: MemoryTable,
    old: ReadonlyMap<string, Raw>,
    set: ReadonlyMap<string, Raw>,
  ): ReadonlyMap<string, Raw> {
    const row = new Map(old)
    const { touched } = table.definition
    if (touched !== undefined && !set.has(touched)) row.set(touched, this.now())
    for (const [name, value] of set) row.set(name, this.store(table, table.columns.get(name)!, value))
    this.checkRow(table, row, old)
    if (table.keyOf(old) !== table.keyOf(row)) this.checkUnreferenced(table, old)
    this.take(table, old)
    this.put(table, row)
    return row
  }

  deleteRow(table: MemoryTable, row: ReadonlyMap<string, Raw>): void {
    for (const { other, reference, match } of this.referringTo(table, row))
      if (reference.cascades) for (const child of other.where(match)) this.deleteRow(other, child)
    this.checkUnreferenced(table, row)
    this.take(table, row)
  }

  /** Runs `work`; when it throws, the tables are as before (ids that were taken stay taken). */
  atomically<T>(work: () => T): T {
    const outer = this.undo
    const outerNoted = this.noted
    const steps: (() => void)[] = []
    const noted: NotedChange[] = []
    this.undo = steps
    this.noted = noted
    try {
      const result = work()
      outer?.push(...steps)
      if (outerNoted) outerNoted.push(...noted)
      else this.tell(noted)
      return result
    } catch (error) {
      for (const step of steps.toReversed()) step()
      throw error
    } finally {
      this.undo = outer
      this.noted = outerNoted
    }
  }

  /** Copies all tables as they are; what is returned puts them back as a restored backup does: nobody is told of it. */
  backUp(): () => void {
    const restores = [...this.tables.values()].map((table) => table.backUp())
    return () => {
      for (const restore of restores) restore()
    }
  }

  private note(table: MemoryTable, row: ReadonlyMap<string, Raw>): void {
    if (this.watchers.size === 0) return
    const change = { table: table.definition.name, row }
    if (this.noted) this.noted.push(change)
    else this.tell([change])
  }

  private tell(changes: readonly NotedChange[]): void {
    if (changes.length > 0) for (const watcher of this.watchers) watcher(changes)
  }

  private put(table: MemoryTable, row: ReadonlyMap<string, Raw>): void {
    const key = table.keyOf(row)
    table.rows.set(key, row)
    this.undo?.push(() => table.rows.delete(key))
    this.note(table, row)
  }

  private take(table: MemoryTable, row: ReadonlyMap<string, Raw>): void {
    const key = table.keyOf(row)
    table.rows.delete(key)
    this.undo?.push(() => table.rows.set(key, row))
    this.note(table, row)
  }

  private store(table: MemoryTable, column: MemoryColumn, value: Raw): Raw {
    if (value === null) return null
    const stored = storeCell(column.kind, value, column.scale ?? null)
    const where = `column ${column.name} of table ${table.definition.name}`
    if (stored === null) {
      const what =
        column.kind === 'text' ? 'A text has a character (such as NUL) that' : `A value is no ${column.kind}, which`
      throw new ConcordatError('connector.rejected-value', `${what} ${where} needs or cannot store.`)
    }
    if (column.maxLength !== undefined && [...stored].length > column.maxLength) {
      throw new ConcordatError('connector.rejected-value', `A text is too long for ${where}.`)
    }
    return stored
  }

  private checkRow(table: MemoryTable, row: ReadonlyMap<string, Raw>, old: ReadonlyMap<string, Raw> | null): void {
    const { definition } = table
    for (const column of definition.columns) {
      if (row.get(column.name) === null && (column.nullable !== true || definition.primaryKey.includes(column.name))) {
        throw new ConcordatError(
          'connector.rejected-value',
          `Column ${column.name} of table ${definition.name} must have a value.`,
        )
      }
    }
    for (const key of [definition.primaryKey, ...(definition.unique ?? [])]) {
      if (key.some((name) => row.get(name) === null)) continue
      const twin =
        key === definition.primaryKey
          ? table.rows.get(table.keyOf(row))
          : table.where(pick(row, key)).find((other) => other !== old)
      if (twin !== undefined && twin !== old) {
        throw new ConcordatError(
          'connector.duplicate-key',
          `Another record of table ${definition.name} already has this unique key (${key.join(', ')}).`,
        )
      }
    }
    for (const { columns, table: target } of definition.references ?? []) {
      const key = columns.map((name) => row.get(name) ?? null)
      if (!key.includes(null) && !this.table(target).rows.has(JSON.stringify(key))) {
        throw new ConcordatError(
          'connector.broken-reference',
          `Column ${columns.join(', ')} of table ${definition.name} would refer to nothing in ${target}.`,
        )
      }
    }
  }

  private checkUnreferenced(table: MemoryTable, row: ReadonlyMap<string, Raw>): void {
    for (const { other, match } of this.referringTo(table, row)) {
      if (other.where(match).length > 0) {
        throw new ConcordatError(
          'connector.broken-reference',
          `Records of table ${other.definition.name} still refer to this record of ${table.definition.name}.`,
        )
      }
    }
  }

  /** What may refer to a row, and the values by which its rows do. */
  private referringTo(table: MemoryTable, row: ReadonlyMap<string, Raw>) {
    return [...this.tables.values()].flatMap((other) =>
      (other.definition.references ?? []).flatMap((reference) => {
        if (reference.table !== table.definition.name) return []
        const key = table.definition.primaryKey
        return [
          { other, reference, match: new Map(reference.columns.map((name, i) => [name, row.get(key[i]!) ?? null])) },
        ]
      }),
    )
  }
}

/** Refuses a column name that the table does not have. */
export function requireColumn(table: MemoryTable, name: string): void {
  if (table.columns.has(name)) return
  const meant = nearMiss(name, table.columns.keys())
  throw new ConcordatError(
    'connector.no-such-field',
    `Table ${table.definition.name} has no column ${JSON.stringify(name)}.`,
    meant === null ? {} : { cure: `Did you mean ${JSON.stringify(meant)}?` },
  )
}

function pick(row: ReadonlyMap<string, Raw>, names: readonly string[]): Map<string, Raw> {
  return new Map(names.map((name) => [name, row.get(name) ?? null]))
}
