import { childFields } from '../../connector-kit/child-fields.ts'
import { nearMiss } from '../../connector-kit/near-miss.ts'
import type {
  Capabilities,
  Catalogue,
  ConnectionReport,
  Connector,
  ObjectSpec,
  RemoteObject,
} from '../../connector-kit/port.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { SystemIdentity } from '../../model/system-identity.ts'
import { filterFields } from '../../connector-kit/filter-fields.ts'
import type { Watched } from '../../connector-kit/change-feed.ts'
import { requireColumn } from './database.ts'
import type { MemoryDatabase, MemoryTable } from './database.ts'
import { MemoryFeed } from './feed.ts'
import { MemoryObject } from './object.ts'
import type { MemoryHooks } from './object.ts'

/** A connector to one memory database: tables in the process's own memory, for tests and simulations. */
export class MemoryConnector implements Connector {
  readonly kind = 'memory'
  private readonly database: MemoryDatabase
  private readonly hooks: MemoryHooks

  constructor(database: MemoryDatabase, hooks: MemoryHooks = {}) {
    this.database = database
    this.hooks = hooks
  }

  async test(): Promise<ConnectionReport> {
    return { product: 'Memory', notes: [] }
  }

  async introspect(): Promise<Catalogue> {
    return {
      objects: [...this.database.tables.values()].map((table) => ({
        name: table.definition.name,
        columns: table.definition.columns.map((column) => ({
          name: column.name,
          nativeType: column.kind,
          kind: column.kind,
          nullable: column.nullable === true,
          maxLength: column.maxLength ?? null,
          scale: column.scale ?? null,
          hasDefault:
            column.default !== undefined ||
            (table.definition.ids !== 'given' && column.name === table.definition.primaryKey[0]),
          readOnly: false,
        })),
        primaryKey: table.definition.primaryKey,
        uniqueKeys: table.definition.unique ?? [],
        foreignKeys: (table.definition.references ?? []).map(({ columns, table: object }) => ({
          columns,
          object,
          references: this.database.table(object).definition.primaryKey,
        })),
        estimatedRows: table.rows.size,
        isView: false,
      })),
    }
  }

  async identity(): Promise<SystemIdentity> {
    return { is: { database: this.database.name }, at: {}, notes: [] }
  }

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    await this.hooks.before?.('open', spec.object)
    const table = this.resolve(spec.object)
    const named = [spec.id, ...spec.fields, ...filterFields(spec.filter)]
    if (spec.changedAt !== undefined) named.push(spec.changedAt)
    if (spec.version !== undefined) named.push(spec.version)
    for (const name of named) requireColumn(table, name)
    const children = (spec.lines ?? []).map((lines) => {
      const child = this.resolve(lines.object)
      const keys = lines.id ?? child.definition.primaryKey.filter((name) => name !== lines.parent)
      for (const name of [lines.parent, ...keys, ...lines.fields, ...filterFields(lines.filter)])
        requireColumn(child, name)
      const columns = new Map(
        [...child.columns].map(([name, { kind }]) => [name, { name, kind, readable: true }] as const),
      )
      const fields = childFields(lines, columns).map(({ name }) => name)
      return { name: lines.name, table: child, parent: lines.parent, keys, fields, filter: lines.filter ?? null }
    })
    const capabilities: Capabilities = {
      ids: table.definition.ids,
      changedSince: spec.changedAt !== undefined,
      guard: 'atomic',
      atomicBatch: true,
      digest: true,
      lines: children.length > 0,
      maxBatch: 1000,
      changedAtResolution: 1,
    }
    return new MemoryObject(this.database, this.hooks, table, spec, children, capabilities)
  }

  async feed(watched: readonly Watched[], installation: string): Promise<MemoryFeed> {
    return new MemoryFeed(this.database, this.hooks, watched, installation)
  }

  async close(): Promise<void> {}

  private resolve(name: string): MemoryTable {
    const table = this.database.tables.get(name)
    if (table !== undefined) return table
    const meant = nearMiss(name, this.database.tables.keys())
    throw new ConcordatError(
      'connector.no-such-object',
      `The memory database has no table ${JSON.stringify(name)}.`,
      meant === null ? {} : { cure: `Did you mean ${JSON.stringify(meant)}?` },
    )
  }
}
