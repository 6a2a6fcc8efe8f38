/** Under a Node older than 24 the command hands over to a second process, which may not outlive the first. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'

const command = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')

/** A Node of the machine, not of the checkout, that hands over. */
const older = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, 'node'))
  .find((node) => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 99)
    return major >= 20 && major < 24
  })
if (older === undefined)
  console.warn('\n!! SKIPPED: the hand-over from an older Node; there is no Node 20 to 23 on the PATH.\n')

test.skipIf(older === undefined).each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const)(
  'the second process ends when the first one gets %s',
  async (signal) => {
    const home = mkdtempSync(join(tmpdir(), 'concordat-older-'))
    const { CONCORDAT_HANDED_OVER: _, ...env } = process.env
    const first = spawn(older!, [command, 'demo', '--exit'], {
      cwd: home,
      env: { ...env, CONCORDAT_HOME: join(home, 'state') },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => {
      first.kill('SIGKILL')
      rmSync(home, { recursive: true, force: true })
    })
    await once(first.stdout, 'data')
    const second = Number(spawnSync('pgrep', ['-P', String(first.pid)], { encoding: 'utf8' }).stdout.split('\n')[0])
    expect(alive(second)).toBe(true)
    first.kill(signal)
    await once(first, 'exit')
    for (let i = 0; i < 300 && alive(second); i++) await sleep(100)
    expect(alive(second)).toBe(false)
  },
)

function alive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
