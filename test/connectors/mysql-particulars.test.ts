import mysql from 'mysql2/promise'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Connector, ObjectSpec, RemoteObject, RemoteRecord, WriteResult } from '../../src/connector-kit/port.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import type { MariaDbDatabase } from '../harness/mariadb.ts'

// What only MySQL and MariaDB have, or do in their own way.

const ALL = { after: null, upTo: null }

describeMariaDb('particulars of MySQL', (server) => {
  let database: MariaDbDatabase
  let client: mysql.Connection
  let connector: Connector

  beforeEach(async () => {
    database = await server().freshDatabase('particulars')
    client = await mysql.createConnection({ uri: database.url, charset: 'utf8mb4', multipleStatements: true })
    await client.query("set sql_mode = '', time_zone = '+00:00'")
    connector = mysqlKind.connect({ url: database.url })
  })
  afterEach(async () => {
    await connector.close()
    await client.end()
    await database.drop()
  })

  async function gather<T>(pages: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = []
    for await (const page of pages) found.push(page)
    return found
  }
  const all = async (object: RemoteObject): Promise<RemoteRecord[]> => (await gather(object.scan(ALL, 100))).flat()
  const open = (object: string, more: Partial<ObjectSpec> = {}) =>
    connector.open({ object, id: 'id', fields: [], ...more })
  const kinds = (results: readonly WriteResult[]) => results.map((result) => result.kind)
  const failureOf = async (work: Promise<unknown>): Promise<ConcordatError> => {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error instanceof ConcordatError) return error
    throw new Error(`not a ConcordatError: ${String(error)}`)
  }

  test('L34 whoever waits for writes waits for those in place, also a user who may only read and write rows', async () => {
    await client.query(`
      create table t (id int auto_increment primary key, name varchar(20));
      drop user if exists app@'127.0.0.1'; create user app@'127.0.0.1' identified by 'apppw';
      grant select, insert, update, delete on ${database.name}.* to app@'127.0.0.1'`)
    const url = new URL(database.url)
    url.username = 'app'
    url.password = 'apppw'
    const [writer, other] = [mysqlKind.connect({ url: url.href }), mysqlKind.connect({ url: url.href })]
    const [table, seen] = [
      await writer.open({ object: 't', id: 'id', fields: [] }),
      await other.open({ object: 't', id: 'id', fields: [] }),
    ]
    const steps: string[] = []
    const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>()
    const { promise: inPlace, resolve: arrived } = Promise.withResolvers<void>()
    const write = table
      .create([{ values: { name: 'Ada' } }], () => (arrived(), mayCommit))
      .then(() => steps.push('committed'))
    await inPlace
    // Others may write meanwhile; they do not wait for one another.
    await seen.create([{ values: { name: 'Ida' } }], async () => {})
    const wait = seen.awaitWrites!().then(async () => steps.push(`${(await all(seen)).length} rows`))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(steps).toEqual([])
    letCommit()
    await Promise.all([write, wait])
    expect(steps).toEqual(['committed', '2 rows'])
    // Nothing is kept from the next one.
    await seen.awaitWrites!()
    const refused = new ConcordatError('engine.lease-lost', 'No.', {})
    expect(
      await failureOf(Promise.resolve(table.create([{ values: { name: 'Eve' } }], () => Promise.reject(refused)))),
    ).toBe(refused)
    await seen.awaitWrites!()
    expect(await all(seen)).toHaveLength(2)
    await writer.close()
    await other.close()
  })

  describe('types', () => {
    test('every type prints as the server prints it, and goes back as it printed', async () => {
      await client.query(`
        create table t (id int primary key, b bit(1), b8 bit(8), tiny tinyint(1), u bigint unsigned, f float, d double, n decimal(20, 5), y year, ti time(3),
          dt datetime(6), ts timestamp null, zero date, e enum('x', 'y z'), s set('p', 'q'), j json, tx text, bin varbinary(10), l varchar(10) character set latin1,
          total int as (n * 2) stored);
        insert into t (id, b, b8, tiny, u, f, d, n, y, ti, dt, ts, zero, e, s, j, tx, bin, l) values (1, 1, 5, 1, 18446744073709551615, 0.5, 1e-300, 12.5, 2026, '10:00:00.5',
          '2026-03-01 12:00:00.000001', '2026-03-01 12:00:00', '0000-00-00', 'y z', 'p,q', '{"a": 1}', 'Zoë 😀', x'00ff', 'é');
        insert into t (id) values (2)`)
      const object = await open('t')
      const [full, empty] = await all(object)
      expect(object.layout.columns).not.toContain('bin')
      const value = (name: string) => full!.values[object.layout.columns.indexOf(name)]
      expect(['b', 'b8', 'tiny', 'u', 'n', 'dt', 'ts', 'zero', 'tx', 'l', 'total'].map(value)).toEqual([
        '1',
        '5',
        '1',
        '18446744073709551615',
        '12.50000',
        '2026-03-01 12:00:00.000001',
        '2026-03-01 12:00:00+00',
        '0000-00-00',
        'Zoë 😀',
        'é',
        '25',
      ])
      const names = object.layout.columns.filter((name) => name !== 'id' && name !== 'total')
      const set = Object.fromEntries(names.map((name) => [name, value(name)!]))
      expect(await object.update([{ id: '2', expect: empty!.image, set }])).toMatchObject([{ kind: 'done' }])
      const [one, two] = await all(object)
      expect(two!.values.slice(1)).toEqual(one!.values.slice(1))
      const restored = await object.create([
        { id: '3', values: Object.fromEntries(object.layout.columns.map((name, i) => [name, one!.values[i]!])) },
      ])
      expect(restored).toMatchObject([{ kind: 'done', record: { id: '3' } }])
      const withBytes = await open('t', { fields: ['bin'] })
      expect((await all(withBytes))[0]!.values[withBytes.layout.columns.indexOf('bin')]).toBe('00FF')
    })

    test('nothing is cut or changed silently, whatever the mode of the server', async () => {
      await client.query(`create table t (id int primary key, name varchar(3), n tinyint, l varchar(10) character set latin1, old varchar(10) character set utf8mb3);
        insert into t values (1, 'abc', 1, 'x', 'y')`)
      const object = await open('t')
      const [record] = await all(object)
      const sets = [{ name: 'abcd' }, { n: '300' }, { n: 'abc' }, { n: '' }, { l: 'Ж' }, { old: '😀' }]
      for (const set of sets) {
        expect(await object.update([{ id: '1', expect: record!.image, set }])).toMatchObject([
          { kind: 'refused', error: { code: 'connector.rejected-value' } },
        ])
      }
      expect((await all(object))[0]!.image).toBe(record!.image)
    })

    test('booleans and instants are taken in the ways that others write them', async () => {
      await client.query('create table t (id int primary key, yes boolean, at timestamp(6) null, local datetime)')
      const object = await open('t')
      const results = await object.create([
        { id: '1', values: { yes: 't', at: '2026-03-01T14:00:00.5+02:00', local: '2026-03-01T12:00:00Z' } },
        { id: '2', values: { yes: 'false', at: '2026-03-01 12:00:00+00' } },
      ])
      expect(results.map((result) => result.kind === 'done' && result.record!.values)).toEqual([
        ['1', '1', '2026-03-01 12:00:00.500000+00', '2026-03-01 12:00:00'],
        ['2', '0', '2026-03-01 12:00:00.000000+00', null],
      ])
    })
  })

  describe('ids', () => {
    test('ids that differ only by case or trailing blanks are not the same id', async () => {
      await client.query(
        `create table t (id varchar(20) collate utf8mb4_general_ci primary key, name varchar(9)); insert into t values ('ABC', 'x')`,
      )
      const object = await open('t', { fields: ['id'] })
      expect(object.capabilities.ids).toBe('given')
      expect(await object.read(['abc', 'ABC '])).toEqual([])
      expect(await object.update([{ id: 'abc', expect: 'abc\tx', set: { name: 'y' } }])).toMatchObject([
        { kind: 'conflict', current: null },
      ])
    })

    test('unsigned ids of 64 bits are ordered and found', async () => {
      await client.query(
        `create table t (id bigint unsigned primary key); insert into t values (18446744073709551615), (9), (10), (9223372036854775808)`,
      )
      const object = await open('t')
      const records = (await gather(object.scan(ALL, 1))).flat()
      expect(records.map((record) => record.id)).toEqual(['9', '10', '9223372036854775808', '18446744073709551615'])
      expect(
        (await object.read(['18446744073709551615', '18446744073709551616', '-1'])).map((record) => record.id),
      ).toEqual(['18446744073709551615'])
    })

    test('a steps of auto_increment larger than one is honoured', async () => {
      await client.query(
        'create table t (id int auto_increment primary key, name varchar(9)); set global auto_increment_increment = 5',
      )
      try {
        const object = await open('t')
        const results = await object.create(Array.from({ length: 90 }, (_, i) => ({ values: { name: `n${i}` } })))
        expect(results.map((result) => result.kind === 'done' && result.record!.values[1])).toEqual(
          Array.from({ length: 90 }, (_, i) => `n${i}`),
        )
      } finally {
        await client.query('set global auto_increment_increment = 1')
      }
    })
  })

  describe('changed-at columns', () => {
    test.each([
      ['datetime', '2026-01-01 00:00:00', '2026-01-01 00:00:01'],
      ['timestamp', '2026-01-01 00:00:00+00', '2026-01-01 00:00:01+00'],
      ['date', '2026-01-01', '2026-01-02'],
      ['bigint', '41', '42'],
    ])('%s', async (type, older, newer) => {
      await client.query(`create table t (id int auto_increment primary key, at ${type} null)`)
      const object = await open('t', { changedAt: 'at' })
      const beginning = await object.now()
      const plain = (text: string) => text.replace('+00', '')
      await client.query('insert into t (at) values (?), (?), (null), (0)', [plain(older), plain(older)])
      const cursor = await object.now()
      expect(cursor).toEqual({ at: older, id: '2' })
      await client.query('update t set at = ? where id = 1', [plain(newer)])
      const ids = async (from: typeof cursor) =>
        (await gather(object.changedSince(from, 0, 1))).flatMap((page) => page.records.map((record) => record.id))
      expect(await ids(cursor)).toEqual(['2', '1'])
      expect((await ids(beginning)).filter((id) => id !== '4')).toEqual(['2', '1'])
      expect((await gather(object.changedSince(cursor, 0, 1))).at(-1)!.cursor).toEqual({ at: newer, id: '1' })
    })

    test('leaving the changes early leaves the connector usable', async () => {
      await client.query(
        'create table t (id int auto_increment primary key, at datetime); insert into t (at) select now() from seq_1_to_20000',
      )
      const object = await open('t', { changedAt: 'at' })
      for (let i = 0; i < 12; i++) {
        for await (const page of object.changedSince({ at: '2000-01-01 00:00:00', id: '' }, 0, 10)) {
          expect(page.records).toHaveLength(10)
          break
        }
      }
      expect(await object.estimate()).toBe(20_000)
    })
  })

  test('a table without transactions is written record by record, and says that its guard is weak', async () => {
    await client.query('create table t (id int auto_increment primary key, name varchar(3) not null) engine = MyISAM')
    const object = await open('t')
    expect(object.capabilities).toMatchObject({ guard: 'weak', atomicBatch: false })
    expect((await connector.test()).notes.join(' ')).toMatch(/1 of 1 tables/)
    expect(kinds(await object.create(['a', 'long one', 'b'].map((name) => ({ values: { name } }))))).toEqual([
      'done',
      'refused',
      'done',
    ])
    expect((await all(object)).map((record) => record.values[1])).toEqual(['a', 'b'])
  })

  test('a broken connection is unreachable; the next call has a new one', async () => {
    await client.query(
      `create table t (id int auto_increment primary key, at datetime, name text);
        insert into t (at, name) select now(), repeat('x', 1000) from seq_1_to_50000`,
    )
    const object = await open('t', { changedAt: 'at' })
    const kill = async () => {
      const [rows] = await client.query<mysql.RowDataPacket[]>(
        'select id from information_schema.processlist where db = database() and id <> connection_id()',
      )
      for (const row of rows) await client.query(`kill ${row['id']}`).catch(() => {})
    }
    const reading = async () => {
      let pages = 0
      for await (const _ of object.changedSince({ at: '2000-01-01 00:00:00', id: '' }, 0, 100))
        if (++pages === 3) await kill()
    }
    expect(await failureOf(reading())).toMatchObject({ code: 'connector.unreachable', retry: 'later' })
    expect((await object.read(['1'])).length).toBe(1)
    await client.query('alter table t drop column at')
    expect((await failureOf(object.read(['1']))).code).toBe('connector.schema-changed')
  })

  test('a URL that is none is refused without being repeated', () => {
    for (const url of ['', 'postgres://u:secret@h/d', 'mysql://u:secret@h', 'mysql://u:%zzsecret@h/d', 'secret']) {
      expect(() => mysqlKind.connect({ url })).toThrow(/not a MySQL connection URL/)
      expect(() => mysqlKind.connect({ url })).not.toThrow(/secret/)
    }
  })
})
