import { nearMiss } from '../../connector-kit/near-miss.ts'
import type { Catalogue, CatalogueColumn, CatalogueObject } from '../../connector-kit/port.ts'
import { ConcordatError } from '../../model/errors.ts'

/*
 * What a database says about its own tables, in the shape that both dialects read it into. The connector takes identifiers
 * from here only, never from a contract.
 */

/** A column, with what reading and writing it takes. */
export interface Column extends CatalogueColumn {
  /** Its type without length or precision, as SQL of the dialect writes it, e.g. `bigint`. */
  readonly typeName: string
  readonly readable: boolean
  /** SQL expression that yields the next value, for columns filled from a sequence that we may use. */
  readonly nextValue: string | null
  /** The server counts it, and only tells afterwards what it gave. */
  readonly counted: boolean
  /** The server counts it and takes no number from us, unless it is overruled. */
  readonly countedAlways: boolean
  /** A random UUID is as good a new value as any. */
  readonly takesUuid: boolean
  /** A time that is cut to whole seconds. */
  readonly wholeSeconds: boolean
  /** What its default says instead of null, and is read as no value: MySQL's zero date. */
  readonly zero?: string | undefined
}

/** A table or view. */
export interface Table {
  readonly schema: string
  readonly relation: string
  /** Found without its schema. */
  readonly here: boolean
  /** As contracts name it: without its schema when it is `here`. */
  readonly name: string
  readonly columns: ReadonlyMap<string, Column>
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Columns of every unique index, as far as they are columns, and of the primary key. */
  readonly keys: readonly (readonly string[])[]
  readonly foreignKeys: CatalogueObject['foreignKeys']
  /** -1 when the server never counted. */
  readonly estimatedRows: number
  /** Few enough rows to be counted on the way. */
  readonly countable: boolean
  readonly isView: boolean
  /** Absent: the dialect does not tell. */
  readonly partialKeys?: readonly (readonly string[])[]
  readonly hides: 'policy' | 'view' | null
  /** Absent: the dialect does not tell. */
  readonly rights?: { readonly insert: boolean; readonly delete: boolean }
  readonly triggers: NonNullable<CatalogueObject['triggers']>
  readonly cascades: NonNullable<CatalogueObject['cascades']>
  /** A statement on it can be taken back. */
  readonly transactional: boolean
  /** `select … for update` works. */
  readonly lockable: boolean
  /** It takes rows by the dialect's bulk load. */
  readonly takesBulk: boolean
  /** First columns of its indexes, where the dialect's queries depend on them. */
  readonly indexed: ReadonlySet<string>
}

/** The port's view of the tables. */
export function toCatalogue(tables: readonly Table[]): Catalogue {
  return { objects: tables.map(toObject) }
}

/** The port's view of one table. */
export function toObject(table: Table): CatalogueObject {
  const { name, primaryKey, uniqueKeys, foreignKeys, isView, hides, triggers, cascades } = table
  return {
    name,
    columns: [...table.columns.values()].map((column): CatalogueColumn => ({
      name: column.name,
      nativeType: column.nativeType,
      kind: column.kind,
      nullable: column.nullable,
      maxLength: column.maxLength,
      scale: column.scale,
      hasDefault: column.hasDefault,
      readOnly: column.readOnly,
      ...(column.rights && { rights: column.rights }),
      ...(column.moves && { moves: true }),
      ...(!column.readable && { readable: false }),
    })),
    primaryKey,
    uniqueKeys,
    foreignKeys,
    estimatedRows: Math.max(0, table.estimatedRows),
    isView,
    ...(table.partialKeys && { partialKeys: table.partialKeys }),
    hides,
    ...(table.rights && { rights: table.rights }),
    triggers,
    cascades,
  }
}

/** The column of that name; throws `connector.no-such-field`, with the name that was probably meant. */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.get(name)
  if (column !== undefined) return column
  const meant = nearMiss(name, table.columns.keys())
  throw new ConcordatError('connector.no-such-field', `Table ${table.name} has no column ${JSON.stringify(name)}.`, {
    cure:
      meant === null
        ? `Its columns are ${[...table.columns.keys()].join(', ')}.`
        : `Did you mean ${JSON.stringify(meant)}?`,
  })
}

/** Whether a view with this definition may leave out rows of what it shows; names and texts in quotes do not count. */
export function isPart(definition: string): boolean {
  const bare = definition.replaceAll(/"[^"]*"|`[^`]*`|'[^']*'/g, '')
  return /\b(where|having|limit|offset|fetch|intersect|except)\b|(?<!left )\bjoin\b/i.test(bare)
}
