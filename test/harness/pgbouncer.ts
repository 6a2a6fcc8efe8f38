/**
 * A private PgBouncer from the machine's own programs (Debian: `pgbouncer`), for the suites that need a pooler. Where it is not
 * installed those suites are skipped, and say so.
 */
import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, onTestFinished } from 'vitest'
import { choosePort } from '../../src/store/embedded/port.ts'

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((path) =>
  existsSync(path),
)

/**
 * A suite that needs PgBouncer, skipped with a banner where there is none. With CONCORDAT_REQUIRE_PGBOUNCER set, a missing one
 * fails instead.
 */
export function describePgBouncer(name: string, suite: () => void): void {
  if (PROGRAM === undefined && process.env['CONCORDAT_REQUIRE_PGBOUNCER'] === undefined) {
    const line = '!'.repeat(100)
    console.warn(`\n${line}\n!! SKIPPED: "${name}" needs PgBouncer, and there is no \`pgbouncer\` on this machine.`)
    console.warn(`!! Debian and Ubuntu: apt-get install --no-install-recommends pgbouncer\n${line}\n`)
    describe.skipIf(true)(`${name} (no pgbouncer on this machine)`, () => {
      suite()
    })
    return
  }
  describe(name, () => {
    suite()
  })
}

type Mode = 'session' | 'transaction' | 'statement'
type Settings = Readonly<Record<string, string | number>>

/** Starts a PgBouncer before a database, until the test ends; answers the database's URL by way of it. */
export async function pooled(url: string, mode: Mode, settings: Settings = {}): Promise<string> {
  const pooler = await startPooler(url, mode, settings)
  onTestFinished(pooler.stop)
  return pooler.url
}

/** Starts a PgBouncer before a database. */
export async function startPooler(
  url: string,
  mode: Mode,
  settings: Settings = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (PROGRAM === undefined) throw new Error('CONCORDAT_REQUIRE_PGBOUNCER is set, but there is no pgbouncer here')
  const target = new URL(url)
  const folder = mkdtempSync(join(tmpdir(), 'concordat-pgbouncer-'))
  const port = await choosePort(join(folder, 'port'))
  const config = join(folder, 'pgbouncer.ini')
  const users = join(folder, 'users')
  writeFileSync(users, '')
  writeFileSync(
    config,
    `[databases]
* = host=${target.hostname} port=${target.port} user=${target.username} password=${decodeURIComponent(target.password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = 20
ignore_startup_parameters = extra_float_digits
${Object.entries(settings)
  .map(([name, value]) => `${name} = ${value}\n`)
  .join('')}`,
    { mode: 0o600 },
  )
  // It does not run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const path of [folder, config, users]) chownSync(path, ...nobody())
  const server = spawn(PROGRAM, [...(isRoot ? ['-u', 'nobody'] : []), config], { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`pgbouncer ended with ${server.exitCode}`)
    await sleep(20)
  }
  const through = new URL(url)
  through.port = String(port)
  through.hostname = '127.0.0.1'
  return { url: through.href, stop }
}

function nobody(): [uid: number, gid: number] {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'))!
    .split(':')
  return [Number(entry[2]), Number(entry[3])]
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
