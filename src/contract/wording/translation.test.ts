import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type CheckReport, inLanguage } from '../finding.ts'
import { FLOW_QUESTIONS } from './questions.ts'
import { readContract } from '../reading/read-contract.ts'
import { sentenceDiff } from './rule-diff.ts'

const TEXT = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')

const reports = new Map<string, CheckReport>()
/** Each contract is read once. */
function read(text: string): CheckReport {
  const report = reports.get(text) ?? readContract([{ name: 'c.yaml', text }])
  reports.set(text, report)
  return report
}

const ENGLISH =
  /\b(?:the|is|are|was|it|its|and|or|in|by|of|to|that|this|when|record|records|both|other|person|each|change|every)\b/i

/** Every English text of a report beside its Spanish one. */
function pairs(report: CheckReport): [english: string, spanish: string][] {
  const es = inLanguage(report, 'es')
  expect(es.rulebook.map(({ flow, decided }) => [flow, decided])).toEqual(
    report.rulebook.map(({ flow, decided }) => [flow, decided]),
  )
  const sentences = report.rulebook.flatMap((flow, i) => {
    const other = es.rulebook[i]!
    expect(other.sections.map(({ section, sentences }) => [section, sentences.length])).toEqual(
      flow.sections.map(({ section, sentences }) => [section, sentences.length]),
    )
    expect(other.ownership.map(({ field }) => field)).toEqual(flow.ownership.map(({ field }) => field))
    return flow.sentences.map((sentence, k): [string, string] => [sentence, other.sentences[k]!])
  })
  const questions = report.questions.flatMap((question, i): [string, string][] => {
    const other = es.questions[i]!
    const { question: _, options, ...rest } = question
    expect(other).toMatchObject(rest)
    // An answer is what is written into the file, in any language.
    expect(other.options.map(({ answer }) => answer)).toEqual(options.map(({ answer }) => answer))
    return [
      [question.question, other.question],
      ...(question.setting.startsWith('owners.')
        ? []
        : options.map(({ means }, k): [string, string] => [means, other.options[k]!.means])),
    ]
  })
  return [...sentences, ...questions]
}

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  created_outside_master: ['adopt', 'hold for approval', 'leave alone'],
  edited_outside_master: ['revert', 'accept', 'ask', 'leave alone'],
  existing_records: ['master wins', 'fill blanks only', 'ask', 'link only'],
  existing_unmatched: ['create', 'ask', 'leave alone'],
  older_than: [
    'no limit',
    '{ years: 7, then: leave alone }',
    '{ years: 7, then: ask }',
    '{ years: 7, then: link only }',
  ],
  duplicates: ['ask', 'oldest', 'most complete'],
  deleted_in_master: ['delete', 'archive', 'unlink', 'ask'],
  deleted_elsewhere: ['restore', 'accept', 'unlink', 'ask'],
  left_filter: ['leave alone', 'archive', 'delete', 'ask'],
  missing_reference: ['wait 1 day, then ask', 'wait 1 day, then skip field', 'ask', 'skip field'],
  invalid_value: ['hold record', 'skip field'],
  empty_in_master: ['keep', 'erase'],
  retry: ['for 1 hour'],
  then: ['quarantine', 'pause flow'],
  alert: ['{ technical: at once, business: after 1 hour }', '{ technical: after 1 day }'],
  limits: ['{ changes: 5% or 200 records, deletions: 1 record }', '{ changes: 5%, deletions: 3 records }'],
}

/** The contract with each answer to each decision, and with what it can leave open. */
const CONTRACTS = [
  ...Object.entries(ANSWERS).flatMap(([setting, answers]) =>
    answers.map((answer) => TEXT.replaceAll(new RegExp(`^( +)${setting}: .*$`, 'gm'), `$1${setting}: ${answer}`)),
  ),
  ...['shared', 'crm', ''].map((master) => TEXT.replace('    master: erp\n', `    master: ${master}\n`)),
  ...['newest', 'ask', 'erp', '[erp, crm]'].map((rule) => TEXT.replace('on_conflict: newest', `on_conflict: ${rule}`)),
  TEXT.replaceAll(/^ +(?:left_filter|missing_reference|invalid_value): .*\n/gm, ''),
  TEXT.replace('technical: tomas }', 'technical: ana }'),
  TEXT.replace('owners: { business: ana, technical: tomas }', 'owners: { technical: tomas }'),
  TEXT.replace('owners: { business: ana, technical: tomas }', 'owners: { business: ana }'),
  TEXT.replace(/^ {4}match:\n(?: {6}- .*\n)+/m, '    match: none\n'),
  TEXT.replace('currency: EUR, ', '')
    .replace(', on_conflict: newest', '')
    .replace('{ type: text, erp: zip', '{ erp: zip'),
  `${TEXT}\nchannels:\n  mail: { kind: email, url: smtp://localhost, from: a@acme.example }\n`,
  `${TEXT.slice(0, TEXT.indexOf('flows:'))}flows:\n  customers:\n  orders:\n    master: shared\n    direction: both\n  notes:\n    master: erp\n    direction: erp to crm\n`,
]

test('every sentence and every question is told in Spanish, without a word of the English one', () => {
  const all = new Map(CONTRACTS.flatMap((text) => pairs(read(text))))
  expect(all.size).toBeGreaterThan(300)
  for (const [english, spanish] of all) {
    expect(spanish).not.toBe(english)
    expect(spanish).not.toMatch(ENGLISH)
    expect(spanish).not.toMatch(/undefined|null|\[object|\bde el\b|\ba el\b/)
    expect(spanish).toMatch(english.endsWith('?') ? /¿.*\?$/ : /\.$/)
  }
})

test('the contracts above leave every question of a flow open somewhere', () => {
  const asked = new Set(CONTRACTS.flatMap((text) => read(text).questions.map(({ setting }) => setting)))
  // It has an answer unless another one is given.
  asked.add('edge_cases.left_filter')
  const missing = Object.keys(FLOW_QUESTIONS).filter((setting) => !asked.has(setting))
  expect(missing).toEqual([])
})

test('what two contracts say differently is told in the language of the reader', () => {
  const [before, after] = [read(TEXT), read(TEXT.replace('deleted_in_master: archive', 'deleted_in_master: delete'))]
  expect(sentenceDiff(inLanguage(before, 'es'), inLanguage(after, 'es'))).toEqual([
    {
      flow: 'customers',
      change: 'changed',
      added: ['Cuando alguien borra un registro de customers en ERP, se borra también en CRM.'],
      removed: ['Cuando alguien borra un registro de customers en ERP, se archiva en CRM.'],
    },
  ])
})

test('another decision is another sentence in Spanish too', () => {
  for (const [setting, answers] of Object.entries(ANSWERS)) {
    const told = answers.map((answer) => {
      const text = TEXT.replaceAll(new RegExp(`^( +)${setting}: .*$`, 'gm'), `$1${setting}: ${answer}`)
      return inLanguage(read(text), 'es').rulebook[0]!.sentences.join(' ')
    })
    expect(new Set(told).size, setting).toBe(answers.length)
  }
})

test('who owns a field is told in words', () => {
  const { ownership } = inLanguage(read(TEXT), 'es').rulebook[0]!
  expect(ownership).toContainEqual({ field: 'email', owner: 'compartido', flows: 'entre ERP y CRM' })
  expect(ownership).toContainEqual({ field: 'phone', owner: 'CRM', flows: 'CRM → ERP' })
})
