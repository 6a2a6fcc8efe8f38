#!/usr/bin/env -S node --max-semi-space-size=32
/**
 * The command. Plain JavaScript for Node 20 and newer, because it must be able to say what it needs: under an older
 * Node than 24 it hands over to the Node 24 that a checkout has in node_modules.
 *
 * In a checkout it runs the TypeScript sources as they are, in the published package what was built from them.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import * as modules from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const needed = 24
// As in the first line: young objects get room enough that pages of records die in it, and no more.
const flags = ['--max-semi-space-size=32']
const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (Number.parseInt(process.versions.node, 10) >= needed) await run()
else handOver()

async function run() {
  if (process.env.CONCORDAT_HANDED_OVER !== undefined) endWithParent()
  const warn = process.emitWarning
  // "… is an experimental feature" is for us to know, not for the user.
  process.emitWarning = (warning, ...rest) => {
    const kind = typeof rest[0] === 'object' ? rest[0]?.type : rest[0]
    if (kind !== 'ExperimentalWarning') warn.call(process, warning, ...rest)
  }
  // Compiled once and kept beside the packages; where nobody may write there, it goes without.
  modules.enableCompileCache(join(root, 'node_modules', '.cache', 'concordat'))
  const source = join(root, 'src', 'cli', 'main.ts')
  if (existsSync(source) && ['serve', 'demo'].includes(process.argv[2] ?? '')) buildDashboard()
  const entry = existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js')
  await import(pathToFileURL(entry).href)
}

/** Under an older Node a second process stands before this one: when that is killed, this one ends in order, too. */
function endWithParent() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}

/** In a checkout the pages of the dashboard are built when they are first served, and again when their sources changed. */
function buildDashboard() {
  const folder = join(root, 'dashboard')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const built = join(folder, 'dist', 'index.html')
  if (!existsSync(vite) || !existsSync(folder)) return
  const newest = Math.max(
    ...readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(folder, 'src', name)).mtimeMs,
    ),
  )
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return
  console.error('Building the dashboard; this takes a few seconds and is done once.')
  const result = spawnSync(process.execPath, [vite, 'build', folder, '--logLevel', 'error'], {
    stdio: ['ignore', 2, 2],
    // Whatever else runs here: React's checks for developers are not for who reads the pages.
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (result.status !== 0) console.error('The dashboard could not be built. Everything else works.')
}

function handOver() {
  const newer = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(newer) || process.env.CONCORDAT_HANDED_OVER !== undefined) {
    const cure = existsSync(join(root, 'src'))
      ? 'Run `npm ci` in the checkout, which brings it along, or install Node 24.'
      : 'Install it from nodejs.org or your package manager, or run `npx -p node@24 -p concordat concordat`.'
    console.error(`Concordat needs Node ${needed} or newer; this is ${process.version}. ${cure}`)
    process.exitCode = 1
    return
  }
  const child = spawn(newer, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel closes when this process ends, however it ends.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CONCORDAT_HANDED_OVER: process.version },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us; a second one would tell the child to hurry.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    console.error(`Concordat could not start ${newer}: ${error.message}`)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    if (signal === null) {
      process.exit(code ?? 1)
    } else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}
