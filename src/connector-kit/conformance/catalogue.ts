import assert from 'node:assert/strict'
import type { Filter } from '../../model/filter.ts'
import { CUSTOMERS, WITH_LINES, failure, landed } from './bench.ts'
import type { Bench } from './bench.ts'
import { ODD_COLUMN, ODD_TABLE } from './system.ts'

/** What introspection finds, and that identifiers come from nowhere else. */
export function catalogueConformance(bench: Bench): void {
  const { test } = bench.runner
  const { customers, open } = bench

  test('introspection finds tables, columns, keys and references', async () => {
    const { objects } = await bench.connector.introspect()
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
      assert.equal((await failure(() => open({ ...CUSTOMERS, object: name }))).code, 'connector.no-such-object', name)
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
    assert.equal(await bench.system.count('customers'), 1)
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
}
