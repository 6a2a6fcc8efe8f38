import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { ChangeFeed, ChangeHint } from '../../src/connector-kit/change-feed.ts'
import type { Connector } from '../../src/connector-kit/port.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { freshDatabase, type TestDatabase } from '../harness/database.ts'

/* What a feed in PostgreSQL does to the users of the database: nothing that they notice. */

let database: TestDatabase
let client: pg.Client
let connector: Connector
let feed: ChangeFeed

beforeEach(async () => {
  database = await freshDatabase('feed')
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  connector = postgresKind.connect({ url: database.url })
  await client.query('create table things (id integer primary key, name text)')
  await client.query('create table parts (thing integer, no integer, primary key (thing, no))')
  feed = await connector.feed!(
    [{ object: 'things', id: 'id', lines: [{ object: 'parts', parent: 'thing' }] }],
    'feedtest',
  )
  await feed.install()
})
afterEach(async () => {
  await connector.close()
  await client.end()
  await database.drop()
})

/** What is hinted at now, without taking it away. */
async function hints(): Promise<ChangeHint[]> {
  const control = new AbortController()
  setTimeout(() => control.abort(), 400)
  const found: ChangeHint[] = []
  for await (const batch of feed.listen(control.signal)) found.push(...batch.hints)
  return found
}

test('users without any right on it write to watched tables as before', async () => {
  const role = `clerk_${database.name.slice(-12)}`
  await client.query(`create role ${role}; grant insert, update on things to ${role}; set role ${role}`)
  await client.query(`insert into things values (1, 'one')`)
  await client.query('reset role')
  expect(await hints()).toEqual([{ object: 'things', id: '1' }])
  await client.query(`drop owned by ${role}; drop role ${role}`)
})

test('a table of changes that is gone makes nobody fail, and is told', async () => {
  await client.query('drop table concordat_feedtest.change')
  await client.query(`insert into things values (1, 'one')`)
  expect(await feed.inspect()).toMatchObject({ state: 'partial', waiting: null })
  await feed.install()
  await client.query(`insert into things values (2, 'two')`)
  expect(await hints()).toEqual([{ object: 'things', id: '2' }])
})

test('a watched column that is renamed makes nobody fail', async () => {
  await client.query('alter table things rename id to number')
  await client.query(`insert into things values (1, 'one'); update things set name = 'two'; delete from things`)
  expect(await hints()).toEqual([])
  expect((await feed.inspect()).notes).toEqual(['Table things has no column id.'])
})

test('one statement is one line for each record, and a single one when it is about very many or all', async () => {
  await client.query('insert into things select i from generate_series(1, 5000) i')
  expect(await hints()).toHaveLength(5000)
  await client.query('delete from concordat_feedtest.change')
  await client.query('insert into things select i from generate_series(5001, 10001) i')
  expect(await hints()).toEqual([{ object: 'things', id: null }])
  await client.query('delete from concordat_feedtest.change')
  await client.query('truncate parts')
  expect(await hints()).toEqual([{ object: 'things', id: null }])
})

test('many lines of one parent, changed by one statement, are one hint', async () => {
  await client.query('insert into parts select 1, i from generate_series(1, 100) i')
  expect(await hints()).toEqual([{ object: 'things', id: '1' }])
  const { rows } = await client.query('select count(*)::int as n from concordat_feedtest.change')
  expect(rows).toEqual([{ n: 1 }])
})

test('what piled up while nobody listened is one batch that names no record, and a late commit is not lost with it', async () => {
  const late = new pg.Client({ connectionString: database.url })
  await late.connect()
  await late.query(`begin; insert into things values (-1, 'late')`)
  for (let i = 0; i < 5; i++)
    await client.query(`insert into things select i from generate_series(${i * 4500}, ${i * 4500 + 4499}) i`)
  const control = new AbortController()
  const seen: ChangeHint[][] = []
  for await (const batch of feed.listen(control.signal)) {
    seen.push([...batch.hints])
    await feed.acknowledge(batch.token)
    if (seen.length === 1) await late.query('commit')
    else control.abort()
  }
  expect(seen).toEqual([[{ object: 'things', id: null }], [{ object: 'things', id: '-1' }]])
  expect(await feed.inspect()).toMatchObject({ waiting: 0 })
  await late.end()
})

test('a trigger that somebody switched off or a contract that watches another table makes the feed incomplete', async () => {
  await client.query('alter table things disable trigger all')
  expect(await feed.inspect()).toMatchObject({ state: 'partial' })
  await feed.install()
  expect(await feed.inspect()).toMatchObject({ state: 'installed' })
  const fewer = await connector.feed!([{ object: 'things', id: 'id' }], 'feedtest')
  const { state, statements } = await fewer.inspect()
  expect(state).toBe('partial')
  expect(statements).toHaveLength(4)
  expect(statements.every((statement) => /^drop trigger .* on public\.parts$/.test(statement))).toBe(true)
})

test('init does not propose the tables of a feed', async () => {
  expect((await connector.introspect()).objects.map((object) => object.name).toSorted()).toEqual(['parts', 'things'])
})
