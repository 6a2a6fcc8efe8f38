import assert from 'node:assert/strict'
import { ALL, CUSTOMERS, WITH_LINES, all, landed, lastLines, linesOf, linesText } from './bench.ts'
import type { RemoteRecord } from '../port.ts'
import type { Bench } from './bench.ts'

/** Child rows that travel with their parent. */
export function childRowsConformance(bench: Bench): void {
  const { test } = bench.runner
  const { createAll, customers, open } = bench

  const ITEM = ['sku', 'quantity', 'done']

  test('they are read with their parent, ordered by id', async () => {
    await customers(3)
    for (const sku of ['b', 'a', 'c'])
      await bench.system.insert('customer_lines', {
        customer_id: '2',
        sku,
        quantity: '1',
        done: bench.system.booleans[0],
      })
    await bench.system.insert('customer_parts', { customer_id: '2', position: '10', sku: 'p10' })
    await bench.system.insert('customer_parts', { customer_id: '2', position: '9', sku: null })
    const object = await open(WITH_LINES)
    const [one, two] = (await all(object.scan(ALL, 2))).flat()
    assert.equal(linesText(object, one!, 'items'), '[]')
    const [yes] = bench.system.booleans
    assert.deepEqual(linesOf(object, two!, 'items', ITEM), [
      ['1', 'b', '1', yes],
      ['2', 'a', '1', yes],
      ['3', 'c', '1', yes],
    ])
    assert.deepEqual(linesOf(object, two!, 'parts', ['sku']), [
      ['9', null],
      ['10', 'p10'],
    ])
    // As JSON.stringify writes it, so that equal rows have equal images whoever wrote them.
    assert.equal(linesText(object, two!, 'parts'), JSON.stringify(JSON.parse(linesText(object, two!, 'parts'))))
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
    const [a, b] = linesOf(object, created, 'items', ITEM)
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
      linesOf(object, updated, 'items', ITEM).map((line) => line.slice(1)),
      [
        ['a', '5', null],
        ['c', null, null],
      ],
    )
    assert.deepEqual(linesOf(object, updated, 'parts', ['sku']), [['1', 'q']])
    await bench.system.change('customer_lines', a![0]!, { quantity: '6' })
    const stale = await object.update([{ id: created.id, expect: updated.image, set: { name: 'y' } }])
    assert.equal(stale[0]!.kind, 'conflict')
  })

  test('L14 they come back with their parent under their old ids, with columns that are not declared', async () => {
    const object = await open({ ...CUSTOMERS, lines: [{ ...WITH_LINES.lines![0]!, fields: ['sku'] }] })
    const item = { values: { sku: 'a', quantity: '3', done: bench.system.booleans[0] } }
    const [record] = (await createAll(object, [{ values: { name: 'x' }, lines: { items: [item, item] } }])).map(landed)
    assert.deepEqual(
      linesOf(object, record!, 'items', ITEM).map((line) => line.slice(1)),
      [Object.values(item.values), Object.values(item.values)],
    )
    await object.delete([{ id: record!.id, expect: record!.image }])
    const values = Object.fromEntries(
      object.layout.columns.flatMap((column, i) => (column === 'items' ? [] : [[column, record!.values[i]!]])),
    )
    const lines = { items: lastLines(object, record!, 'items') }
    assert.equal(landed((await object.create([{ id: record!.id, values, lines }]))[0]!).image, record!.image)
  })

  test('rows that the filter of the lines leaves out are neither read nor touched', async () => {
    const filter = { op: '=', field: 'sku', value: 'ours' } as const
    const object = await open({ ...CUSTOMERS, lines: [{ ...WITH_LINES.lines![0]!, filter }] })
    await customers(1)
    for (const sku of ['ours', 'theirs'])
      await bench.system.insert('customer_lines', { customer_id: '1', sku, quantity: '1' })
    const skus = (record: RemoteRecord) => linesOf(object, record, 'items', ['sku']).map((line) => line[1])
    const [one] = (await all(object.scan(ALL, 10))).flat()
    assert.deepEqual(skus(one!), ['ours'])
    assert.deepEqual(skus((await object.read(['1']))[0]!), ['ours'])
    const before = await object.digest(ALL)
    await bench.system.insert('customer_lines', { customer_id: '1', sku: 'theirs', quantity: '2' })
    assert.deepEqual(await object.digest(ALL), before)
    const patch = { items: { insert: [{ values: { sku: 'ours' } }], update: [], delete: [lineIdOf(one!)] } }
    const changed = landed((await object.update([{ id: '1', expect: one!.image, set: {}, lines: patch }]))[0]!)
    assert.deepEqual(skus(changed), ['ours'])
    // What still refers to the record keeps it, with all rows.
    assert.equal((await object.delete([{ id: '1', expect: changed.image }]))[0]!.kind, 'refused')
    assert.equal(await bench.system.count('customer_lines'), 3)

    function lineIdOf(record: RemoteRecord): string {
      return linesOf(object, record, 'items', ['sku'])[0]![0]!
    }
  })

  test('a refused child row takes its whole record back, and no other', async () => {
    await customers(3)
    const object = await open(WITH_LINES)
    const records = (await all(object.scan(ALL, 10))).flat()
    // Empty where it must not be, and longer than its column.
    const skus = [null, 'x'.repeat(41), 'a']
    const results = await object.update(
      records.map(({ id, image }, i) => ({
        id,
        expect: image,
        set: { name: `changed ${i}` },
        lines: { items: { insert: [{ values: { sku: skus[i]! } }], update: [], delete: [] } },
      })),
    )
    assert.deepEqual(
      results.map((result) => result.kind),
      ['refused', 'refused', 'done'],
    )
    assert.equal((await object.read(['1']))[0]!.image, records[0]!.image)
    assert.equal((await object.read(['2']))[0]!.image, records[1]!.image)
  })
}
