/**
 * Mapping expressions from hell, over values from hell: compiled or refused with a place, evaluated or invalid, never
 * thrown and never without end. An expression that once did harm is kept in `expressions.json`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileExpression, expressionColumns } from '../../src/contract/expression/expression.ts'
import { Invalid } from '../../src/model/value.ts'
import { DOUBLES, TEXTS, WHOLES } from '../engine/hell.ts'

const CORPUS = JSON.parse(readFileSync(join(import.meta.dirname, 'expressions.json'), 'utf8')) as string[]
const LONG: readonly string[] = [
  `${'('.repeat(300)}a${')'.repeat(300)}`,
  `${'!'.repeat(500)}true`,
  `${'-'.repeat(500)}1`,
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'a ? b : '.repeat(200)}a`,
  `a${'.trim()'.repeat(300)}`,
  `a${' + a'.repeat(900)}`,
  'x'.repeat(5_000),
  `"${'y'.repeat(3_900)}"`,
  `re2(a, "${'(a?)'.repeat(100)}${'a'.repeat(90)}")`,
  `re2(a, "(${'a|'.repeat(200)}b)*c")`,
  `re2(a, "a{1,1000}{1,1000}")`,
]
const COLUMNS = ['a', 'b', 'order no', '__proto__']
const VALUES = [null, '', ...TEXTS, ...DOUBLES, ...WHOLES, 'a'.repeat(30_000)]

function tryOut(source: string, values: readonly (string | null)[]): void {
  const compiled = compileExpression(source, COLUMNS)
  expressionColumns(source)
  if (!compiled.ok) {
    expect(compiled.message).not.toBe('')
    expect(compiled.message.length).toBeLessThan(1_000)
    expect(compiled.offset).toBeGreaterThanOrEqual(0)
    expect(compiled.offset).toBeLessThanOrEqual(source.length)
    return
  }
  for (const value of values) {
    const result = compiled.evaluate([value, 'b', value, value])
    if (result instanceof Invalid) expect(result.reason.length).toBeLessThan(1_000)
    else if (result !== null) expect(typeof result).toBe('string')
  }
}

test.each([...CORPUS, ...LONG].map((source) => [source.slice(0, 60), source]))(
  '%s',
  { timeout: 20_000 },
  (_, source) => {
    tryOut(source, VALUES)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  },
)

const word = fc.constantFrom(
  'a',
  'b',
  'column("order no")',
  '"x"',
  "'\\u{1F600}'",
  '1',
  '1.5',
  '-1',
  'null',
  'true',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  ':',
  '?',
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>=',
  '&&',
  '||',
  '!',
  'in',
  'number(',
  'text(',
  're2(',
  'coalesce(',
  'orElse(',
  'isNull(',
  '.map(x, ',
  '.filter(x, ',
  '.split(',
  '.join(',
  '.trim()',
  '.size()',
  'x',
  '0',
  '`',
)
const sources = fc.oneof(
  fc.array(word, { maxLength: 25 }).map((words) => words.join('')),
  fc
    .tuple(fc.constantFrom(...CORPUS), fc.nat(40), word)
    .map(([base, at, extra]) => base.slice(0, at) + extra + base.slice(at)),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

test('any text is compiled or refused', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(sources, fc.constantFrom(...VALUES), (source, value) => tryOut(source, [value])),
    { numRuns: 2_000 },
  )
})
