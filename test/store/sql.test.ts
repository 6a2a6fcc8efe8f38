import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Database, openDatabase, type Session } from '../../src/store/database/database.ts'
import { IdBlocks } from '../../src/store/database/ids.ts'
import { readLogEntry, readLogPage } from '../../src/store/log/log-pages.ts'
import type { LogSearch } from '../../src/store/log/log-scope.ts'
import { listRuns, type RunSearch } from '../../src/store/log/run-list.ts'
import { ensurePartitions, migrate } from '../../src/store/migrate.ts'
import { confirmLease, transactionUnder } from '../../src/store/service/leases.ts'
import { freshDatabase } from '../harness/database.ts'
import { findStatements, type Statement } from './find-statements.ts'

/*
 * Every statement that our code gives to the store is prepared against the migrated tables, so that a column, a table, a
 * type or a parameter that is not there fails here, also in statements that no other test comes to. They are found by reading the code
 * (find-statements.ts). Those that are put together only when they are needed are carried out by the code itself, below.
 *
 * Not covered: whether the types of TypeScript fit the rows that come back; statements of `pg-boss` and those on the systems
 * (src/connectors, src/demo), which are not on our tables.
 */

const PLACES = [
  'src/store',
  'src/engine',
  'src/notify',
  'src/queue',
  'src/service',
  'src/open-app',
  'src/api',
  'src/demo/own-signatures.ts',
]

/** Where reading does not tell the statement, how many such places there are, and why that is well. */
const NOT_READ: Readonly<Record<string, readonly [count: number, why: string]>> = {
  'src/store/database/database.ts': [7, 'carries what others say'],
  'src/store/embedded/embedded-server.ts': [1, 'makes the database, before it has tables'],
  'src/store/migrate.ts': [2, 'carried out by every test with a store'],
  'src/store/log/retention.ts': [1, 'drops a table whose name the server gave'],
  'src/store/database/ids.ts': [1, 'carried out below'],
  'src/store/log/log-pages.ts': [5, 'carried out below'],
  'src/store/log/run-list.ts': [1, 'carried out below'],
  'src/store/service/leases.ts': [2, 'carried out below'],
}

const statements = findStatements(join(import.meta.dirname, '..', '..'), PLACES)

let database: Database
let drop: () => Promise<void>
beforeAll(async () => {
  const fresh = await freshDatabase('sql')
  database = await openDatabase(fresh.url)
  drop = fresh.drop
  await migrate(database)
  await ensurePartitions(database, new Date())
})
afterAll(async () => {
  await database.close()
  await drop()
})

test('the reader of statements sees what is there', () => {
  // Were it blind, everything below would pass.
  expect(statements.length).toBeGreaterThan(400)
  expect(statements.filter(({ texts }) => texts !== null && texts.length > 0).length).toBeGreaterThan(390)
  const all = statements.flatMap(({ texts }) => texts ?? [])
  expect(all).toContain('select holder from lease where flow_id = $1')
  // A constant of another file within a template, and both ways of a choice.
  expect(all).toContainEqual(expect.stringMatching(/^update lease set expires_at = clock_timestamp\(\)[^`$]*\$3/))
  expect(all).toContainEqual(expect.stringMatching(/c\.id > \$10\) order by c\.id asc/))
  expect(all).toContainEqual(expect.stringMatching(/c\.id < \$10\) order by c\.id desc/))
})

test('what cannot be read is known, and why that is well', () => {
  const counts: Record<string, number> = {}
  for (const { file, texts } of statements) if (texts === null) counts[file] = (counts[file] ?? 0) + 1
  expect(counts).toEqual(Object.fromEntries(Object.entries(NOT_READ).map(([file, [count]]) => [file, count])))
})

/** What PostgreSQL has no PREPARE for: it makes things, sets something, or locks. */
const UTILITY = /^\s*(create|drop|alter|analyze|set|lock|listen|unlisten|notify|truncate)\b/i
/** The ends of transactions, in which there is no name of ours. */
const TRANSACTION = /^\s*(begin|commit|rollback|savepoint|release|discard)\b/i

/** Prepares a statement, or carries it out where that is all that can be done; answers what is wrong. */
async function trial(session: Session, method: Statement['method'], text: string): Promise<string | null> {
  if (TRANSACTION.test(text)) return null
  await session.query('savepoint trial')
  try {
    if (method === 'copyIn') {
      const [, table, columns] = /^(\w+) \(([^)]+)\)$/.exec(text) ?? []
      await session.query(`prepare trial as select ${columns} from ${table}`)
    } else if (UTILITY.test(text)) {
      await session.query(text)
      return null
    } else await session.query(`prepare trial as ${text}`)
    await session.query('deallocate trial')
    return null
  } catch (error) {
    await session.query('rollback to savepoint trial')
    return (error as Error).message
  }
}

/** In one transaction for each file that is undone afterwards: what it creates for a while is there for the rest of it. */
async function wrongIn(some: readonly Statement[]): Promise<string[]> {
  const wrong: string[] = []
  const files = Map.groupBy(some, ({ file }) => file)
  for (const all of files.values())
    await database.rehearse(async (session) => {
      const made = ({ texts }: Statement): boolean => /^\s*create\b/i.test(texts?.[0] ?? '')
      const dropped = ({ texts }: Statement): boolean => /^\s*drop\b/i.test(texts?.[0] ?? '')
      const inOrder = [...all.filter(made), ...all.filter((one) => !made(one) && !dropped(one)), ...all.filter(dropped)]
      for (const { place, method, texts } of inOrder)
        for (const text of texts ?? []) {
          const why = await trial(session, method, text)
          if (why !== null) wrong.push(`${place}: ${why}`)
        }
    })
  return wrong
}

test('every statement fits the tables', async () => {
  expect(await wrongIn(statements)).toEqual([])
})

test('a column, a table, a parameter that is not there is seen', async () => {
  const broken = [
    'select holdr from lease where flow_id = $1',
    'update leese set token = $1',
    `insert into inbox (flow, system) values ($1, $2, $3)`,
    `select 1 from case_file where state = $1::int`,
  ]
  const wrong = await wrongIn([
    { place: 'here', file: 'here', method: 'query', texts: broken },
    { place: 'copied', file: 'here', method: 'copyIn', texts: ['link (side_id, remote)'] },
  ])
  expect(wrong).toHaveLength(broken.length + 1)
})

describe('statements that are put together when they are needed', () => {
  let flowId: number
  const at = new Date().toISOString()
  beforeAll(async () => {
    const [flow] = await database.query<{ id: number }>(`insert into flow (name) values ('customers') returning id`)
    flowId = flow!.id
    await database.query(`insert into side (flow_id, system) values ($1, 'erp')`, [flowId])
    await database.query(
      `insert into log_field (flow_id, field, hour) values ($1, 'email', date_trunc('hour', now()))`,
      [flowId],
    )
  })

  /** All ways to give some of these settings, and none. */
  const ways = <T extends object>(settings: { readonly [K in keyof T]: readonly T[K][] }): Partial<T>[] =>
    Object.entries<readonly unknown[]>(settings).reduce<Partial<T>[]>(
      (all, [name, values]) => [...all, ...all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })))],
      [{}],
    )

  test('pages of the log', async () => {
    const searches = ways<Omit<LogSearch, 'flows' | 'kind' | 'run'>>({
      record: ['1', 'erp:1', 'text'],
      field: ['email'],
      system: ['erp'],
      outcome: ['done', 'intended', 'refused'],
      what: ['create'],
      rules: ['abc'],
      since: [at],
    })
    for (const search of searches)
      for (const after of [null, { at, kind: 'case', id: '1' } as const])
        await readLogPage(database, { flows: null, until: at, ...search }, { after, limit: 2 })
    for (const kind of ['operation', 'revision', 'case'] as const) await readLogEntry(database, kind, 1)
  })

  test('pages of runs', async () => {
    const searches = ways<RunSearch>({
      flows: [['customers']],
      status: ['running'],
      kind: ['full'],
      changed: [true, false],
      dull: [true, false],
      since: [at],
      until: [at],
    })
    for (const search of searches)
      for (const before of [null, 7]) await listRuns(database, { flows: null, ...search }, { before, limit: 2 })
  })

  test('blocks of ids', async () => {
    for (const sequence of ['record_id', 'operation_id'] as const) await new IdBlocks(sequence).reserve(database, 1)
  })

  test('whether a lease is still ours', async () => {
    const lease = { flowId, token: '1', until: 0, steady: () => 0, release: () => {} }
    for (const held of [lease, { ...lease, shardId: 1 }]) {
      const lost = { code: 'engine.lease-lost' }
      await expect(confirmLease(database, held)).rejects.toMatchObject(lost)
      await expect(transactionUnder(database, held, async () => {})).rejects.toMatchObject(lost)
    }
  })
})
