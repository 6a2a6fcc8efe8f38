import fastify from 'fastify'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { servePages } from './pages.ts'

const INDEX = '<!doctype html><title>Concordat</title>'
const SCRIPT = 'console.log("here")'

async function server(built = true) {
  const folder = await mkdtemp(join(tmpdir(), 'concordat-pages-'))
  if (built) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), INDEX)
    await writeFile(join(folder, 'assets', 'main-a1b2.js'), SCRIPT)
    await writeFile(join(folder, 'assets', 'main-a1b2.js.br'), brotliCompressSync(SCRIPT))
  }
  const made = fastify()
  await made.register(async (scope) => servePages(scope, folder))
  onTestFinished(async () => {
    await made.close()
    await rm(folder, { recursive: true, force: true })
  })
  return made
}

test('every path of the dashboard is its one page, which is asked for anew each time', async () => {
  const pages = await server()
  for (const path of ['/', '/log?flow=customers', '/flows/customers/records/12', '/setup?token=abc.def']) {
    const answer = await pages.inject(path)
    expect(answer.statusCode, path).toBe(200)
    expect(answer.body).toBe(INDEX)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.headers['cache-control']).toBe('no-cache')
  }
})

test('assets come compressed to those who can read it, and are kept for good', async () => {
  const pages = await server()
  const plain = await pages.inject('/assets/main-a1b2.js')
  expect(plain.body).toBe(SCRIPT)
  expect(plain.headers['cache-control']).toContain('immutable')
  const small = await pages.inject({ url: '/assets/main-a1b2.js', headers: { 'accept-encoding': 'gzip, br' } })
  expect(small.headers['content-encoding']).toBe('br')
  expect(small.headers['content-type']).toContain('javascript')
  expect(small.headers['vary']).toMatch(/accept-encoding/i)
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(SCRIPT)
})

test('what is missing is missing, and nothing outside the folder is served', async () => {
  const pages = await server()
  for (const path of [
    '/assets/gone.js',
    '/api/v1/nothing',
    '/api',
    '/hooks/erp',
    '/../package.json',
    '/%2e%2e/package.json',
  ])
    expect((await pages.inject(path)).statusCode, path).toBe(404)
})

test('without a build it says what to do', async () => {
  const answer = await (await server(false)).inject('/')
  expect(answer.statusCode).toBe(503)
  expect(answer.body).toContain('npm run build')
})
