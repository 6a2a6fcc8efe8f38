import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { makeRunnable } from './binaries.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-binaries-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function unpacked(name: string): string {
  const native = join(folder, name)
  mkdirSync(join(native, 'bin'), { recursive: true })
  mkdirSync(join(native, 'lib'))
  for (const program of ['postgres', 'initdb', 'pg_ctl'])
    writeFileSync(join(native, 'bin', program), '', { mode: 0o644 })
  writeFileSync(join(native, 'lib', 'libpq.so.5.18'), 'library')
  const links = ['native/lib/libpq.so', 'native/lib/libpq.so.5']
  const listed = links.map((target) => ({ source: 'native/lib/libpq.so.5.18', target }))
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(listed))
  return native
}

test.each(['native', 'postgres-18-copy'])(
  'many processes complete one unpacked package (%s) without harm',
  async (name) => {
    const native = unpacked(name)
    await Promise.all(Array.from({ length: 8 }, () => makeRunnable(native)))
    expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
    expect(readFileSync(join(native, 'lib', 'libpq.so'), 'utf8')).toBe('library')
  },
)

test.skipIf(process.platform === 'win32')('programs that were unpacked without the right to run get it', async () => {
  const native = unpacked('native')
  await makeRunnable(native)
  expect(statSync(join(native, 'bin', 'postgres')).mode & 0o111).toBe(0o111)
})
