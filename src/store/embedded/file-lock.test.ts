import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { tryLock, waitForLock } from './file-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'concordat-lock-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('shared locks go together, an exclusive one stands alone', () => {
  const path = join(folder, 'a')
  const one = tryLock(path, 'shared')
  const two = tryLock(path, 'shared')
  expect(tryLock(path, 'exclusive')).toBeUndefined()
  one?.release()
  expect(tryLock(path, 'exclusive')).toBeUndefined()
  two?.release()
  two?.release()
  const alone = tryLock(path, 'exclusive')
  expect(alone).toBeDefined()
  expect(tryLock(path, 'shared')).toBeUndefined()
  alone?.release()
})

test('waiting ends with the release, or with patience', async () => {
  const path = join(folder, 'b')
  const first = tryLock(path, 'exclusive')
  expect(await waitForLock(path, 'exclusive', 50)).toBeUndefined()
  setTimeout(() => first?.release(), 60)
  const second = await waitForLock(path, 'exclusive', 5_000)
  expect(second).toBeDefined()
  second?.release()
})
