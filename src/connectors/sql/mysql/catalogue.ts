import type { CatalogueColumn } from '../../../connector-kit/port.ts'
import { tableLabel } from '../../../connector-kit/table-names.ts'
import type { Raw } from '../../../model/value.ts'
import { isPart, type Column, type Table } from '../table.ts'
import type { Link } from '../link.ts'
import { bind, joined, sql } from '../sql.ts'

/** Above this a part of a table is not counted on the way. */
const MOST_COUNTED = 500_000

// Every expression is cast: with prepared statements numbers would arrive as numbers. Grouping needs no more than
// names, and the collations of information_schema fold case, hence `binary`.
const VISIBLE = `table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys')`

const TABLES = `
select table_schema, table_name, cast(table_rows as char), table_type, cast(coalesce(e.transactions, 'YES') as char), cast(table_schema = database() as char)
from information_schema.tables t left join information_schema.engines e on e.engine = t.engine
where ${VISIBLE} and table_type in ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') and table_name not regexp '^concordat_change_[0-9a-z]{8}$'
order by table_schema <> database(), table_schema, table_name`

const COLUMNS = `
select table_schema, table_name, column_name, cast(column_type as char), cast(data_type as char), is_nullable,
       cast(character_maximum_length as char), cast(numeric_scale as char), cast(column_default as char), cast(extra as char),
       cast(coalesce(generation_expression, '') as char), privileges
from information_schema.columns
where ${VISIBLE}
order by table_schema, table_name, ordinal_position`

const KEYS = `
select table_schema, table_name, index_name, column_name
from information_schema.statistics
where ${VISIBLE} and non_unique = 0 and column_name is not null
order by table_schema, table_name, index_name, seq_in_index`

const FOREIGN_KEYS = `
select table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name,
       cast(referenced_table_schema = database() as char)
from information_schema.key_column_usage
where ${VISIBLE} and referenced_table_name is not null
order by table_schema, table_name, constraint_name, ordinal_position`

/** Those of others: a feed of ours only notes changes. */
const TRIGGERS = `
select table_schema, table_name, trigger_name, cast(action_timing = 'BEFORE' and event_manipulation = 'INSERT' as char)
from (select t.*, t.event_object_schema as table_schema, t.event_object_table as table_name from information_schema.triggers t) t
where ${VISIBLE} and trigger_name not regexp '^concordat_[0-9a-z]{8}'
order by trigger_name`

const CASCADES = `
select table_schema, table_name, constraint_schema, table_name_of, cast(delete_rule as char), cast(constraint_schema = database() as char)
from (
  select c.constraint_schema, c.table_name as table_name_of, c.delete_rule, c.unique_constraint_schema as table_schema, c.referenced_table_name as table_name
  from information_schema.referential_constraints c
) c
where ${VISIBLE} and delete_rule in ('CASCADE', 'SET NULL')`

const VIEWS = `
select table_schema, table_name, cast(coalesce(view_definition, '') as char), cast(is_updatable as char)
from information_schema.views
where ${VISIBLE}`

/**
 * Reads the tables and views that the user can see; `only`: table names to look for; `named`: none of other databases than the
 * connection's.
 */
export async function readTables(link: Link, only: readonly string[] | null, named = false): Promise<Table[]> {
  const where = named ? `${VISIBLE} and table_schema = database()` : VISIBLE
  const looked = only === null ? sql`` : sql` and table_name in (${joined(only.map(bind), ', ')})`
  const ask = async (text: string) => {
    const [before, after] = text.split(VISIBLE)
    const rows = await link.rows(sql`${before!}${where}${looked}${after!}`)
    return Map.groupBy(rows, (row) => JSON.stringify([row[0], row[1]]))
  }
  const columns = await ask(COLUMNS)
  const keys = await ask(KEYS)
  const references = await ask(FOREIGN_KEYS)
  const triggers = await ask(TRIGGERS)
  const cascades = await ask(CASCADES)
  const views = await ask(VIEWS)
  const tables: Table[] = []
  for (const [key, [row]] of await ask(TABLES)) {
    const [schema, relation, rows, type, transactions, here] = row as string[]
    const indexes = Map.groupBy(keys.get(key) ?? [], (part) => part[2]!)
    const name = tableLabel({ schema: schema!, relation: relation!, here: here === '1' })
    tables.push({
      schema: schema!,
      relation: relation!,
      here: here === '1',
      name,
      columns: new Map(
        (columns.get(key) ?? []).map((column) => [column[2]!, toColumn(column, views.get(key)?.[0]?.[3] !== 'NO')]),
      ),
      primaryKey: (indexes.get('PRIMARY') ?? []).map((part) => part[3]!),
      uniqueKeys: [...indexes]
        .filter(([index]) => index !== 'PRIMARY')
        .map(([, parts]) => parts.map((part) => part[3]!)),
      keys: [...indexes.values()].map((parts) => parts.map((part) => part[3]!)),
      foreignKeys: [...Map.groupBy(references.get(key) ?? [], (part) => part[2]!).values()].map((parts) => ({
        columns: parts.map((part) => part[3]!),
        object: tableLabel({ schema: parts[0]![4]!, relation: parts[0]![5]!, here: parts[0]![7] === '1' }),
        references: parts.map((part) => part[6]!),
      })),
      estimatedRows: Number(rows ?? 0),
      countable: Number(rows ?? 0) <= MOST_COUNTED,
      isView: type === 'VIEW',
      hides: type === 'VIEW' && isPartial(views.get(key)?.[0]?.[2] ?? '') ? 'view' : null,
      triggers: (triggers.get(key) ?? []).map(([, , name, beforeInsert]) => ({
        name: name!,
        beforeInsert: beforeInsert === '1',
      })),
      cascades: (cascades.get(key) ?? []).map(([, , of, table, rule, near]) => ({
        object: near === '1' ? table! : `${of}.${table}`,
        does: rule === 'CASCADE' ? 'delete' : 'empty',
      })),
      transactional: transactions === 'YES',
      lockable: true,
      takesBulk: false,
      indexed: new Set(),
    })
  }
  return tables
}

/** A view whose definition we may not see is believed to leave rows out. */
const isPartial = (definition: string): boolean => definition === '' || isPart(definition)

const KINDS: Readonly<Record<string, CatalogueColumn['kind']>> = {
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'text',
  set: 'text',
  inet4: 'text',
  inet6: 'text',
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  bit: 'other',
  date: 'date',
  datetime: 'local timestamp',
  timestamp: 'instant',
  time: 'time',
  json: 'json',
  uuid: 'uuid',
}

function toColumn(row: readonly Raw[], writable: boolean): Column {
  const [, , name, nativeType, dataType, nullable, length, scale, defaultText, extra, generated, privileges] = row
  const type = nativeType!.toLowerCase()
  const isBoolean = type === 'tinyint(1)' || type === 'bit(1)'
  const autoIncrement = /auto_increment/i.test(extra!)
  // MariaDB writes the absence of a default of a nullable column as the word NULL.
  const hasDefault =
    (defaultText !== null && defaultText !== undefined && defaultText !== 'NULL') || autoIncrement || generated !== ''
  const kind = isBoolean ? 'boolean' : (KINDS[dataType!.toLowerCase()] ?? 'binary')
  return {
    name: name!,
    nativeType: type,
    typeName: dataType!.toLowerCase(),
    kind,
    nullable: nullable === 'YES',
    maxLength: kind === 'text' && length !== null ? Number(length) : null,
    scale: dataType === 'decimal' ? Number(scale) : null,
    hasDefault,
    readOnly: generated !== '',
    readable: /select/i.test(privileges!),
    rights: { insert: writable && /insert/i.test(privileges!), update: writable && /update/i.test(privileges!) },
    moves: /on update/i.test(extra!),
    nextValue: null,
    counted: autoIncrement,
    countedAlways: false,
    takesUuid: kind === 'uuid' || /^\(?uuid\(\)\)?$/i.test(defaultText ?? ''),
    wholeSeconds: /^(datetime|timestamp)$/.test(type),
    zero: nullable === 'YES' ? undefined : /^'?(0000-00-00(?: [0:.]+)?)'?$/.exec(defaultText ?? '')?.[1],
  }
}
