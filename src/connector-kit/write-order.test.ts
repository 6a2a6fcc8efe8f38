import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderWrites, placeholderFor, type OrderedWrite } from './write-order.ts'

const KEY = { name: 'code', kind: 'text', nullable: false, maxLength: 20 } as const

/** Twelve records may hold a code each before, and may hold another one after; no two share one at either time. */
const worlds = fc
  .tuple(
    fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, i) => `c${i}`),
      { minLength: 12 },
    ),
    fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, i) => `c${i}`),
      { minLength: 12 },
    ),
    fc.array(fc.constantFrom('create', 'update', 'delete'), { minLength: 12, maxLength: 12 }),
  )
  .map(([before, after, kinds]) =>
    kinds.map((kind, i) => ({
      kind,
      before: kind === 'create' ? null : before[i]!,
      after: kind === 'delete' ? null : after[i]!,
    })),
  )

test('L31 whatever codes are handed on, no write takes one that another record still holds', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const writes = world.map(({ kind, before, after }, i): OrderedWrite => ({
        kind,
        id: String(i),
        before: () => before,
        after: () => after,
        sets: new Set(after === null ? [] : ['code']),
      }))
      const turns = orderWrites({ uniqueKeys: [[KEY]], ownReferences: [] }, writes, (place, column) =>
        placeholderFor(BigInt(place), column),
      )
      const held = new Map(world.flatMap(({ before }, i) => (before === null ? [] : [[i, before] as const])))
      const take = (i: number, code: string): void => {
        expect([...held].filter(([other, has]) => other !== i && has === code)).toEqual([])
        held.set(i, code)
      }
      for (let layer = 0; layer <= Math.max(...turns.map((one) => one.layer)); layer++) {
        const mine = turns.flatMap((one, i) => (one.layer === layer ? [i] : []))
        const of = (kind: OrderedWrite['kind']) => mine.filter((i) => world[i]!.kind === kind)
        for (const i of of('create')) take(i, world[i]!.after!)
        for (const i of of('update')) if (turns[i]!.release) take(i, turns[i]!.release['code']!)
        for (const i of of('update').toSorted((a, b) => turns[a]!.turn - turns[b]!.turn)) take(i, world[i]!.after!)
        for (const i of of('delete')) held.delete(i)
      }
      world.forEach(({ after }, i) => expect(held.get(i) ?? null).toBe(after))
    }),
  )
})

test('L31 a ring is broken at another column of its key, where what refers to a record cannot be replaced; else it is said', () => {
  const team = { name: 'team', kind: 'integer', nullable: false, maxLength: null, refers: true } as const
  const seat = { name: 'seat', kind: 'integer', nullable: false, maxLength: null } as const
  const move = (id: string, from: string, to: string): OrderedWrite => ({
    kind: 'update',
    id,
    before: (column) => (column === 'team' ? from : '1'),
    after: (column) => (column === 'team' ? to : '1'),
    sets: new Set(['team']),
  })
  const order = (writable: ReadonlySet<string>) =>
    orderWrites(
      { uniqueKeys: [[team, seat]], ownReferences: [], writable },
      [move('1', '7', '8'), move('2', '8', '7')],
      (place, column) => placeholderFor(BigInt(place), column),
    )
  const turns = order(new Set(['team', 'seat']))
  const freed = turns.filter(({ release }) => release !== null)
  expect(freed.map(({ release, back, stuck }) => [Object.keys(release!), back, stuck])).toEqual([
    [['seat'], { seat: '1' }, null],
  ])
  expect(order(new Set(['team'])).map(({ release, stuck }) => [release, stuck])).toEqual([
    [null, 'team'],
    [null, 'team'],
  ])
})
