import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Installed stores know these two by their names, so they keep them. */
const TWINS = ['0027_second_factor_and_resets.sql', '0027_write_probe.sql']

test('no two migrations have one number: which of them is applied first would be decided by their names', () => {
  const files = readdirSync(join(import.meta.dirname, 'migrations'))
  expect(files.filter((name) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(TWINS))
  const numbers = files.filter((name) => name !== TWINS[1]).map((name) => name.slice(0, 4))
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([])
})
