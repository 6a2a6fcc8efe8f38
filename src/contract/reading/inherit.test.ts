import { parse, stringify } from 'yaml'
import { expect, test } from 'vitest'
import { DEMO_CONTRACT } from '../../demo/contract.ts'
import type { CheckReport } from '../finding.ts'
import { readContract } from './read-contract.ts'
import { writeAnswer } from '../text/write-answer.ts'

type Tree = { [key: string]: unknown }

const GROUPS = ['owners', 'schedule', 'edge_cases', 'on_failure', 'limits']
const read = (contract: unknown): CheckReport => readContract([{ name: 'concordat.yaml', text: stringify(contract) }])
const fingerprints = ({ contract }: CheckReport): string[] =>
  [...contract!.flows.values()].map((flow) => flow.fingerprint)
const codes = (report: CheckReport): string[] => report.problems.map(({ code }) => code)
const open = (report: CheckReport): string[] => report.questions.map(({ flow, setting }) => `${flow} ${setting}`)

/** The demo's contract, with a change to its tree. */
function demo(change: (contract: { defaults: Tree; flows: Record<string, Tree> }) => void): CheckReport {
  const contract = parse(DEMO_CONTRACT) as { defaults: Tree; flows: Record<string, Tree> }
  change(contract)
  return read(contract)
}

/** The contract without `defaults`: every answer written into every flow. */
function spelledOut(contract: { defaults?: Tree; flows: Record<string, Tree> }): void {
  for (const flow of Object.values(contract.flows))
    for (const [setting, answer] of Object.entries(contract.defaults ?? {}))
      flow[setting] = GROUPS.includes(setting)
        ? { ...(answer as Tree), ...(flow[setting] as Tree | undefined) }
        : (flow[setting] ?? answer)
  delete contract.defaults
}

test('where an answer stands makes no difference to the fingerprints', () => {
  const written = demo(() => {})
  const spelled = demo(spelledOut)
  expect(spelled.problems).toEqual([])
  expect(fingerprints(spelled)).toEqual(fingerprints(written))
  expect(spelled.contract!.fingerprint).toBe(written.contract!.fingerprint)
  expect(spelled.rulebook).toEqual(written.rulebook)
})

test('one answer of a flow does not take the other defaults of its group away', () => {
  const report = demo(({ flows }) => {
    flows['products']!['edge_cases'] = { deleted_in_master: 'delete' }
    flows['products']!['limits'] = { deletions: '3 records' }
    flows['products']!['on_failure'] = { then: 'pause flow' }
  })
  expect(report.problems).toEqual([])
  expect(report.contract!.flows.get('products')).toMatchObject({
    edgeCases: { deletedInMaster: 'delete', duplicates: 'ask', emptyInMaster: 'keep' },
    limits: { changes: { percent: 100 }, deletions: { records: 3 } },
    onFailure: { then: 'pause flow', retryMs: 6 * 3_600_000, alert: { technical: 0 } },
  })
})

test('answers of several parts are taken as a whole', () => {
  const report = demo(({ defaults, flows }) => {
    defaults['edge_cases'] = { ...(defaults['edge_cases'] as Tree), older_than: { years: 3, then: 'ask' } }
    flows['orders']!['on_failure'] = { alert: { business: 'at once' } }
  })
  expect(report.contract!.flows.get('customers')!.edgeCases.olderThan).toMatchObject({ then: 'leave alone' })
  expect(report.contract!.flows.get('orders')!.onFailure.alert).toEqual({ business: 0 })
})

test('a question that neither the flow nor the defaults answer is open in every flow', () => {
  const report = demo(({ defaults }) => delete (defaults['edge_cases'] as Tree)['duplicates'])
  expect(open(report)).toEqual(
    ['customers', 'products', 'orders', 'invoices'].map((flow) => `${flow} edge_cases.duplicates`),
  )
})

test('a key without a value in a flow takes the default', () => {
  const text = DEMO_CONTRACT.replace('    late_after: 15 minutes\n', '    late_after:\n    limits:\n')
  const report = readContract([{ name: 'concordat.yaml', text }])
  expect(open(report)).toEqual([])
  expect(report.contract!.flows.get('orders')!.lateAfterMs).toBe(2 * 3_600_000)
})

test('a default that a flow has no use for is no decision of that flow', () => {
  const without = demo(({ flows }) => {
    flows['products']!['match'] = 'none'
    flows['products']!['edge_cases'] = {}
  })
  const other = demo(({ defaults, flows }) => {
    flows['products']!['match'] = 'none'
    const edge = defaults['edge_cases'] as Tree
    Object.assign(edge, { duplicates: 'oldest', missing_reference: 'wait 1 day, then ask', left_filter: 'ask' })
    defaults['on_conflict'] = 'erp'
  })
  expect(other.problems).toEqual([])
  const of = (report: CheckReport, flow: string) => report.contract!.flows.get(flow)!.fingerprint
  expect(of(other, 'products')).toBe(of(without, 'products'))
  expect(of(other, 'orders')).not.toBe(of(without, 'orders'))
})

test('one schedule for all systems is completed by the flow that differs in one', () => {
  const report = demo(({ defaults, flows }) => {
    defaults['schedule'] = 'hourly'
    flows['orders']!['schedule'] = { crm: 'real-time' }
  })
  expect(report.problems).toEqual([])
  expect(report.contract!.flows.get('orders')!.schedule).toMatchObject({
    crm: { kind: 'real-time' },
    erp: { kind: 'hourly' },
  })
  expect(report.contract!.flows.get('products')!.schedule).toMatchObject({ crm: { kind: 'hourly' } })
})

test('a flow of other systems than those of a default is asked', () => {
  const report = demo((contract) => {
    const all = contract as unknown as { systems: Record<string, Tree>; defaults: Tree; flows: Record<string, Tree> }
    all.systems['shop'] = { connector: 'postgres' }
    all.flows['stock'] = {
      records: { shop: { table: 'stock', id: 'id' }, crm: { table: 'stock', id: 'id' } },
      match: [['code']],
      fields: { code: { type: 'text', shop: 'code', crm: 'code' } },
    }
  })
  expect(report.problems).toEqual([])
  expect(open(report)).toEqual(['stock master', 'stock direction', 'stock schedule'])
})

test('what is wrong in the defaults is said once, at its place, and asked nowhere', () => {
  const text = DEMO_CONTRACT.replace('deleted_in_master: ask', 'deleted_in_master: shred').replace(
    'technical: tomas }',
    'technical: nobody }',
  )
  const report = readContract([{ name: 'concordat.yaml', text }])
  expect(codes(report)).toEqual(['unknown-person', 'unknown-choice'])
  expect(report.questions).toEqual([])
  expect(report.problems[1]).toMatchObject({ line: text.slice(0, text.indexOf('shred')).split('\n').length })
})

test('a default that a flow rules out is named with the flow, and the cure is to answer there', () => {
  const report = demo(({ defaults }) =>
    Object.assign(defaults['edge_cases'] as Tree, { edited_outside_master: 'accept' }),
  )
  const inherited = report.problems.filter(({ message }) => message.includes('of `defaults`'))
  expect(inherited.map(({ message }) => /for (\w+),/.exec(message)![1])).toEqual(['products', 'orders', 'invoices'])
  expect(report.problems[0]!.message).toContain('products')
  expect(report.problems[0]!.cure).toContain('in the flow itself')
})

test('records, match and fields are no defaults', () => {
  const report = demo(({ defaults }) => Object.assign(defaults, { match: [['name']], records: {} }))
  expect(report.problems.map(({ code, message }) => [code, message.split(' is ')[0]])).toEqual([
    ['unknown-key', '`match`'],
    ['unknown-key', '`records`'],
  ])
})

test('in a folder the defaults stand in any file of the contract, once', () => {
  const { flows, ...contract } = parse(DEMO_CONTRACT) as { flows: Record<string, Tree> } & Tree
  const files = [
    { name: 'c/concordat.yaml', text: stringify(contract) },
    ...Object.entries(flows).map(([name, flow]) => ({ name: `c/${name}.yaml`, text: stringify(flow) })),
  ]
  const report = readContract(files)
  expect(report.problems).toEqual([])
  expect(fingerprints(report).toSorted()).toEqual(fingerprints(demo(() => {})).toSorted())
  const twice = readContract([
    ...files,
    { name: 'c/more.yaml', text: 'company: X\ndefaults: { late_after: 1 hour }\n' },
  ])
  expect(codes(twice)).toContain('duplicate-key')
})

test('an answer to an open question is written into the flow that asked', () => {
  const text = DEMO_CONTRACT.replace(/ {4}empty_in_master: keep .*\n/, '')
  const answered = writeAnswer([{ name: 'concordat.yaml', text }], {
    flow: 'products',
    setting: 'edge_cases.empty_in_master',
    answer: 'erase',
  })!
  const report = readContract(answered.files)
  expect(open(report)).toEqual(['customers', 'orders', 'invoices'].map((flow) => `${flow} edge_cases.empty_in_master`))
  expect(report.contract!.flows.get('products')!.edgeCases).toMatchObject({ emptyInMaster: 'erase', duplicates: 'ask' })
})
