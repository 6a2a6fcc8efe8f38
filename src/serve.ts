import type { App } from './app.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Playground } from './model/playground.ts'
import { startApi } from './api/server.ts'
import { jsonTelling } from './service/json-telling.ts'

/*
 * One process of the service from its start to its end: flows by their schedules, jobs, and HTTP.
 */

export interface ServeOptions {
  readonly role: 'serve' | 'worker'
  /** Null: no HTTP. */
  readonly listen: { readonly host: string; readonly port: number } | null
  readonly slots?: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where lines of the log go. */
  readonly log: (line: string) => void
  /** Ends the service in order. */
  readonly signal: AbortSignal
  /** Only in the demo: its systems to play with. */
  readonly playground?: Playground
  /** Called when everything runs; `url`: where HTTP listens; `setupLink`: where the first account is made, while there is none. */
  readonly onReady?: (url: string | null, setupLink: string | null) => void
}

/** SIGTERM to the end of the process takes at most 10 seconds; this is what runs get of it. */
const DRAIN_MS = 8_000

/** Runs the service until the signal says otherwise. */
export async function serve(app: App, options: ServeOptions): Promise<void> {
  const telling = jsonTelling(options.log)
  const { slots, signal, env } = options
  const traced = Object.keys(env).some((name) => /^OTEL_EXPORTER_OTLP(_TRACES)?_ENDPOINT$/.test(name))
  const endTracing = traced ? (await import('./service/start-tracing.ts')).startTracing() : null
  const service = await app.startService({ role: options.role, telling, ...(slots !== undefined && { slots }) })
  try {
    const parts = {
      app,
      service,
      telling,
      env: options.env,
      stopping: () => signal.aborted,
      ...(options.playground && { playground: options.playground }),
    }
    const api = options.listen && (await startApi(parts, options.listen))
    try {
      telling.info({ role: options.role, url: api?.url }, 'service started')
      options.onReady?.(api?.url ?? null, options.role === 'serve' ? ((await api?.setupLink()) ?? null) : null)
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      telling.info({}, 'service stops')
    } finally {
      await Promise.all([api?.close(), service.stop(DRAIN_MS)])
      // A collector that does not answer must not hold the end up.
      await Promise.race([endTracing?.(), sleep(1_000, undefined, { ref: false })]).catch(() => {})
    }
  } catch (error) {
    await service.stop(DRAIN_MS)
    throw error
  }
}
