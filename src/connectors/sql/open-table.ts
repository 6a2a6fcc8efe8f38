import { childFields } from '../../connector-kit/child-fields.ts'
import { filterFields } from '../../connector-kit/filter-fields.ts'
import type { Layout, LinesLayout, ObjectSpec } from '../../connector-kit/port.ts'
import { factsOf } from '../../model/column-facts.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import { columnOf, type Column, type Table } from './table.ts'

/*
 * A table opened for one flow: the names of its `ObjectSpec` resolved against the catalogue, and the layout of its rows.
 */

/** A `lines` declaration, resolved against the catalogue. */
export interface ChildTable {
  readonly name: string
  readonly table: Table
  readonly parent: Column
  readonly keys: readonly Column[]
  readonly fields: readonly Column[]
  readonly filter: Filter | null
}

/** The resolved names of an `ObjectSpec`. */
export interface OpenTable {
  readonly table: Table
  readonly id: Column
  readonly columns: readonly Column[]
  readonly changedAt: Column | null
  readonly version: Column | null
  /** Zone of times without one. */
  readonly timezone: string
  readonly filter: Filter | null
  readonly children: readonly ChildTable[]
  /** Who makes ids, and what the application above would set itself. */
  readonly own: Pick<ObjectSpec, 'newId' | 'createStamps' | 'updateStamps'>
}

const TIMES_OF_CHANGE: readonly string[] = ['instant', 'local timestamp', 'date', 'integer', 'decimal']

/** Resolves a spec; throws where a name does not exist, or cannot be used as the spec wants. `find`: a table by its name. */
export async function openTable(spec: ObjectSpec, find: (name: string) => Promise<Table>): Promise<OpenTable> {
  const table = await find(spec.object)
  const column = (name: string) => columnOf(table, name)
  const mapped = new Set(spec.fields)
  const children: ChildTable[] = []
  for (const lines of spec.lines ?? []) {
    const child = await find(lines.object)
    const keys = lines.id ?? child.primaryKey.filter((name) => name !== lines.parent)
    if (keys.length === 0) {
      throw new ConcordatError(
        'connector.unsupported',
        `Child table ${child.name} has no primary key that tells its rows apart.`,
        { cure: 'Name the columns that identify a row within its parent as id.' },
      )
    }
    for (const name of [...lines.fields, ...filterFields(lines.filter)]) columnOf(child, name)
    children.push({
      name: lines.name,
      table: child,
      parent: columnOf(child, lines.parent),
      keys: keys.map((name) => columnOf(child, name)),
      fields: childFields(lines, child.columns),
      filter: lines.filter ?? null,
    })
  }
  for (const name of [...spec.fields, ...filterFields(spec.filter)]) column(name)
  const changedAt = spec.changedAt === undefined ? null : column(spec.changedAt)
  if (changedAt !== null && !TIMES_OF_CHANGE.includes(changedAt.kind)) {
    throw new ConcordatError(
      'connector.unsupported',
      `Column ${changedAt.name} of table ${table.name} is ${changedAt.nativeType}, which is no time of change.`,
      { cure: 'Name a timestamp, a date or a number that grows with every write as changed_at.' },
    )
  }
  const id = column(spec.id)
  const unreadable = spec.fields.find((name) => !column(name).readable)
  if (unreadable !== undefined || !id.readable) {
    throw new ConcordatError(
      'connector.forbidden',
      `The user may not read column ${unreadable ?? spec.id} of table ${table.name}.`,
      { cure: 'Grant select on the table.' },
    )
  }
  for (const name of Object.keys({ ...spec.createStamps, ...spec.updateStamps })) column(name)
  return {
    table,
    id,
    columns: [...table.columns.values()].filter(
      ({ name, kind, readable }) => readable && (kind !== 'binary' || mapped.has(name) || name === spec.id),
    ),
    changedAt,
    version: spec.version === undefined ? null : column(spec.version),
    timezone: spec.timezone ?? 'UTC',
    filter: spec.filter ?? null,
    children,
    own: spec,
  }
}

/** The columns of a row, then one for each `lines` declaration. */
export function layoutOf({ columns, id, changedAt, version, children }: OpenTable): Layout {
  const names = columns.map((column) => column.name)
  const lines = new Map<string, LinesLayout>()
  children.forEach((child, i) => {
    lines.set(child.name, {
      place: names.length + i,
      columns: ['', ...child.fields.map((field) => field.name)],
      facts: factsOf(child.fields.map(withoutChoices)),
      computed: computedOf(child.fields),
    })
  })
  return {
    computed: computedOf(columns.filter((column) => column !== id)),
    columns: [...names, ...lines.keys()],
    id: names.indexOf(id.name),
    changedAt: changedAt === null ? -1 : names.indexOf(changedAt.name),
    version: version === null ? -1 : names.indexOf(version.name),
    lines,
    facts: factsOf(columns.map(withoutChoices)),
  }
}

/** Columns that can only be read: computed ones, and numbers that only the database may count. */
function computedOf(columns: readonly Column[]): ReadonlySet<string> {
  return new Set(columns.filter((column) => column.readOnly || column.countedAlways).map((column) => column.name))
}

/** An enumeration prints as text but holds no other text than its own, not even an empty one. */
export function withoutChoices(column: Column): Column {
  return column.typeName === 'enum' ? { ...column, kind: 'other' } : column
}
