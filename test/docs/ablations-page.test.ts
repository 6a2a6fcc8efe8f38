import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ABLATIONS } from '../simulation/ablations.ts'

test('docs/ablations.md names every mechanism that the simulation switches off', () => {
  const page = readFileSync(new URL('../../docs/ablations.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| '))
  const named = rows.slice(1).map((line) => line.split('|')[1]!.trim())
  expect(named.toSorted()).toEqual(ABLATIONS.map(({ mechanism }) => mechanism).toSorted())
})

test('docs/ablations.md says of every mechanism which law was seen broken without it', () => {
  const page = readFileSync(new URL('../../docs/ablations.md', import.meta.url), 'utf8')
  const laws = [...page.matchAll(/^\| [^|]+ \| ([^|]+) \| \d+ \|/gm)].map(([, law]) => law!)
  expect(laws).toHaveLength(ABLATIONS.length)
  for (const law of laws) expect(law).toMatch(/^L\d+$/)
})
