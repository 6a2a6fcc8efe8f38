/** While people are asked about a field, every system keeps its value, and the question goes by agreement, an answer or the rules. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anInstant, aValue, FIELDS, flowOf, isDue } from '../../test/fixtures/merging.ts'
import type { Field, Flow } from '../contract/contract.ts'
import { Invalid, type Canonical, type Reading } from '../model/value.ts'
import type { Merged } from './draft.ts'
import { firstAgreement } from './first-agreement.ts'
import { mergeRecord } from './merge-record.ts'
import { isValue, type SideState } from './side-state.ts'

const RUNS = { numRuns: Number(process.env['CONCORDAT_PROPERTY_RUNS'] ?? 1_000) }
const NAME = FIELDS[0]
const UNREADABLE = new Invalid(['notACountry', '"?"'], '?')

type Choices = Pick<Field, 'master' | 'onConflict' | 'editedOutsideMaster'>
const ASK: Choices = { master: 'shared', onConflict: 'ask', editedOutsideMaster: 'revert' }

/** One field of one record, under rules that may change. */
class Dispute {
  flow: Flow
  golden: Canonical
  sides: SideState[]
  /** The values of the question that is open, as people see them. */
  question: Readonly<Record<string, Canonical>> | null = null
  readonly rules: string[] = []
  readonly kept: (readonly [string, Canonical])[] = []

  constructor(systems: readonly string[], choices: Choices, existing: Flow['edgeCases']['existingRecords']) {
    this.flow = Dispute.flow(systems, choices, existing)
    this.golden = null
    this.sides = []
  }

  private static flow(
    systems: readonly string[],
    choices: Choices,
    existingRecords: Flow['edgeCases']['existingRecords'],
  ) {
    return flowOf(systems, [{ emptyInMaster: 'keep', ...choices }], { master: 'shared', existingRecords })
  }

  /** A record of one more system turns out to be this one. */
  join(system: string, value: Reading, changedAt: string | null = null): this {
    const side: SideState = { system, holds: [true], shadow: null, now: [value], changedAt, waived: {} }
    if (this.sides.length === 0) {
      this.golden = isValue(value) ? value : null
      this.sides = [{ ...side, shadow: [value] }]
      return this
    }
    const merged = firstAgreement(this.flow, [this.golden], this.sides, side)
    this.sides = [...this.sides, side]
    return this.take(merged)
  }

  edit(system: string, value: Reading, changedAt: string | null = null): this {
    this.sides = this.sides.map((side) => (side.system === system ? { ...side, now: [value], changedAt } : side))
    return this
  }

  rule(choices: Partial<Choices>, existing = this.flow.edgeCases.existingRecords): this {
    this.flow = Dispute.flow(this.flow.systems, { ...this.flow.fields[0]!, ...choices }, existing)
    return this
  }

  merge(): this {
    return this.take(mergeRecord(this.flow, [this.golden], this.sides))
  }

  private take(merged: Merged): this {
    this.golden = merged.golden[0]!
    this.sides = this.sides.map((side) => ({ ...side, shadow: side.now, waived: merged.waived.get(side.system)! }))
    if (merged.settled.length > 0) this.question = null
    for (const ask of merged.asks) {
      this.question = ask.values
      this.kept.push(...Object.entries(ask.values))
    }
    for (const change of merged.changes) {
      this.rules.push(change.rule)
      this.kept.push(...Object.entries(change.lost), ['golden', change.from])
    }
    return this
  }

  get due(): string[] {
    return this.sides.filter((side) => isDue(side, true, NAME, 0, this.golden)).map((side) => side.system)
  }

  get values(): Record<string, Reading> {
    return Object.fromEntries(this.sides.map((side) => [side.system, side.now[0]!]))
  }
}

const first = (existing: Flow['edgeCases']['existingRecords'] = 'master wins', choices = ASK) =>
  new Dispute(['crm', 'erp', 'shop'], choices, existing).join('crm', 'c').join('erp', 'e')

describe('existing records that differ', () => {
  test('L8 the value that was seen first competes when the rule changes to a system', () => {
    for (const [winner, loser] of [
      ['crm', 'erp'],
      ['erp', 'crm'],
    ] as const) {
      const dispute = first()
      expect(dispute).toMatchObject({ due: [], question: { crm: 'c', erp: 'e' } })
      dispute.rule({ onConflict: winner }).merge()
      expect(dispute).toMatchObject({ golden: winner[0], due: [loser], question: null })
      expect(dispute.kept).toContainEqual([loser, loser[0]])
      expect(dispute.rules.at(-1)).toBe('existing: master wins')
    }
  })

  test('L8 or to the newest, or to a master', () => {
    const newest = new Dispute(['crm', 'erp'], ASK, 'master wins')
    newest.join('crm', 'c', '2026-11-23T10:00:01Z').join('erp', 'e', '2026-11-23T10:00:00Z')
    expect(newest.rule({ onConflict: 'newest' }).merge()).toMatchObject({ golden: 'c', due: ['erp'], question: null })
    for (const editedOutsideMaster of ['accept', 'revert', 'ask', 'leave alone'] as const) {
      const owned = first().rule({ master: 'crm', onConflict: null, editedOutsideMaster }).merge()
      expect(owned).toMatchObject({ golden: 'c', due: ['erp'], question: null })
      const other = first().rule({ master: 'erp', onConflict: null, editedOutsideMaster }).merge()
      expect(other).toMatchObject({ golden: 'e', due: ['crm'], question: null })
    }
  })

  test('L8 a rule that prefers a system without the record answers nothing, until it has it', () => {
    const dispute = first().rule({ onConflict: 'shop' }).merge()
    expect(dispute).toMatchObject({ due: [], question: { crm: 'c', erp: 'e' } })
    expect(dispute.join('shop', 's')).toMatchObject({ golden: 's', due: ['crm', 'erp'], question: null })
    const same = first().rule({ onConflict: 'shop' }).join('shop', 'c')
    expect(same).toMatchObject({ golden: 'c', due: ['erp'], question: null })
  })

  test('L8 an edit of either side is shown, and closes nothing', () => {
    for (const existing of ['master wins', 'ask', 'link only', 'fill blanks only'] as const) {
      for (const system of ['crm', 'erp'] as const) {
        for (const value of ['n', null]) {
          const dispute = first(existing).edit(system, value).merge()
          expect(dispute).toMatchObject({ due: [], question: { crm: 'c', erp: 'e', [system]: value } })
          // A rule then counts what is held now.
          dispute.rule({ onConflict: 'erp' }, 'master wins').merge()
          expect(dispute.question).toBeNull()
          expect(dispute.golden).toBe(dispute.values['erp'] ?? dispute.values['crm'])
        }
      }
    }
  })

  test('L2 it closes by itself when the sides agree', () => {
    expect(first().edit('erp', 'c').merge()).toMatchObject({ golden: 'c', due: [], question: null })
    expect(first().edit('crm', 'e').merge()).toMatchObject({ golden: 'e', due: [], question: null })
    const both = first().edit('crm', 'n').edit('erp', 'n').merge()
    expect(both).toMatchObject({ golden: 'n', due: [], question: null, rules: ['all sides agree'] })
  })

  test('L8 with a master, too: its edits stand in as the agreed value, and nobody is overwritten', () => {
    const owned: Choices = { master: 'crm', onConflict: null, editedOutsideMaster: 'revert' }
    const dispute = first('ask', owned)
    expect(dispute).toMatchObject({ golden: 'c', due: [], question: { crm: 'c', erp: 'e' } })
    expect(dispute.edit('erp', 'n').merge()).toMatchObject({ golden: 'c', due: [], question: { crm: 'c', erp: 'n' } })
    expect(dispute.edit('crm', 'm').merge()).toMatchObject({ golden: 'm', due: [], question: { crm: 'm', erp: 'n' } })
    expect(dispute.rule({}, 'master wins').merge()).toMatchObject({ golden: 'm', due: ['erp'], question: null })
  })

  test('L26 a value that cannot be read meanwhile still takes part', () => {
    for (const system of ['crm', 'erp'] as const) {
      const dispute = first().edit(system, UNREADABLE).merge()
      expect(dispute.question).not.toBeNull()
      expect(dispute.edit(system, 'n').merge()).toMatchObject({ due: [], question: { [system]: 'n' } })
    }
  })
})

describe('edits that conflict', () => {
  const conflict = (): Dispute => {
    const dispute = new Dispute(['crm', 'erp', 'shop'], ASK, 'master wins')
      .join('crm', 'a')
      .join('erp', 'a')
      .join('shop', 'a')
    return dispute.merge().edit('crm', 'c').edit('erp', 'e').merge()
  }

  test('L8 a side that goes back to the agreed value goes on competing', () => {
    const dispute = conflict().edit('erp', 'a').merge()
    expect(dispute).toMatchObject({ golden: 'a', due: [], question: { golden: 'a', crm: 'c', erp: 'a' } })
    const ruled = dispute.rule({ onConflict: 'erp' }).merge()
    expect(ruled).toMatchObject({ golden: 'a', due: ['crm'], question: null })
    expect(ruled.kept).toContainEqual(['crm', 'c'])
  })

  test('L2 it closes when they agree, and one that never changed follows', () => {
    expect(conflict().edit('erp', 'c').merge()).toMatchObject({ golden: 'c', due: ['shop'], question: null })
    expect(conflict().edit('erp', 'a').edit('crm', 'a').merge()).toMatchObject({ golden: 'a', due: [], question: null })
  })

  test('L8 a system that never changed the field does not win by preference', () => {
    const dispute = conflict().rule({ onConflict: 'shop' }).merge()
    expect(dispute).toMatchObject({ golden: 'a', due: [], question: { crm: 'c', erp: 'e' } })
    expect(dispute.edit('shop', 's').merge()).toMatchObject({ golden: 's', due: ['crm', 'erp'], question: null })
  })

  test('L8 a list of preference: the first that takes part wins', () => {
    expect(
      conflict()
        .rule({ onConflict: ['shop', 'erp', 'crm'] })
        .merge(),
    ).toMatchObject({
      golden: 'e',
      due: ['crm', 'shop'],
      question: null,
    })
    expect(
      first()
        .rule({ onConflict: ['shop', 'crm', 'erp'] })
        .merge(),
    ).toMatchObject({ golden: 'c', due: ['erp'] })
  })

  test('L26 a value that cannot be read meanwhile still takes part', () => {
    const dispute = conflict().edit('crm', UNREADABLE).merge().edit('erp', 'n').merge()
    expect(dispute).toMatchObject({ golden: 'a', due: [], question: { erp: 'n' } })
    expect(dispute.edit('crm', 'm').merge()).toMatchObject({ golden: 'a', question: { crm: 'm', erp: 'n' } })
  })
})

describe('an edit outside the master that people are asked about', () => {
  const outside = (): Dispute => {
    const choices: Choices = { master: 'erp', onConflict: null, editedOutsideMaster: 'ask' }
    const dispute = new Dispute(['crm', 'erp', 'shop'], choices, 'master wins').join('crm', 'a').join('erp', 'a')
    return dispute.join('shop', 'a').merge().edit('crm', 'c').merge()
  }

  test('L5 L8 the master’s next value answers it, and what was edited is on record', () => {
    const dispute = outside()
    expect(dispute).toMatchObject({ golden: 'a', due: [], question: { golden: 'a', crm: 'c', erp: 'a' } })
    expect(dispute.edit('crm', 'n').merge()).toMatchObject({ due: [], question: { golden: 'a', crm: 'n', erp: 'a' } })
    expect(dispute.edit('erp', 'e').merge()).toMatchObject({ golden: 'e', due: ['crm', 'shop'], question: null })
    expect(dispute.kept.at(-2)).toEqual(['crm', 'n'])
  })
})

const aRule: fc.Arbitrary<Partial<Choices>> = fc.oneof(
  fc.constant({}),
  fc.record({
    master: fc.constantFrom('shared', 'shared', 'crm', 'erp', 'shop'),
    onConflict: fc.constantFrom<Choices['onConflict']>('ask', 'newest', 'erp', 'shop', ['shop', 'erp']),
    editedOutsideMaster: fc.constantFrom('revert' as const, 'accept' as const, 'ask' as const, 'leave alone' as const),
  }),
)
const aStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constantFrom('crm', 'erp', 'shop'),
      fc.oneof({ weight: 6, arbitrary: aValue }, { weight: 1, arbitrary: fc.constant(UNREADABLE as Reading) }),
      anInstant,
    ),
  },
  { weight: 1, arbitrary: aRule },
)
const anOrder = fc.shuffledSubarray(['crm', 'erp', 'shop'], { minLength: 2 })

test('L8 whatever happens while a question is open, nothing is overwritten that no question and no record of the log shows', () => {
  fc.assert(
    fc.property(
      anOrder,
      fc.constantFrom('master wins' as const, 'fill blanks only' as const, 'ask' as const, 'link only' as const),
      fc.array(aValue, { minLength: 3, maxLength: 3 }),
      fc.array(aStep, { maxLength: 8 }),
      (order, existing, values, steps) => {
        const dispute = new Dispute(['crm', 'erp', 'shop'], ASK, existing)
        order.forEach((system, n) => dispute.join(system, values[n]!))
        for (const step of steps) {
          const before = { rule: dispute.flow.fields[0]!, values: dispute.values, question: dispute.question }
          if (Array.isArray(step)) dispute.edit(...step)
          else dispute.rule(step)
          dispute.merge()
          for (const system of dispute.due) {
            const value = dispute.values[system]
            if (!isValue(value) || value === null) continue
            // Once nothing is asked, it was agreed on.
            const known =
              before.question === null ||
              dispute.kept.some(([of, one]) => [system, 'golden'].includes(of) && one === value)
            expect({ system, value, known }).toMatchObject({ known: true })
          }
          const { question } = before
          const asks = before.rule.master === 'shared' && before.rule.onConflict === 'ask'
          if (!Array.isArray(step) || question === null || !asks) continue
          // An edit alone closes a question by agreement only: what is due now held what had been agreed on before.
          if (dispute.question !== null) expect(dispute.due).toEqual([])
          for (const system of dispute.due) expect(dispute.values[system]).toBe(question['golden'])
          const again = { golden: dispute.golden, question: dispute.question, due: dispute.due }
          expect(dispute.merge()).toMatchObject(again)
        }
      },
    ),
    RUNS,
  )
})
