import { expect, test } from 'vitest'
import { parse } from 'yaml'

import { writeAnswer } from './write-answer.ts'

const write = (text: string, setting: string, answer: string, flow = 'customers') =>
  writeAnswer([{ name: 'concordat.yaml', text }], { flow, setting, answer })!.changed.text

const FILE = `# Ours.
flows:
  customers:   # the first
    owners: { business: ana }
    master:    # nobody knows yet
    edge_cases:
      #? What happens?
      # deleted_in_master: delete   # It is deleted.
      # deleted_in_master: unlink   # It stays.
      duplicates: ask     # for now
      #? And then?
      # empty_in_master: keep    # No.
    #? For how long?
    # history: 400 days   # Any duration.
  orders:
`

test('an answer that stands there as a comment becomes the answer, and everything else stays', () => {
  expect(write(FILE, 'edge_cases.deleted_in_master', 'unlink')).toBe(
    FILE.replace('# deleted_in_master: unlink ', 'deleted_in_master: unlink '),
  )
  expect(write(FILE, 'edge_cases.empty_in_master', 'keep')).toBe(FILE.replace('# empty_in_master', 'empty_in_master'))
  expect(write(FILE, 'history', '400 days')).toBe(FILE.replace('# history', 'history'))
})

test('another answer gets a line, and the rest of the file not another letter', () => {
  for (const [setting, answer, value] of [
    ['edge_cases.deleted_in_master', 'ask', 'ask'],
    ['limits.changes', '20%', '20%'],
    ['on_failure.alert', '{ technical: at once }', { technical: 'at once' }],
    ['fields.email.on_conflict', 'newest', 'newest'],
    ['late_after', '30 minutes', '30 minutes'],
  ] as const) {
    const text = write(FILE, setting, answer)
    const { customers } = (parse(text) as { flows: { customers: object } }).flows
    const got = setting.split('.').reduce((node, key) => node[key] as never, customers as Record<string, unknown>)
    expect(got, text).toEqual(value)
    const left = text.split('\n')
    for (const line of FILE.split('\n')) expect(left).toContain(line)
    expect(left.length - FILE.split('\n').length).toBe(setting.startsWith('edge_cases') ? 1 : setting.split('.').length)
  }
})

test('a key without a value, and a map on one line, take the answer where they stand', () => {
  expect(write(FILE, 'master', 'erp')).toContain('    master: erp    # nobody knows yet\n')
  expect(write(FILE, 'owners.technical', 'tomas')).toContain('owners: { technical: tomas, business: ana }')
  const empty = write(FILE, 'master', 'erp', 'orders')
  expect(parse(empty)).toMatchObject({ flows: { orders: { master: 'erp' } } })
})

test('in a folder the answer goes into the file of the flow', () => {
  const files = [
    { name: 'c/concordat.yaml', text: 'concordat: 1\n' },
    { name: 'c/orders.yaml', text: '# Orders.\nmaster: erp\n' },
  ]
  const done = writeAnswer(files, { flow: 'orders', setting: 'direction', answer: 'both' })!
  expect(done.changed).toEqual({ name: 'c/orders.yaml', text: '# Orders.\ndirection: both\nmaster: erp\n' })
  expect(writeAnswer(files, { flow: 'invoices', setting: 'direction', answer: 'both' })).toBeNull()
})

test('an answer that would change more than its setting is refused', () => {
  for (const answer of ['tomas, business: eve', 'tomas }', 'tomas\n    direction: both', '[', '&a b: c'])
    expect(() => write(FILE, 'owners.technical', answer), answer).toThrow(/cannot be written/)
})
