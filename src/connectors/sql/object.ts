import { randomUUID } from 'node:crypto'
import { keysOf } from '../../connector-kit/in-turns.ts'
import { newIds } from '../../connector-kit/new-ids.ts'
import type {
  BeforeCommit,
  Capabilities,
  CreateItem,
  Cursor,
  DeleteItem,
  KeyRange,
  Layout,
  Measures,
  OpenedCatalogue,
  RemoteObject,
  UpdateItem,
} from '../../connector-kit/port.ts'
import { refuseId } from '../../connector-kit/refuse-id.ts'
import { withoutSharedIds } from '../../connector-kit/shared-id.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import { measuresOf } from './measures.ts'
import * as reader from './read.ts'
import { withoutChoices } from './open-table.ts'
import type { Rows } from './rows.ts'
import type { Session } from './session.ts'
import { columnOf, toObject, type Column } from './table.ts'
import * as writing from './write.ts'

/** One table of a database, opened for one flow. */
export class SqlObject implements RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  readonly catalogue: OpenedCatalogue
  readonly measure: Measures
  private readonly session: Session
  private readonly rows: Rows

  constructor(session: Session, rows: Rows, idIsMapped: boolean) {
    const { id, children, changedAt, table, own } = rows.open
    this.session = session
    this.rows = rows
    const columns = new Map([...table.columns].map(([name, column]) => [name, withoutChoices(column)]))
    this.layout = { ...rows.layout, ...keysOf({ ...table, columns }, id.name) }
    this.catalogue = {
      object: toObject(table),
      lines: new Map(children.map((child) => [child.name, toObject(child.table)])),
    }
    this.measure = measuresOf(session, rows)
    const transactional = [table, ...children.map((child) => child.table)].every((one) => one.transactional)
    this.capabilities = {
      ids: own.newId ? (own.newId.kind === 'from' ? 'given' : 'reserved') : idsOf(id, idIsMapped),
      changedSince: changedAt !== null,
      guard: transactional && table.lockable ? 'atomic' : 'weak',
      atomicBatch: transactional,
      digest: true,
      lines: children.length > 0,
      maxBatch: session.dialect.writer.maxBatch,
      changedAtResolution: resolution(changedAt),
    }
  }

  async markedAs() {
    const object = this.rows.open.table.name
    return this.session.marking ? { object, ...(await this.session.markedAs(object)) } : null
  }
  estimate() {
    return reader.estimate(this.session, this.rows)
  }
  scan(range: KeyRange, pageSize: number) {
    const { table, id } = this.rows.open
    return withoutSharedIds(reader.scan(this.session, this.rows, range, pageSize), table.name, id.name)
  }
  digest(range: KeyRange) {
    return reader.digest(this.session, this.rows, range)
  }
  scanIds(pageSize: number) {
    return reader.scanIds(this.session, this.rows, pageSize)
  }
  now() {
    return reader.now(this.session, this.rows)
  }
  changedSince(cursor: Cursor, overlapMs: number, pageSize: number) {
    return reader.changedSince(this.session, this.rows, cursor, overlapMs, pageSize)
  }
  read(ids: readonly string[]) {
    return reader.read(this.session, this.rows, ids)
  }

  async reserveIds(count: number): Promise<readonly string[]> {
    const { id, table, own } = this.rows.open
    const { dialect } = this.session
    const made = own.newId && newIds(own.newId, count)
    if (made) return made
    if (own.newId?.kind === 'sequence') {
      const { sequence, prefix } = own.newId
      const numbers = await this.session.query((link) => dialect.nextValues(link, { sequence }, count), sequence)
      return numbers.map((number) => prefix + number)
    }
    const { nextValue } = id
    if (nextValue !== null)
      return this.session.query((link) => dialect.nextValues(link, { expression: nextValue }, count), table.name)
    if (!id.counted && id.takesUuid) return Array.from({ length: count }, () => randomUUID())
    throw new ConcordatError('connector.unsupported', `Ids of table ${table.name} cannot be reserved.`)
  }

  async search(values: readonly Readonly<Record<string, Raw>>[], most?: number) {
    for (const wanted of values) this.check(wanted)
    return reader.search(this.session, this.rows, values, most)
  }
  awaitWrites() {
    return this.session.awaitWrites(this.rows.open.table.name)
  }
  async create(items: readonly CreateItem[], beforeCommit?: BeforeCommit) {
    for (const item of items) {
      this.check(item.values)
      for (const [name, lines] of Object.entries(item.lines ?? {}))
        for (const line of lines) this.checkLine(name, line.values)
    }
    return writing.create(this.session, this.rows, items, beforeCommit)
  }
  async update(items: readonly UpdateItem[], beforeCommit?: BeforeCommit) {
    for (const item of items) {
      this.check(item.set)
      refuseId(item.set, this.rows.open.id.name, this.rows.open.table.name)
      for (const [name, patch] of Object.entries(item.lines ?? {})) {
        for (const line of patch.insert) this.checkLine(name, line.values)
        for (const line of patch.update) this.checkLine(name, line.set)
      }
    }
    return writing.update(this.session, this.rows, items, beforeCommit)
  }
  async delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit) {
    return writing.remove(this.session, this.rows, items, beforeCommit)
  }

  private check(values: Readonly<Record<string, Raw>>): void {
    const { table } = this.rows.open
    for (const name in values) columnOf(table, name)
  }
  private checkLine(declaration: string, values: Readonly<Record<string, Raw>>): void {
    const child = this.rows.open.children.find((candidate) => candidate.name === declaration)
    if (child === undefined) {
      throw new ConcordatError(
        'bug',
        `Lines ${JSON.stringify(declaration)} were not declared when ${this.rows.open.table.name} was opened.`,
      )
    }
    for (const name in values) columnOf(child.table, name)
  }
}

function idsOf(id: Column, mapped: boolean): Capabilities['ids'] {
  if (id.nextValue !== null) return 'reserved'
  if (id.counted) return 'assigned'
  return id.takesUuid ? 'reserved' : mapped ? 'given' : 'assigned'
}

/** Milliseconds between two times of change that the column can tell apart. */
function resolution(changedAt: Column | null): number {
  if (changedAt?.kind === 'date') return 86_400_000
  return changedAt?.wholeSeconds ? 1000 : 1
}
