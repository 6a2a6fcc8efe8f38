/** The embedded server as processes of their own see it, under each kind of account that this machine lets us use. */
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { layoutOf } from '../../src/store/embedded/cluster.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'

interface User {
  readonly process: ChildProcess
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** Lets the process stop in good order and waits for its end. */
  finish(): Promise<void>
  kill(): Promise<void>
}

const isRoot = process.getuid?.() === 0
// Any account will do that is neither root nor the one that root lends; initdb wants a listed one.
const [, , uid, gid] = /^daemon:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':').map(Number) ?? []
const ordinary = uid === undefined || gid === undefined ? undefined : { uid, gid }
const accounts = isRoot
  ? [
      { as: 'root', account: undefined },
      ...(ordinary === undefined ? [] : [{ as: 'an ordinary user', account: ordinary }]),
    ]
  : [{ as: 'an ordinary user', account: undefined }]

const ROOT = join(import.meta.dirname, '..', '..')

/** Where the account can read this checkout: here, or (in a folder closed to others) in a copy of what it needs. */
function checkoutFor(account: { uid: number; gid: number } | undefined): { root: string; remove(): Promise<void> } {
  if (account === undefined || !spawnSync(process.execPath, ['--version'], { ...account, cwd: '/' }).error)
    return { root: ROOT, remove: () => Promise.resolve() }
  const root = mkdtempSync(join(tmpdir(), 'concordat-open-checkout-'))
  chmodSync(root, 0o755)
  mkdirSync(join(root, 'test'))
  for (const part of ['package.json', 'node_modules', 'src', join('test', 'embedded')]) {
    const [from, to] = [join(ROOT, part), join(root, part)]
    // Hard links take a second; between two file systems there are none.
    const linked = spawnSync('cp', ['-al', from, to])
    if (linked.status !== 0) execFileSync('cp', ['-a', from, to])
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) }
}

describe.each(accounts)('the embedded server as $as', ({ account }) => {
  let checkout: ReturnType<typeof checkoutFor>
  let home: string
  let users: User[]

  beforeAll(() => {
    checkout = checkoutFor(account)
  })
  afterAll(() => checkout.remove())

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'concordat-embedded-test-'))
    chmodSync(home, 0o755)
    if (account !== undefined) chownSync(home, account.uid, account.gid)
    users = []
  })

  afterEach(async () => {
    await Promise.all(users.map((user) => user.kill()))
    await killServer()
    await rm(home, { recursive: true, force: true })
  })

  async function start(ending = 'stop'): Promise<User> {
    const node = process.execPath.replace(ROOT, checkout.root)
    const child = spawn(node, [join(checkout.root, 'test', 'embedded', 'user.ts'), home, ending], {
      ...account,
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home },
    })
    const ended = once(child, 'exit')
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), 'line'),
      ended.then(() => Promise.reject(new Error('the process ended before the server was up'))),
    ])) as [string]
    const user = {
      ...(JSON.parse(line) as Pick<User, 'url' | 'port' | 'dataDir'>),
      process: child,
      finish: async () => {
        child.stdin.end()
        await ended
      },
      kill: async () => {
        child.kill('SIGKILL')
        await ended
      },
    }
    users.push(user)
    return user
  }

  const cluster = (): string => layoutOf(join(home, 'postgres')).cluster
  const server = (): number | undefined => findPostmaster(cluster())?.pid

  async function killServer(): Promise<void> {
    const pid = server()
    if (pid === undefined) return
    process.kill(pid, 'SIGKILL')
    while (server() !== undefined) await sleep(10)
  }

  test('starts from nothing, keeps its secrets to itself, and stops with its only user', async () => {
    const user = await start()
    expect(await ask(user.url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(await ask(user.url, `select current_setting('server_encoding') as n`)).toEqual([{ n: 'UTF8' }])
    expect(statSync(layoutOf(user.dataDir).password).mode & 0o777).toBe(0o600)
    expect(statSync(cluster()).mode & 0o777).toBe(0o700)
    const wrong = new URL(user.url)
    wrong.password = 'guessed'
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    await user.finish()
    expect(server()).toBeUndefined()
    expect(existsSync(join(cluster(), 'postmaster.pid'))).toBe(false)
  })

  test('several processes that start at once share one server, which stops with the last', async () => {
    const [one, two, three] = await Promise.all([start(), start(), start()])
    const pid = server()
    expect(new Set([one.port, two.port, three.port]).size).toBe(1)
    await one.finish()
    await two.finish()
    expect(server()).toBe(pid)
    expect(await ask(three.url, 'select 1 as n')).toEqual([{ n: 1 }])
    await three.finish()
    expect(server()).toBeUndefined()
  })

  test('a server that was killed is started anew on the same port, with all that was committed', async () => {
    const before = await start()
    await ask(before.url, 'create table kept as select 42 as n')
    await killServer()
    const after = await start()
    expect(after.port).toBe(before.port)
    expect(await ask(after.url, 'select n from kept')).toEqual([{ n: 42 }])
    await before.finish()
    expect(await ask(after.url, 'select n from kept')).toEqual([{ n: 42 }])
    await after.finish()
    expect(server()).toBeUndefined()
  })

  test('a stale pid file that names a living stranger does not keep the server from starting', async () => {
    const before = await start()
    await killServer()
    const file = join(cluster(), 'postmaster.pid')
    const [, ...rest] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [before.process.pid, ...rest].join('\n'))
    const after = await start()
    expect(await ask(after.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  test('users that were killed are nobody: the next one finds the server and stops it', async () => {
    const killed = await Promise.all([start(), start()])
    const pid = server()
    await Promise.all(killed.map((user) => user.kill()))
    expect(server()).toBe(pid)
    const next = await start()
    expect(server()).toBe(pid)
    await next.finish()
    expect(server()).toBeUndefined()
  })

  test('a process that exits without stopping still takes the server with it', async () => {
    const user = await start('exit')
    await user.finish()
    await expect.poll(server).toBeUndefined()
  })

  test('a creation that was interrupted is done over', async () => {
    const layout = layoutOf(join(home, 'postgres'))
    mkdirSync(join(layout.root, 'cluster.new-0123', 'base'), { recursive: true })
    writeFileSync(layout.password, 'of the interrupted one')
    if (account !== undefined) {
      for (const path of [layout.root, layout.password, join(layout.root, 'cluster.new-0123')]) {
        chownSync(path, account.uid, account.gid)
      }
      chownSync(join(layout.root, 'cluster.new-0123', 'base'), account.uid, account.gid)
    }
    const user = await start()
    expect(await ask(user.url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(existsSync(join(layout.root, 'cluster.new-0123'))).toBe(false)
  })
})

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
