/** The databases of `world.ts`: made once a test file, and emptied for each test. */
import pg from 'pg'

import { openDatabase } from '../../src/store/database/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freshDatabase } from '../harness/database.ts'
import { CRM_SCHEMA, ERP_SCHEMA, SHOP_SCHEMA } from './schemas.ts'

/** One of the company's systems, as its own users and administrators see it. */
export interface System {
  readonly url: string
  /** Runs SQL as a user of the system would; answers the rows. */
  sql<Row extends object = Record<string, unknown>>(text: string, ...values: unknown[]): Promise<Row[]>
  /** The first value of the first row. */
  value(text: string, ...values: unknown[]): Promise<unknown>
  /** How many rows the application has written here since the last call, counted by the system itself. */
  written(): Promise<number>
}

interface Systems {
  readonly erp: System
  readonly crm: System
  readonly shop: System
  /** Concordat's own database. */
  readonly store: System
  /** Ends the connections. */
  end(): Promise<void>
}

let databases: Promise<Record<'erp' | 'crm' | 'shop' | 'store', string>> | null = null

/**
 * Empty systems and an empty store; tests of one file have them one after the other. The shop is emptied only for tests
 * that want it.
 */
export async function freshSystems(withShop: boolean): Promise<Systems> {
  const urls = await (databases ??= make())
  const [erp, crm] = [connectSystem(urls.erp), connectSystem(urls.crm)]
  const [shop, store] = [connectSystem(urls.shop), connectSystem(urls.store)]
  await Promise.all([
    renew(erp, ERP_SCHEMA),
    renew(crm, CRM_SCHEMA),
    ...(withShop ? [renew(shop, SHOP_SCHEMA)] : []),
    empty(store),
  ])
  const end = async (): Promise<void> => {
    await Promise.all([erp, crm, shop, store].map((system) => system.end()))
  }
  return { erp, crm, shop, store, end }
}

const renew = (system: System, schema: string) =>
  system.sql(`drop schema public cascade; create schema public; ${schema}`)

async function make(): Promise<Record<'erp' | 'crm' | 'shop' | 'store', string>> {
  const [erp, crm, shop, store] = await Promise.all(
    ['erp', 'crm', 'shop', 'store'].map(async (name) => (await freshDatabase(`world_${name}`)).url),
  )
  const database = await openDatabase(store!)
  await migrate(database)
  await database.close()
  return { erp: erp!, crm: crm!, shop: shop!, store: store! }
}

async function empty(store: System): Promise<void> {
  const [{ statements } = { statements: '' }] = await store.sql<{ statements: string }>(`
    select 'truncate ' || (select string_agg(quote_ident(tablename), ', ') from pg_tables where schemaname = 'public' and tablename <> 'migration')
      || ' restart identity;' || (select string_agg(format('alter sequence %I restart', sequencename), ';') from pg_sequences where schemaname = 'public')
      as statements`)
  await store.sql(statements)
}

/** A system by its URL, on a connection of its own. */
export function connectSystem(url: string): System & { end(): Promise<void> } {
  // One connection, opened when it is needed.
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'somebody' })
  pool.on('error', () => {})
  const sql = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> =>
    (values.length > 0 ? await pool.query<Row>(text, values) : await pool.query<Row>(text)).rows
  return {
    url,
    sql,
    value: async (text, ...values) => Object.values((await sql<Record<string, unknown>>(text, ...values))[0] ?? {})[0],
    written: async () => (await sql('delete from written returning 1')).length,
    end: () => pool.end(),
  }
}
