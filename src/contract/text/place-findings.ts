import type { OpeningFinding } from '../../model/opening.ts'
import { assemble } from './assemble.ts'
import type { Problem } from '../finding.ts'
import { placeOf, plainPlace } from './node.ts'
import type { SourceFile } from './read-files.ts'

/** What was found in the systems, as problems at their places in the contract's files. */
export function placeFindings(files: readonly SourceFile[], findings: readonly OpeningFinding[]): readonly Problem[] {
  const { root } = assemble(files)
  return findings.map(({ level, code, flow, system, setting, message, cure }) => ({
    ...plainPlace(placeOf(root, ['flows', flow, ...setting])),
    code,
    severity: level === 'warning' ? 'warning' : 'error',
    message: `${flow}: ${message}`,
    cure,
    found: { level, flow, system },
  }))
}
