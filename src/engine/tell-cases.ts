import type { Contract } from '../contract/contract.ts'
import type { Language } from '../model/language.ts'
import type { CaseView } from '../model/report.ts'
import { titleIn } from '../model/title.ts'
import { caseIn, type CaseRow } from '../store/cases/cases.ts'
import type { Session } from '../store/database/database.ts'
import { countUnder } from '../store/cases/case-list.ts'
import { legends } from './legend.ts'
import { CASE_WORDS } from './words/case-words.ts'

/** Stored cases as their readers see them. */
export async function tellCases(
  session: Session,
  contract: Contract,
  rows: readonly CaseRow[],
  language: Language = 'en',
): Promise<CaseView[]> {
  // The values stand by system where the case is about one field, else by field.
  const told = await legends(
    session,
    contract,
    rows.map((row) => ({
      flow: row.flow,
      values: Object.entries(row.detail.values).map(([key, value]) => [row.field ?? key, value] as const),
    })),
    language,
  )
  const under = await countUnder(
    session,
    rows.flatMap((row) => (row.state === 'open' ? [row.id] : [])),
  )
  return rows.map((row, i) => ({ ...caseView(row, language), decides: under.get(row.id) ?? 0, ...told[i] }))
}

function caseView(row: CaseRow, language: Language): Omit<CaseView, 'decides'> {
  const { sentence: said, choices } = caseIn(row.detail, language)
  const words = CASE_WORDS[language]
  // Where the case itself says by which it is decided, it was opened for that.
  const tied = row.under !== null && row.detail.data?.['tied'] === true
  const sentence = tied
    ? `${said} ${row.kind === 'ambiguous match' ? words.askedIn(row.under) : words.decidedBy(row.under)}`
    : said
  return {
    case: Number(row.id),
    flow: row.flow,
    kind: row.kind,
    cause: row.cause,
    state: row.state,
    record: row.recordId,
    title: titleIn(row.title, language),
    sentence,
    decided_by: row.under === null ? null : Number(row.under),
    field: row.field,
    values: row.kind === 'ambiguous match' ? titlesIn(row.detail.values, language) : row.detail.values,
    choices,
    opened: new Date(row.openedAt).toISOString(),
    opened_run: Number(row.openedRun),
    resolved: row.resolvedAt === null ? null : new Date(row.resolvedAt).toISOString(),
    resolution: row.resolution,
  }
}

/** Where several records could be meant, what stands side by side are their titles. */
function titlesIn(values: CaseView['values'], language: Language): CaseView['values'] {
  return Object.fromEntries(
    Object.entries(values).map(([where, title]) => [where, title === null ? null : titleIn(title, language)]),
  )
}
