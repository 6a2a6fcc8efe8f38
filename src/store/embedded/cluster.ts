/**
 * Creates the files of a PostgreSQL cluster, once.
 *
 * `initdb` works in a folder of a temporary name that is renamed when all is in it: a folder called `cluster` is
 * always a whole one, whenever the power went.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { ConcordatError } from '../../model/errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'

export const superuser = 'concordat'

/** The paths of everything below a data directory. */
export interface Layout {
  readonly root: string
  readonly cluster: string
  readonly password: string
  readonly port: string
  readonly startLog: string
  readonly socket: string
  /** Held exclusively by whoever starts or stops the server. */
  readonly startLock: string
  /** Held shared by every user of the server. */
  readonly usersLock: string
}

/** Names what a data directory holds. */
export function layoutOf(root: string): Layout {
  return {
    root,
    cluster: join(root, 'cluster'),
    password: join(root, 'password'),
    port: join(root, 'port'),
    startLog: join(root, 'start.log'),
    socket: join(root, 'socket'),
    startLock: join(root, 'start.lock'),
    usersLock: join(root, 'users.lock'),
  }
}

/** Makes sure that the cluster exists and fits the programs; returns the superuser's password. Needs the start lock. */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  account: Account | undefined,
  options: { durable: boolean; onProgress: (text: string) => void },
): Promise<string> {
  const made = await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (made === undefined) {
    options.onProgress(`Creating the database in ${layout.root} (first start only)`)
    await create(layout, binaries, account, options.durable)
  } else if (made.trim() !== binaries.major) {
    throw new ConcordatError(
      'store.start-failed',
      `${layout.cluster} was made by PostgreSQL ${made.trim()}, but this version of Concordat brings ${binaries.major}.`,
      { cure: 'Start it with the Concordat version that made it, or move the folder away to begin anew.' },
    )
  }
  const settings = join(layout.cluster, 'concordat.conf')
  await writeFile(settings, settingsText(options.durable), { mode: 0o600 })
  await give(settings, account)
  return readFile(layout.password, 'utf8')
}

async function create(
  layout: Layout,
  binaries: Binaries,
  account: Account | undefined,
  durable: boolean,
): Promise<void> {
  for (const name of await readdir(layout.root)) {
    if (name.startsWith('cluster.new-')) await rm(join(layout.root, name), { recursive: true, force: true })
  }
  const fresh = join(layout.root, `cluster.new-${randomBytes(4).toString('hex')}`)
  const handedOver = `${fresh}.password`
  const password = randomBytes(24).toString('base64url')
  await writeFile(layout.password, password, { mode: 0o600 })
  await writeFile(handedOver, password, { mode: 0o600 })
  await mkdir(fresh, { mode: 0o700 })
  await give(handedOver, account)
  await give(fresh, account)
  try {
    await promisify(execFile)(
      binaries.initdb,
      [
        `--pgdata=${fresh}`,
        `--username=${superuser}`,
        `--pwfile=${handedOver}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      { ...account, cwd: layout.root, env: childEnvironment() },
    )
    await appendFile(join(fresh, 'postgresql.conf'), "\ninclude 'concordat.conf'\n")
    await rename(fresh, layout.cluster)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw startFailed(`PostgreSQL's initdb failed in ${layout.root}`, error)
  } finally {
    await rm(handedOver, { force: true })
  }
}

/** For a machine that has other things to do. Read at each start; `alter system` still has the last word. */
function settingsText(durable: boolean): string {
  const settings = [
    '# Written by Concordat at each start. To change a setting use ALTER SYSTEM.',
    'max_connections = 100',
    'shared_buffers = 128MB',
    'max_wal_size = 2GB',
    'jit = off',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    'logging_collector = on',
    "log_directory = 'log'",
    "log_filename = 'server-%a.log'",
    'log_rotation_age = 1d',
    'log_truncate_on_rotation = on',
    'log_min_messages = warning',
    // A failed statement's text can hold a customer's data.
    'log_min_error_statement = panic',
    'log_error_verbosity = terse',
    'log_checkpoints = off',
  ]
  const throwAway = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off']
  return [...settings, ...(durable ? [] : throwAway), ''].join('\n')
}

/** What PostgreSQL needs of our environment and no more: no secrets, no `PG…` variables. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' }
  for (const name of ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'windir']) {
    if (process.env[name] !== undefined) kept[name] = process.env[name]
  }
  return kept
}

/** Hands a file or folder to the account that PostgreSQL runs under. */
export async function give(path: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return
  try {
    await chown(path, account.uid, account.gid)
  } catch (error) {
    throw startFailed(`${path} could not be handed to the account ${account.uid} that PostgreSQL runs under`, error)
  }
}

/** The error of everything that keeps the embedded server from starting. */
export function startFailed(what: string, cause: unknown): ConcordatError {
  const output = (cause as { stderr?: string }).stderr?.trim()
  const reason = output !== undefined && output !== '' ? output : cause instanceof Error ? cause.message : String(cause)
  const { code, syscall } = cause as NodeJS.ErrnoException
  return new ConcordatError('store.start-failed', `${what}: ${reason}`, {
    cause,
    cure: cureOf(reason, code, syscall),
  })
}

function cureOf(reason: string, code: string | undefined, syscall: string | undefined): string {
  const ownServer = 'set DATABASE_URL to a PostgreSQL server of your own'
  if (reason.includes('could not look up effective user ID')) {
    return `Give this account an entry in /etc/passwd, or ${ownServer}.`
  }
  if (process.getuid?.() === 0 && (code === 'EPERM' || code === 'EINVAL') && syscall !== 'open') {
    return `PostgreSQL does not run as root, and this container does not let root use another account: run Concordat as an ordinary user, or ${ownServer}.`
  }
  if (code === 'EACCES' || code === 'EROFS')
    return `Name a folder that you may write to in CONCORDAT_HOME, or ${ownServer}.`
  return `Free what it says is in the way, or ${ownServer}.`
}
