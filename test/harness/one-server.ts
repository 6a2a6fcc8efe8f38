/** Vitest's global set-up: one throw-away PostgreSQL for the whole suite, whichever projects take part. */
import type { TestProject } from 'vitest/node'

import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the suite's server, database `postgres`. */
    serverUrl: string
  }
}

// Each project loads this file anew, but in the same process.
const shared = globalThis as typeof globalThis & {
  concordatTestServer?: { users: number; server: Promise<EmbeddedServer> }
}

/** Runs before a project's tests. */
export async function setup(project: TestProject): Promise<void> {
  shared.concordatTestServer ??= { users: 0, server: startEmbedded({ ephemeral: true, durable: false }) }
  shared.concordatTestServer.users += 1
  project.provide('serverUrl', (await shared.concordatTestServer.server).url())
}

/** Runs after a project's tests; the last one stops the server. */
export async function teardown(): Promise<void> {
  const { concordatTestServer: one } = shared
  if (one === undefined) return
  one.users -= 1
  if (one.users > 0) return
  delete shared.concordatTestServer
  await (await one.server).stop()
}
