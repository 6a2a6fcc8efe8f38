import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { decodeImage, encodeImage } from '../../model/image.ts'
import type { KeyRange } from '../port.ts'
import { ALL, CUSTOMER_COLUMNS, WITH_LINES, all, changes, landed } from './bench.ts'
import type { Bench } from './bench.ts'

/** Scans, ranges, digests and point reads. */
export function readingConformance(bench: Bench): void {
  const { test } = bench.runner
  const { createAll, customers, open } = bench

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
    const ids = async (range: KeyRange) => (await all(object.scan(range, 7))).flat().map((record) => Number(record.id))
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
    await bench.system.insert('customer_lines', { customer_id: '3', sku: 'é\t\\"', quantity: '2' })
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
    await bench.system.change('customers', '30', { note: 'x' })
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
}
