import assert from 'node:assert/strict'
import { ConcordatError } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import type { RemoteRecord } from '../port.ts'
import { ALL, CUSTOMER_COLUMNS, WITH_LINES, all, everythingAbout, landed } from './bench.ts'
import type { Bench } from './bench.ts'

/** Guarded changes and deletions. */
export function updatingConformance(bench: Bench): void {
  const { test } = bench.runner
  const { customers, open } = bench

  test('only what is set changes, and only while the record is what was expected', async () => {
    await customers(4)
    const object = await open()
    const [one, two, three, four] = (await all(object.scan(ALL, 10))).flat()
    await bench.system.change('customers', '2', { email: 'edited@elsewhere.example' })
    await bench.system.remove('customers', '3')
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

  test('L36 an update that names the id is refused, and changes nothing', async () => {
    await customers(2)
    const object = await open()
    const [one] = (await all(object.scan(ALL, 10))).flat()
    for (const set of [{ id: '99' }, { id: '1', name: 'New' }, { name: 'New', id: null }])
      await assert.rejects(object.update([{ id: '1', expect: one!.image, set }]), /the id of its records/)
    assert.deepEqual(
      (await all(object.scan(ALL, 10))).flat().map((record) => [record.id, record.image === one!.image]),
      [
        ['1', true],
        ['2', false],
      ],
    )
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
    await bench.system.insert('customer_lines', { customer_id: '3', sku: 'a' })
    const object = await open()
    const [one, two, three, four] = (await all(object.scan(ALL, 10))).flat()
    await bench.system.change('customers', '2', { note: 'edited' })
    const results = await object.delete([one!, two!, three!, four!].map(({ id, image }) => ({ id, expect: image })))
    assert.deepEqual(
      results.map((result) => result.kind),
      ['done', 'conflict', 'refused', 'done'],
    )
    const referred = results[2]!
    assert.ok(referred.kind === 'refused' && referred.error.code === 'connector.broken-reference')
    assert.equal(await bench.system.count('customers'), 2)
    const withLines = await open(WITH_LINES)
    const [whole] = await withLines.read(['3'])
    assert.equal((await withLines.delete([{ id: '3', expect: whole!.image }]))[0]!.kind, 'done')
    assert.equal(await bench.system.count('customer_lines'), 0)
  })

  test('L17 what is thrown before the commit takes every kind of write back', async () => {
    await customers(2)
    const object = await open()
    const before = (await all(object.scan(ALL, 10))).flat()
    const [one, two] = before
    const tooLate = (): never => {
      throw new ConcordatError('engine.lease-lost', 'Too late.')
    }
    const refused = { code: 'engine.lease-lost' }
    await assert.rejects(object.update([{ id: one!.id, expect: one!.image, set: { name: 'Late' } }], tooLate), refused)
    await assert.rejects(object.delete([{ id: two!.id, expect: two!.image }], tooLate), refused)
    const id = object.capabilities.ids === 'reserved' ? { id: (await object.reserveIds(1))[0]! } : {}
    await assert.rejects(object.create([{ ...id, values: { name: 'Late', vat: 'ES999' } }], tooLate), refused)
    assert.deepEqual((await all(object.scan(ALL, 10))).flat(), before)
  })
}
