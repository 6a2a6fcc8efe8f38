import { type ReadOptions, readContract } from './read-contract.ts'
import type { CheckReport } from '../finding.ts'
import type { SourceFile } from '../text/read-files.ts'

/** The files of a contract as one text, for the history. */
export const bundle = (files: readonly SourceFile[]): string =>
  files.map((file) => `# ${file.name}\n${file.text}`).join('\n')

/** Reads a bundled contract again. */
export function readBundle(text: string, options: ReadOptions = {}): CheckReport {
  // A comment of a single file may look like the name of another: only what is none by itself is taken apart.
  const whole = readContract([{ name: 'concordat.yaml', text }], options)
  if (whole.contract) return whole
  const files = text.split(/^(?=# \S.*\.ya?ml$)/im).map((part) => {
    const end = part.indexOf('\n')
    return { name: part.slice(2, end), text: part.slice(end + 1) }
  })
  return files.length > 1 ? readContract(files, options) : whole
}
