import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ConcordatError } from '../../model/errors.ts'

export interface SourceFile {
  /** As people shall read it in a message: relative to the working directory where it is below it. */
  readonly name: string
  readonly text: string
}

/** Larger files are not read at all; the parser says why the contract is refused. */
const MAX_READ = 1024 * 1024

/** A contract file, or all `.yaml` and `.yml` files of a folder in order of name. Throws `contract.unreadable`. */
export function readContractFiles(path: string): SourceFile[] {
  try {
    const stat = statSync(path)
    // A pipe or a device may never come to an end.
    if (!stat.isDirectory() && !stat.isFile()) throw new Error('neither a file nor a folder')
    if (stat.isFile()) return [readOne(path)]
    const names = filesIn(path)
    if (names.length > 0) return names.map(readOne)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read by this user'
          : code === undefined
            ? 'is neither a file nor a folder'
            : 'cannot be read'
    throw new ConcordatError('contract.unreadable', `The contract ${path} ${why}.`, {
      cause: error,
      cure:
        code === 'ENOENT'
          ? 'Name an existing file or folder, or start a contract with `concordat init`.'
          : code === undefined
            ? 'Name a contract file or a folder of them.'
            : 'Check the rights of the file.',
    })
  }
  throw new ConcordatError('contract.unreadable', `The folder ${path} holds no .yaml file.`, {
    cure: 'Name a contract file or a folder of them, or start a contract with `concordat init`.',
  })
}

/** When a contract file, or any of a folder, was saved last; null when none can be read. */
export function contractSavedAt(path: string): Date | null {
  try {
    const paths = statSync(path).isDirectory() ? filesIn(path) : [path]
    const times = paths.map((one) => statSync(one).mtimeMs)
    return times.length > 0 ? new Date(Math.max(...times)) : null
  } catch {
    return null
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith('.') && statSync(join(folder, name)).isFile())
    .toSorted()
    .map((name) => join(folder, name))

function readOne(path: string): SourceFile {
  const tooLarge = statSync(path).size > MAX_READ
  const below = relative(process.cwd(), path)
  const name = below === '' || below.startsWith('..') ? path : below
  return { name, text: tooLarge ? ' '.repeat(MAX_READ + 1) : readFileSync(path, 'utf8') }
}
