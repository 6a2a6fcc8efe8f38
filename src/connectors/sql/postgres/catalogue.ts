import type { CatalogueColumn } from '../../../connector-kit/port.ts'
import { tableLabel } from '../../../connector-kit/table-names.ts'
import type { Link } from '../link.ts'
import { ofPostgres } from './link.ts'
import { isPart, type Column, type Table } from '../table.ts'

/** Larger tables are not counted on the way. */
const MOST_COUNTED = 100_000
const MOST_COUNTED_PAGES = 10_000

const RELATIONS = `
select c.oid::text as oid, n.nspname as schema, c.relname as relation, c.relkind::text as kind,
       n.nspname = current_schema() as here, c.reltuples::float8 as rows, c.relpages as pages,
       row_security_active(c.oid) as secured, pg_relation_is_updatable(c.oid, false) & 4 <> 0 as updatable,
       has_any_column_privilege(c.oid, 'insert') and pg_relation_is_updatable(c.oid, true) & 8 <> 0 as may_insert,
       has_table_privilege(c.oid, 'delete') and pg_relation_is_updatable(c.oid, true) & 16 <> 0 as may_delete,
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
       c.relkind in ('v', 'm') and exists (
         select from pg_rewrite r
         join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
         join pg_class u on u.oid = d.refobjid
         where r.ev_class = c.oid and u.relrowsecurity) as secured_below
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)' and n.nspname !~ '^concordat_[0-9a-z]{8}$'
  and has_schema_privilege(n.oid, 'usage')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  and ($1::text[] is null or c.relname = any($1) or n.nspname || '.' || c.relname = any($1))
  and (not $2::boolean or n.nspname = any(current_schemas(false)))
order by not n.nspname = current_schema(), n.nspname, c.relname`

const COLUMNS = `
select a.attrelid::text as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as full_type,
       format_type(a.atttypid, -1) as cast_type, coalesce(b.typname, t.typname) as base,
       case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as typmod,
       a.attnotnull or t.typnotnull as not_null, a.atthasdef or a.attidentity <> '' or t.typdefault is not null as has_default,
       a.attgenerated <> '' as generated, a.attidentity::text as identity,
       has_column_privilege(a.attrelid, a.attnum, 'select') as readable,
       has_column_privilege(a.attrelid, a.attnum, 'insert') as may_insert, has_column_privilege(a.attrelid, a.attnum, 'update') and pg_column_is_updatable(a.attrelid, a.attnum, true) as may_update,
       pg_get_expr(f.adbin, f.adrelid) as default_expression, s.sequence
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_type b on b.oid = t.typbasetype
left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
left join lateral (
  select q.oid::regclass::text as sequence
  from pg_depend d
  join pg_class q on q.relkind = 'S'
  where (d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = q.oid
      or d.classid = 'pg_class'::regclass and d.objid = q.oid and d.refobjid = a.attrelid and d.refobjsubid = a.attnum and d.deptype = 'i')
    and case when q.relkind = 'S' then has_sequence_privilege(q.oid, 'usage') end
  limit 1
) s on a.attidentity <> '' or f.oid is not null
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum`

const INDEXES = `
select i.indrelid::text as oid, i.indisprimary as primary, i.indisunique and i.indpred is null and i.indexprs is null as unique,
       i.indisunique and (i.indpred is not null or i.indexprs is not null) as partial,
       array(select a.attname from unnest(i.indkey::int2[]) with ordinality k(num, place)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
             where k.place <= i.indnkeyatts order by k.place)::text[] as columns,
       i.indisunique as any_unique,
       array(select a.attname from pg_depend d join pg_attribute a on a.attrelid = i.indrelid and a.attnum = d.refobjsubid
             where i.indexprs is not null and d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
               and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0
             order by a.attnum)::text[] as involved
from pg_index i
where i.indrelid = any($1::oid[]) and i.indisvalid
order by i.indexrelid`

const FOREIGN_KEYS = `
select c.conrelid::text as oid, n.nspname as schema, r.relname as relation, n.nspname = current_schema() as here,
       array(select a.attname from unnest(c.conkey) with ordinality k(num, place)
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num order by k.place)::text[] as columns,
       array(select a.attname from unnest(c.confkey) with ordinality k(num, place)
             join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num order by k.place)::text[] as references
from pg_constraint c
join pg_class r on r.oid = c.confrelid
join pg_namespace n on n.oid = r.relnamespace
where c.contype = 'f' and c.conrelid = any($1::oid[])
order by c.oid`

/** Those of others: a feed of ours only notes changes. */
const TRIGGERS = `
select tgrelid::text as oid, tgname as name, tgtype & 2 <> 0 and tgtype & 4 <> 0 as before_insert
from pg_trigger
where tgrelid = any($1::oid[]) and not tgisinternal and tgenabled in ('O', 'A') and tgname !~ '^concordat_[0-9a-z]{8}'
order by tgname`

const CASCADES = `
select c.confrelid::text as oid, n.nspname as schema, r.relname as relation, n.nspname = current_schema() as here, c.confdeltype = 'c' as deletes
from pg_constraint c
join pg_class r on r.oid = c.conrelid
join pg_namespace n on n.oid = r.relnamespace
where c.contype = 'f' and c.confdeltype in ('c', 'n', 'd') and c.confrelid = any($1::oid[]) and c.conparentid = 0
order by n.nspname, r.relname`

interface TriggerRow {
  oid: string
  name: string
  before_insert: boolean
}
interface CascadeRow {
  oid: string
  schema: string
  relation: string
  here: boolean
  deletes: boolean
}
interface RelationRow {
  oid: string
  schema: string
  relation: string
  kind: string
  here: boolean
  rows: number
  pages: number
  secured: boolean
  updatable: boolean
  may_insert: boolean
  may_delete: boolean
  definition: string | null
  secured_below: boolean
}
interface ColumnRow {
  oid: string
  name: string
  full_type: string
  cast_type: string
  base: string
  typmod: number
  not_null: boolean
  has_default: boolean
  generated: boolean
  identity: string
  readable: boolean
  may_insert: boolean
  may_update: boolean
  default_expression: string | null
  sequence: string | null
}
interface IndexRow {
  oid: string
  primary: boolean
  unique: boolean
  partial: boolean
  columns: string[]
  any_unique: boolean
  involved: string[]
}
interface ForeignKeyRow {
  oid: string
  schema: string
  relation: string
  here: boolean
  columns: string[]
  references: string[]
}

/**
 * Reads the tables and views that the user can see; `only`: names (with or without schema) to look for; `named`: none of schemas
 * that are not in the search path.
 */
export async function readTables(link: Link, only: readonly string[] | null, named = false): Promise<Table[]> {
  const { client } = ofPostgres(link)
  const relations = (await client.query<RelationRow>(RELATIONS, [only, named])).rows
  const oids = relations.map((relation) => relation.oid)
  const columns = Map.groupBy((await client.query<ColumnRow>(COLUMNS, [oids])).rows, (row) => row.oid)
  const indexes = Map.groupBy((await client.query<IndexRow>(INDEXES, [oids])).rows, (row) => row.oid)
  const foreignKeys = Map.groupBy((await client.query<ForeignKeyRow>(FOREIGN_KEYS, [oids])).rows, (row) => row.oid)
  const triggers = Map.groupBy((await client.query<TriggerRow>(TRIGGERS, [oids])).rows, (row) => row.oid)
  const cascades = Map.groupBy((await client.query<CascadeRow>(CASCADES, [oids])).rows, (row) => row.oid)
  return relations.map((row) => {
    const keys = indexes.get(row.oid) ?? []
    const isView = row.kind === 'v' || row.kind === 'm'
    return {
      schema: row.schema,
      relation: row.relation,
      here: row.here,
      name: tableLabel(row),
      columns: new Map((columns.get(row.oid) ?? []).map((column) => [column.name, toColumn(column)])),
      primaryKey: keys.find((key) => key.primary)?.columns ?? [],
      uniqueKeys: keys.filter((key) => key.unique && !key.primary).map((key) => key.columns),
      keys: keys
        .filter((key) => key.any_unique)
        .map((key) => (key.involved.length > 0 ? key.involved : key.columns))
        .filter((names) => names.length > 0),
      foreignKeys: (foreignKeys.get(row.oid) ?? []).map((key) => ({
        columns: key.columns,
        object: tableLabel(key),
        references: key.references,
      })),
      indexed: new Set(keys.flatMap((key) => key.columns.slice(0, 1))),
      estimatedRows: row.rows,
      countable: !isView && row.rows < MOST_COUNTED && row.pages < MOST_COUNTED_PAGES,
      transactional: true,
      isView,
      partialKeys: keys.filter((key) => key.partial).map((key) => key.columns),
      hides:
        row.secured || row.secured_below ? 'policy' : row.definition !== null && isPart(row.definition) ? 'view' : null,
      rights: { insert: row.may_insert, delete: row.may_delete },
      triggers: (triggers.get(row.oid) ?? []).map(({ name, before_insert }) => ({ name, beforeInsert: before_insert })),
      cascades: (cascades.get(row.oid) ?? []).map(({ here, schema, relation, deletes }) => ({
        object: here ? relation : `${schema}.${relation}`,
        does: deletes ? 'delete' : 'empty',
      })),
      // COPY FROM knows no views, and no row-level security.
      takesBulk: !isView && !row.secured,
      lockable: row.kind === 'r' || row.kind === 'p' || row.kind === 'f' || (row.kind === 'v' && row.updatable),
    }
  })
}

const KINDS: Readonly<Record<string, CatalogueColumn['kind']>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  char: 'text',
  name: 'text',
  citext: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  numeric: 'decimal',
  money: 'decimal',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  date: 'date',
  timestamptz: 'instant',
  timestamp: 'local timestamp',
  time: 'time',
  timetz: 'time',
  interval: 'time',
  json: 'json',
  jsonb: 'json',
  uuid: 'uuid',
  bytea: 'binary',
}

function toColumn(row: ColumnRow): Column {
  const isText = row.base === 'varchar' || row.base === 'bpchar'
  return {
    name: row.name,
    nativeType: row.full_type,
    kind: KINDS[row.base] ?? 'other',
    nullable: !row.not_null,
    maxLength: isText && row.typmod > 4 ? row.typmod - 4 : null,
    // Scale of numeric(p, s): 11 bits with sign, since PostgreSQL 15 it may be negative.
    scale: row.base === 'numeric' && row.typmod > 4 ? (((row.typmod - 4) & 0x7ff) ^ 1024) - 1024 : null,
    hasDefault: row.has_default || row.generated,
    readOnly: row.generated,
    // Without length or precision: an explicit cast to varchar(3) would cut silently.
    typeName: row.cast_type,
    readable: row.readable,
    rights: { insert: row.may_insert, update: row.may_update },
    nextValue:
      row.sequence === null
        ? null
        : row.identity === ''
          ? row.default_expression
          : `nextval('${row.sequence.replaceAll("'", "''")}')`,
    counted: false,
    countedAlways: row.identity === 'a',
    takesUuid: row.base === 'uuid',
    wholeSeconds: /\(0\)/.test(row.full_type),
  }
}
