import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { getMap, getScalar, type MapNode, placeInText, texts, get } from './node.ts'
import { parseYaml } from './parse-yaml.ts'
import { readContract } from '../reading/read-contract.ts'

function problem(text: string) {
  const { root, problems } = parseYaml('c.yaml', text)
  return { root, first: problems[0], problems }
}

function timed(action: () => void): number {
  const start = performance.now()
  action()
  return performance.now() - start
}

test('an alias bomb is refused quickly', () => {
  const levels = Array.from({ length: 12 }, (_, i) =>
    i === 0
      ? 'l0: &l0 [x, x, x, x, x, x, x, x, x]'
      : `l${i}: &l${i} [${Array(9)
          .fill(`*l${i - 1}`)
          .join(', ')}]`,
  )
  let found: ReturnType<typeof problem> | undefined
  const ms = timed(() => (found = problem(levels.join('\n'))))
  expect(found).toMatchObject({ root: null, first: { code: 'yaml-bomb', file: 'c.yaml', line: 1, column: 1 } })
  expect(ms).toBeLessThan(10_000)
})

test('an alias that contains itself is refused', () => {
  expect(problem('a: &a\n  b: *a\n').first).toMatchObject({ code: 'yaml-alias', line: 2, column: 6 })
})

test('an alias without an anchor is refused', () => {
  expect(problem('a: *nowhere\n').problems.length).toBeGreaterThan(0)
})

test('deep nesting is refused quickly', () => {
  for (const text of [
    '['.repeat(20_000),
    '{a: '.repeat(20_000),
    '- '.repeat(20_000),
    '[[[[[[[['.repeat(8) + ']]]]]]]]'.repeat(8),
  ]) {
    let found: ReturnType<typeof problem> | undefined
    expect(timed(() => (found = problem(text)))).toBeLessThan(10_000)
    expect(found!.root).toBeNull()
    expect(found!.problems.length).toBeGreaterThan(0)
    expect(found!.problems.length).toBeLessThanOrEqual(10)
  }
})

test('many keys take linear time', () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join('\n')
  expect(timed(() => expect(problem(text).problems).toEqual([]))).toBeLessThan(20_000)
})

test('a file above 1 MB is refused', () => {
  expect(problem(`a: ${'x'.repeat(1024 * 1024)}`).first).toMatchObject({
    code: 'file-too-large',
    message: 'The file is larger than 1 MB.',
    cure: 'Split the contract into a folder with one file a flow.',
  })
})

test('tags and keys that reach into the language are refused', () => {
  expect(problem('a: !!js/function "x"\n').first).toMatchObject({ code: 'yaml-tag', line: 1 })
  expect(problem('a: !env X\n').first).toMatchObject({ code: 'yaml-tag' })
  for (const key of ['__proto__', 'constructor', 'prototype', '"__proto__"']) {
    expect(problem(`a:\n  ${key}: { x: 1 }\n`).first).toMatchObject({ code: 'forbidden-key', line: 2, column: 3 })
  }
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  expect(problem('? [a, b]\n: c\n').first).toMatchObject({ code: 'bad-key' })
})

test('duplicate keys are refused with both places', () => {
  expect(problem('a: 1\nb: 2\na: 3\n').first).toMatchObject({
    code: 'duplicate-key',
    line: 3,
    column: 1,
    message: '`a` is given twice; the first one is in line 1.',
  })
  expect(problem('1: a\n"1": b\n').first).toMatchObject({ code: 'duplicate-key', line: 2 })
})

test('syntax errors have a place and never more than ten', () => {
  expect(problem('a:\n  - b\n c: d\n').first).toMatchObject({ code: 'yaml-syntax', line: 3 })
  expect(problem('a: b: c\n'.repeat(500)).problems).toHaveLength(10)
})

test('an empty file and a file that is no map say so', () => {
  expect(problem('').first).toMatchObject({ code: 'empty-file' })
  expect(problem('# only a comment\n').first).toMatchObject({ code: 'empty-file' })
  expect(problem('- a\n').first).toMatchObject({ code: 'wrong-type', cure: 'Begin with `concordat: 1`.' })
})

test('anchors, aliases and merge keys are written out', () => {
  const { root, problems } = problem(
    'base: &base { a: 1, b: 2 }\nother:\n  <<: *base\n  b: 3\nlist: &l [x]\nagain: *l\n',
  )
  expect(problems).toEqual([])
  const other = getMap(root as MapNode, 'other')
  expect(getScalar(other, 'a')?.text).toBe('1')
  expect(getScalar(other, 'b')?.text).toBe('3')
  expect(texts(get(root as MapNode, 'again')).map((s) => s.text)).toEqual(['x'])
  expect(problem('a:\n  <<: text\n').first).toMatchObject({ code: 'yaml-merge' })
})

test('the place of a character inside a text', () => {
  const root = problem('a: "plain"\nb: bare word\nc: "esc\\u0061ped"\nd: |\n  block\n').root!
  const at = (key: string, offset: number) => {
    const { line, column } = placeInText(getScalar(root, key)!, offset)
    return [line, column]
  }
  expect(at('a', 2)).toEqual([1, 7])
  expect(at('b', 5)).toEqual([2, 9])
  // An escaped text does not stand in the file letter by letter: the place of the value.
  expect(at('c', 5)).toEqual([3, 4])
  expect(at('d', 3)).toEqual([4, 4])
})

const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'flows',
        'systems',
        'people',
        'concordat',
        'fields',
        'records',
        'match',
        'master',
        'erp',
        'type',
        '__proto__',
        'read',
        'where',
        'schedule',
      ),
      fc.constantFrom(
        ':',
        ': ',
        '\n',
        '\n  ',
        '\n    ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '&a ',
        '*a',
        '<<: ',
        '!!x ',
        '|',
        '>',
        '"',
        "'",
        '#',
        '%',
        '?',
        '\t',
        '---\n',
        '~',
        '1',
        'true',
        'shared',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
const TOKENS = COMPLETE.split(/(?<=[\s,:{}[\]'"()])/)

/** A complete contract with some tokens dropped, doubled, swapped or replaced by others of it. */
const mutilated = fc
  .array(
    fc.tuple(fc.nat(TOKENS.length - 1), fc.constantFrom('drop', 'double', 'other', 'empty'), fc.nat(TOKENS.length - 1)),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((edits) => {
    const tokens = [...TOKENS]
    for (const [at, how, other] of edits) {
      const token = tokens[at]!
      tokens[at] =
        how === 'drop'
          ? ''
          : how === 'double'
            ? token + token
            : how === 'other'
              ? TOKENS[other]!
              : token.replace(/[^\s,:{}[\]'"()]+/, '')
    }
    return tokens.join('')
  })

test('any mutilated contract gives a report, quickly', () => {
  fc.assert(
    fc.property(mutilated, (text) => {
      let report: ReturnType<typeof readContract> | undefined
      expect(timed(() => (report = readContract([{ name: 'c.yaml', text }])))).toBeLessThan(10_000)
      const errors = report!.problems.filter((p) => p.severity === 'error')
      expect(report!.contract === null).toBe(errors.length > 0)
      if (report!.contract !== null) {
        const open = new Set(report!.questions.map((q) => q.flow))
        const decided = report!.rulebook.filter((flow) => flow.decided).map((flow) => flow.flow)
        expect([...report!.contract.flows.keys()]).toEqual(decided)
        // A flow without a problem and without a question is complete: nothing is left open silently.
        for (const { flow } of report!.rulebook) expect(decided.includes(flow)).toBe(!open.has(flow))
      }
      for (const { message } of report!.problems) expect(message).not.toMatch(/undefined|\[object|NaN/)
    }),
    { numRuns: 200 },
  )
})

test('any text gives a report, quickly, with places and sentences', () => {
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
      let report: ReturnType<typeof readContract> | undefined
      const ms = timed(() => (report = readContract([{ name: 'c.yaml', text }])))
      expect(ms).toBeLessThan(10_000)
      expect(report!.contract).toBeNull()
      expect(report!.problems.length).toBeGreaterThan(0)
      for (const { line, column, message, cure } of report!.problems) {
        expect(line).toBeGreaterThan(0)
        expect(column).toBeGreaterThan(0)
        expect(message).toMatch(/[.?]$/)
        expect(cure).toMatch(/[.]$/)
      }
    }),
    { numRuns: 500 },
  )
})
