import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readContract } from '../reading/read-contract.ts'
import { RULES } from '../rule.ts'
import { explainRule } from './sentences.ts'

const TEXT = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
const REPORT = readContract([{ name: 'c.yaml', text: TEXT }])
const CUSTOMERS = REPORT.contract!.flows.get('customers')!

const ENGLISH = /\b(?:the|is|are|was|it|its|and|or|in|by|of|that|this|when|record|customer|value|both|other)\b/i

test('every rule has a sentence, with and without a context', () => {
  for (const rule of RULES) {
    for (const context of [{}, { field: 'credit_limit', system: 'crm', systems: ['erp', 'crm'] }]) {
      const sentence = explainRule(CUSTOMERS, rule, context)
      expect(sentence).toMatch(/^[A-Za-z].*\.$/)
      expect(sentence).not.toMatch(/undefined|null|\[object/)
    }
  }
})

test('every rule has a Spanish sentence, without a word of the English one', () => {
  for (const rule of RULES) {
    for (const context of [{}, { field: 'credit_limit', system: 'crm', systems: ['erp', 'crm'] }]) {
      const sentence = explainRule(CUSTOMERS, rule, context, 'es')
      expect(sentence).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/)
      expect(sentence).not.toMatch(/undefined|null|\[object/)
      expect(sentence).not.toMatch(ENGLISH)
    }
  }
  expect(explainRule(CUSTOMERS, 'outside edit reverted', { field: 'phone', system: 'erp' }, 'es')).toBe(
    'CRM es maestro del campo phone, así que la edición hecha en ERP se revirtió.',
  )
  expect(explainRule(CUSTOMERS, 'too old', {}, 'es')).toBe(
    'Nadie ha cambiado este registro de customers desde hace más de 7 años; los registros así se dejan como están.',
  )
})

test('the sentences name the field, its master and where it happened', () => {
  expect(explainRule(CUSTOMERS, 'master changed', { field: 'credit_limit', system: 'erp' })).toBe(
    'ERP is master of credit_limit, so its value won.',
  )
  expect(explainRule(CUSTOMERS, 'outside edit reverted', { field: 'phone', system: 'erp' })).toBe(
    'CRM is master of phone, so the edit made in ERP was reverted.',
  )
  expect(explainRule(CUSTOMERS, 'conflict asked', { field: 'email', systems: ['erp', 'crm'] })).toBe(
    'email was changed in several systems; a person decides which change counts.',
  )
  expect(explainRule(CUSTOMERS, 'too old')).toBe(
    'Nobody has changed this customer for more than 7 years; such records are left alone.',
  )
  // Whole records follow the flow's master, whatever field is at hand.
  expect(explainRule(CUSTOMERS, 'deleted elsewhere: restored', { field: 'phone', system: 'crm' })).toBe(
    'This customer was deleted in CRM, but ERP is master and still has it, so it is restored.',
  )
})

test('the rulebook says the decisions', () => {
  const rulebook = REPORT.rulebook[0]!
  expect(rulebook.flow).toBe('customers')
  for (const sentence of [
    'Ana Ruiz is the business owner of customers, Tomás Vidal the technical owner.',
    'ERP is master of customers.',
    'Concordat checks CRM for changes every 15 minutes.',
    'When email is changed in two systems, the newest change wins.',
    'When someone deletes a customer in ERP, it is archived in CRM.',
    'When a customer refers to a record that is not in agreement yet, it waits for up to 1 day; then a person decides.',
    'When writes fail, the technical owner is notified at once and the business owner is notified after 1 hour.',
    'A run that would delete or archive more than 10 records stops before it writes anything and asks.',
  ]) {
    expect(rulebook.sentences).toContain(sentence)
  }
  expect(rulebook.ownership).toContainEqual({ field: 'phone', owner: 'CRM', flows: 'CRM → ERP' })
  expect(rulebook.ownership).toContainEqual({ field: 'email', owner: 'shared', flows: 'between ERP and CRM' })
  expect(rulebook.sentences.every((sentence) => /^[A-Za-z].*\.$/.test(sentence))).toBe(true)
})

test('every decision of a flow shows in its rulebook: another answer, another sentence', () => {
  for (const [from, to] of [
    ['created_outside_master: adopt', 'created_outside_master: leave alone'],
    ['edited_outside_master: revert', 'edited_outside_master: ask'],
    ['existing_records: master wins', 'existing_records: ask'],
    ['existing_unmatched: ask', 'existing_unmatched: create'],
    ['then: leave alone }', 'then: ask }'],
    ['duplicates: ask', 'duplicates: oldest'],
    ['deleted_in_master: archive', 'deleted_in_master: delete'],
    ['deleted_elsewhere: restore', 'deleted_elsewhere: unlink'],
    ['missing_reference: wait 1 day, then ask', 'missing_reference: ask'],
    ['invalid_value: hold record', 'invalid_value: skip field'],
    ['empty_in_master: keep', 'empty_in_master: erase'],
    ['retry: for 6 hours', 'retry: for 7 hours'],
    ['then: quarantine', 'then: pause flow'],
    ['5% or 200 records', '6%'],
    ['history: 400 days', 'history: 401 days'],
    ['late_after: 30 minutes', 'late_after: 31 minutes'],
  ] as const) {
    const other = readContract([{ name: 'c.yaml', text: TEXT.replace(from, to) }])
    expect(other.problems).toEqual([])
    expect(other.rulebook[0]!.sentences, to).not.toEqual(REPORT.rulebook[0]!.sentences)
  }
})

test('an undecided flow has sentences for what is decided', () => {
  const { rulebook } = readContract([
    {
      name: 'c.yaml',
      text: TEXT.replace('      deleted_in_master: archive\n', '').replace('    late_after: 30 minutes\n', ''),
    },
  ])
  expect(rulebook[0]).toMatchObject({ flow: 'customers', decided: false })
  expect(rulebook[0]!.sentences.join(' ')).not.toMatch(/undefined|archived|is late/)
  expect(rulebook[0]!.sentences).toContain('ERP is master of customers.')
})
