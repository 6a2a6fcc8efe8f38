import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BANNED } from './banned-phrases.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const under = (folder: string, matches: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => matches.test(name))

/** Pages that people read first; the glossary itself names words to avoid. */
const PAGES = [
  'README.md',
  'docs/getting-started.md',
  'docs/how-it-decides.md',
  'docs/commands.md',
  'docs/dashboard.md',
  'docs/alerts.md',
  'docs/cases.md',
  'docs/operations.md',
]

/** Files whose strings people read: screens, questions, rules, reasons, cases, alerts, mails, help. */
const MESSAGES = [
  'dashboard/src/words/en.ts',
  'src/api/access/notice-words.ts',
  'src/notify/conditions.ts',
  'src/notify/message-text.ts',
  ...under('src/notify/words', /\.ts$/),
  ...under('src/contract/wording', /-en\.ts$/),
  ...under('src/engine/words', /\.ts$/),
  ...under('src/cli', /\.ts$/),
  ...under('src/demo', /\.ts$/),
].filter((name) => !name.endsWith('.test.ts'))

/** Each line with its number, without comments: those of code are not shown to users. */
function lines(name: string): { readonly at: string; readonly text: string }[] {
  const code = name.endsWith('.ts')
  return read(name)
    .split('\n')
    .map((text, i) => ({ at: `${name}:${i + 1}`, text }))
    .filter(({ text }) => !code || !/^\s*(?:\/\/|\/?\*)/.test(text))
}

function findings(texts: readonly { readonly at: string; readonly text: string }[]): string[] {
  return texts.flatMap(({ at, text }) =>
    BANNED.filter(({ phrase }) => phrase.test(text)).map(
      ({ phrase, instead }) => `${at}: “${phrase.exec(text)![0]}”; write: ${instead}`,
    ),
  )
}

test.each([...PAGES, ...MESSAGES])('%s uses no banned phrase', (name) => {
  expect(findings(lines(name))).toEqual([])
})

test('a banned phrase is found, with its place and what to write instead', () => {
  const text = 'The rules of before go on; the record is held back until it is mended.'
  expect(findings([{ at: 'page.md:1', text }])).toEqual([
    'page.md:1: “of before”; write: previous',
    'page.md:1: “is mended”; write: fixed (a problem), corrected (a value)',
    'page.md:1: “held back”; write: held',
  ])
})

test('docs/words.md has one row for each word', () => {
  const words = [...read('docs/words.md').matchAll(/^\| ([^|]+) \| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)]
    .map((match) => match[1]!)
    .filter((word) => word !== 'word' && !word.startsWith('---'))
  expect(words.length).toBeGreaterThan(40)
  expect(new Set(words).size).toBe(words.length)
})
