import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type } from '../../../test/fixtures/command-line.ts'
import { readContract } from '../../contract/reading/read-contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import { CRM, ERP } from '../../../test/fixtures/trading-catalogues.ts'
import { Cancelled } from './cancelled.ts'
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

/** Answers by how a question begins; what is not answered here fails the test. Each answer of a list is given once. */
function person(said: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>) {
  const asked: string[] = []
  const times = new Map<string, number>()
  const answerTo = (question: string): string | boolean => {
    asked.push(question)
    const [begin] = Object.keys(said)
      .filter((one) => question.startsWith(one))
      .toSorted((a, b) => b.length - a.length)
    if (begin === undefined) throw new Error(`Nobody answers: ${question}`)
    const given = said[begin]!
    if (typeof given !== 'object') return given
    const time = times.get(begin) ?? 0
    times.set(begin, time + 1)
    const answer = given[Math.min(time, given.length - 1)]!
    if (answer === CTRL_C) throw new Cancelled('Given up.')
    return answer
  }
  const prompter: Prompter = {
    text: async (question, { initial, check, optional } = {}) => {
      for (;;) {
        const answer = String(answerTo(question)) || (initial ?? '')
        const fault = answer === '' && optional ? undefined : check?.(answer)
        if (fault === undefined) return answer
        asked.push(fault)
      }
    },
    chooseMany: async (question, options) => {
      const names = String(answerTo(question)).split(' ')
      for (const name of names) expect(options.map(({ value }) => value)).toContain(name)
      return names
    },
    confirm: async (question) => answerTo(question) === true,
    choose: async (question, options) => {
      const answer = String(answerTo(question))
      const chosen = answer === FIRST ? options[0] : options.find(({ value, label }) => [value, label].includes(answer))
      if (chosen === undefined) throw new Error(`${question} does not offer ${answer}`)
      return chosen.value
    },
  }
  return { asked, prompter }
}

const CTRL_C = '\u0000ctrl-c'
const FIRST = '\u0000first'

const ONE_FLOW = {
  'URL of the database of the first': FROM,
  'URL of the database of the second': TO,
  'Which of these': 'products',
  'Name of the company': 'Acme',
  'In which currency': 'EUR',
  'Who is the business owner': 'Ána Ruiz <ana@acme.example>',
  'Who is the technical owner': '',
  'Which system leads': 'erp',
  'How do you want to answer': 'ERP leads, people decide',
  'Begin with these rules?': true,
}

test('guided: one flow from a starting point takes ten prompts, and shows its rules before they are confirmed', async () => {
  const { asked, prompter } = person(ONE_FLOW)
  const typed = await type(['init'], { prompter })
  expect(typed.status).toBe(0)
  expect(asked.length).toBe(10)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  for (const sentence of report.rulebook[0]!.sentences)
    expect(typed.out.replaceAll(/\s+/g, ' ')).toContain(sentence.replaceAll(/\s+/g, ' '))
  expect(typed.out).toContain('Ána Ruiz')
  expect(typed.out).toContain('concordat approve products --as business --by ana')
  expect(typed.out).toContain('concordat approve products --as technical --by ana')
})

test('guided: three flows are decided once, and only what differs is shown of the second and third', async () => {
  const { asked, prompter } = person({ ...ONE_FLOW, 'Which of these': 'customers products orders' })
  const typed = await type(['init'], { prompter })
  expect(asked.length).toBe(10)
  expect(readContract('concordat.yaml').questions).toEqual([])
  expect(typed.out).toContain('products: the same, but for this')
  expect(typed.out.split('ERP is master of')).toHaveLength(2)
})

test('guided: a wrong answer is asked again, and another starting point can be chosen', async () => {
  const { asked, prompter } = person({
    ...ONE_FLOW,
    'URL of the database of the first': ['oracle://x', FROM],
    'In which currency': ['euros', 'eur'],
    'Who is the business owner': ['Ana', 'Ana Ruiz <ana@acme.example>'],
    'Who is the technical owner': 'Tomás Vidal <tomas@acme.example>',
    'How do you want to answer': ['automatic', 'people-decide'],
    'Begin with these rules?': [false, true],
  })
  const typed = await type(['init'], { prompter })
  expect(typed.status).toBe(0)
  expect(typed.err).toContain('does not say which kind of system it is')
  expect(asked.join('\n')).toContain('Write a name and an e-mail address')
  expect(asked.join('\n')).toContain('Write its three letters')
  const text = readFileSync('concordat.yaml', 'utf8')
  expect(text).toContain('created_outside_master: hold for approval')
  expect(text).toContain('owners:\n    business: ana\n    technical: tomas\n')
  expect(readContract('concordat.yaml').questions).toEqual([])
})

test('guided: a system that does not answer is asked for again', async () => {
  const { prompter } = person({ ...ONE_FLOW, 'URL of the database of the second': [TO, TO] })
  let calls = 0
  const typed = await type(['init'], {
    prompter,
    backend: {
      introspect: (connector) =>
        calls++ === 1
          ? Promise.reject(new ConcordatError('connector.unreachable', 'nothing listens there.'))
          : Promise.resolve({ product: connector, notes: [], catalogue: connector === 'mysql' ? CRM : ERP }),
    },
  })
  expect(typed.status).toBe(0)
  expect(typed.err).toContain('crm: nothing listens there.')
})

test('guided, one by one: each decision once for all flows; what was put off stays open, and Ctrl-C loses nothing', async () => {
  const said = {
    ...ONE_FLOW,
    'Which of these': 'customers products orders',
    'How do you want to answer': 'Answer one by one',
    'All flows: ': FIRST,
  }
  const { asked, prompter } = person({ ...said, 'How should Concordat match': FIRST })
  expect((await type(['init', '--out', 'one.yaml'], { prompter })).status).toBe(0)
  expect(readContract('one.yaml').problems).toEqual([])
  expect(readContract('one.yaml').questions).toEqual([])
  expect(asked.filter((question) => question.includes('deletes a record in ERP'))).toHaveLength(1)
  expect(asked.length).toBeLessThan(40)

  const later = person({
    ...said,
    'All flows: First sync': 'Decide later',
    'All flows: The write still fails': [CTRL_C],
  })
  const typed = await type(['init', '--out', 'two.yaml'], { prompter: later.prompter })
  expect(typed.status).toBe(130)
  expect(typed.err).toContain('The file contains your answers')
  const report = readContract('two.yaml')
  expect(report.problems).toEqual([])
  const open = new Set(report.questions.map(({ setting }) => setting))
  expect(open).toContain('edge_cases.existing_records')
  expect(open).toContain('on_failure.then')
  expect(open).not.toContain('edge_cases.duplicates')
  expect(open).not.toContain('owners.business')
})

test('guided: a system is called like its database, where that can be a name', async () => {
  const named = async (from: string, to: string, out: string) => {
    const { prompter } = person({
      ...ONE_FLOW,
      'URL of the database of the first': from,
      'URL of the database of the second': to,
      'Which system leads': FIRST,
      'How do you want to answer': FIRST,
    })
    await type(['init', '--out', out, '--force'], { prompter })
    return Object.keys((parse(readFileSync(out, 'utf8')) as { systems: object }).systems)
  }
  expect(await named('postgres://localhost/Chinook', 'mysql://localhost/sales', 'a.yaml')).toEqual(['chinook', 'sales'])
  expect(await named('postgres://localhost/prod', 'mysql://localhost/prod', 'b.yaml')).toEqual(['prod', 'crm'])
  expect(await named('postgres://localhost/type', 'mysql://localhost/2024', 'c.yaml')).toEqual(['erp', 'crm'])
})

test('without questions: a starting point, who leads it and the owners are options', async () => {
  const begin = (...more: string[]) => type(['init', ...urls, '--currency', 'EUR', '--force', ...more])
  const owners = ['--business', 'Ana Ruiz <ana@acme.example>', '--technical', 'tomas@acme.example']
  const done = await begin('--start', 'automatic', '--leads', 'erp to crm', ...owners)
  expect(done.status).toBe(0)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect(report.contract!.flows.get('orders')).toMatchObject({
    direction: { from: 'erp', to: 'crm' },
    owners: { business: { key: 'ana' }, technical: { key: 'tomas', name: 'tomas' } },
    edgeCases: { existingUnmatched: 'create', createdOutsideMaster: 'hold for approval', deletedInMaster: 'unlink' },
  })
  expect((await begin('--start', 'equals', ...owners)).status).toBe(0)
  expect(readContract('concordat.yaml').questions).toEqual([])
  expect((await begin('--start', 'automatic')).err).toContain('needs a leading system')
  expect((await begin('--start', 'automatic', '--leads', 'shop')).err).toContain('"erp to crm"')
  expect((await begin('--start', 'equals', '--leads', 'erp')).err).toContain('"neither"')
  expect((await begin('--leads', 'erp')).err).toContain('Add --start')
  expect((await begin('--business', 'Ana')).err).toContain('--business names no person.')
})

test('a password that the URL leaves out is asked for, and is not asked where the environment has it', async () => {
  const [from, to] = ['postgres://me@localhost/erp', 'mysql://me@localhost/crm']
  const { asked, prompter } = person({ ...ONE_FLOW, 'Password of me in erp (Enter: none)': 'pa#ss/1' })
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
  expect(typed.err).toContain('The password of erp is on the command line')
  expect(typed.err).not.toContain('pa%23ss')
})
