import assert from 'node:assert/strict'
import type { ConcordatError } from '../../model/errors.ts'
import type { CreateItem } from '../port.ts'
import {
  ALL,
  CUSTOMER_COLUMNS,
  WITH_LINES,
  all,
  everythingAbout,
  failure,
  landed,
  linesOf,
  linesText,
} from './bench.ts'
import type { Bench } from './bench.ts'

/** New records: landing, refusals, hostile values, ids. */
export function creatingConformance(bench: Bench): void {
  const { test } = bench.runner
  const { createAll, customer, open } = bench

  test('records land, and the answer is what the system holds', async () => {
    const object = await open()
    assert.equal(object.capabilities.ids, bench.system.ids)
    const results = await createAll(object, [
      {
        values: {
          name: 'One',
          vat: 'A1',
          country: 'ES',
          credit: '12.5',
          active: bench.system.booleans[0],
          born: '2020-02-29',
        },
      },
      { values: { name: 'Two', active: bench.system.booleans[1] } },
      { values: { name: 'Three', vat: null, kind: null } },
    ])
    const rows = results.map((result) => landed(result))
    const value = (i: number, column: string) => rows[i]!.values[CUSTOMER_COLUMNS.indexOf(column)]
    assert.deepEqual(
      [value(0, 'name'), value(0, 'credit'), value(0, 'active'), value(0, 'born')],
      ['One', '12.50', bench.system.booleans[0], '2020-02-29'],
    )
    assert.deepEqual(
      [value(1, 'active'), value(1, 'kind'), value(1, 'vat')],
      [bench.system.booleans[1], 'customer', null],
    )
    assert.equal(value(2, 'kind'), null)
    assert.equal(new Set(rows.map((row) => row.id)).size, 3)
    const read = await object.read(rows.map((row) => row.id))
    for (const row of rows) assert.equal(read.find((other) => other.id === row.id)!.image, row.image)
    assert.equal(await bench.system.count('customers'), 3)
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
    assert.equal(await bench.system.count('customers'), 1 + 90)
    assert.equal(await bench.system.count('customer_lines'), 0)
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
    scanned.forEach((record, i) => assert.ok(record.image === created[i]!.image, `scanned: ${hell[i]!.slice(0, 60)}`))
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
      linesOf(object, lines, 'items', ['sku']).map((line) => line[1]),
      small,
    )
    assert.equal(
      linesText(object, lines, 'items'),
      JSON.stringify(JSON.parse(linesText(object, lines, 'items'))),
      'exactly as JSON.stringify writes',
    )
  })

  test('a record can be restored from its last image under its old id', async () => {
    const object = await open()
    const [record] = (await createAll(object, [{ values: { name: 'One', note: 'n', kind: 'odd' } }])).map((result) =>
      landed(result),
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
      // What a column cannot hold, no record holds.
      { id: 'twelve' },
      { credit: 'plenty' },
      { name: 'Lost', born: 'one day' },
      { vat: 'L1' },
    ])
    assert.deepEqual(
      found.map((records) => records.length),
      [1, 2, 0, 1, 0, 0, 0, 0, 1],
    )
  })
}
