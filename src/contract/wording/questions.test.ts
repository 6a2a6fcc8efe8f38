import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Language } from '../../model/language.ts'
import { conflictQuestion, FLOW_QUESTIONS, flowQuestion, type FlowSetting } from './questions.ts'
import { readContract } from '../reading/read-contract.ts'

const HEAD = `concordat: 1
company: Acme
timezone: Europe/Madrid
people:
  ana: { name: Ana Ruiz, email: ana@acme.example }
systems:
  erp: { connector: postgres }
  crm: { connector: mysql }
flows:
`
const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')

function questionsOf(flow: string) {
  const report = readContract([{ name: 'c.yaml', text: HEAD + flow }])
  expect(report.problems).toEqual([])
  return report.questions
}

test('a flow that is only named leaves everything open', () => {
  const questions = questionsOf('  customers:\n')
  expect(questions.map((q) => `${q.role} ${q.setting}`)).toEqual([
    'business owners.business',
    'technical owners.technical',
    'technical records',
    'business master',
    'business direction',
    'technical schedule',
    'business late_after',
    'business fields',
    'business match',
    'business edge_cases.deleted_in_master',
    'business edge_cases.created_outside_master',
    'business edge_cases.edited_outside_master',
    'business edge_cases.existing_records',
    'business edge_cases.existing_unmatched',
    'business edge_cases.older_than',
    'business edge_cases.duplicates',
    'business edge_cases.deleted_elsewhere',
    'business edge_cases.empty_in_master',
    'technical on_failure.retry',
    'technical on_failure.then',
    'technical on_failure.alert',
    'technical limits.changes',
    'technical limits.deletions',
    'technical history',
  ])
  for (const question of questions) {
    expect(question).toMatchObject({ file: 'c.yaml', line: 10, column: 3, flow: 'customers', owner: null })
    expect(question.question).toMatch(/^[A-Z].*\?$/)
    expect(question.options.length).toBeGreaterThan(0)
    for (const { means } of question.options) expect(means).toMatch(/\.$/)
  }
})

test('a question speaks of this flow and these systems, and stands where its answer would go', () => {
  const questions = questionsOf(`  orders:
    owners: { business: ana }
    master: erp
    direction:
    edge_cases:
      created_outside_master: adopt
`)
  const deleted = questions.find((q) => q.setting === 'edge_cases.deleted_in_master')
  expect(deleted).toMatchObject({ line: 14, column: 5, role: 'business', owner: 'Ana Ruiz' })
  expect(deleted?.question).toBe('Someone deletes an order in ERP. What should happen in CRM?')
  expect(deleted?.options).toEqual([
    { answer: 'ask', means: 'A person decides each time.' },
    { answer: 'unlink', means: 'The order stays in CRM and is no longer kept in agreement.' },
    { answer: 'archive', means: 'The order is marked as archived in CRM.' },
    { answer: 'delete', means: 'The order is deleted in CRM too.' },
  ])
  expect(questions.find((q) => q.setting === 'direction')).toMatchObject({ line: 13, column: 5 })
  expect(questions.find((q) => q.setting === 'owners.technical')).toMatchObject({ line: 11, column: 5, owner: null })
  expect(questions.map((q) => q.setting)).not.toContain('edge_cases.created_outside_master')
})

test('what one way rules out is not offered', () => {
  const answers = (direction: string, setting: string) =>
    questionsOf(`  customers:\n    master: erp\n    direction: ${direction}\n`)
      .find((q) => q.setting === `edge_cases.${setting}`)
      ?.options.map((o) => o.answer)
  expect(answers('both', 'edited_outside_master')).toEqual(['ask', 'leave alone', 'revert', 'accept'])
  expect(answers('erp to crm', 'edited_outside_master')).toEqual(['ask', 'leave alone', 'revert'])
  expect(answers('erp to crm', 'created_outside_master')).toEqual(['hold for approval', 'leave alone'])
  expect(answers('erp to crm', 'deleted_elsewhere')).toEqual(['ask', 'unlink', 'restore'])
})

test('the careful answer stands first and the dangerous one last, in every language', () => {
  const facts = { flow: 'customers', systems: ['erp', 'crm'], master: 'erp', direction: undefined, people: [] } as const
  const answers = (language: Language) =>
    Object.fromEntries(
      (Object.keys(FLOW_QUESTIONS) as FlowSetting[]).map((setting) => [
        setting,
        flowQuestion(setting, facts, language).options.map(({ answer }) => answer),
      ]),
    )
  const en = answers('en')
  expect(answers('es')).toEqual(en)
  expect(conflictQuestion('email', ['erp', 'crm'], facts, 'es').options[0]!.answer).toBe('ask')
  const ends = Object.entries(en).map(([setting, all]) => [setting, `${all[0]} … ${all.at(-1)}`])
  expect(Object.fromEntries(ends)).toMatchObject({
    on_conflict: 'ask … crm',
    'edge_cases.created_outside_master': 'hold for approval … adopt',
    'edge_cases.edited_outside_master': 'ask … accept',
    'edge_cases.existing_records': 'ask … master wins',
    'edge_cases.existing_unmatched': 'ask … create',
    'edge_cases.older_than': '{ years: 7, then: ask } … no limit',
    'edge_cases.duplicates': 'ask … most complete',
    'edge_cases.deleted_in_master': 'ask … delete',
    'edge_cases.deleted_elsewhere': 'ask … accept',
    'edge_cases.left_filter': 'ask … delete',
    'edge_cases.missing_reference': 'wait 1 day, then ask … skip field',
    'edge_cases.invalid_value': 'hold record … skip field',
    'edge_cases.empty_in_master': 'keep … erase',
    'on_failure.then': 'quarantine … pause flow',
    'limits.deletions': '10 records … 5% or 200 records',
  })
})

const RECORDS = `    records:
      erp: { table: a, id: id, changed_at: c }
      crm: { table: b, id: id, changed_at: c }
`

test('only what can happen is asked', () => {
  const settings = (flow: string) => questionsOf(flow).map((q) => q.setting)
  const shared = settings(`  notes:
    master: shared
${RECORDS}    fields:
      body: { type: text, erp: body, crm: body }
    match: none
`)
  for (const moot of [
    'created_outside_master',
    'edited_outside_master',
    'deleted_elsewhere',
    'empty_in_master',
    'missing_reference',
    'duplicates',
    'existing_records',
    'invalid_value',
  ]) {
    expect(shared).not.toContain(`edge_cases.${moot}`)
  }
  expect(shared).toContain('on_conflict')
  expect(shared).toContain('edge_cases.existing_unmatched')

  const mastered = settings(`  notes:
    master: erp
${RECORDS}    fields:
      author: { type: reference(people), erp: author, crm: author }
      phone: { type: phone, erp: phone, crm: phone }
  people:
    master: erp
${RECORDS}`)
  expect(mastered).toContain('edge_cases.missing_reference')
  expect(mastered).toContain('edge_cases.invalid_value')
  expect(mastered).not.toContain('on_conflict')
})

test('fields ask for their type, their currency and their conflict rule', () => {
  const questions = questionsOf(`  customers:
    master: erp
${RECORDS}    fields:
      name: { erp: name, crm: name }
      limit: { type: money, erp: limit, crm: limit }
      email: { type: email, master: shared, erp: email, crm: email }
      orders:
        type: lines
        key: [no]
        erp: { table: l, parent: p }
        crm: { table: l, parent: p }
        fields: { no: { erp: no, crm: no } }
`)
  const of = (setting: string) => questions.find((q) => q.setting === setting)
  expect(of('fields.name.type')).toMatchObject({ line: 16, column: 7, role: 'technical' })
  expect(of('fields.limit.currency')).toMatchObject({ line: 17, column: 7, role: 'business' })
  expect(of('fields.email.on_conflict')).toMatchObject({
    line: 18,
    role: 'business',
    question: 'Two systems change email of a customer. Which change counts?',
  })
  expect(of('fields.email.on_conflict')?.options.map((o) => o.answer)).toEqual(['ask', 'newest', 'erp', 'crm'])
  expect(of('fields.orders.fields.no.type')).toMatchObject({ line: 24 })
})

const ANSWERS: Record<string, readonly string[]> = {
  created_outside_master: ['adopt', 'hold for approval', 'leave alone'],
  edited_outside_master: ['revert', 'accept', 'ask', 'leave alone'],
  existing_records: ['master wins', 'fill blanks only', 'ask', 'link only'],
  existing_unmatched: ['create', 'ask', 'leave alone'],
  duplicates: ['ask', 'oldest', 'most complete'],
  deleted_in_master: ['delete', 'archive', 'unlink', 'ask'],
  deleted_elsewhere: ['restore', 'accept', 'unlink', 'ask'],
  invalid_value: ['hold record', 'skip field'],
  empty_in_master: ['keep', 'erase'],
}

test.each(Object.entries(ANSWERS).flatMap(([setting, answers]) => answers.map((answer) => [setting, answer] as const)))(
  'the answer %s: %s is taken',
  (setting, answer) => {
    // `address` is only computed in the ERP, so it could not take over an edit.
    const text = COMPLETE.replace(/^ +address: .*\n/m, '').replace(
      new RegExp(`(\\n {6}${setting}): .*`),
      (_, key: string) => `${key}: ${answer}`,
    )
    const report = readContract([{ name: 'c.yaml', text }])
    expect(report.problems).toEqual([])
    const camel = setting.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    const edge: Record<string, unknown> = { ...report.contract!.flows.get('customers')!.edgeCases }
    expect(edge[camel]).toBe(answer)
  },
)

test.each([
  ['older_than: { years: 7, then: leave alone }', 'older_than: no limit', { olderThan: null }],
  [
    'older_than: { years: 7, then: leave alone }',
    'older_than: { months: 18, then: link only }',
    { olderThan: { ms: 540 * 86_400_000, then: 'link only' } },
  ],
  [
    'older_than: { years: 7, then: leave alone }',
    'older_than: { days: 10, then: ask }',
    { olderThan: { ms: 864_000_000, then: 'ask' } },
  ],
  [
    'missing_reference: wait 1 day, then ask',
    'missing_reference: ask',
    { missingReference: { waitMs: 0, then: 'ask' } },
  ],
  [
    'missing_reference: wait 1 day, then ask',
    'missing_reference: skip field',
    { missingReference: { waitMs: 0, then: 'skip field' } },
  ],
  [
    'missing_reference: wait 1 day, then ask',
    'missing_reference: wait 2 hours, then skip field',
    { missingReference: { waitMs: 7_200_000, then: 'skip field' } },
  ],
])('%s → %s', (from, to, edge) => {
  const report = readContract([{ name: 'c.yaml', text: COMPLETE.replace(from, to) }])
  expect(report.problems).toEqual([])
  expect(report.contract!.flows.get('customers')!.edgeCases).toMatchObject(edge)
})
