/** The laws of `docs/merge.md` where records that exist already find each other. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Meeting, aMeeting, FIELDS, flowOf, isDue } from '../../test/fixtures/merging.ts'
import type { Flow } from '../contract/contract.ts'
import type { Canonical } from '../model/value.ts'
import { firstAgreement } from './first-agreement.ts'
import type { Merged } from './draft.ts'
import { mergeRecord } from './merge-record.ts'
import { isValue, type SideState } from './side-state.ts'

const RUNS = { numRuns: Number(process.env['CONCORDAT_PROPERTY_RUNS'] ?? 1_000) }

/** What became of records that were joined one by one, the first of them being the golden record to begin with. */
interface Joined {
  readonly golden: readonly Canonical[]
  readonly sides: readonly SideState[]
  readonly steps: readonly Merged[]
}

function join(flow: Flow, [first, ...newcomers]: readonly SideState[]): Joined {
  let golden: readonly Canonical[] = first!.now.map((value) => (isValue(value) ? value : null))
  let sides: readonly SideState[] = [{ ...first!, shadow: first!.now }]
  const steps: Merged[] = []
  for (const newcomer of newcomers) {
    const merged = firstAgreement(flow, golden, sides, { ...newcomer, shadow: null })
    steps.push(merged)
    golden = merged.golden
    sides = [...sides, newcomer].map((side) => ({ ...side, shadow: side.now, waived: merged.waived.get(side.system)! }))
  }
  return { golden, sides, steps }
}

/** Fields by system that would have to be written, where everything can be. */
const due = (flow: Flow, { golden, sides }: Joined): { side: SideState; i: number }[] =>
  sides.flatMap((side) =>
    flow.fields.flatMap((field, i) => (isDue(side, true, field.name, i, golden[i]!) ? [{ side, i }] : [])),
  )
const dueNames = (flow: Flow, joined: Joined): string[] =>
  due(flow, joined)
    .map(({ side, i }) => `${side.system} ${FIELDS[i]}`)
    .toSorted()

/** Two records of two systems, every value readable. */
const aPair = aMeeting.map((meeting): Meeting => ({
  ...meeting,
  sides: meeting.sides
    .slice(0, 2)
    .map((side) => ({ ...side, now: side.now.map((value) => (isValue(value) ? value : null)) })),
}))

function pairs(check: (flow: Flow, sides: readonly SideState[], joined: Joined) => void): void {
  fc.assert(
    fc.property(aPair, ({ flow, sides }) => check(flow, sides, join(flow, sides))),
    RUNS,
  )
}

test('L5 where the master wins, its value does, unless it is empty', () => {
  pairs((flow, sides, { golden }) => {
    if (flow.edgeCases.existingRecords !== 'master wins') return
    const wanted = flow.fields.map((field, i) => {
      const owner = sides.find((side) => side.system === field.master)
      return owner && owner.now[i] !== null ? owner.now[i] : golden[i]
    })
    expect(golden).toEqual(wanted)
  })
})

test('L5 records that are only linked, or asked about, are not written to', () => {
  pairs((flow, sides, joined) => {
    if (['master wins', 'fill blanks only'].includes(flow.edgeCases.existingRecords)) return
    const asked = due(flow, joined).filter(({ side, i }) => {
      // A field without a master fills blanks whatever the decision: there is nobody to ask in its place.
      const { master, onConflict } = flow.fields[i]!
      return !(master === 'shared' && onConflict === 'ask' && side.now[i] === null)
    })
    expect(asked.filter(({ side, i }) => sides.filter((s) => s.holds[i]).length > 1 && side.now[i] !== null)).toEqual(
      [],
    )
  })
})

test('L7 records that hold the same are linked without a change, a question or a write', () => {
  pairs((flow, [first, second]) => {
    const same = { ...second!, holds: first!.holds, now: first!.now }
    const joined = join(flow, [first!, same])
    expect(joined.steps).toMatchObject([{ changes: [], asks: [] }])
    expect(dueNames(flow, joined)).toEqual([])
  })
})

test('L8 every value that gives way is on record; only blanks are filled without a word', () => {
  pairs((flow, _, joined) => {
    for (const { side, i } of due(flow, joined)) {
      if (side.now[i] === null) continue
      const name = flow.fields[i]!.name
      const kept = joined.steps.some((step) =>
        step.changes.some(
          (change) =>
            change.field === name && (change.lost[side.system] === side.now[i] || change.from === side.now[i]),
        ),
      )
      expect(kept).toBe(true)
    }
  })
})

test('L9 it does not matter whose record was seen first', () => {
  pairs((flow, sides, joined) => {
    const other = join(flow, sides.toReversed())
    // While a person is asked, the value that was seen first stands in, and nobody is written to.
    const open = new Set(joined.steps.flatMap((step) => step.asks.map((ask) => ask.field)))
    const decided = ({ golden }: Joined) => golden.filter((_, i) => !open.has(flow.fields[i]!.name))
    expect(decided(other)).toEqual(decided(joined))
    expect(dueNames(flow, other)).toEqual(dueNames(flow, joined))
    const asks = ({ steps }: Joined) => steps.flatMap((step) => step.asks.map((ask) => [ask.field, ask.kind]))
    expect(asks(other)).toEqual(asks(joined))
  })
})

test('L9 nor in which order several systems were joined', () => {
  fc.assert(
    fc.property(aMeeting, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), ({ flow, sides }, order) => {
      const readable = sides.map((side) => ({ ...side, now: side.now.map((value) => (isValue(value) ? value : null)) }))
      const one = join(flow, readable)
      const other = join(
        flow,
        order.flatMap((n) => readable[n] ?? []),
      )
      const open = new Set([...one.steps, ...other.steps].flatMap((step) => step.asks.map((ask) => ask.field)))
      const decided = ({ golden }: Joined) => golden.filter((_, i) => !open.has(flow.fields[i]!.name))
      expect(decided(other)).toEqual(decided(one))
    }),
    RUNS,
  )
})

test('L2 what has been agreed on and written is at rest', () => {
  fc.assert(
    fc.property(aMeeting, ({ flow, sides }) => {
      const joined = join(flow, sides)
      const written = joined.sides.map((side): SideState => {
        const now = side.now.map((value, i) =>
          isDue(side, true, flow.fields[i]!.name, i, joined.golden[i]!) ? joined.golden[i]! : value,
        )
        return { ...side, now, shadow: now }
      })
      const merged = mergeRecord(flow, joined.golden, written)
      expect(merged).toMatchObject({ golden: joined.golden, changes: [], asks: [] })
    }),
    RUNS,
  )
})

test('L1 every side then holds the agreed value, is due it, or may differ by decision', () => {
  fc.assert(
    fc.property(aMeeting, ({ flow, sides }) => {
      const joined = join(flow, sides)
      for (const side of joined.sides) {
        for (const [name, [golden]] of Object.entries(side.waived)) {
          const i = FIELDS.indexOf(name as 'name')
          expect(golden).toBe(joined.golden[i])
          expect(side.holds[i]).toBe(true)
        }
      }
    }),
    RUNS,
  )
})

describe('choices, one by one', () => {
  const choose = (existingRecords: Flow['edgeCases']['existingRecords'], erp: Canonical, crm: Canonical) => {
    const field = { master: 'erp', onConflict: null, editedOutsideMaster: 'revert', emptyInMaster: 'keep' } as const
    const flow = flowOf(['erp', 'crm'], [field], { existingRecords })
    const side = (system: string, value: Canonical): SideState => ({
      system,
      holds: [true],
      shadow: null,
      now: [value],
      changedAt: null,
      waived: {},
    })
    const joined = join(flow, [side('crm', crm), side('erp', erp)])
    const rules = joined.steps.flatMap((step) => step.changes.map((change) => change.rule))
    return { golden: joined.golden[0], due: dueNames(flow, joined), rules, asks: joined.steps[0]!.asks.length }
  }

  test('L5 `master wins` writes the master’s value, and keeps a value where the master has none', () => {
    expect(choose('master wins', 'a', 'b')).toEqual({
      golden: 'a',
      due: ['crm name'],
      rules: ['existing: master wins'],
      asks: 0,
    })
    expect(choose('master wins', null, 'b')).toMatchObject({ golden: 'b', due: [], asks: 0 })
  })

  test('L5 `fill blanks only` writes blanks and lets differences be', () => {
    expect(choose('fill blanks only', 'a', 'b')).toMatchObject({ golden: 'a', due: [], asks: 0 })
    expect(choose('fill blanks only', null, 'b')).toMatchObject({ golden: 'b', due: ['erp name'], asks: 0 })
    expect(choose('fill blanks only', 'a', null)).toMatchObject({ golden: 'a', due: ['crm name'], asks: 0 })
  })

  test('L5 `link only` and `ask` write nothing', () => {
    expect(choose('link only', 'a', 'b')).toMatchObject({ golden: 'a', due: [], asks: 0 })
    expect(choose('ask', 'a', 'b')).toMatchObject({ golden: 'a', due: [], asks: 1 })
  })
})
