/**
 * The embedded PostgreSQL: one server per data directory, shared by all processes that need it.
 *
 *   start:  take the start lock → hold the users lock (shared) → create the cluster if there is none
 *           → find the living server, else start it → let the start lock go
 *   stop:   take the start lock → let the users lock go → if nobody else holds it, stop the server
 *
 * Both locks vanish with their process, so a user that was killed is no user any more, and a server that was killed
 * is started anew by whoever comes next. The server itself outlives the process that started it.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'

import { ConcordatError } from '../../model/errors.ts'
import type { Account } from './account.ts'
import { lentAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { findBinaries } from './binaries.ts'
import type { Layout } from './cluster.ts'
import { ensureCluster, give, layoutOf, startFailed, superuser } from './cluster.ts'
import type { FileLock } from './file-lock.ts'
import { tryLock, waitForLock } from './file-lock.ts'
import { dataDirectory } from './location.ts'
import { choosePort } from './port.ts'
import type { Postmaster } from './postmaster.ts'
import { askToStop, findPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'
import { removeAbandoned, throwAwayDirectory } from './throw-away.ts'

export interface EmbeddedOptions {
  /** Its data goes below this folder. Default: `$CONCORDAT_HOME`, else `.concordat/` in the working directory. */
  dataDir?: string
  /** A server of its own in a temporary folder that is removed on `stop`. */
  ephemeral?: boolean
  /** False only for data that nobody will miss: no write is forced to disk. Default true. */
  durable?: boolean
  env?: Readonly<Record<string, string | undefined>>
  onProgress?: (text: string) => void
}

/** One process's use of the embedded server. */
export interface EmbeddedServer {
  readonly port: number
  readonly dataDir: string
  /** Connection string over TCP, which every client understands. It holds the password. */
  url(database?: string): string
  /** Connection string over the Unix socket where there is one, which is faster; else the same as `url`. */
  socketUrl(database?: string): string
  /** Makes sure that a database of this name exists. */
  createDatabase(name: string): Promise<void>
  /** Ends all its connections and drops it, if it exists. */
  dropDatabase(name: string): Promise<void>
  /**
   * Starts the server again where it has ended without its users, on the same port; answers whether it had. Throws
   * `store.start-failed` where that cannot be done, and makes no new cluster in place of one that is gone.
   */
  revive(): Promise<boolean>
  /** Ends this use; the last user's `stop` stops the server. Later calls do nothing. */
  stop(): Promise<void>
}

const patience = 180_000

/** Starts the embedded server of a data directory, or joins it where it runs already. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  try {
    const onProgress = options.onProgress ?? ((): void => {})
    const binaries = await findBinaries(onProgress)
    if (options.ephemeral !== true) {
      const root = dataDirectory(options.dataDir, options.env ?? process.env)
      return await joinServer(layoutOf(root), binaries, options, onProgress)
    }
    await removeAbandoned()
    const root = throwAwayDirectory()
    try {
      return await joinServer(layoutOf(root), binaries, options, onProgress)
    } catch (error) {
      await rm(root, { recursive: true, force: true })
      throw error
    }
  } catch (error) {
    throw error instanceof ConcordatError ? error : startFailed('The embedded database cannot be used', error)
  }
}

async function joinServer(
  layout: Layout,
  binaries: Binaries,
  options: EmbeddedOptions,
  onProgress: (text: string) => void,
): Promise<EmbeddedServer> {
  const account = lentAccount()
  const starting = await startLock(layout, onProgress)
  let user: FileLock | undefined
  try {
    user = tryLock(layout.usersLock, 'shared')
    if (user === undefined) throw new Error(`${layout.usersLock} is held by a process that does not start the server`)
    const durable = options.durable ?? true
    const password = await ensureCluster(layout, binaries, account, { durable, onProgress })
    const server = await running(layout, binaries, account, password, onProgress)
    return use({ layout, binaries, account, password, server, user, ephemeral: options.ephemeral === true })
  } catch (error) {
    user?.release()
    throw error
  } finally {
    starting.release()
  }
}

async function startLock(layout: Layout, onProgress: (text: string) => void): Promise<FileLock> {
  const lock = await waitForLock(layout.startLock, 'exclusive', patience, () =>
    onProgress('Waiting for another process that is starting or stopping the database'),
  )
  if (lock !== undefined) return lock
  throw new ConcordatError(
    'store.start-failed',
    `Another process has been starting or stopping the database in ${layout.root} for ${patience / 1_000} seconds.`,
    { retry: 'later', cure: 'End the other Concordat process, then try again.' },
  )
}

async function running(
  layout: Layout,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
  onProgress: (text: string) => void,
  fixedPort?: number,
): Promise<Postmaster> {
  const began = performance.now()
  const refused = new Set<number>()
  while (performance.now() - began < patience) {
    const found = findPostmaster(layout.cluster)
    if (found?.status === 'ready') {
      if (await answers(found, password)) return found
    } else if (found === undefined) {
      const port = fixedPort ?? (await choosePort(layout.port, refused))
      try {
        await startPostmaster(layout, binaries, account, {
          port,
          socket: await socketFolder(layout, account),
          onProgress,
        })
      } catch (error) {
        const reason = error instanceof Error ? error.message : ''
        const isTaken = /could not create any TCP\/IP sockets|could not bind/i.test(reason)
        if (isTaken && fixedPort !== undefined) throw portTaken(fixedPort)
        // Somebody took the port between our look and the start.
        if (isTaken) refused.add(port)
        // Backends of a killed server need a moment to notice that it is gone.
        else if (!/pre-existing shared memory block/i.test(reason)) throw error
      }
    }
    await sleep(20)
  }
  throw new ConcordatError('store.start-failed', `The database in ${layout.root} does not become ready.`, {
    retry: 'later',
    cure: `Look into ${layout.startLog} and the folder log in ${layout.cluster}.`,
  })
}

/** False while the server is starting up or shutting down. */
async function answers(found: Postmaster, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: found.port,
    user: superuser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    // Too many connections: it is well, only busy.
    if (code === '53300') return true
    if (code === '28P01') throw startFailed('The embedded database refuses the password that was stored with it', error)
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** A socket's whole path must fit into 107 bytes (103 on macOS), and PostgreSQL's list of folders knows no escapes. */
async function socketFolder(layout: Layout, account: Account | undefined): Promise<string | undefined> {
  if (process.platform === 'win32' || /[",\s]/.test(layout.socket)) return undefined
  if (Buffer.byteLength(`${layout.socket}/.s.PGSQL.65535.lock`) > 100) return undefined
  if (!existsSync(layout.socket)) mkdirSync(layout.socket, { mode: 0o700 })
  await give(layout.socket, account)
  return layout.socket
}

interface Use {
  readonly layout: Layout
  readonly binaries: Binaries
  readonly account: Account | undefined
  readonly password: string
  readonly server: Postmaster
  readonly user: FileLock
  readonly ephemeral: boolean
}

function use({ layout, binaries, account, password, server, user, ephemeral }: Use): EmbeddedServer {
  const credentials = `${superuser}:${password}`
  const url = (database = 'postgres'): string =>
    `postgres://${credentials}@127.0.0.1:${server.port}/${encodeURIComponent(database)}`
  const socketUrl = (database = 'postgres'): string =>
    server.socket === undefined
      ? url(database)
      : `postgres://${credentials}@${encodeURIComponent(server.socket)}:${server.port}/${encodeURIComponent(database)}`

  const leave = (): void => leaveAtExit(layout, binaries, account, user)
  process.once('exit', leave)
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    process.removeListener('exit', leave)
    const starting = await startLock(layout, () => {})
    try {
      user.release()
      const last = tryLock(layout.usersLock, 'exclusive')
      if (last === undefined) return
      try {
        await stopPostmaster(layout.cluster, binaries, account)
      } finally {
        last.release()
      }
    } finally {
      starting.release()
    }
    if (ephemeral) await rm(layout.root, { recursive: true, force: true })
  }

  const revive = async (): Promise<boolean> => {
    const found = findPostmaster(layout.cluster)
    if (found !== undefined && (found.port === server.port || found.status !== 'ready')) return false
    if (!existsSync(join(layout.cluster, 'PG_VERSION'))) throw clusterGone(layout)
    const starting = await startLock(layout, () => {})
    try {
      const { port } = await running(layout, binaries, account, password, () => {}, server.port)
      if (port !== server.port) throw portTaken(server.port)
    } finally {
      starting.release()
    }
    return true
  }

  return {
    port: server.port,
    dataDir: layout.root,
    revive,
    url,
    socketUrl,
    createDatabase: (name) => createDatabase(url(), name),
    dropDatabase: (name) => statement(url(), `drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
    stop: () => (stopped ??= stop()),
  }
}

const clusterGone = ({ root }: Layout): ConcordatError =>
  new ConcordatError('store.start-failed', `Its data directory ${root} is gone, or not whole any more.`, {
    cure: 'Put it back as it was, from a backup where need be; then it is started again.',
  })

const portTaken = (port: number): ConcordatError =>
  new ConcordatError(
    'store.start-failed',
    `Its port ${port} is used by another program, or it runs on another one now.`,
    {
      cure: 'End the other program, or start Concordat’s processes again.',
    },
  )

/** For a process that ends without `stop`: nobody can wait any more, so the server is only asked to stop. */
function leaveAtExit(layout: Layout, binaries: Binaries, account: Account | undefined, user: FileLock): void {
  const starting = tryLock(layout.startLock, 'exclusive')
  user.release()
  // Somebody is just starting: they will find the server, and stop it when they are done.
  if (starting === undefined) return
  const last = tryLock(layout.usersLock, 'exclusive')
  const found = last === undefined ? undefined : findPostmaster(layout.cluster)
  if (found !== undefined) askToStop(found, layout.cluster, binaries, account)
  last?.release()
  starting.release()
}

async function createDatabase(url: string, name: string): Promise<void> {
  try {
    await statement(url, `create database ${pg.escapeIdentifier(name)}`)
  } catch (error) {
    // Exists already, or was made by another process at this moment.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  }
}

async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
