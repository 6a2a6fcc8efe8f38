import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { choosePort } from './port.ts'

const folder = mkdtempSync(join(tmpdir(), 'concordat-port-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('the port of last time comes again, unless somebody else has it now', async () => {
  const remembered = join(folder, 'port')
  const first = await choosePort(remembered)
  expect(await choosePort(remembered)).toBe(first)
  const stranger = createServer()
  await new Promise<void>((resolve) => stranger.listen(first, '127.0.0.1', resolve))
  const second = await choosePort(remembered)
  expect(second).not.toBe(first)
  await new Promise((resolve) => stranger.close(resolve))
  expect(await choosePort(remembered)).toBe(second)
})

test('a port that PostgreSQL could not have is not offered again', async () => {
  const remembered = join(folder, 'other')
  const first = await choosePort(remembered)
  expect(await choosePort(remembered, new Set([first]))).not.toBe(first)
})
