import { openDatabase, type Database } from '../../src/store/database/database.ts'
import { ensurePartitions, migrate } from '../../src/store/migrate.ts'
import { START, type Room } from './play.ts'
import { SessionPool } from './worker.ts'

/** Every so many plays what was deleted is swept out. */
const SWEEP = 40

/** A store to play in, and what closes it. */
export async function openRoom(url: string): Promise<Room & { close(): Promise<void> }> {
  const { tables, sequences } = await furnish(url)
  // However busy the machine is, its store does not go away: that is not what stories are about.
  const store = await openDatabase(url, { connections: 12, prepare: true, connectMs: 300_000 })
  const pool = new SessionPool(store)
  const begin = `${tables.map(({ name }) => `delete from ${name};`).join('')}
    ${sequences.map(({ name }) => `select setval('${name}', 1, false);`).join('')}`
  let plays = 0
  return {
    store,
    pool,
    backUp: async () => {
      const copies = await copyTables(store, tables, sequences)
      return () => copies.restore()
    },
    empty: async () => {
      await store.transaction(async (session) => void (await session.query(begin)))
      if (++plays % SWEEP === 0) for (const { name } of tables) await store.query(`vacuum ${name}`)
    },
    close: async () => {
      await pool.close()
      await store.close()
    },
  }
}

/** Makes the tables, and lets the server spare what only a store that must last needs. */
async function furnish(url: string): Promise<{ tables: { name: string }[]; sequences: { name: string }[] }> {
  const store = await openDatabase(url, { connections: 1 })
  await migrate(store)
  // What the first run of a month does besides must not tell the first story from the others.
  for (const months of [0, 1, 2]) await ensurePartitions(store, new Date(START + months * 31 * 86_400_000))
  const tables = await ownTables(store)
  for (const { name } of tables) await store.query(`alter table ${name} set unlogged`)
  const sequences = await store.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace`,
  )
  for (const setting of SETTINGS)
    await store.query(`do $$ begin execute format('alter database %I set ${setting}', current_database()); end $$`)
  await store.close()
  return { tables, sequences }
}

const SETTINGS = [
  'synchronous_commit = off',
  'track_activities = off',
  'track_counts = off',
  'plan_cache_mode = force_generic_plan',
]

/** Copies tables and sequences into a schema beside them, where the last copy is replaced. */
async function copyTables(
  store: Database,
  tables: readonly { name: string }[],
  sequences: readonly { name: string }[],
): Promise<{ restore(): Promise<void> }> {
  const writable = await store.query<{ name: string; columns: string }>(
    `select attrelid::regclass::text as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
     from pg_attribute where attrelid::regclass::text = any($1) and attnum > 0 and not attisdropped and attgenerated = ''
     group by attrelid`,
    [tables.map(({ name }) => name)],
  )
  await store.execute(
    `drop schema if exists backup cascade; create schema backup; ${writable
      .map(({ name, columns }) => `create unlogged table backup.${name} as select ${columns} from ${name};`)
      .join('')}`,
  )
  const counted = await Promise.all(
    sequences.map(async ({ name }) => {
      const [row] = await store.query<{ at: string; called: boolean }>(
        `select last_value as at, is_called as called from ${name}`,
      )
      return `select setval('${name}', ${row!.at}, ${row!.called});`
    }),
  )
  const back = `set local session_replication_role = replica; ${tables.map(({ name }) => `delete from ${name};`).join('')}
    ${writable
      .map(
        ({ name, columns }) =>
          `insert into ${name} (${columns}) overriding system value select ${columns} from backup.${name};`,
      )
      .join('')} ${counted.join('')}`
  return { restore: () => store.transaction(async (session) => void (await session.query(back))) }
}

/** The store's tables, those that refer to others first. */
async function ownTables(store: Database): Promise<{ name: string }[]> {
  return store.query(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'migration'
     order by (select count(*) from pg_constraint f where f.confrelid = c.oid), c.relname`,
  )
}
