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
import { openTable, withoutChoices } from '../open-table.ts'
import { quoteName } from './column-sql.ts'
import { measuresOf } from './measures.ts'
import { MysqlFeed } from './feed.ts'
import * as reader from './read.ts'
import { MOST_IDS, RowQuery } from './row-query.ts'
import { Session } from './session.ts'
import * as writer from './write.ts'

/** MySQL 8 and later, and MariaDB 10.5 and later. */
export const mysqlKind: ConnectorKind = {
  name: 'mysql',
  title: 'MySQL or MariaDB',
  settings: [
    {
      name: 'url',
      required: true,
      secret: true,
      help: 'Connection URL, e.g. mysql://user:password@host:3306/database; ?sslmode=verify-full for TLS.',
    },
  ],
  connect: (settings) => new MysqlConnector(settings.url ?? ''),
}

class MysqlConnector implements Connector {
  readonly kind = 'mysql'
  private readonly session: Session

  constructor(url: string) {
    this.session = new Session(url)
  }

  async test(): Promise<ConnectionReport> {
    return this.session.query(async (link) => {
      const [about] = await link.rows(
        `select cast(version() as char), cast(@@read_only as char), cast(count(t.table_name) as char), cast(coalesce(sum(e.transactions = 'NO'), 0) as char)
         from information_schema.tables t left join information_schema.engines e on e.engine = t.engine
         where t.table_schema = database() and t.table_type = 'BASE TABLE'`,
      )
      const [version, readOnly, tables, weak] = about as string[]
      const notes: string[] = []
      if (readOnly === '1' || readOnly === 'ON')
        notes.push('This server is read-only: only privileged users can write to it.')
      if (tables === '0') notes.push('The database holds no tables that this user can see.')
      if (weak !== '0')
        notes.push(
          `${weak} of ${tables} tables have an engine without transactions (such as MyISAM): writes to them are guarded weakly.`,
        )
      const maria = /mariadb/i.test(version!)
      return { product: `${maria ? 'MariaDB' : 'MySQL'} ${version!.split('-')[0]}`, notes }
    })
  }

  async introspect({ named = false }: { readonly named?: boolean } = {}): Promise<Catalogue> {
    const tables = await this.session.query((link) => readTables(link, null, named))
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

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    const names = [spec.object, ...(spec.lines ?? []).map((lines) => lines.object)]
    const found = await this.session.query((link) => readTables(link, relationsOf(names)))
    const rows = new RowQuery(await openTable(spec, (name) => this.resolve(found, name)))
    return new MysqlObject(this.session, rows, spec.fields.includes(spec.id))
  }

  async feed(watched: readonly Watched[], installation: string) {
    return new MysqlFeed(this.session, watched, installation)
  }

  async close(): Promise<void> {
    await this.session.close()
  }

  private async resolve(found: readonly Table[], name: string): Promise<Table> {
    const table = tableNamed(found, name)
    if (table !== undefined) return table
    const all = await this.session.query((link) => readTables(link, null))
    const meant = nearMiss(
      name,
      all.map((candidate) => candidate.name),
    )
    throw new ConcordatError(
      'connector.no-such-object',
      `MySQL at ${this.session.server} has no table ${JSON.stringify(name)} that this user can see.`,
      {
        cure:
          meant === null
            ? 'Write it as database.table when it is not in the database of the URL.'
            : `Did you mean ${JSON.stringify(meant)}?`,
      },
    )
  }
}

class MysqlObject implements RemoteObject {
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
      guard: transactional ? 'atomic' : 'weak',
      atomicBatch: transactional,
      digest: true,
      lines: children.length > 0,
      maxBatch: MOST_IDS,
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
    if (!id.counted && id.takesUuid) return Array.from({ length: count }, () => randomUUID())
    throw new ConcordatError('connector.unsupported', `Ids of table ${table.name} cannot be reserved.`)
  }

  /** Sequences are MariaDB's; the name is quoted as an identifier, part by part. */
  private fromSequence(newId: Extract<NewId, { kind: 'sequence' }>, count: number): Promise<readonly string[]> {
    const name = newId.sequence.split('.').map(quoteName).join('.')
    return this.session.query(async (link) => {
      const ids: string[] = []
      for (let i = 0; i < count; i++)
        ids.push(newId.prefix + (await link.rows(`select cast(nextval(${name}) as char)`))[0]![0]!)
      return ids
    }, newId.sequence)
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
    for (const name in values) columnOf(this.rows.open.table, name)
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
  return id.counted ? 'assigned' : id.takesUuid ? 'reserved' : mapped ? 'given' : 'assigned'
}

/** Milliseconds between two times of change that the column can tell apart. */
function resolution(changedAt: Column | null): number {
  if (changedAt?.kind === 'date') return 86_400_000
  return changedAt?.wholeSeconds ? 1000 : 1
}
