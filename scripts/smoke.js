/**
 * Tries what a newcomer does: a fresh clone in an empty folder, `npm ci`, `npx concordat`, the demo; and what a user
 * does: the packed package installed into an empty project. Prints what failed and leaves nothing behind.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'concordat-smoke-'))
// As root the database runs under another account, and keeps its data here only if that account can come here.
chmodSync(folder, 0o755)

// As in a newcomer's shell: nothing of the npm or the node_modules that started us.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$/i.test(name)))
const path = (env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'))
env.PATH = path.join(delimiter)
env.CONCORDAT_HOME = join(folder, 'home')

try {
  const clone = join(folder, 'clone')
  run(folder, 'git', 'clone', '--quiet', root, clone)
  run(clone, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error')
  run(clone, 'npx', 'concordat', '--help')
  run(clone, 'npm', 'run', '--silent', 'demo', '--', '--exit')

  run(clone, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const project = join(folder, 'project')
  mkdirSync(project)
  run(project, 'npm', 'init', '--yes', '--silent')
  run(project, 'npm', 'install', '--silent', '--no-audit', '--no-fund', join(folder, String(tarball)))
  // Not a checkout, so no Node comes along: use the one that the checkout brought.
  env.PATH = [join(clone, 'node_modules', 'node', 'bin'), ...path].join(delimiter)
  run(project, 'npx', 'concordat', '--help')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 */
function run(cwd, command, ...args) {
  console.log(`$ ${[command, ...args].join(' ')}`)
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} ended with status ${status}`)
}
