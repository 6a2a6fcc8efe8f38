import { setTimeout as sleep } from 'node:timers/promises'
import { Beginning } from './api/begin/beginning.ts'
import { startApi, startBeginningApi, type Api, type Listen } from './api/server.ts'
import { introspectSystem, sampleSystem, type App, type OpenOptions } from './app.ts'
import type { Playground } from './model/playground.ts'
import { openBeginning } from './service/open-beginning.ts'
import type { Service } from './service/service.ts'
import type { Telling } from './service/telling.ts'
import { jsonTelling } from './service/json-telling.ts'
import { whereOf } from './service/where-of.ts'

/*
 * One process of the service from its start to its end: flows by their schedules, jobs, and HTTP. When the contract's file has
 * new rules and all are signed, the application is opened anew by it and takes over; what runs by the rules of before is ended
 * between two batches, and goes on by the new ones.
 */

export interface ServeOptions {
  readonly role: 'serve' | 'worker'
  /** Null: no HTTP. */
  readonly listen: Listen | null
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

/** How often it is looked whether the contract's file is to be taken up. */
const LOOK_MS = 2_000

/** What serves by one version of the rules. */
interface Shift {
  readonly app: App
  readonly service: Service
  readonly api: Api | null
}

/** Runs the service until the signal says otherwise. Only `app` is left open. */
export async function serve(app: App, options: ServeOptions): Promise<void> {
  const telling = jsonTelling(options.log)
  const { signal, env } = options
  const traced = Object.keys(env).some((name) => /^OTEL_EXPORTER_OTLP(_TRACES)?_ENDPOINT$/.test(name))
  const endTracing = traced ? (await import('./service/start-tracing.ts')).startTracing() : null
  const startService = (by: App) =>
    by.startService({
      role: options.role,
      telling,
      ...(options.slots !== undefined && { slots: options.slots }),
    })
  const listen = (by: App, service: Service, port?: number): Promise<Api> | null =>
    options.listen &&
    startApi(
      {
        app: by,
        service,
        telling,
        env,
        stopping: () => signal.aborted,
        ...(options.playground && { playground: options.playground }),
      },
      { ...options.listen, ...(port !== undefined && { port }) },
    )
  const service = await startService(app)
  let shift: Shift = { app, service, api: null }
  /** Ends what ran by rules of before. */
  const leave = async (before: Shift): Promise<void> => {
    await before.service
      .stop(DRAIN_MS)
      .catch((error: unknown) => telling.warn({ where: whereOf(error) }, 'a service did not end well'))
    // The first one was opened by the caller, and may keep the store running.
    if (before.app !== app) await before.app.close()
  }
  let leaving: Promise<void> = Promise.resolve()
  try {
    shift = { app, service, api: await listen(app, service) }
    try {
      telling.info({ role: options.role, url: shift.api?.url }, 'service started')
      options.onReady?.(shift.api?.url ?? null, options.role === 'serve' ? await setupLinkOf(shift.api, telling) : null)
      for (;;) {
        const next = await successor(shift.app, startService, signal, telling)
        if (!next) break
        await leaving
        const before = shift
        shift = { ...next, api: before.api }
        leaving = leave(before)
        // The address stays; for the moment in between browsers ask again.
        await before.api?.close()
        shift = { ...next, api: await listen(next.app, next.service, before.api?.port) }
        telling.info({ rules: next.app.check.contract?.fingerprint }, 'rules taken up')
      }
      telling.info({}, 'service stops')
    } finally {
      await Promise.all([shift.api?.close(), shift.service.stop(DRAIN_MS), leaving])
      if (shift.app !== app) await shift.app.close()
      // A collector that does not answer must not hold the end up.
      await Promise.race([endTracing?.(), sleep(1_000, undefined, { ref: false })]).catch(() => {})
    }
  } catch (error) {
    await service.stop(DRAIN_MS)
    throw error
  }
}

/** What a contract that was begun in the browser leaves: the URLs of its systems by their variables, and where it listened. */
export interface Begun {
  readonly urls: Readonly<Record<string, string>>
  readonly port: number
}

/**
 * Serves the guided beginning of a contract until it is written; null when the signal came first. Who opens it signs in as
 * everywhere: the first account is made by a link that only this process prints.
 */
export async function serveBeginning(
  files: { readonly contract: string; readonly envFile: string },
  options: Pick<ServeOptions, 'env' | 'log' | 'signal' | 'onReady'> & {
    readonly listen: Listen
    readonly onNotice?: OpenOptions['onNotice']
  },
): Promise<Begun | null> {
  const { env, listen, signal, onReady, onNotice } = options
  const telling = jsonTelling(options.log)
  const store = await openBeginning(env, onNotice)
  try {
    const written = Promise.withResolvers<Begun['urls'] | null>()
    if (signal.aborted) return null
    signal.addEventListener('abort', () => written.resolve(null), { once: true })
    const beginning = new Beginning({
      ...files,
      env,
      introspect: introspectSystem,
      sample: sampleSystem,
      onWritten: written.resolve,
    })
    const api = await startBeginningApi({ database: store.database, beginning, telling, env }, listen)
    try {
      telling.info({ url: api.url }, 'waiting for a contract to be begun')
      onReady?.(api.url, await setupLinkOf(api, telling))
      const urls = await written.promise
      return urls && { urls, port: api.port }
    } finally {
      await api.close()
    }
  } finally {
    await store.close()
  }
}

/** The store may go away as the service starts, which is no reason for it to end: the next start prints the link. */
async function setupLinkOf(api: Api | null, telling: Telling): Promise<string | null> {
  try {
    return (await api?.setupLink()) ?? null
  } catch (error) {
    telling.warn({ where: whereOf(error) }, 'could not make the link for the first account')
    return null
  }
}

/** Waits until the contract's file is to be taken up, and begins to serve by it; null when the service is to end. */
async function successor(
  app: App,
  startService: (by: App) => Promise<Service>,
  signal: AbortSignal,
  telling: Telling,
): Promise<Omit<Shift, 'api'> | null> {
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
    if (signal.aborted) return null
    let next: App | null = null
    try {
      next = await app.successor()
      if (next) return { app: next, service: await startService(next) }
    } catch (error) {
      await next?.close().catch(() => {})
      telling.warn({ where: whereOf(error) }, 'could not look whether the rules have changed')
    }
  }
}
