import assert from 'node:assert/strict'
import type { Filter } from '../../model/filter.ts'
import { CUSTOMERS, ALL, all } from './bench.ts'
import type { Bench } from './bench.ts'

/** Which records are in scope. */
export function filtersConformance(bench: Bench): void {
  const { test } = bench.runner
  const { customer, customers, open } = bench

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
    ['long list', { op: 'in', field: 'id', values: Array.from({ length: 2000 }, (_, i) => String(i + 4)) }, [4, 5, 6]],
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
    await bench.system.change('customers', '2', { kind: 'supplier', updated_at: '2026-03-01 12:00:01' })
    const pages = await all(object.changedSince(cursor, 0, 10))
    const left = pages.flatMap((page) => page.records).find((record) => record.id === '2')!
    assert.equal(left.inScope, false)
  })
}
