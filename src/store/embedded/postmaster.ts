/**
 * The server process: is it there, start it, stop it.
 *
 * PostgreSQL writes `postmaster.pid` and removes it when it ends in good order. After a kill -9 or a power cut the
 * file stays and its pid may by now be anybody's; so a pid counts only if that process is a PostgreSQL on this very
 * data directory.
 */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { ConcordatError } from '../../model/errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Layout } from './cluster.ts'
import { childEnvironment, startFailed } from './cluster.ts'

/** What `postmaster.pid` says about a server that is alive. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Folder of its Unix socket, if it has one. */
  readonly socket: string | undefined
  readonly status: string
}

/** The living server of this cluster, whatever state it is in. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lines = pidFileLines(cluster)
  const pid = Number(lines?.[0])
  if (lines === undefined || !isPostmasterOf(pid, cluster)) return undefined
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socket: lines[4] === undefined || lines[4] === '' ? undefined : lines[4],
    status: (lines[7] ?? 'starting').trim(),
  }
}

/** Starts the server and waits until it takes connections. Needs the start lock and no living server. */
export async function startPostmaster(
  layout: Layout,
  binaries: Binaries,
  account: Account | undefined,
  settings: { port: number; socket: string | undefined; onProgress: (text: string) => void },
): Promise<Postmaster> {
  disownPidFile(layout.cluster)
  const log = openSync(layout.startLog, 'w', 0o600)
  let failure: unknown
  const server = spawn(
    binaries.postgres,
    [
      '-D',
      layout.cluster,
      `--port=${settings.port}`,
      '--listen_addresses=127.0.0.1',
      `--unix_socket_directories=${settings.socket === undefined ? '' : `"${settings.socket}"`}`,
    ],
    // Detached: it must outlive us, and not feel the Ctrl-C that is meant for us.
    { ...account, cwd: layout.root, env: childEnvironment(), detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  server.once('error', (error) => (failure = error))
  server.once('exit', (code, signal) => (failure ??= new Error(`it ended with ${signal ?? `status ${code}`}`)))
  server.unref()
  const began = performance.now()
  let told = 0
  for (;;) {
    if (failure !== undefined) throw await explained(layout, failure)
    const found = findPostmaster(layout.cluster)
    if (found !== undefined && found.pid === server.pid && found.status === 'ready') return found
    const seconds = Math.floor((performance.now() - began) / 1_000)
    if (seconds >= told + 5) {
      told = seconds
      settings.onProgress(`PostgreSQL is recovering after a crash (${seconds} s)`)
    }
    await sleep(15)
  }
}

/** Stops the server in good order (open transactions are rolled back) and waits until it is gone. */
export async function stopPostmaster(
  cluster: string,
  binaries: Binaries | undefined,
  account?: Account,
): Promise<void> {
  const found = findPostmaster(cluster)
  if (found === undefined) return
  askToStop(found, cluster, binaries, account)
  const began = performance.now()
  let pressed = false
  while (findPostmaster(cluster)?.pid === found.pid) {
    const waited = performance.now() - began
    if (waited > 60_000 && !pressed) {
      pressed = true
      // SIGQUIT leaves a crash recovery to the next start, which is safe.
      process.kill(found.pid, 'SIGQUIT')
    }
    if (waited > 90_000) {
      throw new ConcordatError('store.start-failed', `The PostgreSQL process ${found.pid} on ${cluster} does not stop.`)
    }
    await sleep(15)
  }
}

/** Sends the request to stop, without waiting. */
export function askToStop(found: Postmaster, cluster: string, binaries: Binaries | undefined, account?: Account): void {
  try {
    if (process.platform === 'win32' && binaries !== undefined) {
      execFileSync(binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-W'], { ...account, stdio: 'ignore' })
    } else {
      process.kill(found.pid, 'SIGINT')
    }
  } catch (error) {
    // Gone in the meantime, which is what we wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function pidFileLines(cluster: string): string[] | undefined {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false
  if (process.platform === 'linux') {
    try {
      // Empty for a zombie, which is as good as gone.
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[words.indexOf('-D') + 1] === cluster
    } catch {
      return false
    }
  }
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  if (process.platform === 'win32') return true
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).includes(cluster)
  } catch {
    return false
  }
}

/**
 * Puts our own pid into a pid file whose server is gone. PostgreSQL refuses to start while the pid in the file is
 * alive – a reused one too – but passes over its parent's. The rest of the file must stay: by it PostgreSQL finds
 * out whether orphaned backends still have the data open.
 */
function disownPidFile(cluster: string): void {
  const lines = pidFileLines(cluster)
  if (lines === undefined) return
  writeFileSync(join(cluster, 'postmaster.pid'), [String(process.pid), ...lines.slice(1)].join('\n'))
}

async function explained(layout: Layout, failure: unknown): Promise<Error> {
  const logs = join(layout.cluster, 'log')
  const files = existsSync(logs) ? (await readdir(logs)).map((name) => join(logs, name)) : []
  const newest = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(0, 1)
  for (const file of [layout.startLog, ...newest]) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    const last = lines.findLast((line) => /FATAL|PANIC|error while loading/.test(line))
    if (last !== undefined)
      return startFailed(`PostgreSQL did not start (${file})`, new Error(last, { cause: failure }))
  }
  return startFailed(`PostgreSQL did not start (${layout.startLog})`, failure)
}
