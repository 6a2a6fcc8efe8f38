import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concordat-dashboard-'))
  await build({
    root: 'dashboard',
    configFile: 'dashboard/vite.config.ts',
    logLevel: 'error',
    build: { outDir: folder },
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const LIMIT = 250 * 1024

test('the whole dashboard, every screen of it, is within what the first screen may weigh', async () => {
  const names = await readdir(folder, { recursive: true })
  const squeezed = names.filter((name) => name.endsWith('.br'))
  const sizes = await Promise.all(squeezed.map(async (name) => (await stat(join(folder, name))).size))
  expect(squeezed.some((name) => name.endsWith('.js.br'))).toBe(true)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT)
})

test('the page asks for nothing but its own files, and runs nothing inline', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
  expect(addresses.length).toBeGreaterThan(1)
  for (const address of addresses) expect(address).toMatch(/^\/[^/]/)
  expect(page).not.toMatch(/<style|<script(?![^>]*src=)|\son\w+=/)
})
