import { expect, test } from 'vitest'
import { callsOf } from './layers.ts'
import type { PlannedWrite } from './plan-writes.ts'

const update = (id: string, turn = 0, ring?: number): PlannedWrite =>
  ({ call: { kind: 'update', item: { id, turn, ...(ring !== undefined && { ring }) } } }) as unknown as PlannedWrite

const idsOf = (writes: readonly PlannedWrite[], most: number): (string | undefined)[][] =>
  callsOf(writes, most).map((part) => part.map(({ call }) => call.item.id))

test('L31 calls take the writes in their turns, and a ring as a whole', () => {
  expect(idsOf([update('d', 3), update('a'), update('c', 2), update('b', 1)], 2)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(idsOf([update('x'), update('r1', 1, 5), update('y', 0), update('z', 0), update('r2', 2, 5)], 3)).toEqual([
    ['x', 'y', 'z'],
    ['r1', 'r2'],
  ])
  expect(idsOf([update('b', 1), update('a')], 2)).toEqual([['b', 'a']])
})
