import { expect, test } from 'vitest'
import { nearMiss } from './near-miss.ts'

test.each([
  ['custommers', ['orders', 'customers', 'custom'], 'customers'],
  ['nmae', ['name', 'note'], 'name'],
  ['Name', ['NAME', 'note'], 'NAME'],
  ['emial', ['email', 'e_mail'], 'email'],
  ['x', ['completely', 'other'], null],
  ['', ['a'], 'a'],
  ['table', [], null],
])('%s among %j is %s', (wanted, known, meant) => {
  expect(nearMiss(wanted, known)).toBe(meant)
})
