/**
 * The HTTP API as it runs: the real server on the real application, store and systems of a `World`, spoken to over a
 * socket. Every answer is checked against the document that the server gives of itself.
 */
import { onTestFinished } from 'vitest'

import { startApi } from '../../src/api/server.ts'
import { jsonTelling } from '../../src/service/json-telling.ts'
import { openWorld, type World } from '../engine/world.ts'
import type { Overrides } from '../engine/template.ts'

export interface Stand extends World {
  readonly url: string
  /** Lines of the log. */
  readonly said: readonly string[]
}

export async function openStand(overrides: Overrides = {}): Promise<Stand> {
  const world = await openWorld(overrides)
  const app = await world.app()
  const said: string[] = []
  const telling = jsonTelling((line) => said.push(line))
  const service = await app.startService({ role: 'serve', telling })
  const stopping = new AbortController()
  const parts = { app, service, telling, env: world.env, stopping: () => stopping.signal.aborted }
  const api = await startApi(parts, { host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    stopping.abort()
    await api.close()
    await service.stop(5_000)
  })
  return { ...world, url: api.url, said }
}
