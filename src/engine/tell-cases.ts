import type { CaseView } from '../model/report.ts'
import type { CaseRow } from '../store/cases.ts'

/** A stored case as its readers see it. */
export function caseView(row: CaseRow): CaseView {
  return {
    case: Number(row.id),
    flow: row.flow,
    kind: row.kind,
    cause: row.cause,
    state: row.state,
    record: row.recordId,
    title: row.title,
    sentence: row.detail.sentence,
    field: row.field,
    values: row.detail.values,
    choices: row.detail.choices,
    opened: new Date(row.openedAt).toISOString(),
    opened_run: Number(row.openedRun),
    resolved: row.resolvedAt === null ? null : new Date(row.resolvedAt).toISOString(),
    resolution: row.resolution,
  }
}
