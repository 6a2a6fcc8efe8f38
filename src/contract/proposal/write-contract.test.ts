import { expect, test } from 'vitest'
import { CRM, ERP } from '../../../test/fixtures/trading-catalogues.ts'
import { readContract } from '../reading/read-contract.ts'
import { writeAnswer } from '../text/write-answer.ts'
import type { ContractDraft } from './contract-draft.ts'
import { chooseFlows, propose } from './propose.ts'
import { writeContract } from './write-contract.ts'

const DRAFT: ContractDraft = {
  company: 'Acme',
  timezone: 'Europe/Madrid',
  proposal: propose([
    { name: 'erp', connector: 'postgres', catalogue: ERP },
    { name: 'crm', connector: 'mysql', catalogue: CRM },
  ]),
  people: [],
  defaults: {},
  answers: {},
  currency: 'EUR',
}

const file = (text: string) => [{ name: 'concordat.yaml', text }]

test('a question that is the same for all flows stands once, in defaults', () => {
  const text = writeContract(DRAFT)
  const [head, flows] = text.split('\nflows:\n') as [string, string]
  const asked = (part: string) => part.split('\n').filter((line) => line.trim().startsWith('#?')).length
  expect(asked(head.split('\ndefaults:\n')[1]!)).toBe(24)
  // How records match is each flow's own.
  expect(asked(flows)).toBe(3)
  expect(head).toContain('#? Someone deletes a record in the master. What should happen in the other system?')
  const one = writeContract({ ...DRAFT, proposal: chooseFlows(DRAFT.proposal, ['customers']) })
  expect(one).toContain('#? Someone deletes a customer in the master')
})

test('what a flow answers otherwise stands in the flow', () => {
  const text = writeContract({
    ...DRAFT,
    defaults: { master: 'erp', 'edge_cases.duplicates': 'ask', 'limits.changes': '5%' },
    answers: { orders: { master: 'crm', 'edge_cases.duplicates': 'oldest', match: 'none' } },
  })
  const [head, flows] = text.split('\nflows:\n') as [string, string]
  expect(head).toContain('\n  master: erp\n')
  expect(flows.slice(0, flows.indexOf('  orders:'))).not.toMatch(/master|duplicates/)
  expect(flows.slice(flows.indexOf('  orders:'))).toMatch(
    /\n {4}master: crm\n[^]*\n {4}edge_cases:\n {6}duplicates: oldest\n/,
  )
  expect(readContract(file(text)).problems).toEqual([])
})

test('an answer that is given elsewhere goes into the flow that was asked about, and nothing else moves', () => {
  let text = writeContract(DRAFT)
  const before = text.split('\n')
  const answers = [
    ['customers', 'master', 'crm'],
    ['customers', 'edge_cases.deleted_in_master', 'unlink'],
    ['customers', 'edge_cases.duplicates', 'oldest'],
    ['customers', 'match', '[[name]]'],
    ['orders', 'limits.deletions', '10 records'],
  ] as const
  for (const [flow, setting, answer] of answers) text = writeAnswer(file(text), { flow, setting, answer })!.changed.text
  const report = readContract(file(text))
  expect(report.problems).toEqual([])
  const open = report.questions.map(({ flow, setting }) => `${flow} ${setting}`)
  for (const [flow, setting] of answers) expect(open).not.toContain(`${flow} ${setting}`)
  expect(open).toContain('products master')
  expect(open).toContain('orders edge_cases.duplicates')
  const after = text.split('\n')
  // The match rule stood there as a comment.
  const gone = before.filter((line) => !after.includes(line))
  expect(gone).toHaveLength(1)
  expect(gone[0]).toMatch(/^ {4}# match: \[\[name\]\] /)
  expect(after.length - before.length).toBe(1 + 3 + 2)
})
