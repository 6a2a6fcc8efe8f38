import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { ConcordatError } from '../../model/errors.ts'
import type { SourceFile } from './read-files.ts'

/** Writes a file of the contract anew, so that whoever reads it meanwhile finds the old text or the new one. */
export function saveFile({ name, text }: SourceFile): void {
  try {
    const path = realpathSync(name)
    const beside = `${path}.${process.pid}.new`
    try {
      writeFileSync(beside, text, { mode: statSync(path).mode })
      renameSync(beside, path)
    } catch {
      // The folder takes no new file, or the file is mounted by itself.
      rmSync(beside, { force: true })
      writeFileSync(path, text)
    }
  } catch (cause) {
    throw new ConcordatError('contract.unwritable', `The contract’s file ${name} cannot be written.`, {
      cause,
      cure: 'Let the account of the service write it, or answer in the file by hand.',
    })
  }
}
