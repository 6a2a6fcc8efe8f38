/** A system is measured from the command line, what differs goes into the contract, and the contract is checked by it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { checkContract, introspectSystem, lookAtContract, measureSystem, openApp, sampleSystem } from '../../src/app.ts'
import type { Backend } from '../../src/cli/backend.ts'
import type { Passport } from '../../src/model/passport.ts'
import { type Typed, type } from '../fixtures/command-line.ts'
import { type Company, contractText, DESCRIPTION, restCompany } from './company.ts'
import { touchingOrders } from './measured-system.ts'

vi.setConfig({ testTimeout: 120_000 })

const BACKEND: Backend = {
  check: (options) => Promise.resolve(checkContract(options)),
  look: lookAtContract,
  open: openApp,
  introspect: introspectSystem,
  sample: sampleSystem,
  measure: measureSystem,
  serve: () => Promise.reject(new Error('The test serves nothing.')),
  serveBeginning: () => Promise.reject(new Error('The test serves nothing.')),
}

const typed = ({ options, env }: Company, ...words: string[]): Promise<Typed> =>
  type([...words, '--contract', options.contract!], { backend: BACKEND, env })

/** A description that says everything as it is, and some comments. */
const HONEST = DESCRIPTION.replace(
  "- { when: 'status == 422', is: refused",
  "- { when: 'status == 422 && body.error.code == \"unknown_reference\"', is: missing reference } # they wait\n        - { when: 'status == 422', is: refused",
)
  .replaceAll(', unique: true', '')
  // A PUT would send it back as it was, and so keep it.
  .replaceAll('updated_at: { type: instant, default: true }', 'updated_at: { type: instant, read_only: true }')
  .replace(
    'code: { type: text, required: true,',
    'code: { type: text, required: true, # as printed on the box\n             ',
  )

const objects = ['accounts', 'items', 'deals']

/** What was measured, without the places that say so already. */
const quirks = (typed: Typed): Record<string, readonly string[]> => {
  const { found, objects: all } = typed.json() as Passport
  return Object.fromEntries(
    [['', found] as const, ...Object.entries(all).map(([name, one]) => [name, one.found] as const)].map(
      ([name, one]) => [name, Object.keys(one)],
    ),
  )
}

async function company(description = HONEST): Promise<Company> {
  const made = await restCompany(contractText(description))
  made.server.take = touchingOrders
  for (let i = 1; i <= 4; i++) {
    made.crm.insert('accounts', { label: `Account ${i}`, tax_id: `T${i}` })
    made.crm.insert('items', { code: `P${i}`, name: `Item ${i}` })
    made.crm.insert('deals', { reference: `D${i}`, account: String(i) })
  }
  return made
}

test('what differs is shown, written into the contract with its date, and gone when it is measured again', async () => {
  const made = await company()
  const { server, crm, options } = made
  // Ignores versions, trims labels, calls an empty list 404, loses cents, and takes no more than 20 a page.
  server.fault = ({ headers, query }) => {
    delete headers['if-match']
    return Number(query.get('limit') ?? 0) > 20 ? { status: 400, body: '{}' } : null
  }
  server.take = (asked, data) => {
    const { label } = data
    return touchingOrders(asked, typeof label === 'string' ? { ...data, label: label.trim() } : data)
  }
  const before = readFileSync(options.contract!, 'utf8')
  const looked = await typed(made, 'systems', 'test', 'crm', '--quiet')
  expect(looked.status).toBe(0)
  expect(looked.out).toContain('accounts (only read)')
  expect(looked.out).toContain('Nothing was written. Add --yes to write it.')
  expect(readFileSync(options.contract!, 'utf8')).toBe(before)

  const measured = await typed(made, 'system', 'test', 'crm', '--yes', '--quiet', '--write', ...objects)
  expect(measured.out).toMatch(/loses {5}It takes a write that comes too late, whatever version goes with it\./)
  expect(measured.out).toMatch(/costs {5}It takes spaces off the ends of `label`\./)
  expect(measured.out).toContain('- objects.accounts.version')
  expect(measured.out).toMatch(/how many wrong sign-ins lock a user out: it would lock the user out/)
  expect(measured.status).toBe(3)
  const after = readFileSync(options.contract!, 'utf8')
  expect(after).toContain('measured:\n        date: 2026-11-23\n')
  expect(after).toContain('size: { param: limit, most: 20 }')
  expect(after.match(/If-Match/g)).toBeNull()
  for (const comment of ['# they wait', '# as printed on the box']) expect(after).toContain(comment)
  for (const table of ['accounts', 'items', 'deals']) expect(crm.table(table).rows.size).toBe(4)
  expect(checkContract(options).problems.filter(({ severity }) => severity === 'error')).toEqual([])

  const again = await typed(made, 'systems', 'test', 'crm', '--json', '--yes', '--write', ...objects)
  expect(quirks(again)).toEqual({ '': [], accounts: ['trimmed'], items: [], deals: [] })
  expect(again.status).toBe(0)
})

test('a contract is checked by what was measured: what a system without a guard can lose is said', async () => {
  const made = await company()
  const { options } = made
  const fresh = await lookAtContract(options)
  expect(fresh.map(({ code }) => code).filter((code) => code === 'not-measured')).toHaveLength(3)
  made.server.fault = ({ headers }) => {
    delete headers['if-match']
    return null
  }
  await typed(made, 'systems', 'test', 'crm', '--yes', '--quiet', '--write', ...objects)
  const text = readFileSync(options.contract!, 'utf8')
  writeFileSync(
    options.contract!,
    text
      .replace('edited_outside_master: accept', 'edited_outside_master: revert')
      .replace('master: shared\n', 'master: erp\n')
      .replace('    on_conflict: erp\n', ''),
  )
  const told = await typed(made, 'check', '--connect')
  expect(told.out).toMatch(
    /CRM cannot refuse a write to accounts that comes too late: what somebody enters there between our last look and our write is overwritten/,
  )
  expect(told.out).toContain('With `edited_outside_master: revert` such a value is not kept in the log either')
  expect(told.out).not.toContain('Nobody has measured')
})

test('what was measured is nobody’s decision: signatures stay, and what is measured of a field is told where a flow maps it', async () => {
  const made = await company()
  const { options } = made
  const fingerprints = () => [...checkContract(options).contract!.flows.values()].map(({ fingerprint }) => fingerprint)
  const before = fingerprints()
  const whole = checkContract(options).contract!.fingerprint
  await typed(made, 'systems', 'test', 'crm', '--yes', '--quiet', '--write', ...objects)
  expect(fingerprints()).toEqual(before)
  const text = readFileSync(options.contract!, 'utf8')
  writeFileSync(
    options.contract!,
    text.replace(
      'accounts:\n            written: true\n            found: {}',
      'accounts:\n            written: true\n            found: { cut: [label], rounded: [unmapped] }',
    ),
  )
  expect(checkContract(options).contract!.fingerprint).toBe(whole)
  const found = (await lookAtContract(options)).filter(({ code }) => code === 'cut' || code === 'rounded')
  expect(found.map(({ message }) => message)).toEqual([
    'customers: CRM, accounts, measured on 2026-11-23: It cuts `label`, and says nothing.',
  ])
})

test('what is not there is said before anything is asked, and what cannot be removed is named', async () => {
  const made = await company()
  const unknown = await typed(made, 'systems', 'test', 'crm', '--write', 'acounts')
  expect([unknown.status, unknown.err]).toEqual([1, expect.stringContaining('no object "acounts"')])
  const database = await typed(made, 'systems', 'test', 'erp')
  expect(database.err).toContain('told by its catalogue')
  expect(made.server.asked).toEqual([])
  made.server.fault = ({ method }) => (method === 'DELETE' ? { status: 403, body: '{}' } : null)
  const left = await typed(made, 'systems', 'test', 'crm', '--json', '--write', 'items')
  const { left: records } = left.json() as Passport
  expect(records.length).toBe(made.crm.table('items').rows.size - 4)
  expect(records[0]).toMatchObject({ object: 'items', why: 'the system does not delete it (403)' })
  expect(left.status).toBe(3)
})

test('records whose creation was not answered are removed, too', async () => {
  const made = await company()
  let posts = 0
  made.server.fault = ({ method, path }) =>
    method === 'POST' && path === 'items' && posts++ % 2 === 1 ? { drop: 'after' } : null
  const measured = await typed(made, 'systems', 'test', 'crm', '--json', '--write', 'items')
  expect((measured.json() as Passport).left).toEqual([])
  expect(posts).toBeGreaterThan(3)
  expect(made.crm.table('items').rows.size).toBe(4)
})
