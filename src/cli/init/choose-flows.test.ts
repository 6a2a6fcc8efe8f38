import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Typed, type } from '../../../test/fixtures/command-line.ts'
import { SALES, SHOP } from '../../../test/fixtures/music-catalogues.ts'
import { table } from '../../../test/fixtures/trading-catalogues.ts'
import type { SourceCatalogue } from '../../contract/proposal/catalogue.ts'
import { readContract } from '../../contract/reading/read-contract.ts'
import type { Prompter } from './prompter.ts'

let folder = ''
const before = process.cwd()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-pairs-'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const FROM = 'postgres://localhost/shop'
const TO = 'mysql://localhost/crm'

/** `init` between two systems that hold this. */
function init(
  shop: SourceCatalogue,
  crm: SourceCatalogue,
  argv: readonly string[],
  prompter?: Prompter,
): Promise<Typed> {
  const introspect = (connector: string) =>
    Promise.resolve({ product: connector, notes: [], catalogue: connector === 'postgres' ? shop : crm })
  return type(['init', '--from', FROM, '--to', TO, '--from-name', 'shop', ...argv], {
    backend: { introspect },
    ...(prompter && { prompter }),
  })
}

const only = (catalogue: SourceCatalogue, ...names: string[]): SourceCatalogue => ({
  objects: catalogue.objects.filter(({ name }) => names.includes(name)),
})

const written = (): string => readFileSync('concordat.yaml', 'utf8')

test('where nothing looks alike the file names what there is, and the next steps lead on', async () => {
  const typed = await init(only(SHOP, 'album', 'artist', 'track'), only(SALES, 'contacts', 'pricebook_entries'), [])
  expect(typed.status).toBe(0)
  expect(typed.err).not.toContain('error')
  expect(typed.out).toContain('No table of shop looks like one of crm')
  expect(typed.out).toMatch(/concordat init --pair \w+:\w+ --force/)
  expect(typed.out).toContain('approve')
  expect(written()).toMatch(/# Only in shop, without a counterpart: (?:album|artist|track)/)
  expect(written()).toContain('# Only in crm, without a counterpart: contacts and pricebook_entries.')
})

test('a commented skeleton, completed and uncommented, is a flow', async () => {
  await init(only(SHOP, 'album', 'artist', 'track'), only(SALES, 'contacts', 'pricebook_entries'), [])
  const lines = written().split('\n')
  const begin = lines.findIndex((line) => line === '  # tracks:')
  const end = lines.findIndex((line, place) => place > begin && (line === '  #' || line === ''))
  const completed = lines.map((line, place) =>
    place >= begin && place < end
      ? line
          .replace('# ', '')
          .replace('TABLE', 'pricebook_entries')
          .replace('id: COLUMN', 'id: id')
          .replace('crm: COLUMN', 'crm: label')
      : line,
  )
  const report = readContract([{ name: 'concordat.yaml', text: completed.join('\n') }])
  expect(report.problems.filter(({ code }) => code !== 'shared-column')).toEqual([])
  expect(report.rulebook.map(({ flow }) => flow)).toEqual(['tracks'])
})

test('--pair puts tables together whatever they are called, and names the flow', async () => {
  const typed = await init(SHOP, SALES, [
    '--pair',
    'customer:contacts',
    '--pair',
    'sales=invoice:deals',
    '--pair',
    'Track:pricebook_entries',
    '--start',
    'automatic',
    '--leads',
    'shop',
    '--business',
    'Ana <ana@acme.example>',
    '--currency',
    'EUR',
  ])
  expect(typed.status).toBe(0)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()].toSorted()).toEqual(['customers', 'sales', 'tracks'])
  expect(report.contract!.flows.get('sales')!.fields.map(({ name, spec }) => [name, spec.type])).toContainEqual([
    'customer',
    'reference',
  ])
  expect(report.contract!.flows.get('tracks')!.records['crm']!.object).toBe('pricebook_entries')
})

test('a pair without any column alike is a flow whose fields are asked for', async () => {
  await init(only(SHOP, 'artist'), { objects: [table('zones', ['id'], ['id integer!=', 'surface decimal(2)'])] }, [
    '--pair',
    'artist:zones',
    '--start',
    'automatic',
    '--leads',
    'crm',
  ])
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions.map(({ setting }) => setting)).toContain('fields')
})

test('a pair that cannot be says why, with what was probably meant', async () => {
  const said = async (pair: string, ...more: string[]) => (await init(SHOP, SALES, ['--pair', pair, ...more])).err
  expect(await said('costumer:contacts')).toContain('shop has no table costumer.\nDid you mean customer?')
  expect(await said('customer:contracts')).toContain('Did you mean contacts?')
  expect(await said('customer:x')).toContain('Its tables are contacts, deals, pricebook_entries, audit_log.')
  expect(await said('customer')).toContain('"customer" is no pair of tables.')
  expect(await said('top_sellers:deals')).toContain('it is a view')
  expect(await said('playlist_track:deals')).toContain('no primary key of one column')
  expect(await said('api_tokens:deals')).toContain('contains secrets')
  expect(await said('customer:contacts', '--pair', 'customer:deals')).toContain('customer of shop is in two pairs.')
})

test('what was found is listed with its rows, junk is passed over in one line each, secrets are never named', async () => {
  const { out } = await init(SHOP, SALES, [])
  expect(out).toMatch(/in shop +rows +like in crm/)
  expect(out).toMatch(/album +100 +–/)
  expect(out).toContain('Passed over: 1 view (top_sellers).')
  expect(out).toContain('Passed over: 1 table without a primary key of one column (playlist_track).')
  expect(out).toContain('Passed over: 1 table of logs, copies and the like (import_log).')
  expect(out + written()).not.toContain('api_tokens')
})

test('in the terminal tables are paired by hand when nothing looks alike', async () => {
  const asked: string[] = []
  const offered: string[][] = []
  const prompter: Prompter = {
    text: (question, given) => {
      asked.push(question)
      return Promise.resolve(
        question.startsWith('Who is the business owner') ? 'Ana <ana@acme.example>' : (given?.initial ?? 'EUR'),
      )
    },
    chooseMany: () => Promise.reject(new Error('nothing was found')),
    confirm: (question) => Promise.resolve(asked.push(question) > 0),
    choose: (question, options) => {
      asked.push(question)
      offered.push(options.map(({ value }) => value))
      if (question === 'Which table of shop belongs to one of crm?') return Promise.resolve('track')
      if (question === 'Which table of crm holds what track holds?') return Promise.resolve('entries')
      return Promise.resolve(options[0]!.value)
    },
  }
  const typed = await init(
    only(SHOP, 'import_log', 'api_tokens', 'track', 'album'),
    { objects: [table('entries', ['id'], ['id uuid!=', 'label text!']), ...only(SALES, 'audit_log').objects] },
    [],
    prompter,
  )
  expect(typed.status).toBe(0)
  expect(offered[0]!.slice(0, 3)).toEqual(['album', 'track', 'import_log'])
  expect(offered[0]).not.toContain('api_tokens')
  // And two for the systems.
  expect(asked.length + 2).toBeLessThanOrEqual(12)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()]).toEqual(['tracks'])
})

test('in the terminal tables with columns alike are offered, and not chosen beforehand', async () => {
  const chosen: [readonly string[], readonly string[]][] = []
  const prompter: Prompter = {
    text: (question, given) =>
      Promise.resolve(
        question.startsWith('Who is the business owner') ? 'Ana <ana@acme.example>' : (given?.initial ?? 'EUR'),
      ),
    chooseMany: (_question, options, initial) => {
      chosen.push([options.map(({ value }) => value), initial])
      return Promise.resolve(['customer ↔ contacts'])
    },
    confirm: () => Promise.resolve(true),
    choose: (_question, options) => Promise.resolve(options[0]!.value),
  }
  const typed = await init(SHOP, SALES, [], prompter)
  expect(typed.status).toBe(0)
  expect(chosen[0]![0]).toContain('customer ↔ contacts')
  expect(chosen[0]![1]).not.toContain('customer ↔ contacts')
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  // A new customer needs a first and a last name, which a contact does not have.
  expect(report.contract!.flows.get('customers')!.direction).toEqual({ from: 'shop', to: 'crm' })
})

test('names in other scripts have flows and fields of their own', async () => {
  const side: SourceCatalogue = {
    objects: [
      table('клиенты', ['ид'], ['ид integer!=', 'имя text!', 'почта text', 'город text']),
      table('顧客', ['id'], ['id integer!=', '名前 text!', '電話 text']),
      table('Πελάτες', ['id'], ['id integer!=', 'όνομα text']),
    ],
  }
  const typed = await init(side, side, [
    '--start',
    'people-decide',
    '--leads',
    'shop',
    '--technical',
    'Ana <ana@acme.example>',
  ])
  expect(typed.status).toBe(0)
  const report = readContract('concordat.yaml')
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect(report.contract!.flows.size).toBe(3)
  expect([...report.contract!.flows.values()].map(({ fields }) => String(fields.length)).toSorted()).toEqual([
    '1',
    '2',
    '3',
  ])
})

test('2,000 tables without a key, views and logs are passed over in a line each', async () => {
  const many: SourceCatalogue = {
    objects: Array.from({ length: 2000 }, (_, n) =>
      n % 3 === 0
        ? table(`t_view_${n}`, [], ['a text'], { isView: true })
        : n % 3 === 1
          ? table(`plain_${n}`, [], ['a text'])
          : table(`x${n}_log`, ['id'], ['id integer!=', 'a text']),
    ).concat(SHOP.objects),
  }
  const typed = await init(many, SALES, ['--pair', 'customer:contacts'])
  expect(typed.status).toBe(0)
  expect(typed.out).toContain('Passed over: 668 views (')
  expect(typed.out.split('\n').length).toBeLessThan(50)
  expect(written().split('\n').length).toBeLessThan(250)
})
