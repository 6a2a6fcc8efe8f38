import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Connector, ObjectSpec, RemoteObject, RemoteRecord, WriteResult } from '../../src/connector-kit/port.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { freshDatabase, urlOf } from '../harness/database.ts'
import type { TestDatabase } from '../harness/database.ts'

// What only PostgreSQL has, or does in its own way.

let database: TestDatabase
let client: pg.Client
let connector: Connector

beforeEach(async () => {
  database = await freshDatabase('postgres particulars')
  client = new pg.Client({ connectionString: database.url })
  client.on('error', () => {})
  await client.connect()
  connector = postgresKind.connect({ url: database.url })
})
afterEach(async () => {
  await connector.close()
  await client.end()
  await database.drop()
})

const ALL = { after: null, upTo: null }

async function gather<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}
async function all(object: RemoteObject): Promise<RemoteRecord[]> {
  return (await gather(object.scan(ALL, 100))).flat()
}
function open(object: string, more: Partial<ObjectSpec> = {}): Promise<RemoteObject> {
  return connector.open({ object, id: 'id', fields: [], ...more })
}
function kinds(results: readonly WriteResult[]): string[] {
  return results.map((result) => result.kind)
}
async function failureOf(work: Promise<unknown>): Promise<ConcordatError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof ConcordatError) return error
  throw new Error(`not a ConcordatError: ${String(error)}`)
}

describe('types', () => {
  test('every type prints as COPY prints it, and goes back as it printed', async () => {
    await client.query(`
      create type mood as enum ('glad', 'sad');
      create domain short as varchar(5) check (value <> 'never');
      create table t (id integer primary key, r real, d double precision, m money, i interval, ti time, tz timetz, ts timestamp(0),
        j json, jb jsonb, a integer[], ta text[], u uuid, ch char(4), by bytea, en mood, dom short, ip inet, x xml, ra int4range, bi bit(3), n numeric);
      insert into t values (1, 0.1, 1e-300, 12.5, '1 day 02:03', '10:00', '10:00+02', '2026-01-01 10:00', '{"a" : 1}', '{"b":2}', '{1,null}', '{"a,b",null,""}',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ab', '\\x00ff', 'sad', 'abc', '10.0.0.1/8', '<a/>', '[1,5)', B'101', 'NaN'); insert into t (id) values (2)`)
    const object = await open('t')
    expect(object.layout.columns).not.toContain('by')
    const [full, empty] = await all(object)
    expect(full!.values).toContain('{"a,b",NULL,""}')
    expect(empty!.values.slice(1).every((value) => value === null)).toBe(true)
    const set = Object.fromEntries(object.layout.columns.slice(1).map((name, i) => [name, full!.values[i + 1]!]))
    const results = await object.update([{ id: '2', expect: empty!.image, set }])
    expect(results).toMatchObject([{ kind: 'done' }])
    const [one, two] = await all(object)
    expect(two!.values.slice(1)).toEqual(one!.values.slice(1))
    expect(
      (await object.search([{ j: '{"a" : 1}', u: full!.values[object.layout.columns.indexOf('u')]! }]))[0],
    ).toHaveLength(2)
    const withBytes = await open('t', { fields: ['by'] })
    expect((await all(withBytes))[0]!.values[withBytes.layout.columns.indexOf('by')]).toBe('\\x00ff')
  })

  test('a text longer than its column is refused, never cut', async () => {
    await client.query(
      `create table t (id serial primary key, name varchar(3), code char(2)); insert into t values (1, 'abc', 'ab')`,
    )
    const object = await open('t')
    const [record] = await all(object)
    const results = await object.update([{ id: '1', expect: record!.image, set: { name: 'abcd' } }])
    expect(results).toMatchObject([{ kind: 'refused', error: { code: 'connector.rejected-value' } }])
    expect(kinds(await object.create([{ values: { code: 'abc' } }]))).toEqual(['refused'])
  })

  test('the settings of the user and of the server do not change how values print', async () => {
    await client.query(`create table t (id integer primary key, at timestamptz, on_day date, i interval);
      insert into t values (1, '2026-03-01 12:00+00', '2026-03-02', '1 day')`)
    await client.query(`alter database ${pg.escapeIdentifier(database.name)} set timezone = 'Asia/Tokyo'`)
    await client.query(`alter database ${pg.escapeIdentifier(database.name)} set datestyle = 'German'`)
    await client.query(`alter database ${pg.escapeIdentifier(database.name)} set intervalstyle = 'iso_8601'`)
    expect((await all(await open('t')))[0]!.values).toEqual(['1', '2026-03-01 12:00:00+00', '2026-03-02', '1 day'])
  })
})

describe('ids', () => {
  test('identity, sequence in an expression, uuid: reserved', async () => {
    await client.query(`
      create table always (id integer generated always as identity primary key, name text);
      create sequence numbers;
      create table coded (id text default 'C-' || lpad(nextval('numbers')::text, 5, '0') primary key, name text);
      create table uuids (id uuid default gen_random_uuid() primary key, name text)`)
    for (const [table, pattern] of [
      ['always', /^\d+$/],
      ['coded', /^C-\d{5}$/],
      ['uuids', /^[0-9a-f-]{36}$/],
    ] as const) {
      const object = await open(table)
      expect(object.capabilities.ids).toBe('reserved')
      const ids = await object.reserveIds(3)
      for (const id of ids) expect(id).toMatch(pattern)
      const results = await object.create(ids.map((id) => ({ id, values: { name: id } })))
      expect(results.map((result) => result.kind === 'done' && result.record!.id)).toEqual(ids)
      expect(kinds(await object.create([{ values: { name: 'counted' } }]))).toEqual(['done'])
      expect((await object.read([...ids, 'nonsense', ''])).length).toBe(3)
    }
  })

  test('ids that a trigger makes are assigned and come back in order', async () => {
    await client.query(`
      create table t (id text primary key, name text);
      create function number() returns trigger language plpgsql as $$ begin new.id := 'T' || new.name; return new; end $$;
      create trigger number before insert on t for each row execute function number()`)
    const object = await open('t')
    expect(object.capabilities.ids).toBe('assigned')
    const results = await object.create(['c', 'a', 'b'].map((name) => ({ values: { name } })))
    expect(results.map((result) => result.kind === 'done' && result.record!.id)).toEqual(['Tc', 'Ta', 'Tb'])
  })

  test('padded and case-insensitive ids stay what they are', async () => {
    await client.query(`create table t (id char(6) primary key); insert into t values ('AB'), ('ALFKI')`)
    const object = await open('t')
    const records = await all(object)
    expect(records.map((record) => record.id)).toEqual(['AB    ', 'ALFKI '])
    expect((await object.read(records.map((record) => record.id))).map((record) => record.id).toSorted()).toEqual([
      'AB    ',
      'ALFKI ',
    ])
    expect(kinds(await object.delete(records.map((record) => ({ id: record.id, expect: record.image }))))).toEqual([
      'done',
      'done',
    ])
  })

  test('ids of other types: a date that is none is absent, not an error', async () => {
    await client.query(`create table t (id date primary key); insert into t values ('2026-01-01')`)
    expect((await (await open('t')).read(['nonsense', '2026-01-01', '2026-02-31'])).map((record) => record.id)).toEqual(
      ['2026-01-01'],
    )
  })
})

describe('changed-at columns', () => {
  test.each([
    ['timestamp', '2026-01-01 00:00:00', '2026-01-01 00:00:01', 'infinity'],
    ['date', '2026-01-01', '2026-01-02', '-infinity'],
    ['bigint', '41', '42', null],
    ['numeric', '41.5', '42', null],
  ])('%s', async (type, older, newer, odd) => {
    await client.query(`create table t (id serial primary key, at ${type})`)
    await client.query('insert into t (at) values ($1), ($1), (null), ($2)', [older, odd])
    const object = await open('t', { changedAt: 'at' })
    const cursor = await object.now()
    expect(cursor).toEqual({ at: older, id: '2' })
    await client.query('update t set at = $1 where id = 1', [newer])
    const pages = await gather(object.changedSince(cursor, 0, 10))
    expect(pages.flatMap((page) => page.records.map((record) => record.id))).toEqual(['2', '1'])
    expect(pages.at(-1)!.cursor).toEqual({ at: newer, id: '1' })
  })

  test('an empty table gives a cursor before everything', async () => {
    for (const type of ['timestamptz', 'timestamp', 'date', 'integer']) {
      await client.query(`drop table if exists t; create table t (id serial primary key, at ${type})`)
      const object = await open('t', { changedAt: 'at' })
      const cursor = await object.now()
      await client.query(`insert into t (at) values (${type === 'integer' ? '1' : "'1990-01-01'"})`)
      expect((await gather(object.changedSince(cursor, 60_000, 10))).flatMap((page) => page.records)).toHaveLength(1)
    }
  })

  test('a text is no time of change', async () => {
    await client.query('create table t (id serial primary key, at text)')
    expect((await failureOf(open('t', { changedAt: 'at' }))).code).toBe('connector.unsupported')
  })
})

describe('writing', () => {
  test('computed columns are left out of a restore', async () => {
    await client.query(
      'create table t (id serial primary key, a integer, twice integer generated always as (a * 2) stored)',
    )
    const object = await open('t')
    const [created] = await object.create([{ id: '7', values: { id: '7', a: '4', twice: '999' } }])
    expect(created).toMatchObject({ kind: 'done', record: { id: '7', image: '7\t4\t8' } })
    const image = created!.kind === 'done' ? created!.record!.image : ''
    expect(await object.update([{ id: '7', expect: image, set: { twice: '1' } }])).toMatchObject([{ kind: 'refused' }])
  })

  test('a record that a trigger refuses or drops is refused; its text is not repeated', async () => {
    await client.query(`
      create table t (id serial primary key, name text);
      create function judge() returns trigger language plpgsql as $$ begin
        if new.name = 'dropped' then return null; end if;
        if new.name = 'raised' then raise exception 'no % here', new.name; end if;
        return new; end $$;
      create trigger judge before insert or update on t for each row execute function judge()`)
    const object = await open('t')
    const names = ['a', 'raised', 'b', 'dropped', 'c']
    const ids = await object.reserveIds(5)
    const created = await object.create(names.map((name, i) => ({ id: ids[i]!, values: { name } })))
    expect(kinds(created)).toEqual(['done', 'refused', 'done', 'refused', 'done'])
    expect(created[1]!.kind === 'refused' && created[1]!.error.message).toMatch(/judge/)
    expect(created[1]!.kind === 'refused' && created[1]!.error.message).not.toMatch(/raised/)
    const records = await all(object)
    const updated = await object.update(
      records.map((record, i) => ({
        id: record.id,
        expect: record.image,
        set: { name: ['raised', 'dropped', 'd'][i]! },
      })),
    )
    expect(kinds(updated)).toEqual(['refused', 'refused', 'done'])
  })

  test('deferred constraints are judged record by record', async () => {
    await client.query(`create table p (id integer primary key); insert into p values (1);
      create table t (id serial primary key, p integer references p deferrable initially deferred)`)
    const object = await open('t')
    expect(kinds(await object.create(['1', '2', '1'].map((p) => ({ values: { p } }))))).toEqual([
      'done',
      'refused',
      'done',
    ])
  })

  test('a view that can be written is read and written; row security takes the other way in', async () => {
    await client.query(`create table t (id serial primary key, name text, tenant text default 'one');
      create view v as select id, name from t;
      alter table t enable row level security; alter table t force row level security;
      create policy p on t using (true) with check (tenant = 'one');
      drop role if exists concordat_limited; create role concordat_limited login password 'limited';
      grant all on all tables in schema public to concordat_limited; grant all on all sequences in schema public to concordat_limited`)
    const url = new URL(database.url)
    url.username = 'concordat_limited'
    url.password = 'limited'
    const limited = postgresKind.connect({ url: url.href })
    try {
      const table = await limited.open({ object: 't', id: 'id', fields: [] })
      const ids = await table.reserveIds(3)
      const created = await table.create(
        ['one', 'two', 'one'].map((tenant, i) => ({ id: ids[i]!, values: { name: tenant, tenant } })),
      )
      expect(kinds(created)).toEqual(['done', 'refused', 'done'])
      const view = await limited.open({ object: 'v', id: 'id', fields: ['name'] })
      expect(view.capabilities).toMatchObject({ ids: 'assigned', guard: 'atomic' })
      expect(kinds(await view.create([{ values: { name: 'x' } }, { values: { name: 'y' } }]))).toEqual(['done', 'done'])
      const [first] = await all(view)
      expect(await view.update([{ id: first!.id, expect: first!.image, set: { name: 'z' } }])).toMatchObject([
        { kind: 'done' },
      ])
      expect((await all(view)).map((record) => record.values[1])).toEqual(['z', 'one', 'x', 'y'])
    } finally {
      await limited.close()
      await client.query('drop owned by concordat_limited; drop role concordat_limited')
    }
  })

  test('deletes with many bad records among many good ones end', async () => {
    await client.query(`create table p (id serial primary key); create table c (p integer references p);
      insert into p select from generate_series(1, 300); insert into c select i * 3 from generate_series(1, 100) i`)
    const object = await open('p')
    const results = await object.delete((await all(object)).map((record) => ({ id: record.id, expect: record.image })))
    expect(kinds(results).filter((kind) => kind === 'refused')).toHaveLength(100)
    expect((await all(object)).length).toBe(100)
  })
})

describe('faults', () => {
  /** Sessions of this test's connector; other tests share the server. */
  const OURS = `application_name = 'concordat' and datname = current_database()`
  const terminate = () => client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${OURS}`)

  test('a connection that breaks while reading is unreachable; the next call has a new one', async () => {
    await client.query(
      `create table t (id serial primary key, name text); insert into t (name) select repeat('x', 1000) from generate_series(1, 50000)`,
    )
    const object = await open('t')
    const reading = async () => {
      let pages = 0
      for await (const _ of object.scan(ALL, 100)) if (++pages === 3) await terminate()
    }
    expect(await failureOf(reading())).toMatchObject({ code: 'connector.unreachable', retry: 'later' })
    await terminate()
    expect((await object.read(['1'])).length).toBe(1)
  })

  test('a database that is closed to connections is unreachable, until it is open again', async () => {
    await client.query(`create table t (id serial primary key, name text); insert into t (name) values ('x')`)
    const object = await open('t')
    const outside = new pg.Client({ connectionString: urlOf('postgres') })
    await outside.connect()
    const allow = (yes: boolean) =>
      outside.query(`alter database ${pg.escapeIdentifier(database.name)} with allow_connections ${String(yes)}`)
    await allow(false)
    await terminate()
    const unreachable = { code: 'connector.unreachable', retry: 'later' }
    // The first may still meet the connection that was cut.
    expect(await failureOf(object.read(['1']))).toMatchObject(unreachable)
    const refused = await failureOf(open('t'))
    expect(refused).toMatchObject(unreachable)
    expect(refused.message).toContain('accepts no connections (55000)')
    await allow(true)
    await outside.end()
    expect((await object.read(['1'])).length).toBe(1)
  })

  test('L16 a connection that breaks before the commit leaves nothing behind, and says that it is unreachable', async () => {
    await client.query(`create table t (id serial primary key, name text);
      create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return new; end $$;
      create trigger slow before insert on t for each row execute function slow()`)
    const object = await open('t')
    const writing = failureOf(object.create([{ id: '1', values: { name: 'x' } }]))
    await expect
      .poll(
        async () =>
          (await client.query(`select from pg_stat_activity where ${OURS} and query like 'copy%' and state = 'active'`))
            .rowCount,
      )
      .toBe(1)
    await terminate()
    expect((await writing).code).toBe('connector.unreachable')
    expect(await all(object)).toEqual([])
  })

  test('L16 a connection that breaks during the commit is a lost response', async () => {
    await client.query(`create table t (id serial primary key, name text);
      create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return new; end $$`)
    const object = await open('t')
    // A trigger that runs at commit, although constraints are made immediate: it is queued by the trigger of the first.
    await client.query(`create table log (id serial primary key);
      create constraint trigger slow after insert on log deferrable initially deferred for each row execute function slow()`)
    await client.query(`create function note() returns trigger language plpgsql as $$ begin set constraints all deferred; insert into log default values; return new; end $$;
      create constraint trigger note after insert on t deferrable initially deferred for each row execute function note()`)
    const writing = failureOf(object.create([{ id: '1', values: { name: 'x' } }]))
    await expect
      .poll(
        async () =>
          (await client.query(`select from pg_stat_activity where ${OURS} and query = 'commit' and state = 'active'`))
            .rowCount,
        { timeout: 3000 },
      )
      .toBe(1)
    await terminate()
    expect(await writing).toMatchObject({ code: 'connector.lost-response', retry: 'later' })
  })

  test('a column that vanishes under an open object is a changed schema', async () => {
    await client.query('create table t (id serial primary key, name text); insert into t (name) values (1)')
    const object = await open('t')
    await client.query('alter table t drop column name')
    expect((await failureOf(all(object))).code).toBe('connector.schema-changed')
    expect((await failureOf(object.create([{ id: '9', values: { name: 'x' } }]))).code).toBe('connector.schema-changed')
  })

  test('a missing right is named', async () => {
    await client.query(`create table t (id serial primary key); create role concordat_nobody login password 'nobody'`)
    const url = new URL(database.url)
    url.username = 'concordat_nobody'
    url.password = 'nobody'
    const poor = postgresKind.connect({ url: url.href })
    try {
      expect((await poor.test()).notes.join(' ')).toMatch(/1 of 1 tables .* cannot be read/)
      expect((await failureOf(poor.open({ object: 't', id: 'id', fields: [] }))).code).toBe('connector.forbidden')
    } finally {
      await poor.close()
      await client.query('drop role concordat_nobody')
    }
  })

  test('a URL that is none is refused without being repeated', () => {
    for (const url of ['', 'mysql://u:secret@h/d', 'postgres://u:se cret@:x:/d', 'secret']) {
      expect(() => postgresKind.connect({ url })).toThrow(/not a PostgreSQL connection URL/)
      expect(() => postgresKind.connect({ url })).not.toThrow(/secret|se cret/)
    }
  })
})

test('a table without statistics is read and written by its index', async () => {
  await client.query(
    `create table t (id bigint primary key, name text) with (autovacuum_enabled = off); insert into t select i, 'x' from generate_series(1, 300000) i`,
  )
  const object = await open('t')
  const ids = Array.from({ length: 1000 }, (_, i) => String(1 + i * 299))
  const start = performance.now()
  const records = await object.read(ids)
  const results = await object.update(
    records.map((record) => ({ id: record.id, expect: record.image, set: { name: 'y' } })),
  )
  expect(kinds(results).every((kind) => kind === 'done')).toBe(true)
  expect(performance.now() - start).toBeLessThan(1500)
})

test('child rows without an index on their parent do not make reads and writes crawl', async () => {
  await client.query(`create table orders (id bigint primary key, no text); insert into orders select i, 'O' || i from generate_series(1, 20000) i;
    create table items (id bigserial primary key, order_id bigint references orders, sku text);
    insert into items (order_id, sku) select 1 + i % 20000, 'S' || i from generate_series(1, 60000) i`)
  const object = await connector.open({
    object: 'orders',
    id: 'id',
    fields: ['no'],
    lines: [{ name: 'items', object: 'items', parent: 'order_id', fields: ['sku'] }],
  })
  const start = performance.now()
  const records = await object.read(Array.from({ length: 1000 }, (_, i) => String(i * 20 + 1)))
  expect(JSON.parse(records[0]!.values[2]!)).toHaveLength(3)
  const results = await object.update(
    records.map((record) => ({ id: record.id, expect: record.image, set: { no: 'x' } })),
  )
  expect(kinds(results).every((kind) => kind === 'done')).toBe(true)
  expect(performance.now() - start).toBeLessThan(5000)
})
