import pg from 'pg'
import { ConcordatError } from '../model/errors.ts'
import type { PlayColumn, Playground, PlayRow, PlaySystem, PlayTable, PlayValues } from '../model/playground.ts'
import type { SystemUrls } from './databases.ts'
import type { Moods } from './moods.ts'

type System = keyof SystemUrls

/** The tables that people may play with, and the flow that each belongs to. */
const TABLES: Readonly<Record<System, Readonly<Record<string, string>>>> = {
  erp: { customers: 'customers', products: 'products', sales_orders: 'orders', invoices: 'invoices' },
  crm: { accounts: 'customers', items: 'products', deals: 'orders', bills: 'invoices' },
}
/** Columns that say when a row was changed; the systems write them themselves. */
const STAMP: Readonly<Record<System, string>> = { erp: 'updated_at', crm: 'modified_at' }
/** What somebody who types in a row means without saying so: a prospect would not take part. */
const USUAL: Readonly<Record<string, PlayValues>> = { accounts: { type: 'customer' }, deals: { stage: 'won' } }

/** The demo's databases as tables that people edit, on connections of their own. */
export function openPlayground(urls: SystemUrls, moods: Moods): Playground & { close(): Promise<void> } {
  const pools = new Map<System, pg.Pool>()
  const poolOf = (system: System): pg.Pool => {
    const known = pools.get(system)
    if (known) return known
    const pool = new pg.Pool({ connectionString: urls[system], max: 2, application_name: 'playground', types: AS_TEXT })
    pool.on('error', () => {})
    pools.set(system, pool)
    return pool
  }
  const found = new Map<string, PlayTable>()
  /** The table with its columns, which never change; its name and theirs may stand in SQL. */
  const tableOf = async (system: string, table: string): Promise<PlayTable & { of: System }> => {
    const of = systemOf(system)
    const flow = flowOf(of, table)
    if (flow === null) throw unknown(`${system} has no table ${table} to play with.`)
    const key = `${of}.${table}`
    const known = found.get(key) ?? { table, flow, columns: await columnsOf(poolOf(of), table, STAMP[of]) }
    found.set(key, known)
    return { ...known, of }
  }
  const one = (rows: readonly Record<string, string | null>[], id: string): PlayRow => {
    if (!rows[0]) throw unknown(`There is no row ${id}.`)
    return rowOf(rows[0])
  }
  return {
    flowOf: (system, table) => (isSystem(system) ? flowOf(system, table) : null),
    async systems() {
      const systems: PlaySystem[] = []
      for (const system of Object.keys(TABLES) as System[]) {
        const tables: PlayTable[] = []
        for (const table of Object.keys(TABLES[system])) {
          const { flow, columns } = await tableOf(system, table)
          tables.push({ table, flow, columns })
        }
        systems.push({ system, switch: moods.of(system), tables })
      }
      return systems
    },
    async rows(system, table, { q, limit }) {
      const { of, columns } = await tableOf(system, table)
      const pattern = `%${q.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
      const where = `concat_ws(' ', ${columns.map((one) => one.column).join(', ')}) ilike $1`
      const pool = poolOf(of)
      const { rows } = await pool.query<Record<string, string | null>>(
        `select * from ${table} where ${where} order by ${STAMP[of]} desc, id desc limit $2`,
        [pattern, limit],
      )
      const counted = await pool.query<{ count: string }>(`select count(*) from ${table} where ${where}`, [pattern])
      return { items: rows.map(rowOf), total: Number(counted.rows[0]!.count) }
    },
    async edit(system, table, id, values) {
      const { of, columns } = await tableOf(system, table)
      const names = editable(columns, values)
      const sets = names.map((name, i) => `${name} = $${i + 2}`).join(', ')
      return done(async () => {
        const { rows } = await poolOf(of).query<Record<string, string | null>>(
          `update ${table} set ${sets} where id = $1 returning *`,
          [id, ...names.map((name) => values[name])],
        )
        return one(rows, id)
      })
    },
    async insert(system, table, given) {
      const { of, columns } = await tableOf(system, table)
      const values = { ...USUAL[table], ...given }
      const names = editable(columns, values)
      return done(async () => {
        const { rows } = await poolOf(of).query<Record<string, string | null>>(
          `insert into ${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning *`,
          names.map((name) => values[name]),
        )
        return one(rows, '')
      })
    },
    async remove(system, table, id) {
      const { of } = await tableOf(system, table)
      return done(async () => (await poolOf(of).query(`delete from ${table} where id = $1`, [id])).rowCount === 1)
    },
    switchTo: (system, mood) => moods.set(systemOf(system), mood),
    async close() {
      for (const pool of pools.values()) await pool.end()
    },
  }
}

/** Values as the database prints them. */
const AS_TEXT = { getTypeParser: () => (text: string) => text }

const KINDS: Readonly<Record<string, PlayColumn['kind']>> = {
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  boolean: 'boolean',
  date: 'date',
  'timestamp with time zone': 'time',
}

async function columnsOf(pool: pg.Pool, table: string, stamp: string): Promise<PlayColumn[]> {
  const { rows } = await pool.query<{ name: string; type: string; required: string }>(
    `select column_name as name, data_type as type,
       is_nullable = 'NO' and column_default is null and is_identity = 'NO' as required
     from information_schema.columns where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    [table],
  )
  return rows.map(({ name, type, required }) => ({
    column: name,
    editable: name !== 'id' && name !== stamp,
    required: required === 't',
    usual: USUAL[table]?.[name] ?? null,
    kind: KINDS[type] ?? 'text',
  }))
}

/** The columns that are to be written, none of them one that must not. */
function editable(columns: readonly PlayColumn[], values: PlayValues): string[] {
  const names = Object.keys(values)
  for (const name of names)
    if (!columns.some((one) => one.column === name && one.editable)) throw bad(`The column ${name} cannot be written.`)
  if (names.length === 0) throw bad('There is nothing to write.')
  return names
}

const rowOf = (values: Record<string, string | null>): PlayRow => ({ id: values['id'] ?? '', values })

const isSystem = (name: string): name is System => name === 'erp' || name === 'crm'

const flowOf = (system: System, table: string): string | null =>
  Object.hasOwn(TABLES[system], table) ? TABLES[system][table]! : null

function systemOf(name: string): System {
  if (isSystem(name)) return name
  throw unknown(`There is no system ${name} to play with.`)
}

/** What the database refuses, in its own words: it is the system that speaks here. */
async function done<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    // Data exceptions and broken constraints.
    if (code !== undefined && /^2[23]/.test(code)) throw bad(`The system refuses it: ${message}.`)
    throw error
  }
}

const unknown = (message: string): ConcordatError => new ConcordatError('demo.unknown', message)
const bad = (message: string): ConcordatError =>
  new ConcordatError('demo.bad-value', message, { cure: 'Give another value.' })
