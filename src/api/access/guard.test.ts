import fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import type { Contract } from '../../contract/contract.ts'
import type { Database } from '../../store/database/database.ts'
import { guardRoutes } from './guard.ts'
import { knownSecrets } from './known-secrets.ts'

async function guarded(): Promise<FastifyInstance> {
  const server = fastify()
  // Nobody is signed in, so nothing is looked up.
  await guardRoutes(server, {
    database: {} as Database,
    contract: {} as Contract,
    proposed: () => [],
    publicUrl: null,
    browserKey: Buffer.alloc(32),
    secrets: knownSecrets(async () => []),
  })
  return server
}

test('a route of the API that says no right keeps the server from starting', async () => {
  const server = await guarded()
  const add = () => server.get('/api/v1/open', () => 'secret')
  expect(add).toThrow('The route GET /api/v1/open says no right.')
  await server.close()
})

test('nobody passes only where a route is public', async () => {
  const server = await guarded()
  server.get('/api/v1/door', { config: { right: 'public' } }, () => 'open')
  server.get('/api/v1/room', { config: { right: 'signed-in' } }, () => 'open')
  server.get('/health', () => 'open')
  const status = async (url: string) => (await server.inject(url)).statusCode
  expect(await status('/api/v1/door')).toBe(200)
  expect(await status('/health')).toBe(200)
  // Without the error handler of the whole server every refusal is a 500.
  expect(await status('/api/v1/room')).toBe(500)
  await server.close()
})
