import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectorNames, introspectSystem, openApp } from './app.ts'

test('the connectors that a contract may name are those that there are', async () => {
  await expect(introspectSystem('abacus', {})).rejects.toMatchObject({
    cure: `There are: ${connectorNames.join(', ')}.`,
  })
})

test('a DATABASE_URL that is none is said so, and not shown', async () => {
  const contract = new URL('../test/fixtures/complete.yaml', import.meta.url).pathname
  const opening = openApp({ contract, env: { DATABASE_URL: 'mysql://me:secret@host/x' } })
  await expect(opening).rejects.toMatchObject({ message: 'DATABASE_URL is not the URL of a PostgreSQL database.' })
})

test('checking a contract loads no driver, no engine and no table of numbers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-check-'))
  try {
    // Every module that is resolved is told.
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
      const { checkContract } = await import(${JSON.stringify(new URL('app.ts', import.meta.url).href)})
      const { problems } = checkContract({ contract: ${JSON.stringify(new URL('../test/fixtures/complete.yaml', import.meta.url).pathname)} })
      console.log(JSON.stringify({ problems: problems.length, loaded }))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stderr).not.toMatch(/Error/)
    const { problems, loaded } = JSON.parse(stdout) as { problems: number; loaded: string[] }
    expect(problems).toBe(0)
    expect(loaded.some((url) => url.includes('/zod/'))).toBe(true)
    expect(
      loaded.filter((url) =>
        /\/(?:pg|mysql2|stdnum|libphonenumber-js)\/|\/src\/(?:engine|store|connectors)\//.test(url),
      ),
    ).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
