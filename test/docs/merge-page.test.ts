import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const file = (name: string): URL => new URL(`../../${name}`, import.meta.url)
const page = readFileSync(file('docs/merge.md'), 'utf8')
const sections = page.split(/^### (?=L\d+ )/m).slice(1)

test('docs/merge.md has all 36 laws in order, each with its tests or the word that there are none', () => {
  expect(sections.map((section) => Number(/^L(\d+)/.exec(section)![1]))).toEqual(
    Array.from({ length: 36 }, (_, i) => i + 1),
  )
  expect(sections.filter((section) => !/^(Held by:|Not tested yet)/m.test(section))).toEqual([])
})

test('the tests that docs/merge.md names exist', () => {
  const named = [...page.matchAll(/^- `([^`]+\.ts)`: (L\d+.*?)(?: \(.*\))?$/gm)]
  expect(named.length).toBeGreaterThan(60)
  const missing = named.filter(([, name, title]) => {
    // The title as it stands in the source, where a quotation mark may need a backslash.
    const source = existsSync(file(name!)) ? readFileSync(file(name!), 'utf8').replaceAll('\\', '') : ''
    return !source.includes(title!)
  })
  expect(missing.map(([line]) => line)).toEqual([])
})
