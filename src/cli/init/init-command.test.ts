import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type } from '../../../test/fixtures/command-line.ts'
import { readContract } from '../../contract/read-contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Prompter } from './prompter.ts'

let folder = ''
const before = process.cwd()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-init-'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const FROM = 'postgres://me:pa%23ss@localhost:5432/erp?sslmode=disable'
const TO = "mysql://me:it's #1@localhost/crm"
const urls = ['--from', FROM, '--to', TO]

test('writes a contract with open questions only, and the URLs where only the owner can read them', async () => {
  const typed = await type(['init', ...urls])
  expect(typed.status).toBe(0)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions.length).toBeGreaterThan(60)
  expect(parseEnv(readFileSync('.env', 'utf8'))).toEqual({ ERP_URL: FROM, CRM_URL: TO })
  expect(statSync('.env').mode & 0o777).toBe(0o600)
  expect(typed.out).toContain('concordat check')
  expect(readFileSync('concordat.yaml', 'utf8') + typed.out + typed.err).not.toMatch(/pa%23ss|it's #1/)
})

test('--json tells what was found', async () => {
  const typed = await type(['init', ...urls, '--flows', 'customers', '--json', '--to-name', 'shop'])
  expect(typed.json()).toMatchObject({
    contract: 'concordat.yaml',
    env: '.env',
    problems: [],
    flows: [
      {
        flow: 'customers',
        tables: { erp: 'customers', shop: 'accounts' },
        unmapped: { erp: ['contact_title'], shop: ['industry'] },
      },
    ],
  })
})

test('replaces nothing unasked', async () => {
  writeFileSync('concordat.yaml', 'mine')
  expect((await type(['init', ...urls])).status).toBe(1)
  expect(readFileSync('concordat.yaml', 'utf8')).toBe('mine')
  writeFileSync('.env', 'ERP_URL=other\nKEEP=1\n', { mode: 0o644 })
  const refused = await type(['init', ...urls, '--out', 'new.yaml'])
  expect(refused.err).toContain('.env already has another value for ERP_URL.')
  expect(existsSync('new.yaml')).toBe(false)
  expect((await type(['init', ...urls, '--force'])).status).toBe(0)
  expect(parseEnv(readFileSync('.env', 'utf8'))).toEqual({ KEEP: '1', ERP_URL: FROM, CRM_URL: TO })
  expect(statSync('.env').mode & 0o777).toBe(0o600)
})

test('says what is missing, wrong or out of reach', async () => {
  const message = async (...argv: string[]) => (await type(['init', ...argv])).err
  expect(await message('--from', FROM)).toContain('The URL of the second system is missing.')
  expect(await message('--from', 'oracle://x:secret@y', '--to', TO)).toMatch(/does not say which kind/)
  expect(await message('--from', 'oracle://x:secret@y', '--to', TO)).not.toContain('secret')
  expect(await message(...urls, '--from-name', 'shared')).toContain('"shared" cannot be the name of a system.')
  expect(await message(...urls, '--from-name', 'crm')).toContain('Both systems are called crm.')
  expect(await message(...urls, '--flows', 'tickets')).toContain('customers, products, orders')
  expect(await message(...urls, '--currency', 'euros')).toContain('"euros" is not a currency.')
  const down = await type(['init', ...urls], {
    backend: {
      introspect: () => Promise.reject(new ConcordatError('connector.unreachable', 'nothing listens there.')),
    },
  })
  expect(down.err).toContain('error: erp: nothing listens there.')
  expect(existsSync('concordat.yaml')).toBe(false)
  expect(existsSync('.env')).toBe(false)
})

test('guided: what was answered is decided, what was put off stays open', async () => {
  const asked: string[] = []
  const prompter: Prompter = {
    text: (question, given) => {
      asked.push(question)
      if (question.startsWith('URL of erp')) return Promise.resolve(FROM)
      if (question.startsWith('URL of crm')) return Promise.resolve(TO)
      if (question.startsWith('E-mail')) return Promise.resolve('ana@acme.example')
      if (question.startsWith('Who decides')) return Promise.resolve('Ána Ruiz')
      return Promise.resolve(given?.initial ?? 'Acme')
    },
    chooseMany: () => Promise.resolve(['customers']),
    confirm: () => Promise.resolve(true),
    choose: (question, options) => {
      asked.push(question)
      if (question.includes('last word')) return Promise.resolve('erp')
      // The last option always puts the question off.
      const later = question.includes('first sync')
      return Promise.resolve(later ? options.at(-1)!.value : options[0]!.value)
    },
  }
  const typed = await type(['init', '--currency', 'eur'], { prompter })
  expect(typed.status).toBe(0)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions.map((question) => question.setting).toSorted()).toEqual([
    'edge_cases.existing_records',
    'edge_cases.existing_unmatched',
    'edge_cases.older_than',
  ])
  expect(report.questions[0]!.owner).toBe('Ána Ruiz')
  // Decided by "erp": nobody is asked who wins a conflict, and nothing that only fits a shared master.
  expect(asked.some((question) => question.includes('which change counts'))).toBe(false)
  expect(typed.out).toContain('customers  customers  accounts')
})

const asksFor = (answers: Readonly<Record<string, string>>, asked: string[] = []): Prompter => ({
  text: (question) => {
    asked.push(question)
    return Promise.resolve(answers[question] ?? 'Acme')
  },
  chooseMany: () => Promise.resolve(['customers']),
  confirm: () => Promise.resolve(false),
  choose: () => Promise.reject(new Error('nothing is chosen')),
})

test('a password that the URL leaves out is asked for, and is not asked where the environment has it', async () => {
  const [from, to] = ['postgres://me@localhost/erp', 'mysql://me@localhost/crm']
  const asked: string[] = []
  const prompter = asksFor({ 'Password of me in erp (Enter: none)': 'pa#ss/1' }, asked)
  const typed = await type(['init', '--from', from, '--to', to], { prompter, env: { CRM_PASSWORD: 'of crm' } })
  expect(typed.status).toBe(0)
  expect(parseEnv(readFileSync('.env', 'utf8'))).toEqual({
    ERP_URL: 'postgres://me:pa%23ss%2F1@localhost/erp',
    CRM_URL: 'mysql://me:of%20crm@localhost/crm',
  })
  expect(asked.filter((question) => question.startsWith('Password'))).toHaveLength(1)
  expect(typed.out + typed.err).not.toMatch(/pa#ss|of crm|pa%23|of%20/)
})

test('without --from and --to the URLs come from the environment', async () => {
  const typed = await type(['init', '--yes'], { env: { ERP_URL: FROM, CRM_URL: TO } })
  expect(typed.status).toBe(0)
  expect(parseEnv(readFileSync('.env', 'utf8'))).toEqual({ ERP_URL: FROM, CRM_URL: TO })
})

test('says that a password on the command line can be seen, without repeating it', async () => {
  const typed = await type(['init', ...urls])
  expect(typed.err).toContain('The password of erp stands on the command line')
  expect(typed.err).not.toContain('pa%23ss')
})
