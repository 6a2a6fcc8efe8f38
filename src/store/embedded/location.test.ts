import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { lentAccount, sharedRoot } from './account.ts'
import { dataDirectory, othersReach } from './location.ts'

let folder: string
const made: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-location-test-'))
  chmodSync(folder, 0o755)
})
afterEach(() => {
  for (const path of [folder, ...made.splice(0)]) rmSync(path, { recursive: true, force: true })
})

test('the folder asked for goes before CONCORDAT_HOME, and an empty word is no word', () => {
  const env = { CONCORDAT_HOME: join(folder, 'home') }
  expect(dataDirectory(join(folder, 'asked'), env)).toBe(join(folder, 'asked', 'postgres'))
  expect(dataDirectory('', env)).toBe(join(folder, 'home', 'postgres'))
})

test('two names of one folder mean one data directory, before and after it exists', () => {
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'alias'))
  const first = dataDirectory(join(folder, 'alias', 'x'), {})
  expect(first).toBe(join(folder, 'real', 'x', 'postgres'))
  expect(dataDirectory(join(folder, 'alias', 'x'), {})).toBe(first)
})

test('the mode of a folder that was there already is left alone', () => {
  dataDirectory(folder, {})
  expect(statSync(folder).mode & 0o777).toBe(0o755)
})

test.runIf(lentAccount() !== undefined)('root keeps what others cannot reach below the shared root', () => {
  chmodSync(folder, 0o700)
  expect(othersReach(join(folder, 'project'))).toBe(false)
  const [one, other] = [join(folder, 'a', 'project'), join(folder, 'b', 'project')]
  const places = [one, other, one].map((project) => dataDirectory(project, {}))
  made.push(...places.map((place) => join(place, '..')))
  expect(places[0]).toMatch(new RegExp(`^${sharedRoot}/project-[0-9a-f]{10}/postgres$`))
  expect(places[2]).toBe(places[0])
  expect(places[1]).not.toBe(places[0])
})
