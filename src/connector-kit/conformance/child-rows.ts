import assert from 'node:assert/strict'
import { ALL, WITH_LINES, all, landed, linesOf, linesText } from './bench.ts'
import type { Bench } from './bench.ts'

/** Child rows that travel with their parent. */
export function childRowsConformance(bench: Bench): void {
  const { test } = bench.runner
  const { createAll, customers, open } = bench

  test('they are read with their parent, ordered by id, in the declared columns', async () => {
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
    assert.deepEqual(linesOf(object, one!, 'items'), [])
    assert.equal(
      linesText(object, two!, 'items'),
      `[["1","b","1","${bench.system.booleans[0]}"],["2","a","1","${bench.system.booleans[0]}"],["3","c","1","${bench.system.booleans[0]}"]]`,
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
    await bench.system.change('customer_lines', a![0]!, { quantity: '6' })
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
}
