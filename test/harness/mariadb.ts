/**
 * A private MariaDB from the machine's own programs (Debian: `mariadb-server`), for the suites that need a real one.
 * Where it is not installed those suites are skipped, and say so.
 */
import type { ChildProcess } from 'node:child_process'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chownSync, closeSync, constants, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe } from 'vitest'

import { choosePort } from '../../src/store/embedded/port.ts'

/** An empty database that belongs to one test. */
export interface MariaDbDatabase {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

export interface MariaDb {
  readonly version: string
  url(database?: string): string
  freshDatabase(label?: string): Promise<MariaDbDatabase>
  /** Ends the server as an administrator would; `resume` starts it again with its data, on the same port. */
  halt(): Promise<void>
  resume(): Promise<void>
  /** A second server on a copy of the files, as a snapshot of the machine would be; the first goes on. */
  clone(): Promise<{ url(database?: string): string; stop(): Promise<void> }>
  stop(): Promise<void>
}

/**
 * A suite that needs a MariaDB: it gets one of its own, which is there from `beforeAll` on, or is skipped with a
 * banner. With CONCORDAT_REQUIRE_MARIADB set, a missing MariaDB fails instead. `options` are the server's own.
 */
export function describeMariaDb(
  name: string,
  suite: (server: () => MariaDb) => void,
  options: readonly string[] = [],
): void {
  if (program('mariadbd') === undefined && process.env['CONCORDAT_REQUIRE_MARIADB'] === undefined) {
    const line = '!'.repeat(100)
    console.warn(`\n${line}\n!! SKIPPED: "${name}" needs MariaDB, and there is no \`mariadbd\` on this machine.`)
    console.warn(`!! Debian and Ubuntu: apt-get install --no-install-recommends mariadb-server\n${line}\n`)
    describe.skipIf(true)(`${name} (no mariadbd on this machine)`, () => {
      suite(never)
    })
    return
  }
  describe(name, () => {
    let server: MariaDb | null = null
    beforeAll(async () => {
      server = await startMariaDb(options)
      if (server === null) throw new Error('CONCORDAT_REQUIRE_MARIADB is set, but there is no mariadbd here')
    })
    afterAll(() => server?.stop())
    suite(() => server ?? never())
  })
}

/** Starts a MariaDB with an empty data directory; null where it is not installed. */
export async function startMariaDb(options: readonly string[] = []): Promise<MariaDb | null> {
  const mariadbd = program('mariadbd')
  const install = program('mariadb-install-db')
  if (mariadbd === undefined || install === undefined) return null
  const root = mkdtempSync(join(tmpdir(), 'concordat-mariadb-'))
  const account = lentAccount()
  if (account !== undefined) chownSync(root, account.uid, account.gid)
  const user = account === undefined ? [] : [`--user=${account.name}`]
  const data = join(root, 'data')
  const password = randomBytes(18).toString('base64url')
  await promisify(execFile)(install, [
    '--no-defaults',
    `--datadir=${data}`,
    ...user,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    // Two that are made at the same time have the same names for what they keep for a moment.
    `--tmpdir=${root}`,
  ])
  const mainPort = await choosePort(join(root, 'port'))
  const socket = join(root, 'socket')
  const launch = async (at = root, port = mainPort): Promise<ChildProcess> => {
    const [data, socket] = [join(at, 'data'), join(at, 'socket')]
    const log = openSync(join(at, 'log'), 'a')
    const server = spawn(
      mariadbd,
      [
        '--no-defaults',
        `--datadir=${data}`,
        ...user,
        `--socket=${socket}`,
        `--port=${port}`,
        `--pid-file=${join(at, 'pid')}`,
        '--bind-address=127.0.0.1',
        '--skip-log-bin',
        '--skip-name-resolve',
        '--character-set-server=utf8mb4',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-buffer-pool-size=64M',
        ...options,
      ],
      { stdio: ['ignore', log, log] },
    )
    closeSync(log)
    await ready(server, socket, join(at, 'log'))
    return server
  }
  let server = await launch()
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  const halt = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await ended
  }
  const rootClient = { socketPath: socket, user: 'root' }
  const version = await on(rootClient, async (client) => {
    await client.query(`create user concordat@'127.0.0.1' identified by ?`, [password])
    await client.query(`grant all on *.* to concordat@'127.0.0.1' with grant option`)
    const [rows] = await client.query<mysql.RowDataPacket[]>('select version() as version')
    return String(rows[0]?.['version'])
  })
  const urlAt = (port: number, database: string): string =>
    `mysql://concordat:${password}@127.0.0.1:${port}/${database}`
  const url = (database = ''): string => urlAt(mainPort, database)
  return {
    version,
    url,
    freshDatabase: async (label = 'test') => {
      const name = `${label.replaceAll(/\W+/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(6).toString('hex')}`
      await on(rootClient, (client) => client.query(`create database ${name}`))
      return {
        name,
        url: url(name),
        drop: async () => {
          await on(rootClient, (client) => client.query(`drop database if exists ${name}`))
        },
      }
    },
    halt,
    resume: async () => {
      server = await launch()
    },
    clone: async () => {
      await halt()
      const copy = mkdtempSync(join(tmpdir(), 'concordat-mariadb-'))
      if (account !== undefined) chownSync(copy, account.uid, account.gid)
      await promisify(execFile)('cp', ['-a', data, copy])
      server = await launch()
      const port = await choosePort(join(copy, 'port'))
      const second = await launch(copy, port)
      return {
        url: (database = '') => urlAt(port, database),
        stop: async () => {
          const ended = new Promise((resolve) => second.once('exit', resolve))
          second.kill('SIGTERM')
          await ended
          await rm(copy, { recursive: true, force: true })
        },
      }
    },
    stop: async () => {
      process.removeListener('exit', kill)
      await halt()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function ready(server: ChildProcess, socket: string, log: string): Promise<void> {
  let failure: unknown
  server.once('error', (error) => (failure = error))
  for (;;) {
    if (failure !== undefined || server.exitCode !== null) {
      throw new Error(`mariadbd did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`, { cause: failure })
    }
    const answered = await on({ socketPath: socket, user: 'root' }, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    )
    if (answered) return
    await sleep(50)
  }
}

async function on<T>(options: mysql.ConnectionOptions, work: (client: mysql.Connection) => Promise<T>): Promise<T> {
  const client = await mysql.createConnection(options)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** MariaDB, too, declines to run as root; its package brings the account `mysql`. */
function lentAccount(): { name: string; uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['mysql', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { name, uid: id('-u'), gid: id('-g') }
    } catch {
      // No such account here.
    }
  }
  throw new Error('neither the account mysql nor nobody exists, and mariadbd does not run as root')
}

function program(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec']
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

function never(): never {
  throw new Error('the MariaDB of a suite is there from its beforeAll on')
}
