import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { allSettings, questions, REFERENCE_PAGES, withReference } from '../../scripts/contract-reference.ts'
import { readContract } from '../../src/contract/reading/read-contract.ts'

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const page = read('docs/contract.md')

const captured = (pattern: RegExp): string[] =>
  REFERENCE_PAGES.flatMap((name) => [...read(name).matchAll(pattern)].map((match) => match[1]!))

test.each(REFERENCE_PAGES)('the tables of %s are what `check` works with', (name) => {
  expect(read(name), 'run `npm run schema`').toBe(withReference(read(name)))
})

test('docs/contract.md has a table for every setting and every question', () => {
  const settings = new Set(captured(/^<!-- settings (\S+) -->$/gm))
  const inTable = allSettings().filter((path) => !settings.has(path.includes('.') ? parentOf(path) : 'contract'))
  // What belongs to so few settings that an example and a table of answers say it all.
  const told = [
    /^defaults\./,
    /\.owners\./,
    /\.older_than\./,
    /\.alert\./,
    /\.new_id\./,
    /\.description\.(rate|deadlines|headers|sign_in\.basic)\./,
    /\.description\.paging\./,
    /\.description\.measured\./,
    /\.description\.objects\.\*\.(paging\.size|id|version|ids|one|fields\.\*\.as|lines\.\*\.fields)\./,
    /\.lines\.\*\.fields\.\*/,
    /^flows\.\*\.(edge_cases|on_failure|limits)\./,
    /\.fields\.\*\.fields\.\*\.\*\./,
  ]
  expect(inTable.filter((path) => !told.some((pattern) => pattern.test(path)))).toEqual([])
  const answered = new Set(captured(/^<!-- answers (\S+) -->$/gm))
  expect(
    questions.filter((setting) => !answered.has(setting) && !/^(owners\.|records$|fields$)/.test(setting)),
  ).toEqual([])
})

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('.'))

type Tree = Record<string, unknown>

/** A decided contract that the page's examples are put into. */
const FLOW = {
  owners: { business: 'ana', technical: 'tomas' },
  master: 'erp',
  direction: 'both',
  schedule: 'hourly',
  late_after: '1 hour',
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'accounts', id: 'id', changed_at: 'modified_at' },
  },
  match: [['vat_number']],
  fields: {
    name: { type: 'text', erp: 'legal_name', crm: 'account_name' },
    vat_number: { type: 'vat', erp: 'vat', crm: 'tax_id' },
    country: { type: 'country', erp: 'country_code', crm: 'country_code' },
  },
  edge_cases: {
    created_outside_master: 'adopt',
    edited_outside_master: 'revert',
    existing_records: 'master wins',
    existing_unmatched: 'create',
    older_than: 'no limit',
    duplicates: 'ask',
    deleted_in_master: 'unlink',
    deleted_elsewhere: 'restore',
    left_filter: 'leave alone',
    missing_reference: 'ask',
    invalid_value: 'hold record',
    empty_in_master: 'keep',
  },
  on_failure: { retry: 'for 1 hour', then: 'quarantine', alert: { technical: 'at once' } },
  limits: { changes: '5%', deletions: '5%' },
  history: '400 days',
}

const BASE = {
  concordat: 1,
  company: 'Acme',
  timezone: 'Europe/Madrid',
  people: { ana: { email: 'ana@acme.example' }, tomas: { email: 'tomas@acme.example' } },
  systems: {
    erp: { connector: 'postgres', url: '${env:ERP_URL}' },
    crm: { connector: 'mysql', url: '${env:CRM_URL}' },
  },
  channels: {},
  alerts: {},
  defaults: {},
}

function withExample(example: Tree): Tree {
  const flow: Tree = { ...FLOW }
  const contract: Tree = { ...BASE, flows: { customers: flow, products: FLOW } }
  for (const [key, value] of Object.entries(example)) {
    const into = key in contract ? contract : flow
    const known = into[key]
    // What is a map of names or answers is added to, anything else takes the place of what was there.
    into[key] = isTree(known) && isTree(value) && key !== 'schedule' ? { ...known, ...value } : value
  }
  return contract
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const yamlOf = (text: string): string[] => [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map((match) => match[1]!)
const examples = yamlOf(page)

test.each(examples.map((text) => [text.split('\n', 1)[0]!, text]))('the example `%s` checks out', (_, text) => {
  const contract = stringify(withExample(parse(text) as Tree))
  const { problems, questions } = readContract([{ name: 'example.yaml', text: contract }], {
    connectors: ['postgres', 'mysql'],
  })
  expect(problems.map((problem) => problem.message)).toEqual([])
  expect(questions).toEqual([])
})

test('the contract of docs/getting-started.md is complete', () => {
  const [text] = yamlOf(read('docs/getting-started.md'))
  const { problems, questions } = readContract([{ name: 'concordat.yaml', text: text! }], {
    connectors: ['postgres', 'mysql'],
  })
  expect([...problems, ...questions]).toEqual([])
})

test.each(['README.md', 'docs/connectors/postgres.md', 'docs/connectors/mysql.md'])(
  'the example of %s checks out',
  (name) => {
    const [text] = yamlOf(read(name))
    const { flows, ...rest } = parse(text!) as { flows?: { customers: Tree } }
    const contract = stringify(withExample({ ...rest, ...flows?.customers }))
    expect(
      readContract([{ name: 'concordat.yaml', text: contract }], { connectors: ['postgres', 'mysql'] }).problems,
    ).toEqual([])
  },
)
