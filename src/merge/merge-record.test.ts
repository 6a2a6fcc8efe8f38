/**
 * The laws of `docs/merge.md` as properties of the merge of one record. A counterexample that was found is kept below
 * its law, by name.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aMeeting,
  anInstant,
  aReading,
  aSetting,
  aValue,
  FIELDS,
  flowOf,
  isDue,
  type Meeting,
  someSteps,
  World,
} from '../../test/fixtures/merging.ts'
import type { Field } from '../contract/contract.ts'
import { type Canonical, Invalid } from '../model/value.ts'
import type { Merged } from './draft.ts'
import { mergeRecord } from './merge-record.ts'
import { isSkipped, isValue, type SideState } from './side-state.ts'

const RUNS = { numRuns: Number(process.env['CONCORDAT_PROPERTY_RUNS'] ?? 1_000) }

/** Checks a property for each field of a meeting. */
function eachField(
  check: (given: { meeting: Meeting; merged: Merged; field: Field; i: number; holders: readonly SideState[] }) => void,
): void {
  fc.assert(
    fc.property(aMeeting, (meeting) => {
      const merged = mergeRecord(meeting.flow, meeting.golden, meeting.sides)
      meeting.flow.fields.forEach((field, i) =>
        check({ meeting, merged, field, i, holders: meeting.sides.filter((side) => side.holds[i]) }),
      )
    }),
    RUNS,
  )
}

const hasChanged = (side: SideState, i: number): boolean => isValue(side.now[i]) && side.now[i] !== side.shadow![i]
const newValues = (sides: readonly SideState[], i: number): Set<Canonical> =>
  new Set(sides.filter((side) => hasChanged(side, i)).map((side) => side.now[i] as Canonical))
const changeOf = (merged: Merged, field: Field) => merged.changes.find((change) => change.field === field.name)
const askOf = (merged: Merged, field: Field) => merged.asks.find((ask) => ask.field === field.name)
const plain = ({ waived, ...rest }: Merged) => ({ ...rest, waived: Object.fromEntries(waived) })

/** Whether a side is due a write after a merge, if only it can be written. */
const dueAfter = (merged: Merged, side: SideState, field: Field, i: number): boolean =>
  isDue({ ...side, waived: merged.waived.get(side.system)! }, true, field.name, i, merged.golden[i]!)

describe('in agreement', () => {
  /** Brings a world to rest; answers how many rounds that took. */
  const settle = (world: World): number => {
    for (let round = 1; round <= 10; round++) {
      const merged = world.merge()
      if (world.applyAll() === 0 && merged.changes.every((change) => change.from === change.to)) return round
    }
    return Infinity
  }
  const worlds = (check: (world: World) => void): void =>
    fc.assert(
      fc.property(aSetting, fc.array(aValue, { minLength: 3, maxLength: 3 }), someSteps, (setting, values, steps) => {
        const world = new World(setting, values.slice(0, setting.flow.fields.length))
        for (const step of steps) world.take(step)
        check(world)
      }),
      RUNS,
    )

  test('L1 when edits end, all systems agree on every field, but for what a person or the contract lets be', () => {
    worlds((world) => {
      expect(settle(world)).toBeLessThanOrEqual(3)
      const { flow, writable } = world.setting
      flow.fields.forEach((field, i) => {
        for (const side of world.sides) {
          if (!side.holds[i] || !isValue(side.now[i])) continue
          const agrees = side.now[i] === world.golden[i]
          const mayDiffer = side.waived[field.name]?.[0] === world.golden[i] || !writable.get(side.system)![i]
          expect(agrees || mayDiffer).toBe(true)
        }
      })
    })
  })

  test("L1 the golden value of a mastered field is its master's, but for an empty one that is kept", () => {
    worlds((world) => {
      settle(world)
      world.setting.flow.fields.forEach((field, i) => {
        const owner = world.sides.find((side) => side.system === field.master)
        if (!owner || !isValue(owner.now[i])) return
        // An empty value that is kept; or one that a read-only master cannot be given: an accepted edit, or what fills
        // its blank.
        const keptEmpty = owner.waived[field.name]?.[1] === 'empty master kept' && owner.now[i] === null
        const filled = world.ruleOf(field.name) === 'existing: blanks filled' && owner.now[i] === null
        const isReadOnly = !world.setting.writable.get(owner.system)![i]
        const notGiven = isReadOnly && (field.editedOutsideMaster === 'accept' || filled)
        expect(owner.now[i] === world.golden[i] || keptEmpty || notGiven).toBe(true)
      })
    })
  })

  test('L2 at rest, merging once more changes nothing, asks nothing and writes nothing', () => {
    worlds((world) => {
      settle(world)
      const before = { golden: world.golden, sides: world.sides }
      const merged = world.merge()
      expect(merged).toMatchObject({ changes: [], asks: [], settled: [] })
      expect({ golden: world.golden, sides: world.sides }).toEqual(before)
      expect(world.due()).toEqual([])
    })
  })

  test('L10 without an edit in between, a golden value moves at most once', () => {
    worlds((world) => {
      const values = [world.merge().golden]
      for (let round = 0; round < 4; round++) {
        world.applyAll()
        values.push(world.merge().golden)
      }
      for (const later of values.slice(1)) expect(later).toEqual(values[0])
    })
  })

  test('L13 an echo of our own write is no edit', () => {
    worlds((world) => {
      world.merge()
      world.applyAll()
      const echoed = world.merge()
      expect(echoed.changes.filter((change) => change.from !== change.to)).toEqual([])
      expect(echoed.asks).toEqual([])
    })
  })

  test('L9 merging twice is merging once', () => {
    worlds((world) => {
      world.merge()
      const { golden, sides } = world
      world.merge()
      expect({ golden: world.golden, sides: world.sides }).toEqual({ golden, sides })
    })
  })
})

test("L5 the master's new value survives, whatever others did to the field", () => {
  eachField(({ meeting, merged, field, i, holders }) => {
    const owner = holders.find((side) => side.system === field.master)
    if (!owner || !hasChanged(owner, i)) return
    const kept = owner.now[i] === null && field.emptyInMaster === 'keep'
    if (kept && field.editedOutsideMaster === 'accept') return
    expect(merged.golden[i]).toBe(kept ? meeting.golden[i] : owner.now[i])
  })
})

test('L5 outside the master only an accepted edit moves a mastered value', () => {
  eachField(({ meeting, merged, field, i, holders }) => {
    const owner = holders.find((side) => side.system === field.master)
    if (!owner || hasChanged(owner, i) || field.editedOutsideMaster === 'accept') return
    expect(merged.golden[i]).toBe(meeting.golden[i])
  })
})

test('L5 what a system does not hold is neither read from it nor written to it', () => {
  eachField(({ meeting, merged, field, i }) => {
    for (const side of meeting.sides.filter((s) => !s.holds[i])) {
      expect(merged.waived.get(side.system)).not.toHaveProperty(field.name)
      expect(changeOf(merged, field)?.lost ?? {}).not.toHaveProperty(side.system)
      expect(askOf(merged, field)?.values ?? {}).not.toHaveProperty(side.system)
      expect(changeOf(merged, field)?.system).not.toBe(side.system)
    }
  })
})

test('L5 a field that nobody changed stays as it is', () => {
  eachField(({ meeting, merged, field, i, holders }) => {
    if (holders.some((side) => side.now[i] !== side.shadow![i])) return
    expect(merged.golden[i]).toBe(meeting.golden[i])
    expect(changeOf(merged, field)).toBeUndefined()
    expect(askOf(merged, field)).toBeUndefined()
  })
})

test('L6 different fields changed on different sides merge without a conflict', () => {
  eachField(({ merged, field, i, holders }) => {
    const changed = holders.filter((side) => hasChanged(side, i))
    if (field.master !== 'shared' || changed.length !== 1) return
    expect(merged.golden[i]).toBe(changed[0]!.now[i])
    expect(askOf(merged, field)).toBeUndefined()
    expect(changeOf(merged, field)).toMatchObject({ system: changed[0]!.system, lost: {} })
  })
})

test('L7 equal values never conflict', () => {
  eachField(({ merged, field, i, holders }) => {
    const values = newValues(holders, i)
    if (values.size > 1) return
    expect(merged.asks.filter((ask) => ask.field === field.name && ask.kind === 'conflict')).toEqual([])
    if (field.master === 'shared' && values.size === 1) expect(merged.golden[i]).toBe([...values][0])
  })
})

test('L7 a side that holds the agreed value is due no write and needs no waiver', () => {
  eachField(({ merged, field, i, holders }) => {
    for (const side of holders) {
      if (side.now[i] !== merged.golden[i]) continue
      expect(dueAfter(merged, side, field, i)).toBe(false)
      expect(merged.waived.get(side.system)).not.toHaveProperty(field.name)
    }
  })
})

test('L8 whatever is going to be overwritten is on record', () => {
  eachField(({ meeting, merged, field, i, holders }) => {
    for (const side of holders) {
      if (!hasChanged(side, i) || !dueAfter(merged, side, field, i)) continue
      const kept = merged.changes.some(
        (change) =>
          change.field === field.name && (change.lost[side.system] === side.now[i] || change.from === side.now[i]),
      )
      expect(kept).toBe(true)
    }
    // The agreed value that was before is in the change that replaced it.
    if (merged.golden[i] !== meeting.golden[i]) expect(changeOf(merged, field)?.from).toBe(meeting.golden[i])
  })
})

test('L8 in every history, whatever is going to be overwritten has been agreed on before, or is on record', () => {
  fc.assert(
    fc.property(aSetting, fc.array(aValue, { minLength: 3, maxLength: 3 }), someSteps, (setting, values, steps) => {
      const world = new World(setting, values.slice(0, setting.flow.fields.length))
      const agreed = new Set<string>()
      const onRecord = new Set<string>()
      const note = () => world.golden.forEach((value, i) => agreed.add(`${i} ${value}`))
      note()
      for (const step of [...steps, { kind: 'merge' as const }]) {
        if (step.kind !== 'merge') {
          world.take(step)
          continue
        }
        const merged = world.merge()
        note()
        const values = [
          ...merged.changes.map(({ field, lost }) => ({ field, of: lost })),
          ...merged.asks.map(({ field, values: of }) => ({ field, of })),
        ]
        for (const { field, of } of values) {
          const i = FIELDS.indexOf(field as 'name')
          for (const [system, value] of Object.entries(of)) onRecord.add(`${system} ${i} ${value}`)
        }
        for (const { s, i } of world.due()) {
          const { system, now } = world.sides[s]!
          const value = now[i] as Canonical
          const known = agreed.has(`${i} ${value}`) || onRecord.has(`${system} ${i} ${value}`)
          expect({ system, value, known }).toMatchObject({ known: true })
        }
      }
    }),
    RUNS,
  )
})

test('L9 the result does not depend on the order of the sides', () => {
  fc.assert(
    fc.property(aMeeting, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), ({ flow, golden, sides }, order) => {
      const shuffled = order.flatMap((n) => sides[n] ?? [])
      expect(plain(mergeRecord(flow, golden, shuffled))).toEqual(plain(mergeRecord(flow, golden, sides)))
    }),
    RUNS,
  )
})

test('L11 when systems say they changed never decides whether something changed', () => {
  fc.assert(
    fc.property(aMeeting, fc.array(anInstant, { minLength: 4, maxLength: 4 }), ({ flow, golden, sides }, times) => {
      const moved = sides.map((side, n) => ({ ...side, changedAt: times[n]! }))
      const [one, other] = [mergeRecord(flow, golden, sides), mergeRecord(flow, golden, moved)]
      const whether = (merged: Merged) => ({
        changed: merged.changes.map((change) => change.field),
        asked: merged.asks,
        settled: merged.settled,
      })
      expect(whether(other)).toEqual(whether(one))
      flow.fields.forEach((field, i) => {
        const byTime =
          field.master === 'shared' ? field.onConflict === 'newest' : field.editedOutsideMaster === 'accept'
        if (!byTime) expect(other.golden[i]).toBe(one.golden[i])
      })
    }),
    RUNS,
  )
})

test('L11 under `newest` the side that changed last wins', () => {
  eachField(({ merged, field, i, holders }) => {
    const changed = holders.filter((side) => hasChanged(side, i))
    if (field.master !== 'shared' || field.onConflict !== 'newest' || newValues(holders, i).size < 2) return
    const latest = changed
      .map((side) => side.changedAt ?? '')
      .toSorted()
      .at(-1)
    expect(changed.filter((side) => (side.changedAt ?? '') === latest).map((side) => side.now[i])).toContain(
      merged.golden[i],
    )
  })
})

describe('questions and waivers', () => {
  test('L8 a conflict that people are asked about shows every value, and nobody is written to until they decide', () => {
    eachField(({ meeting, merged, field, i, holders }) => {
      const ask = askOf(merged, field)
      if (!ask) return
      expect(ask.values['golden']).toBe(meeting.golden[i])
      expect(merged.golden[i]).toBe(meeting.golden[i])
      for (const side of holders.filter((s) => hasChanged(s, i))) {
        expect(ask.values[side.system]).toBe(side.now[i])
        expect(dueAfter(merged, side, field, i)).toBe(false)
      }
    })
  })

  test('L2 a question is asked once, however often the record is looked at', () => {
    fc.assert(
      fc.property(aSetting, fc.array(aValue, { minLength: 3, maxLength: 3 }), someSteps, (setting, values, steps) => {
        const world = new World(setting, values.slice(0, setting.flow.fields.length))
        for (const step of steps) world.take(step)
        world.merge()
        expect(world.merge().asks).toEqual([])
        world.applyAll()
        expect(world.merge().asks).toEqual([])
      }),
      RUNS,
    )
  })

  test('L1 a waiver stands only as long as the golden value that it was given for', () => {
    fc.assert(
      fc.property(aSetting, fc.array(aValue, { minLength: 3, maxLength: 3 }), someSteps, (setting, values, steps) => {
        const world = new World(setting, values.slice(0, setting.flow.fields.length))
        for (const step of [...steps, { kind: 'merge' as const }]) {
          world.take(step)
          if (step.kind !== 'merge') continue
          for (const side of world.sides) {
            for (const [name, [golden, reason]] of Object.entries(side.waived)) {
              const i = FIELDS.indexOf(name as 'name')
              expect(golden).toBe(world.golden[i])
              // Who has a say in a question may hold the very value that others differ from.
              if (!reason.endsWith('asked')) expect(side.now[i]).not.toBe(golden)
              expect(isSkipped(side.waived, name)).toBe(!isValue(side.now[i]))
            }
          }
        }
      }),
      RUNS,
    )
  })

  test('L2 a question is settled when, and only when, nobody is asked any more', () => {
    fc.assert(
      fc.property(aSetting, fc.array(aValue, { minLength: 3, maxLength: 3 }), someSteps, (setting, values, steps) => {
        const world = new World(setting, values.slice(0, setting.flow.fields.length))
        const open = new Set<string>()
        for (const step of steps) {
          if (step.kind !== 'merge') {
            world.take(step)
            continue
          }
          const merged = world.merge()
          for (const name of merged.settled) open.delete(name)
          for (const ask of merged.asks) open.add(ask.field)
          const asked = world.sides.flatMap((side) =>
            Object.entries(side.waived).flatMap(([name, [, reason]]) => (reason.endsWith('asked') ? [name] : [])),
          )
          expect([...open].toSorted()).toEqual([...new Set(asked)].toSorted())
        }
      }),
      RUNS,
    )
  })

  test('L26 what cannot be read changes nothing, and counts as news when it can be read', () => {
    fc.assert(
      fc.property(aMeeting, aReading, ({ flow, golden, sides }, broken) => {
        if (isValue(broken)) return
        const [first, ...rest] = sides
        const still = rest.map((side) => ({ ...side, now: side.shadow! }))
        const unread = { ...first!, now: first!.now.map((value, i) => (first!.holds[i] ? broken : value)) }
        const merged = mergeRecord(flow, golden, [unread, ...still])
        expect(merged.golden).toEqual(golden)
        expect(merged.changes).toEqual([])
        const waived = merged.waived.get(unread.system)!
        expect(Object.keys(waived)).toHaveLength(unread.holds.filter(Boolean).length)
        // Read again, and it holds another value than the golden one.
        const readable = {
          ...unread,
          waived,
          now: unread.now.map((v, i) => (unread.holds[i] ? 'z' : v)),
          shadow: unread.now,
        }
        const later = mergeRecord(flow, merged.golden, [readable, ...still])
        flow.fields.forEach((field, i) => {
          if (!unread.holds[i]) return
          const noticed = changeOf(later, field) !== undefined || askOf(later, field) !== undefined
          expect(noticed).toBe(true)
        })
      }),
      RUNS,
    )
  })
})

describe('choices, one by one', () => {
  const merge = (
    choices: Partial<Field>,
    golden: Canonical,
    now: Record<string, Canonical>,
    at: Record<string, string> = {},
  ) => {
    const systems = Object.keys(now)
    const field = {
      master: 'erp',
      onConflict: null,
      editedOutsideMaster: 'revert',
      emptyInMaster: 'keep',
      ...choices,
    } as const
    const sides = systems.map((system): SideState => ({
      system,
      holds: [true],
      shadow: [golden],
      now: [now[system]!],
      changedAt: at[system] ?? null,
      waived: {},
    }))
    return mergeRecord(flowOf(systems, [field]), [golden], sides)
  }

  test('L5 an empty master value keeps or erases, as decided', () => {
    expect(merge({ emptyInMaster: 'keep' }, 'a', { erp: null, crm: 'a' })).toMatchObject({
      golden: ['a'],
      changes: [{ rule: 'empty master kept', from: 'a', to: 'a', lost: { erp: null } }],
    })
    expect(merge({ emptyInMaster: 'erase' }, 'a', { erp: null, crm: 'a' })).toMatchObject({
      golden: [null],
      changes: [{ rule: 'empty master erased', from: 'a', to: null }],
    })
  })

  test('L5 an edit outside the master is reverted, accepted, asked about or left alone', () => {
    const edited = (editedOutsideMaster: Field['editedOutsideMaster']) =>
      merge({ editedOutsideMaster }, 'a', { erp: 'a', crm: 'b' })
    expect(edited('revert')).toMatchObject({
      golden: ['a'],
      changes: [{ rule: 'outside edit reverted', from: 'a', to: 'a', lost: { crm: 'b' } }],
      asks: [],
    })
    expect(edited('accept')).toMatchObject({
      golden: ['b'],
      changes: [{ rule: 'outside edit accepted', system: 'crm' }],
    })
    expect(edited('ask')).toMatchObject({
      golden: ['a'],
      asks: [{ kind: 'outside edit', values: { golden: 'a', erp: 'a', crm: 'b' } }],
      waived: new Map([
        ['erp', {}],
        ['crm', { [FIELDS[0]]: ['a', 'outside edit asked'] }],
      ]),
    })
    expect(edited('leave alone')).toMatchObject({
      golden: ['a'],
      asks: [],
      waived: new Map([
        ['erp', {}],
        ['crm', { [FIELDS[0]]: ['a', 'outside edit left alone'] }],
      ]),
    })
  })

  test('L8 a conflict over a shared field goes to the newest, the preferred system, or to people', () => {
    const shared = (onConflict: string) =>
      merge(
        { master: 'shared', onConflict },
        'a',
        { erp: 'b', crm: 'c' },
        { erp: '2026-11-23T10:00:00Z', crm: '2026-11-23T10:00:01Z' },
      )
    expect(shared('newest')).toMatchObject({ golden: ['c'], changes: [{ rule: 'shared newest', lost: { erp: 'b' } }] })
    expect(shared('erp')).toMatchObject({
      golden: ['b'],
      changes: [{ rule: 'shared preferred system', lost: { crm: 'c' } }],
    })
    expect(shared('ask')).toMatchObject({
      golden: ['a'],
      changes: [],
      asks: [{ kind: 'conflict', values: { golden: 'a', erp: 'b', crm: 'c' } }],
    })
  })
})

describe('counterexamples that were found', () => {
  const field = {
    master: 'shared',
    onConflict: 'newest',
    editedOutsideMaster: 'accept',
    emptyInMaster: 'keep',
  } as const
  const name = FIELDS[0]
  const sideOf = (
    system: string,
    shadow: Canonical,
    now: SideState['now'][number],
    more: Partial<SideState> = {},
  ): SideState => ({
    system,
    holds: [true],
    shadow: [shadow],
    now: [now],
    changedAt: null,
    waived: {},
    ...more,
  })

  test('L8 a system that changed twice before the others heard of it loses both values to a newer one', () => {
    const flow = flowOf(['crm', 'erp'], [field])
    const sides = [sideOf('crm', 'b', 'c'), sideOf('erp', 'a', 'd', { changedAt: '2026-11-23T10:00:00Z' })]
    const merged = mergeRecord(flow, ['b'], sides, new Map([[name, { system: 'crm', at: null }]]))
    expect(merged).toMatchObject({ golden: ['d'], changes: [{ from: 'b', to: 'd', lost: { crm: 'c', golden: 'b' } }] })
  })

  test("L8 the master's blank is on record when an accepted edit fills it", () => {
    const flow = flowOf(['erp', 'crm'], [{ ...field, master: 'erp', onConflict: null }])
    const merged = mergeRecord(flow, ['a'], [sideOf('erp', 'a', null), sideOf('crm', 'a', 'b')])
    expect(merged.golden).toEqual(['b'])
    expect(merged.changes.at(-1)).toMatchObject({ rule: 'outside edit accepted', to: 'b', lost: { erp: null } })
  })

  test('L9 a value that can be read again is news only once', () => {
    const flow = flowOf(['crm', 'erp'], [{ ...field, onConflict: 'erp' }])
    const waived = { [name]: ['a', 'invalid value: field skipped'] as const }
    const pending = new Map([[name, { system: 'erp', at: null }]])
    const sides = [sideOf('crm', 'z', 'b', { waived }), sideOf('shop', 'z', 'c'), sideOf('erp', 'a', 'a')]
    const merged = mergeRecord(flow, ['a'], sides, pending)
    expect(merged.waived.get('crm')).toEqual({})
  })

  test('L26 what cannot be read takes no part in a conflict', () => {
    const flow = flowOf(['crm', 'erp'], [{ ...field, onConflict: 'ask' }])
    const waived = { [name]: ['a', 'conflict asked'] as const }
    const unreadable = new Invalid(['notACountry', '"?"'], '?')
    const merged = mergeRecord(
      flow,
      ['a'],
      [sideOf('crm', 'b', 'a', { waived }), sideOf('erp', null, unreadable, { waived })],
    )
    // It is still asked about: what it holds may be another value.
    expect(merged).toMatchObject({ golden: ['a'], changes: [], asks: [{ values: { crm: 'a' } }], settled: [] })
  })
})
