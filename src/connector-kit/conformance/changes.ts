import assert from 'node:assert/strict'
import { CUSTOMERS, changes, failure } from './bench.ts'
import type { Bench } from './bench.ts'

/** Incremental reads: cursors, ties, overlap. */
export function changesConformance(bench: Bench): void {
  const { test } = bench.runner
  const { customer, customers, open } = bench

  test('only what changed since the cursor comes, oldest first, ties by id', async () => {
    await customers(9)
    const object = await open()
    const cursor = await object.now()
    assert.equal(cursor.id, '9')
    await bench.system.change('customers', '4', { updated_at: '2026-03-01 12:00:03' })
    await bench.system.change('customers', '7', { updated_at: '2026-03-01 12:00:02' })
    await bench.system.change('customers', '2', { updated_at: '2026-03-01 12:00:02' })
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
    if (bench.system.lateInsert === null) return
    await customers(1)
    const object = await open()
    const late = await bench.system.lateInsert('customers', { name: 'late', updated_at: '2026-03-01 12:00:05' })
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
}
