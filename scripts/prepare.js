/**
 * Runs after `npm ci` in a checkout (never where the published package is installed), under whatever Node the machine
 * has, and brings what npm does not:
 *
 * - `npx concordat`: npm links the commands of dependencies, not that of the package itself;
 * - Node 24: the package `node` fetches its binary in an install script, which some npm settings skip.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const windows = process.platform === 'win32'

if (existsSync(modules)) {
  linkCommand()
  bringNode()
}

function linkCommand() {
  const link = join(modules, '.bin', 'concordat')
  mkdirSync(dirname(link), { recursive: true })
  if (windows) {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\bin\\concordat.js" %*\r\n')
    return
  }
  chmodSync(join(root, 'bin', 'concordat.js'), 0o755)
  rmSync(link, { force: true })
  symlinkSync(join('..', '..', 'bin', 'concordat.js'), link)
}

function bringNode() {
  const folder = join(modules, 'node')
  const installer = join(folder, 'installArchSpecificPackage.js')
  if (!existsSync(installer) || existsSync(join(folder, 'bin', windows ? 'node.exe' : 'node'))) return
  spawnSync(process.execPath, [installer], { cwd: folder, stdio: 'inherit' })
}
