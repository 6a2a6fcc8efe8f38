import { randomUUID } from 'node:crypto'
import { newIds } from '../../../connector-kit/new-ids.ts'
import { refuseId } from '../../../connector-kit/refuse-id.ts'
import { keysOf } from '../../../connector-kit/in-turns.ts'
import { withoutSharedIds } from '../../../connector-kit/shared-id.ts'
import { nearMiss } from '../../../connector-kit/near-miss.ts'
import { relationsOf, tableNamed } from '../../../connector-kit/table-names.ts'
import type {
  BeforeCommit,
  Capabilities,
  Catalogue,
  ConnectionReport,
  Connector,
  ConnectorKind,
  CreateItem,
  Cursor,
  DeleteItem,
  KeyRange,
  Layout,
  Marking,
  Measures,
  ObjectSpec,
  OpenedCatalogue,
  RemoteObject,
  UpdateItem,
} from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { NewId } from '../../../model/new-id.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'
import type { Raw } from '../../../model/value.ts'
import type { Watched } from '../../../connector-kit/change-feed.ts'
import { columnOf, toCatalogue, toObject, type Column, type Table } from '../table.ts'
import { readTables } from './catalogue.ts'
import { openTable } from '../open-table.ts'
import { measuresOf } from './measures.ts'
import { PostgresFeed } from './feed.ts'
import * as reader from './read.ts'
import { RowQuery } from './row-query.ts'
import { Session } from './session.ts'
import * as writer from './write.ts'

/** PostgreSQL 12 and later, by its own protocol. */
export const postgresKind: ConnectorKind = {
  name: 'postgres',
  title: 'PostgreSQL',
  settings: [
    {
      name: 'url',
      required: true,
      secret: true,
      help: 'Connection URL, e.g. postgres://user:password@host:5432/database; sslmode=require for TLS.',
    },
  ],
  connect: (settings) => new PostgresConnector(settings.url ?? ''),
}

const MOST_ITEMS = 5000

class PostgresConnector implements Connector {
  readonly kind = 'postgres'
  private readonly session: Session

  constructor(url: string) {
    this.session = new Session(url)
  }

  async test(): Promise<ConnectionReport> {
    return this.session.query(async (client) => {
      const about = (
        await client.query<{ version: string; number: number; standby: boolean; schema: string | null }>(
          `select split_part(version(), ' ', 2) as version, current_setting('server_version_num')::int as number, pg_is_in_recovery() as standby, current_schema() as schema`,
        )
      ).rows[0]!
      const rights = (
        await client.query<{ all: number; readable: number; writable: number }>(
          `select count(*)::int as all, count(*) filter (where has_table_privilege(c.oid, 'select'))::int as readable,
             count(*) filter (where has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))::int as writable
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p') and n.nspname = current_schema()`,
        )
      ).rows[0]!
      const notes: string[] = []
      if (about.number < 120_000)
        notes.push('This version is older than PostgreSQL 12, the oldest that Concordat is made for.')
      if (about.standby) notes.push('This server is a read-only standby: nothing can be written to it.')
      if (about.schema === null)
        notes.push('No schema of the search path exists for this user, so tables must be named with their schema.')
      else if (rights.all === 0) notes.push(`Schema ${about.schema} holds no tables.`)
      if (rights.readable < rights.all)
        notes.push(
          `${rights.all - rights.readable} of ${rights.all} tables in schema ${about.schema} cannot be read by this user.`,
        )
      if (rights.writable < rights.all)
        notes.push(
          `${rights.all - rights.writable} of ${rights.all} tables in schema ${about.schema} cannot be written by this user.`,
        )
      return { product: `PostgreSQL ${about.version}`, notes }
    })
  }

  async introspect({ named = false }: { readonly named?: boolean } = {}): Promise<Catalogue> {
    const tables = await this.session.query((client) => readTables(client, null, named))
    // With nothing in its search path the database itself is what was named.
    if (named && tables.length === 0) return this.introspect()
    return { ...toCatalogue(tables), ...(named && { named }) }
  }

  identity(): Promise<SystemIdentity> {
    return this.session.identity()
  }

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.session.trust(trusts)
  }

  mark(marking: Marking): void {
    this.session.marking = marking
  }

  isPooled(): Promise<boolean> {
    return this.session.isPooled()
  }

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    const names = [spec.object, ...(spec.lines ?? []).map((lines) => lines.object)]
    const found = await this.session.query((client) => readTables(client, relationsOf(names)))
    const rows = new RowQuery(await openTable(spec, (name) => this.resolve(found, name)))
    return new PostgresObject(this.session, rows, spec.fields.includes(spec.id))
  }

  async feed(watched: readonly Watched[], installation: string) {
    return new PostgresFeed(this.session, watched, installation)
  }

  async close(): Promise<void> {
    await this.session.close()
  }

  private async resolve(found: readonly Table[], name: string): Promise<Table> {
    const table = tableNamed(found, name)
    if (table !== undefined) return table
    const all = await this.session.query((client) => readTables(client, null))
    const meant = nearMiss(
      name,
      all.map((candidate) => candidate.name),
    )
    throw new ConcordatError(
      'connector.no-such-object',
      `PostgreSQL at ${this.session.server} has no table ${JSON.stringify(name)} that this user can see.`,
      {
        cure:
          meant === null
            ? 'Write it as schema.table when it is not in the first schema of the search path.'
            : `Did you mean ${JSON.stringify(meant)}?`,
      },
    )
  }
}

class PostgresObject implements RemoteObject {
  readonly layout: Layout
  readonly capabilities: Capabilities
  readonly catalogue: OpenedCatalogue
  readonly measure: Measures
  private readonly session: Session
  private readonly rows: RowQuery

  constructor(session: Session, rows: RowQuery, idIsMapped: boolean) {
    const { id, children, changedAt, table, own } = rows.open
    this.session = session
    this.rows = rows
    this.layout = { ...rows.layout, ...keysOf(table, id.name) }
    this.catalogue = {
      object: toObject(table),
      lines: new Map(children.map((child) => [child.name, toObject(child.table)])),
    }
    this.measure = measuresOf(session, rows)
    this.capabilities = {
      ids: own.newId ? (own.newId.kind === 'from' ? 'given' : 'reserved') : idsOf(id, idIsMapped),
      changedSince: changedAt !== null,
      guard: table.lockable ? 'atomic' : 'weak',
      atomicBatch: true,
      digest: true,
      lines: children.length > 0,
      maxBatch: MOST_ITEMS,
      changedAtResolution: resolution(changedAt),
    }
  }

  async markedAs() {
    const object = this.rows.open.table.name
    return this.session.marking ? { object, number: await this.session.markedAs(object) } : null
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
    const made = own.newId && newIds(own.newId, count)
    if (made) return made
    if (own.newId?.kind === 'sequence') return this.fromSequence(own.newId, count)
    if (id.nextValue !== null) {
      const text = `select (${id.nextValue})::text as id from generate_series(1, $1)`
      return this.session.query(
        async (client) => (await client.query<{ id: string }>(text, [count])).rows.map((row) => row.id),
        table.name,
      )
    }
    if (id.takesUuid) return Array.from({ length: count }, () => randomUUID())
    throw new ConcordatError('connector.unsupported', `Ids of table ${table.name} cannot be reserved.`)
  }

  /** An identifier can be bound where it is the value of a `regclass`. */
  private fromSequence(newId: Extract<NewId, { kind: 'sequence' }>, count: number): Promise<readonly string[]> {
    const text = 'select $3::text || nextval($2::text::regclass)::text as id from generate_series(1, $1)'
    return this.session.query(
      async (client) =>
        (await client.query<{ id: string }>(text, [count, newId.sequence, newId.prefix])).rows.map((row) => row.id),
      newId.sequence,
    )
  }

  async search(values: readonly Readonly<Record<string, Raw>>[], most?: number) {
    for (const wanted of values) this.check(wanted)
    return reader.search(this.session, this.rows, values, (name) => columnOf(this.rows.open.table, name), most)
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
    return writer.create(this.session, this.rows, items, beforeCommit)
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
    return writer.update(this.session, this.rows, items, beforeCommit)
  }
  async delete(items: readonly DeleteItem[], beforeCommit?: BeforeCommit) {
    return writer.remove(this.session, this.rows, items, beforeCommit)
  }

  private check(values: Readonly<Record<string, Raw>>): void {
    for (const name in values) if (!this.rows.open.table.columns.has(name)) columnOf(this.rows.open.table, name)
  }
  private checkLine(declaration: string, values: Readonly<Record<string, Raw>>): void {
    const child = this.rows.open.children.find((candidate) => candidate.name === declaration)
    if (child === undefined)
      throw new ConcordatError(
        'bug',
        `Lines ${JSON.stringify(declaration)} were not declared when ${this.rows.open.table.name} was opened.`,
      )
    for (const name in values) columnOf(child.table, name)
  }
}

function idsOf(id: Column, mapped: boolean): Capabilities['ids'] {
  return id.nextValue !== null || id.takesUuid ? 'reserved' : mapped ? 'given' : 'assigned'
}

/** Milliseconds between two times of change that the column can tell apart. */
function resolution(changedAt: Column | null): number {
  if (changedAt?.kind === 'date') return 86_400_000
  return changedAt?.wholeSeconds ? 1000 : 1
}
