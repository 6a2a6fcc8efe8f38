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
