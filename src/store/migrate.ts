import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConcordatError } from '../model/errors.ts'
import type { Database, Session } from './database/database.ts'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Any number that nobody else locks: one migration at a time. */
const LOCK = 7_261_904

/** Brings the store's tables up to this version. Safe to call from several processes at once. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (session) => {
    await session.query('select pg_advisory_xact_lock($1)', [LOCK])
    await session.query(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
    )
    const done = new Set((await session.query<{ name: string }>('select name from migration')).map((row) => row.name))
    const files = readdirSync(FOLDER)
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
    const unknown = [...done].filter((name) => !files.includes(name))
    if (unknown.length > 0) {
      throw new ConcordatError(
        'store.migration-failed',
        `The store was written by a newer Concordat (${unknown.join(', ')}).`,
        {
          cure: 'Upgrade this installation to the version that wrote it.',
        },
      )
    }
    for (const name of files.filter((file) => !done.has(file))) {
      await session.query(readFileSync(join(FOLDER, name), 'utf8'))
      await session.query('insert into migration (name) values ($1)', [name])
    }
  })
}

/** Creates the partitions of the growing tables for the month of `now` and the next one. */
export async function ensurePartitions(session: Session, now: Date): Promise<void> {
  const months = [0, 1].map((offset) => {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString()
    const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset + 1, 1)).toISOString()
    return { suffix: from.slice(0, 7).replace('-', '_'), from, to }
  })
  const partitions = months.flatMap((month) =>
    ['operation', 'revision'].map((table) => ({ ...month, table, name: `${table}_${month.suffix}` })),
  )
  const known = await session.query<{ name: string }>(
    `select relname as name from pg_class where relname = any($1::text[]) and relkind = 'r'`,
    [partitions.map(({ name }) => name)],
  )
  for (const { name, table, from, to } of partitions) {
    if (known.some((partition) => partition.name === name)) continue
    // Two processes may both see it missing; the second finds it there.
    await session.query(
      `create table if not exists ${name} partition of ${table} for values from ('${from}') to ('${to}')`,
    )
  }
}
