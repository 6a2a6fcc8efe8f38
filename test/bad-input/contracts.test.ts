/**
 * What is given as a contract and is none: the command says so with a sentence and a place, and ends. A file that once
 * did harm is kept in `contracts/`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readContractFiles } from '../../src/contract/text/read-files.ts'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import type { CheckReport } from '../../src/contract/finding.ts'
import { LARGE_CONTRACTS } from './large-contracts.ts'

const CORPUS = join(import.meta.dirname, 'contracts')
const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')
/** Far more than it takes, on any machine; what has no end at all is found by it. */
const PATIENCE_MS = 20_000

function expectAnswered(report: CheckReport): void {
  expect(report.contract).toBeNull()
  expect(report.problems.length).toBeGreaterThan(0)
  for (const { line, column, message, cure, severity } of report.problems) {
    expect(line).toBeGreaterThan(0)
    expect(column).toBeGreaterThan(0)
    expect(message).toMatch(/[.?]$/)
    expect(message.length).toBeLessThan(1_000)
    expect(message).not.toMatch(/undefined|\[object|NaN|Maximum call stack/)
    if (severity === 'error') expect(cure).toMatch(/[.]$/)
  }
}

test.each(readdirSync(CORPUS))('%s is answered', { timeout: PATIENCE_MS }, (name) => {
  expectAnswered(readContract(readContractFiles(join(CORPUS, name))))
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test.each(Object.keys(LARGE_CONTRACTS))('%s: answered', { timeout: PATIENCE_MS }, (name) => {
  expectAnswered(readContract([{ name: 'c.yaml', text: LARGE_CONTRACTS[name]! }]))
})

describe('the command', () => {
  let folder = ''
  const at = (name: string): string => join(folder, name)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'concordat-bad-input-'))
    mkdirSync(at('empty'))
    mkdirSync(at('folders'))
    mkdirSync(at('folders/inner.yaml'))
    mkdirSync(at('mixed'))
    writeFileSync(at('mixed/a.yaml'), Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7_919) % 256)))
    writeFileSync(at('mixed/b.yaml'), 'concordat: 1\n')
    writeFileSync(at('huge.yaml'), Buffer.alloc(64 * 1024 * 1024, 0x20))
    symlinkSync(at('nowhere'), at('dangling.yaml'))
    symlinkSync(at('loop.yaml'), at('loop.yaml'))
    execFileSync('mkfifo', [at('pipe.yaml')])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    ['nowhere', /There is no contract at/],
    ['empty', /holds no \.yaml file/],
    ['folders', /holds no \.yaml file/],
    ['mixed', /a\.yaml:1:\d+/],
    ['huge.yaml', /huge\.yaml/],
    ['dangling.yaml', /There is no contract at/],
    ['loop.yaml', /There is no contract at|cannot be read/],
    ['pipe.yaml', /is neither a file nor a folder/],
    ['/dev/zero', /is neither a file nor a folder/],
    ['', /./],
    ['\u202eexe.yaml', /There is no contract at/],
    ['x'.repeat(5_000), /There is no contract at|cannot be read/],
  ])('concordat check on %s', { timeout: PATIENCE_MS * 2 }, (name, says) => {
    for (const command of ['check', 'run']) {
      const path = name.startsWith('/') || name === '' ? name : at(name)
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, command, '--contract', path], {
        encoding: 'utf8',
        timeout: PATIENCE_MS,
        cwd: folder,
        env: { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      })
      expect({ command, signal }).toEqual({ command, signal: null })
      expect([1, 2]).toContain(status)
      if (command === 'check') expect(stdout + stderr).toMatch(says)
      expect(stdout + stderr).not.toMatch(/\bat .*\.(ts|js):\d+|Maximum call stack|undefined/)
    }
  })
})
