import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeMariaDb, type MariaDb } from '../harness/mariadb.ts'
import { openPair, type Pair } from './pair.ts'

/* Bytes arrive byte for byte, whatever kind of column holds them, and no bytes at all are not the same as no value. */

const FLOW = {
  records: {
    erp: { table: 'products', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'items', id: 'id', changed_at: 'updated_at' },
  },
  match: [['sku']],
  fields: {
    sku: { type: 'text', required: true, erp: 'sku', crm: 'sku' },
    picture: { type: 'binary', master: 'shared', on_conflict: 'newest', erp: 'picture', crm: 'picture' },
  },
}
const pg = (table: string) =>
  `create table ${table} (id serial primary key, sku varchar(40) not null, picture bytea, updated_at timestamptz not null default clock_timestamp());`
const maria = (table: string, type: string) =>
  `create table ${table} (id int auto_increment primary key, sku varchar(40) not null, picture ${type} null, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));`
const PNG = Buffer.from('89504E470D0A1A0A00FF5C0927', 'hex')

const bytesOf = async (system: Pair['crm'], table: string): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await system.sql<{ sku: string; picture: Buffer | null }>(`select sku, picture from ${table} order by sku`)).map(
      ({ sku, picture }) => [sku, picture === null ? null : picture.toString('hex')],
    ),
  )

function suite(
  where: string,
  made: (table: string) => { sql: string; on?: MariaDb },
  placeholder: (n: number) => string,
) {
  test(`${where}: the same picture is equal, and others arrive byte for byte in both directions`, async () => {
    const pair = await openPair({ sql: pg('products') }, made('items'), FLOW)
    const insert = `insert into items (sku, picture) values (${placeholder(1)}, ${placeholder(2)})`
    await pair.crm.sql(insert, 'A', PNG)
    await pair.crm.sql(insert, 'B', Buffer.from('00FF10', 'hex'))
    await pair.crm.sql(insert, 'E', Buffer.alloc(0))
    await pair.crm.sql(insert, 'N', null)
    await pair.erp.sql(`insert into products (sku, picture) values ('A', $1)`, PNG)
    await pair.erp.sql(
      `insert into products (sku, picture) values ('C', $1), ('Z', $2)`,
      Buffer.from('\\x41'),
      Buffer.alloc(0),
    )
    expect(await pair.run()).toMatchObject({ status: 'done', linked: 1, updated: 0, created: 5 })
    const all = { A: PNG.toString('hex'), B: '00ff10', C: '5c783431', E: '', N: null, Z: '' }
    expect(await bytesOf(pair.erp, 'products')).toEqual(all)
    expect(await bytesOf(pair.crm, 'items')).toEqual(all)
    await pair.rest()

    await pair.erp.sql(`update products set picture = '\\xdeadbeef', updated_at = clock_timestamp() where sku = 'A'`)
    await pair.erp.sql(`update products set picture = null, updated_at = clock_timestamp() where sku = 'B'`)
    await pair.erp.sql(`update products set picture = '', updated_at = clock_timestamp() where sku = 'C'`)
    await pair.run()
    expect(await bytesOf(pair.crm, 'items')).toEqual({ ...all, A: 'deadbeef', B: null, C: '' })
    await pair.rest()
  })

  test(`${where}: large pictures, too`, async () => {
    const pair = await openPair({ sql: pg('products') }, made('items'), FLOW)
    // In hexadecimal digits more than MariaDB lets a value be.
    const size = where === 'bytea' ? 2_000_000 : 8_500_000
    const [one, other] = [randomBytes(size), randomBytes(size)]
    await pair.crm.sql(`insert into items (sku, picture) values (${placeholder(1)}, ${placeholder(2)})`, 'A', one)
    await pair.erp.sql(`insert into products (sku, picture) values ('B', $1)`, other)
    expect(await pair.run()).toMatchObject({ status: 'done', created: 2 })
    const [erp, crm] = [await bytesOf(pair.erp, 'products'), await bytesOf(pair.crm, 'items')]
    expect(erp['A'] === one.toString('hex')).toBe(true)
    expect(crm['B'] === other.toString('hex')).toBe(true)
    expect(await pair.run()).toMatchObject({ updated: 0, created: 0 })
  })

  test(`${where}: L14 a picture is restored with its record`, async () => {
    const pair = await openPair({ sql: pg('products') }, made('items'), FLOW)
    await pair.erp.sql(`insert into products (sku, picture) values ('A', $1)`, PNG)
    await pair.run()
    await pair.crm.sql('delete from items')
    expect(await pair.run()).toMatchObject({ status: 'done', created: 1 })
    expect(await bytesOf(pair.crm, 'items')).toEqual({ A: PNG.toString('hex') })
    await pair.rest()
  })
}

suite(
  'bytea',
  (table) => ({ sql: pg(table) }),
  (n) => `$${n}`,
)
describeMariaDb('MariaDB', (server) => {
  suite(
    'longblob',
    (table) => ({ sql: maria(table, 'longblob'), on: server() }),
    () => '?',
  )

  test('varbinary, and fixed bytes; what is no hexadecimal text is refused and not made NULL', async () => {
    const flow = { ...FLOW, fields: { ...FLOW.fields, hash: { type: 'binary', erp: 'hash', crm: 'hash' } } }
    const pair = await openPair(
      {
        sql: `${pg('products')} alter table products add hash bytea; insert into products (sku, picture, hash) values ('A', '\\x0001', '\\x00112233445566778899aabbccddeeff')`,
      },
      { sql: `${maria('items', 'varbinary(8)')} alter table items add hash binary(16)`, on: server() },
      flow,
    )
    await pair.run()
    expect(await pair.crm.column('select hex(hash) from items')).toEqual(['00112233445566778899AABBCCDDEEFF'])
    expect(await bytesOf(pair.crm, 'items')).toEqual({ A: '0001' })
    await pair.rest()
    await pair.erp.sql(`update products set picture = '\\x000102030405060708', updated_at = clock_timestamp()`)
    expect(await pair.run()).toMatchObject({ status: 'waiting' })
    expect(await bytesOf(pair.crm, 'items')).toEqual({ A: '0001' })
  })

  test('ids of bytes, and what refers to them', async () => {
    const pair = await openPair(
      {
        sql: `create table products (id binary(16) primary key default (unhex(replace(uuid(), '-', ''))), sku varchar(40) not null, parent binary(16) null, updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));
          insert into products (id, sku, parent) values (unhex('00112233445566778899AABBCCDDEEFF'), 'A', null), (unhex('FF112233445566778899AABBCCDDEEFF'), 'B', unhex('00112233445566778899AABBCCDDEEFF'))`,
        on: server(),
      },
      {
        sql: `create table items (id serial primary key, sku text not null, parent int references items, updated_at timestamptz not null default clock_timestamp())`,
      },
      {
        records: FLOW.records,
        match: FLOW.match,
        fields: { sku: FLOW.fields.sku, parent: { type: 'reference(things)', erp: 'parent', crm: 'parent' } },
      },
    )
    expect(await pair.run()).toMatchObject({ status: 'done', created: 2 })
    expect(
      await pair.crm.sql('select i.sku, p.sku as parent from items i left join items p on p.id = i.parent order by 1'),
    ).toEqual([
      { sku: 'A', parent: null },
      { sku: 'B', parent: 'A' },
    ])
    await pair.crm.sql(`update items set parent = null, updated_at = clock_timestamp()`)
    await pair.run()
    await pair.rest()
  })

  test('bytes in lines', async () => {
    const pair = await openPair(
      {
        sql: `${pg('products')} create table photos (id serial primary key, product_id int not null, no int not null, photo bytea);
          insert into products (sku) values ('A'); insert into photos (product_id, no, photo) values (1, 1, '\\x00ff'), (1, 2, ''), (1, 3, null)`,
      },
      {
        sql: `${maria('items', 'blob')} create table shots (id int auto_increment primary key, item_id int not null, no int not null, photo blob null)`,
        on: server(),
      },
      {
        ...FLOW,
        fields: {
          sku: FLOW.fields.sku,
          photos: {
            type: 'lines',
            key: ['no'],
            erp: { table: 'photos', parent: 'product_id' },
            crm: { table: 'shots', parent: 'item_id' },
            fields: {
              no: { type: 'integer', required: true, erp: 'no', crm: 'no' },
              photo: { type: 'binary', erp: 'photo', crm: 'photo' },
            },
          },
        },
      },
    )
    await pair.run()
    expect(await pair.crm.column('select hex(photo) from shots order by no')).toEqual(['00FF', '', null])
    await pair.rest()
    await pair.erp.sql(
      `update photos set photo = '\\xabcdef' where no = 2; update products set updated_at = clock_timestamp()`,
    )
    await pair.run()
    expect(await pair.crm.column('select hex(photo) from shots order by no')).toEqual(['00FF', 'ABCDEF', null])
    await pair.rest()
  })
})
