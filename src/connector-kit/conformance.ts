import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { ConcordatError } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { decodeImage, encodeImage } from '../model/image.ts'
import type { Raw } from '../model/value.ts'
import { ODD_COLUMN, ODD_TABLE } from './conformance-system.ts'
import type { ConformanceRunner, ConformanceSystem } from './conformance-system.ts'
import type {
  Connector,
  CreateItem,
  Cursor,
  KeyRange,
  ObjectSpec,
  RemoteObject,
  RemoteRecord,
  WriteResult,
} from './port.ts'

/*
 * What every connector must do, as tests against a real system. A connector is done when this passes.
 */

const CUSTOMERS: ObjectSpec = {
  object: 'customers',
  id: 'id',
  changedAt: 'updated_at',
  fields: ['name', 'vat', 'email', 'country', 'credit', 'exact', 'active', 'born', 'note'],
}
const WITH_LINES: ObjectSpec = {
  ...CUSTOMERS,
  lines: [
    { name: 'items', object: 'customer_lines', parent: 'customer_id', fields: ['sku', 'quantity', 'done'] },
    { name: 'parts', object: 'customer_parts', parent: 'customer_id', fields: ['sku'] },
  ],
}
const ALL: KeyRange = { after: null, upTo: null }
const NOON = '2026-03-01 12:00:00'

/** Runs the suite with the functions of a test runner. `make` is called once. */
export function connectorConformance(
  name: string,
  runner: ConformanceRunner,
  make: () => Promise<ConformanceSystem>,
): void {
  const { describe, test, beforeAll, afterAll, beforeEach } = runner
  describe(`${name} connector`, () => {
    let system: ConformanceSystem
    let connector: Connector
    beforeAll(async () => {
      system = await make()
      connector = system.connect()
    }, 120_000)
    afterAll(async () => {
      await connector?.close()
      await system?.close()
    })
    beforeEach(async () => {
      await system.reset()
      await system.insert('countries', { code: 'ES', name: 'Spain' })
      await system.insert('countries', { code: 'FR', name: 'France' })
    })

    const customer = (i: number, row: Readonly<Record<string, Raw>> = {}) =>
      system.insert('customers', { name: `Customer ${i}`, vat: `ES${i}`, updated_at: NOON, ...row })
    const customers = async (count: number) => {
      for (let i = 1; i <= count; i++) await customer(i)
    }
    const open = (spec: ObjectSpec = CUSTOMERS) => connector.open(spec)
    const newItems = async (object: RemoteObject, rows: readonly Omit<CreateItem, 'id'>[]): Promise<CreateItem[]> => {
      if (object.capabilities.ids !== 'reserved') return [...rows]
      const ids = await object.reserveIds(rows.length)
      return rows.map((row, i) => ({ ...row, id: ids[i]! }))
    }
    const createAll = async (object: RemoteObject, rows: readonly Omit<CreateItem, 'id'>[]) =>
      object.create(await newItems(object, rows))

    describe('connection', () => {
      test('the connection test names the product', async () => {
        const report = await connector.test()
        assert.match(report.product, /\w/)
        assert.deepEqual(report.notes, [])
      })

      test('a wrong password is refused without being shown', async () => {
        if (system.wrongPassword === null) return
        const { connector: wrong, password } = system.wrongPassword
        const error = await failure(() => wrong.test())
        assert.equal(error.code, 'connector.refused-credentials')
        assert.equal(error.retry, 'never')
        assert.ok(!everythingAbout(error).includes(password))
        await wrong.close()
      })

      test('a server that is down is unreachable, to be tried later', async () => {
        if (system.unreachable === null) return
        const error = await failure(() => system.unreachable!.test())
        assert.equal(error.code, 'connector.unreachable')
        assert.equal(error.retry, 'later')
        assert.ok(error.cure)
        await system.unreachable.close()
      })
    })

    describe('catalogue', () => {
      test('introspection finds tables, columns, keys and references', async () => {
        const { objects } = await connector.introspect()
        const table = objects.find((object) => object.name === 'customers')!
        assert.deepEqual(table.primaryKey, ['id'])
        assert.ok(table.uniqueKeys.some((key) => key.join() === 'vat'))
        assert.deepEqual(table.foreignKeys, [{ columns: ['country'], object: 'countries', references: ['code'] }])
        assert.equal(table.isView, false)
        const column = (wanted: string) => table.columns.find((candidate) => candidate.name === wanted)!
        assert.deepEqual(
          table.columns.map((candidate) => candidate.name),
          ['id', 'name', 'vat', 'email', 'country', 'credit', 'exact', 'active', 'born', 'note', 'kind', 'updated_at'],
        )
        assert.deepEqual([column('name').kind, column('name').nullable, column('name').maxLength], ['text', false, 60])
        assert.deepEqual([column('credit').kind, column('credit').scale], ['decimal', 2])
        assert.deepEqual([column('id').kind, column('id').hasDefault], ['integer', true])
        assert.equal(column('born').kind, 'date')
        assert.equal(column('active').kind, 'boolean')
        assert.equal(column('kind').hasDefault, true)
        assert.deepEqual(objects.find((object) => object.name === 'customer_parts')!.primaryKey, [
          'customer_id',
          'position',
        ])
      })

      test('a name that is not in the catalogue is refused, with what was probably meant', async () => {
        const table = await failure(() => open({ ...CUSTOMERS, object: 'custommers' }))
        assert.equal(table.code, 'connector.no-such-object')
        assert.match(table.cure ?? '', /"customers"/)
        const field = await failure(() => open({ ...CUSTOMERS, fields: ['nmae'] }))
        assert.equal(field.code, 'connector.no-such-field')
        assert.match(field.cure ?? '', /"name"/)
      })

      test('no identifier is ever taken from outside the catalogue', async () => {
        await customers(1)
        const hostile = [
          'id"; drop table customers; --',
          'id`; drop table customers; --',
          "id'; drop table customers; --",
          '__proto__',
          'constructor',
          '',
        ]
        for (const name of hostile) {
          assert.equal(
            (await failure(() => open({ ...CUSTOMERS, object: name }))).code,
            'connector.no-such-object',
            name,
          )
          for (const spec of [
            { ...CUSTOMERS, id: name },
            { ...CUSTOMERS, changedAt: name },
            { ...CUSTOMERS, version: name },
            { ...CUSTOMERS, fields: [name] },
            { ...CUSTOMERS, filter: { op: 'is null', field: name } satisfies Filter },
            { ...CUSTOMERS, lines: [{ name: 'items', object: 'customer_lines', parent: name, fields: ['sku'] }] },
            {
              ...CUSTOMERS,
              lines: [{ name: 'items', object: 'customer_lines', parent: 'customer_id', fields: [name] }],
            },
          ]) {
            assert.equal((await failure(() => open(spec))).code, 'connector.no-such-field', name)
          }
          const object = await open(WITH_LINES)
          const row = Object.fromEntries([
            ['name', 'x'],
            [name, 'x'],
          ]) // own key even for __proto__
          assert.equal((await failure(() => object.create([{ values: row }]))).code, 'connector.no-such-field', name)
          assert.equal(
            (await failure(() => object.update([{ id: '1', expect: '', set: row }]))).code,
            'connector.no-such-field',
            name,
          )
          assert.equal((await failure(() => object.search([row]))).code, 'connector.no-such-field', name)
        }
        assert.equal(await system.count('customers'), 1)
      })

      test('hostile names that are in the catalogue work', async () => {
        const object = await open({ object: ODD_TABLE, id: 'id', fields: ['id', ODD_COLUMN, '__proto__'] })
        const values = Object.fromEntries([
          ['id', '7'],
          [ODD_COLUMN, 'a'],
          ['__proto__', 'b'],
        ])
        const record = landed((await object.create([{ id: '7', values }]))[0]!)
        assert.deepEqual([...record.values], ['7', 'a', 'b'])
        const set = Object.fromEntries([
          [ODD_COLUMN, null],
          ['__proto__', 'c'],
        ])
        const after = landed((await object.update([{ id: '7', expect: record.image, set }]))[0]!)
        assert.deepEqual([...after.values], ['7', null, 'c'])
        assert.equal((await object.search([set]))[0]!.length, 1)
      })
    })

    describe('reading', () => {
      test('a scan hands over every record once, in order, in pages', async () => {
        await customers(57)
        const object = await open()
        const pages = await all(object.scan(ALL, 10))
        assert.deepEqual(
          pages.map((page) => page.length),
          [10, 10, 10, 10, 10, 7],
        )
        const records = pages.flat()
        assert.deepEqual(
          records.map((record) => record.id),
          Array.from({ length: 57 }, (_, i) => String(i + 1)),
        )
        for (const record of records) {
          assert.equal(record.image, encodeImage(record.values))
          assert.deepEqual([...record.values], decodeImage(record.image))
          assert.equal(record.values[object.layout.id], record.id)
          assert.equal(record.inScope, true)
        }
        assert.deepEqual(
          (await all(object.scanIds(10))).flat(),
          records.map((record) => record.id),
        )
        assert.ok(Math.abs((await object.estimate())! - 57) <= 57)
      })

      test('ranges exclude their beginning, include their end, and cover everything together', async () => {
        await customers(20)
        const object = await open()
        const ids = async (range: KeyRange) =>
          (await all(object.scan(range, 7))).flat().map((record) => Number(record.id))
        assert.deepEqual(await ids({ after: null, upTo: '9' }), [1, 2, 3, 4, 5, 6, 7, 8, 9])
        assert.deepEqual(await ids({ after: '9', upTo: '11' }), [10, 11])
        assert.deepEqual(await ids({ after: '18', upTo: null }), [19, 20])
        assert.deepEqual(await ids({ after: '20', upTo: null }), [])
      })

      test('an empty table is no error', async () => {
        const object = await open(WITH_LINES)
        assert.deepEqual(await all(object.scan(ALL, 10)), [])
        assert.deepEqual(await object.digest(ALL), { rows: 0, digest: createHash('sha256').digest('hex') })
        assert.deepEqual(await object.read([]), [])
        const cursor = await object.now()
        assert.deepEqual(await all(object.changedSince(cursor, 0, 10)), [])
        await customers(1)
        assert.equal((await changes(object, cursor, 0)).ids.length, 1)
      })

      test('leaving a scan early leaves the connector usable', async () => {
        await customers(30)
        const object = await open()
        for (let i = 0; i < 25; i++) {
          for await (const page of object.scan(ALL, 5)) {
            assert.equal(page.length, 5)
            break
          }
        }
        assert.equal((await all(object.scan(ALL, 100))).flat().length, 30)
      })

      test('the digest is that of the images of the scan, and changes with any of them', async () => {
        await customers(40)
        await system.insert('customer_lines', { customer_id: '3', sku: 'é\t\\"', quantity: '2' })
        const object = await open(WITH_LINES)
        const digest = async (range: KeyRange) => {
          const hash = createHash('sha256')
          const records = (await all(object.scan(range, 7))).flat()
          for (const { image } of records) hash.update(`${image}\n`)
          return { rows: records.length, digest: hash.digest('hex') }
        }
        const before = await object.digest(ALL)
        assert.deepEqual(before, await digest(ALL))
        const range = { after: '5', upTo: '17' }
        assert.deepEqual(await object.digest(range), await digest(range))
        await system.change('customers', '30', { note: 'x' })
        assert.notEqual((await object.digest(ALL)).digest, before.digest)
      })

      test('a point read gives what is there, and nothing for what is not', async () => {
        await customers(30)
        const object = await open()
        const ids = ['3', '17', '999', 'abc', '', '3', '1e3', '9223372036854775808', '-1', "1' or '1'='1", '30', '\0']
        const records = await object.read(ids)
        assert.deepEqual(records.map((record) => record.id).toSorted(), ['17', '3', '30'])
        const scanned = (await all(object.scan(ALL, 100))).flat()
        for (const record of records) assert.equal(record.image, scanned.find((other) => other.id === record.id)!.image)
        const many = await object.read(Array.from({ length: 1000 }, (_, i) => String(i)))
        assert.equal(many.length, 30)
      })

      test('text ids keep their blanks, quotes, case and characters', async () => {
        const ids = [
          'A-1',
          "O'Neil",
          'quote"d',
          'back\\slash',
          'tab\there',
          'ümlaut',
          'емнип',
          '😀',
          '__proto__',
          'a,b}',
          '{a',
          '%',
          'null',
          '\\N',
          '0',
        ]
        const object = await open({ object: 'codes', id: 'code', fields: ['code', 'label'] })
        assert.equal(object.capabilities.ids, 'given')
        const results = await object.create(ids.map((id) => ({ id, values: { label: `label of ${id}` } })))
        assert.deepEqual(
          results.map((result) => landed(result).id),
          ids,
        )
        assert.deepEqual((await object.read(ids)).map((record) => record.id).toSorted(), [...ids].toSorted())
        const scanned = (await all(object.scan(ALL, 4))).flat().map((record) => record.id)
        assert.deepEqual([...scanned].toSorted(), [...ids].toSorted())
        const middle = scanned[6]!
        assert.deepEqual(
          (await all(object.scan({ after: middle, upTo: null }, 4))).flat().map((record) => record.id),
          scanned.slice(7),
        )
      })

      test('L26 ids beyond 2^53 and huge decimals keep every digit', async () => {
        const object = await open({ object: 'tickets', id: 'id', fields: ['id', 'title'] })
        const ids = ['9007199254740993', '9007199254740995', '9223372036854775807', '9007199254740994']
        await object.create(ids.map((id) => ({ id, values: { title: id } })))
        assert.deepEqual(
          (await all(object.scan(ALL, 2))).flat().map((record) => record.id),
          [...ids].toSorted(),
        )
        assert.deepEqual(
          (await object.read(['9007199254740993'])).map((record) => record.id),
          ['9007199254740993'],
        )
        assert.deepEqual(
          (await all(object.scan({ after: '9007199254740993', upTo: '9007199254740994' }, 9)))
            .flat()
            .map((record) => record.id),
          ['9007199254740994'],
        )
        const exact = '1234567890123456789012345678.0123456789'
        const money = landed(
          (await createAll(await open(), [{ values: { name: 'x', exact, credit: '-9999999999.99' } }]))[0]!,
        )
        const place = (column: string) => CUSTOMER_COLUMNS.indexOf(column)
        assert.deepEqual([money.values[place('exact')], money.values[place('credit')]], [exact, '-9999999999.99'])
      })

      test('L26 null, empty text and the word null are three things', async () => {
        const object = await open()
        const rows = [null, '', 'null', '\\N', '\\\\N', ' '].map((note) => ({ values: { name: 'x', note } }))
        const notes = (await createAll(object, rows)).map(
          (result) => landed(result).values[CUSTOMER_COLUMNS.indexOf('note')],
        )
        assert.deepEqual(notes, [null, '', 'null', '\\N', '\\\\N', ' '])
      })
    })

    describe('filter', () => {
      const scopes: readonly (readonly [string, Filter, readonly number[]])[] = [
        ['equality', { op: '=', field: 'kind', value: 'supplier' }, [2, 5]],
        ['inequality leaves nulls out', { op: '<>', field: 'country', value: 'ES' }, [2]],
        ['comparison of numbers as numbers', { op: '>=', field: 'credit', value: '100' }, [3, 4]],
        ['comparison of dates', { op: '<', field: 'born', value: '2000-01-01' }, [1]],
        ['list', { op: 'in', field: 'country', values: ['FR', 'XX'] }, [2]],
        ['pattern', { op: 'like', field: 'name', value: 'Customer _' }, [1, 2, 3, 4, 5, 6]],
        ['null', { op: 'is null', field: 'country' }, [3, 4, 5, 6]],
        ['not null', { op: 'is not null', field: 'country' }, [1, 2]],
        ['not', { op: 'not', of: { op: '=', field: 'country', value: 'ES' } }, [2]],
        [
          'and, or',
          {
            op: 'or',
            of: [
              { op: '=', field: 'vat', value: 'ES6' },
              {
                op: 'and',
                of: [
                  { op: '=', field: 'kind', value: 'supplier' },
                  { op: 'is not null', field: 'country' },
                ],
              },
            ],
          },
          [2, 6],
        ],
        ['hostile value', { op: '=', field: 'kind', value: "' or '1'='1" }, []],
        ['empty list', { op: 'in', field: 'kind', values: [] }, []],
      ]
      test('scans hold what the filter lets through; point reads say whether it does', async () => {
        await customer(1, { country: 'ES', born: '1999-12-31' })
        await customer(2, { country: 'FR', kind: 'supplier' })
        await customer(3, { credit: '100' })
        await customer(4, { credit: '1000' })
        await customer(5, { kind: 'supplier', credit: '20' })
        await customer(6, {})
        for (const [what, filter, expected] of scopes) {
          const object = await open({ ...CUSTOMERS, filter })
          const wanted = expected.map(String)
          assert.deepEqual(
            (await all(object.scan(ALL, 4))).flat().map((record) => record.id),
            wanted,
            what,
          )
          assert.deepEqual((await all(object.scanIds(4))).flat(), wanted, what)
          assert.equal((await object.digest(ALL)).rows, wanted.length, what)
          const read = await object.read(['1', '2', '3', '4', '5', '6'])
          assert.equal(read.length, 6)
          assert.deepEqual(
            read
              .filter((record) => record.inScope)
              .map((record) => record.id)
              .toSorted(),
            wanted,
            what,
          )
          assert.ok((await object.estimate()) !== undefined)
        }
      })

      test('changes hold records that left the scope', async () => {
        await customers(3)
        const object = await open({ ...CUSTOMERS, filter: { op: '=', field: 'kind', value: 'customer' } })
        const cursor = await object.now()
        await system.change('customers', '2', { kind: 'supplier', updated_at: '2026-03-01 12:00:01' })
        const pages = await all(object.changedSince(cursor, 0, 10))
        const left = pages.flatMap((page) => page.records).find((record) => record.id === '2')!
        assert.equal(left.inScope, false)
      })
    })

    describe('changes', () => {
      test('only what changed since the cursor comes, oldest first, ties by id', async () => {
        await customers(9)
        const object = await open()
        const cursor = await object.now()
        assert.equal(cursor.id, '9')
        await system.change('customers', '4', { updated_at: '2026-03-01 12:00:03' })
        await system.change('customers', '7', { updated_at: '2026-03-01 12:00:02' })
        await system.change('customers', '2', { updated_at: '2026-03-01 12:00:02' })
        const { ids, cursors } = await changes(object, cursor, 0, 1)
        assert.deepEqual(
          ids.filter((id) => !['1', '3', '5', '6', '8', '9'].includes(id)),
          ['2', '7', '4'],
        )
        const last = cursors.at(-1)!
        assert.equal(last.id, '4')
        assert.deepEqual((await changes(object, last, 0)).ids, ['4'])
        assert.deepEqual((await changes(object, last, 1000)).ids, ['2', '7', '4'])
      })

      test('L25 the cursor never goes back, whatever the overlap shows again', async () => {
        await customers(9)
        const object = await open()
        const cursor = await object.now()
        const { ids, cursors } = await changes(object, cursor, 3_600_000, 2)
        assert.equal(ids.length, 9)
        for (const at of cursors) assert.deepEqual(at, cursor)
        const again = await changes(object, cursors.at(-1)!, 3_600_000, 2)
        assert.deepEqual(again.cursors.at(-1), cursor)
      })

      test('ties that span pages are neither lost nor endless', async () => {
        await customers(25)
        const object = await open()
        const { ids, cursors } = await changes(object, { ...(await object.now()), id: '' }, 0, 4)
        assert.equal(new Set(ids).size, 25)
        assert.equal(ids.length, 25)
        assert.equal(cursors.at(-1)!.id, '25')
      })

      test('microseconds are kept apart', async () => {
        await customer(1, { updated_at: '2026-03-01 12:00:00.000001' })
        await customer(2, { updated_at: '2026-03-01 12:00:00.000003' })
        const object = await open()
        const cursor = await object.now()
        await customer(3, { updated_at: '2026-03-01 12:00:00.000002' })
        await customer(4, { updated_at: '2026-03-01 12:00:00.000004' })
        assert.deepEqual((await changes(object, cursor, 0)).ids, ['2', '4'])
        assert.deepEqual((await changes(object, cursor, 1)).ids, ['1', '3', '2', '4'])
      })

      test('a transaction that commits late is found by the overlap', async () => {
        if (system.lateInsert === null) return
        await customers(1)
        const object = await open()
        const late = await system.lateInsert('customers', { name: 'late', updated_at: '2026-03-01 12:00:05' })
        await customer(3, { updated_at: '2026-03-01 12:00:09' })
        const first = await changes(object, await object.now(), 60_000)
        assert.ok(!first.ids.includes('2'))
        await late.commit()
        const blind = await changes(object, first.cursors.at(-1)!, 0)
        assert.ok(!blind.ids.includes('2'), 'without an overlap it is missed: that is what the overlap is for')
        assert.ok((await changes(object, first.cursors.at(-1)!, 10_000)).ids.includes('2'))
      })

      test('one date in the future does not hide what changes until then', async () => {
        await customers(2)
        await customer(3, { updated_at: '2036-01-01 00:00:00' })
        const object = await open()
        const { cursors } = await changes(object, await object.now(), 0)
        await customer(4, { updated_at: '2026-03-02 12:00:00' })
        assert.ok((await changes(object, cursors.at(-1)!, 0)).ids.includes('4'))
      })

      test('a table opened without a changed-at column says so', async () => {
        const { changedAt: _, ...spec } = CUSTOMERS
        const object = await open(spec)
        assert.equal(object.capabilities.changedSince, false)
        assert.equal((await failure(() => object.now())).code, 'connector.unsupported')
      })
    })

    describe('creating', () => {
      test('records land, and the answer is what the system holds', async () => {
        const object = await open()
        assert.equal(object.capabilities.ids, system.ids)
        const results = await createAll(object, [
          {
            values: {
              name: 'One',
              vat: 'A1',
              country: 'ES',
              credit: '12.5',
              active: system.booleans[0],
              born: '2020-02-29',
            },
          },
          { values: { name: 'Two', active: system.booleans[1] } },
          { values: { name: 'Three', vat: null, kind: null } },
        ])
        const rows = results.map((result) => landed(result))
        const value = (i: number, column: string) => rows[i]!.values[CUSTOMER_COLUMNS.indexOf(column)]
        assert.deepEqual(
          [value(0, 'name'), value(0, 'credit'), value(0, 'active'), value(0, 'born')],
          ['One', '12.50', system.booleans[0], '2020-02-29'],
        )
        assert.deepEqual(
          [value(1, 'active'), value(1, 'kind'), value(1, 'vat')],
          [system.booleans[1], 'customer', null],
        )
        assert.equal(value(2, 'kind'), null)
        assert.equal(new Set(rows.map((row) => row.id)).size, 3)
        const read = await object.read(rows.map((row) => row.id))
        for (const row of rows) assert.equal(read.find((other) => other.id === row.id)!.image, row.image)
        assert.equal(await system.count('customers'), 3)
      })

      test('a batch of 1,000 lands in order', async () => {
        const object = await open()
        const results = await createAll(
          object,
          Array.from({ length: Math.min(1000, object.capabilities.maxBatch) }, (_, i) => ({
            values: { name: `n${i}`, vat: `v${i}` },
          })),
        )
        results.forEach((result, i) => assert.equal(landed(result).values[1], `n${i}`))
      })

      test('single records of a batch are refused, with a reason and without their values; the others land', async () => {
        await customer(1, { vat: 'TAKEN-VALUE' })
        const object = await open(WITH_LINES)
        const bad = new Map<number, readonly [Omit<CreateItem, 'id'>, ConcordatError['code'], RegExp]>([
          [7, [{ values: { name: null } }, 'connector.rejected-value', /name/]],
          [20, [{ values: { name: 'SECRET'.repeat(20) } }, 'connector.rejected-value', /name/]],
          [21, [{ values: { name: 'x', vat: 'TAKEN-VALUE' } }, 'connector.duplicate-key', /vat/]],
          [50, [{ values: { name: 'x', country: 'SX' } }, 'connector.broken-reference', /countr/]],
          [63, [{ values: { name: 'x', credit: 'SECRET-number' } }, 'connector.rejected-value', /credit/]],
          [64, [{ values: { name: 'x', born: '2026-02-31' } }, 'connector.rejected-value', /./]],
          [
            77,
            [
              { values: { name: 'x' }, lines: { items: [{ values: { sku: 'ok' } }, { values: { sku: null } }] } },
              'connector.rejected-value',
              /sku/,
            ],
          ],
          [80, [{ values: { name: 'x', note: 'SECRET\0' } }, 'connector.rejected-value', /./]],
          [81, [{ values: { name: 'x', note: 'SECRET\ud800' } }, 'connector.rejected-value', /./]],
          [99, [{ values: { name: 'x', vat: 'v98' } }, 'connector.duplicate-key', /vat/]],
        ])
        const results = await createAll(
          object,
          Array.from({ length: 100 }, (_, i) => bad.get(i)?.[0] ?? { values: { name: `n${i}`, vat: `v${i}` } }),
        )
        results.forEach((result, i) => {
          const expected = bad.get(i)
          if (expected === undefined) return assert.equal(landed(result).values[1], `n${i}`)
          assert.equal(result.kind, 'refused', `item ${i}`)
          if (result.kind !== 'refused') return
          assert.equal(result.error.code, expected[1], `item ${i}: ${result.error.message}`)
          assert.match(result.error.message, expected[2])
          assert.ok(!/SECRET|TAKEN|v98/.test(everythingAbout(result.error)), everythingAbout(result.error))
        })
        assert.equal(await system.count('customers'), 1 + 90)
        assert.equal(await system.count('customer_lines'), 0)
      })

      test('values from hell land as they are', async () => {
        const hell = [
          '😀👩‍👩‍👧‍👦🇪🇸',
          'tab\tnewline\nreturn\rbackslash\\ \\N \\. \b\f\v',
          '\\.',
          '\n',
          '\u202eright to left\u202c עברית العربية',
          'e\u0301 and \u00e9 are two spellings',
          "'; drop table customers; --",
          '"; drop table customers; --',
          '${env:HOME} $1 ? :name %s {{x}}',
          '__proto__',
          'constructor',
          '\u0001\u001f\u007f\u0080\u009f',
          '\u2028\u2029\ufeff\ufffd',
          'null',
          'undefined',
          '{"a":[1,null]}',
          '{1,2,"x"}',
          'x'.repeat(1_000_000),
          '𝄞'.repeat(50_000),
          '  leading and trailing  ',
          '\u00a0',
          "a''b\\'c",
        ]
        const object = await open(WITH_LINES)
        const note = CUSTOMER_COLUMNS.indexOf('note')
        const created = (
          await createAll(
            object,
            hell.map((value) => ({ values: { name: 'x', note: value } })),
          )
        ).map((result) => landed(result))
        created.forEach((record, i) => assert.ok(record.values[note] === hell[i], `created: ${hell[i]!.slice(0, 60)}`))
        const scanned = (await all(object.scan(ALL, 5))).flat()
        scanned.forEach((record, i) =>
          assert.ok(record.image === created[i]!.image, `scanned: ${hell[i]!.slice(0, 60)}`),
        )
        const turned = await object.update(
          created.map((record, i) => ({ id: record.id, expect: record.image, set: { note: hell.at(-1 - i)! } })),
        )
        turned.forEach((result, i) =>
          assert.ok(landed(result).values[note] === hell.at(-1 - i), `updated: ${hell.at(-1 - i)!.slice(0, 60)}`),
        )
        const small = hell.filter((value) => value.length < 40)
        const lines = landed(
          (
            await createAll(object, [
              { values: { name: 'x' }, lines: { items: small.map((sku) => ({ values: { sku } })) } },
            ])
          )[0]!,
        )
        assert.deepEqual(
          linesOf(object, lines, 'items').map((line) => line[1]),
          small,
        )
        assert.equal(
          linesText(object, lines, 'items'),
          JSON.stringify(linesOf(object, lines, 'items')),
          'exactly as JSON.stringify writes',
        )
      })

      test('a record can be restored from its last image under its old id', async () => {
        const object = await open()
        const [record] = (await createAll(object, [{ values: { name: 'One', note: 'n', kind: 'odd' } }])).map(
          (result) => landed(result),
        )
        await object.delete([{ id: record!.id, expect: record!.image }])
        const values = Object.fromEntries(object.layout.columns.map((column, i) => [column, record!.values[i]!]))
        const restored = landed((await object.create([{ id: record!.id, values }]))[0]!)
        assert.equal(restored.image, record!.image)
      })

      test('reserved ids are used; a lost create is found again', async () => {
        const object = await open()
        if (object.capabilities.ids === 'reserved') {
          const ids = await object.reserveIds(5)
          assert.equal(new Set([...ids, ...(await object.reserveIds(5))]).size, 10)
          assert.equal(landed((await object.create([{ id: ids[3]!, values: { name: 'x' } }]))[0]!).id, ids[3])
          const again = (await object.create([{ id: ids[3]!, values: { name: 'x' } }]))[0]!
          assert.equal(again.kind === 'refused' && again.error.code, 'connector.duplicate-key')
        } else {
          assert.equal((await failure(() => object.reserveIds(1))).code, 'connector.unsupported')
        }
        const wanted = { name: 'Lost', vat: 'L1', email: null, credit: '10.50' }
        await createAll(object, [{ values: wanted }, { values: { name: 'Lost', vat: 'L2', email: 'a@b.example' } }])
        const found = await object.search([
          wanted,
          { name: 'Lost' },
          { name: 'nobody' },
          { name: 'Lost', credit: '10.5' },
          { vat: "' or 1=1 --" },
        ])
        assert.deepEqual(
          found.map((records) => records.length),
          [1, 2, 0, 1, 0],
        )
      })
    })

    describe('updating and deleting', () => {
      test('only what is set changes, and only while the record is what was expected', async () => {
        await customers(4)
        const object = await open()
        const [one, two, three, four] = (await all(object.scan(ALL, 10))).flat()
        await system.change('customers', '2', { email: 'edited@elsewhere.example' })
        await system.remove('customers', '3')
        const results = await object.update([
          { id: '1', expect: one!.image, set: { name: 'New', email: 'a@b.example' } },
          { id: '2', expect: two!.image, set: { name: 'Lost update' } },
          { id: '3', expect: three!.image, set: { name: 'Ghost' } },
          { id: '4', expect: four!.image, set: { credit: null, note: '' } },
          { id: 'abc', expect: 'x', set: { name: 'x' } },
        ])
        assert.deepEqual(
          results.map((result) => result.kind),
          ['done', 'conflict', 'conflict', 'done', 'conflict'],
        )
        const value = (record: RemoteRecord, column: string) => record.values[CUSTOMER_COLUMNS.indexOf(column)]
        assert.deepEqual(
          [value(landed(results[0]!), 'name'), value(landed(results[0]!), 'email'), value(landed(results[0]!), 'vat')],
          ['New', 'a@b.example', 'ES1'],
        )
        const conflict = results[1]!
        assert.ok(conflict.kind === 'conflict' && value(conflict.current!, 'email') === 'edited@elsewhere.example')
        assert.deepEqual(results[2], { kind: 'conflict', current: null })
        assert.equal(value((await object.read(['2']))[0]!, 'name'), 'Customer 2')
        const again = await object.update([{ id: '1', expect: one!.image, set: { name: 'Twice' } }])
        assert.equal(again[0]!.kind, 'conflict')
      })

      test('of two writers at once, one wins and the other is told', async () => {
        await customers(20)
        const object = await open()
        const records = (await all(object.scan(ALL, 100))).flat()
        const write = (name: string) =>
          object.update(records.map((record) => ({ id: record.id, expect: record.image, set: { name } })))
        const [left, right] = await Promise.all([write('left'), write('right')])
        records.forEach((_, i) => assert.deepEqual([left[i]!.kind, right[i]!.kind].toSorted(), ['conflict', 'done']))
      })

      test('single records of a batch are refused; the others land', async () => {
        await customers(100)
        const object = await open()
        const records = (await all(object.scan(ALL, 1000))).flat()
        const set = (i: number): Record<string, Raw> => {
          if (i === 10) return { name: null }
          if (i === 40) return { name: 'SECRET'.repeat(20) }
          if (i === 41) return { name: 'x', note: 'SECRET\0' }
          if (i === 42) return { name: `n${i}`, country: 'SX' }
          return i % 2 === 0 ? { name: `n${i}` } : { name: `n${i}`, note: 'odd' }
        }
        const results = await object.update(
          records.map((record, i) => ({ id: record.id, expect: record.image, set: set(i) })),
        )
        const refused = results.flatMap((result, i) => (result.kind === 'refused' ? [i] : []))
        assert.deepEqual(refused, [10, 40, 41, 42])
        for (const result of results)
          if (result.kind === 'refused') assert.ok(!/SECRET|SX/.test(everythingAbout(result.error)))
        results.forEach((result, i) => result.kind === 'refused' || assert.equal(landed(result).values[1], `n${i}`))
      })

      test('a delete is guarded as an update is, and what is still referred to stays', async () => {
        await customers(4)
        await system.insert('customer_lines', { customer_id: '3', sku: 'a' })
        const object = await open()
        const [one, two, three, four] = (await all(object.scan(ALL, 10))).flat()
        await system.change('customers', '2', { note: 'edited' })
        const results = await object.delete([one!, two!, three!, four!].map(({ id, image }) => ({ id, expect: image })))
        assert.deepEqual(
          results.map((result) => result.kind),
          ['done', 'conflict', 'refused', 'done'],
        )
        const referred = results[2]!
        assert.ok(referred.kind === 'refused' && referred.error.code === 'connector.broken-reference')
        assert.equal(await system.count('customers'), 2)
        const withLines = await open(WITH_LINES)
        const [whole] = await withLines.read(['3'])
        assert.equal((await withLines.delete([{ id: '3', expect: whole!.image }]))[0]!.kind, 'done')
        assert.equal(await system.count('customer_lines'), 0)
      })
    })

    describe('child rows', () => {
      test('they are read with their parent, ordered by id, in the declared columns', async () => {
        await customers(3)
        for (const sku of ['b', 'a', 'c'])
          await system.insert('customer_lines', { customer_id: '2', sku, quantity: '1', done: system.booleans[0] })
        await system.insert('customer_parts', { customer_id: '2', position: '10', sku: 'p10' })
        await system.insert('customer_parts', { customer_id: '2', position: '9', sku: null })
        const object = await open(WITH_LINES)
        const [one, two] = (await all(object.scan(ALL, 2))).flat()
        assert.deepEqual(linesOf(object, one!, 'items'), [])
        assert.equal(
          linesText(object, two!, 'items'),
          `[["1","b","1","${system.booleans[0]}"],["2","a","1","${system.booleans[0]}"],["3","c","1","${system.booleans[0]}"]]`,
        )
        assert.equal(linesText(object, two!, 'parts'), '[["9",null],["10","p10"]]')
        assert.equal((await object.read(['2']))[0]!.image, two!.image)
        const { records } = (await all(object.changedSince({ ...(await object.now()), id: '' }, 0, 10)))[0]!
        assert.equal(records.find((record) => record.id === '2')!.image, two!.image)
      })

      test('they are created, changed and deleted with their parent, and guard it', async () => {
        const object = await open(WITH_LINES)
        const created = landed(
          (
            await createAll(object, [
              {
                values: { name: 'x' },
                lines: {
                  items: [{ values: { sku: 'a', quantity: '1' } }, { values: { sku: 'b' } }],
                  parts: [{ values: { position: '1', sku: 'p' } }],
                },
              },
            ])
          )[0]!,
        )
        const [a, b] = linesOf(object, created, 'items')
        assert.deepEqual(
          [a!.slice(1), b!.slice(1)],
          [
            ['a', '1', null],
            ['b', null, null],
          ],
        )
        const patch = {
          items: {
            insert: [{ values: { sku: 'c' } }],
            update: [{ id: a![0]!, set: { quantity: '5' } }],
            delete: [b![0]!],
          },
          parts: { insert: [], update: [{ id: '1', set: { sku: 'q' } }], delete: [] },
        }
        const updated = landed(
          (await object.update([{ id: created.id, expect: created.image, set: {}, lines: patch }]))[0]!,
        )
        assert.deepEqual(
          linesOf(object, updated, 'items').map((line) => line.slice(1)),
          [
            ['a', '5', null],
            ['c', null, null],
          ],
        )
        assert.equal(linesText(object, updated, 'parts'), '[["1","q"]]')
        await system.change('customer_lines', a![0]!, { quantity: '6' })
        const stale = await object.update([{ id: created.id, expect: updated.image, set: { name: 'y' } }])
        assert.equal(stale[0]!.kind, 'conflict')
      })

      test('a refused child row takes its whole record back', async () => {
        await customers(2)
        const object = await open(WITH_LINES)
        const [one, two] = (await all(object.scan(ALL, 10))).flat()
        const results = await object.update([
          {
            id: '1',
            expect: one!.image,
            set: { name: 'kept out' },
            lines: { items: { insert: [{ values: { sku: null } }], update: [], delete: [] } },
          },
          {
            id: '2',
            expect: two!.image,
            set: { name: 'lands' },
            lines: { items: { insert: [{ values: { sku: 'a' } }], update: [], delete: [] } },
          },
        ])
        assert.deepEqual(
          results.map((result) => result.kind),
          ['refused', 'done'],
        )
        assert.equal((await object.read(['1']))[0]!.image, one!.image)
      })
    })
  })
}

const CUSTOMER_COLUMNS = [
  'id',
  'name',
  'vat',
  'email',
  'country',
  'credit',
  'exact',
  'active',
  'born',
  'note',
  'kind',
  'updated_at',
]

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}

async function changes(
  object: RemoteObject,
  cursor: Cursor,
  overlapMs: number,
  pageSize = 100,
): Promise<{ ids: string[]; cursors: Cursor[] }> {
  const pages = await all(object.changedSince(cursor, overlapMs, pageSize))
  return {
    ids: pages.flatMap((page) => page.records.map((record) => record.id)),
    cursors: pages.map((page) => page.cursor),
  }
}

function landed(result: WriteResult): RemoteRecord {
  if (result.kind === 'done') return result.record!
  assert.fail(result.kind === 'refused' ? result.error.message : 'conflict')
}

function linesText(object: RemoteObject, record: RemoteRecord, name: string): string {
  return record.values[object.layout.lines.get(name)!.place]!
}
function linesOf(object: RemoteObject, record: RemoteRecord, name: string): (string | null)[][] {
  return JSON.parse(linesText(object, record, name)) as (string | null)[][]
}

async function failure(work: () => Promise<unknown>): Promise<ConcordatError> {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof ConcordatError, `a ConcordatError, not ${String(error)}`)
    return error
  }
  assert.fail('it should have failed')
}

/** All that somebody could print of an error. */
function everythingAbout(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    'cure' in error ? String(error.cure) : '',
    error.cause === undefined ? '' : everythingAbout(error.cause),
  ].join('\n')
}
