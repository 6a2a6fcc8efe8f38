/** `concordat demo` as a newcomer starts it: a process, with a home of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Demo {
  /** Its folder. */
  readonly home: string
  /** All that it has printed. */
  printed(): string
  /** The link that it ends with: where it serves, and the token that makes the first account. */
  link(): Promise<{ readonly base: string; readonly token: string }>
  /** Sends a signal; answers the exit status. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Ends it whatever it does, and removes its home. */
  remove(): Promise<void>
}

export async function startDemo(customers: number, env: Readonly<Record<string, string>> = {}): Promise<Demo> {
  const home = await mkdtemp(join(tmpdir(), 'concordat-demo-'))
  // The server may run as another user, which has to get through here.
  await chmod(home, 0o711)
  let printed = ''
  const child = spawn(
    process.execPath,
    ['bin/concordat.js', 'demo', '--quiet', '--customers', String(customers), '--port', '0'],
    { env: { ...process.env, ...env, CONCORDAT_HOME: home, DATABASE_URL: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = once(child, 'exit') as Promise<[number | null]>
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      printed += data.toString()
    })
  return {
    home,
    printed: () => printed,
    async link() {
      for (;;) {
        const found = /(http:\/\/[^\s/]+)\/setup\?token=([\w-]+)/.exec(printed)
        if (found) return { base: found[1]!, token: found[2]! }
        if (child.exitCode !== null) throw new Error(`The demo ended with ${child.exitCode}: ${printed}`)
        await sleep(100)
      }
    },
    async end(signal) {
      child.kill(signal)
      const [status] = await ended
      return status
    },
    async remove() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await ended
      }
      await rm(home, { recursive: true, force: true })
    },
  }
}
