import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import type { CaseView, Legend } from '../model/report.ts'
import { answersTo, findListedCase, listCases, type CaseSearch, type ListedCase } from '../store/cases/case-list.ts'
import type { Database, Session } from '../store/database/database.ts'
import { alikeCases } from './resolve-case.ts'
import { showRecords } from './show-record.ts'
import { tellCases } from './tell-cases.ts'
import { CASE_WORDS } from './words/case-words.ts'

/** A case as lists show it. */
export interface CaseEntry extends CaseView {
  readonly seen: number
  readonly resolved_by: string | null
  readonly back_again: boolean
}

/** A case with what helps to decide it. */
export interface CaseInDetail extends CaseEntry {
  readonly suggestion: { readonly choice: string; readonly why: string } | null
  readonly alike: { choice: string; open: number }[]
  /** The record itself and those that could be the same thing, with all their values. */
  readonly candidates: readonly CandidateInDetail[]
  readonly record_values: {
    golden: Readonly<Record<string, string | null>>
    systems: Readonly<Record<string, Readonly<Record<string, string | null>>>>
    owners: Readonly<Record<string, string>>
  } | null
}

export interface CandidateInDetail extends Legend {
  readonly record: string
  readonly title: string
  readonly links: readonly { readonly system: string; readonly id: string }[]
  readonly values: Readonly<Record<string, string | null>>
}

/** A page of cases, and where to go on. */
export async function tellCasePage(
  session: Session,
  contract: Contract,
  search: CaseSearch,
  page: { readonly order: 'oldest' | 'newest'; readonly after: number | null; readonly limit: number },
  language: Language,
): Promise<{ readonly items: readonly CaseEntry[]; readonly next: number | null }> {
  const rows = await listCases(session, search, { ...page, limit: page.limit + 1 })
  const items = await tellListed(session, contract, rows.slice(0, page.limit), language)
  return { items, next: rows.length > page.limit ? items.at(-1)!.case : null }
}

async function tellListed(
  session: Session,
  contract: Contract,
  rows: readonly ListedCase[],
  language: Language,
): Promise<readonly CaseEntry[]> {
  const views = await tellCases(session, contract, rows, language)
  return views.map((view, i) => {
    const { seen, resolvedBy, backAgain } = rows[i]!
    return { ...view, seen, resolved_by: resolvedBy, back_again: backAgain }
  })
}

/** One case with a suggestion, and how many others are like it. */
export async function tellCaseInDetail(
  database: Database,
  contract: Contract,
  id: number,
  language: Language,
): Promise<CaseInDetail> {
  const row = await findListedCase(database, id)
  if (row === null)
    throw new ConcordatError('engine.unknown-case', `There is no case ${id}.`, {
      cure: 'List the open ones with `concordat cases`.',
    })
  const [entry] = await tellListed(database, contract, [row], language)
  const alike: { choice: string; open: number }[] = []
  if (row.state === 'open')
    for (const { choice } of row.detail.choices)
      alike.push({ choice, open: (await alikeCases(database, row, choice)).length })
  const shown = row.recordId !== null && contract.flows.has(row.flow) ? row.recordId : null
  const [record] = shown === null ? [] : await showRecords(database, contract, row.flow, shown, 1, language)
  return {
    ...entry!,
    suggestion: row.state === 'open' ? suggest(contract, row, await answersTo(database, row, MEMORY), language) : null,
    alike,
    candidates:
      shown === null || row.kind !== 'ambiguous match' ? [] : await candidatesOf(database, contract, row, language),
    record_values: record ? { golden: record.golden, systems: record.systems, owners: record.owners } : null,
  }
}

/** So many records are shown side by side. */
const MOST_CANDIDATES = 8

async function candidatesOf(
  database: Database,
  contract: Contract,
  { flow, recordId, detail }: ListedCase,
  language: Language,
): Promise<CandidateInDetail[]> {
  const linked = detail.choices.flatMap(({ choice }) =>
    choice.startsWith('link ') ? [choice.slice('link '.length)] : [],
  )
  const others = detail.data?.['candidates'] ?? linked
  const ids = [recordId!, ...(Array.isArray(others) ? others.map(String) : linked)].slice(0, MOST_CANDIDATES)
  const found: CandidateInDetail[] = []
  for (const id of new Set(ids)) {
    const [view] = await showRecords(database, contract, flow, id, 1, language)
    if (view === undefined) continue
    const { record, title, links, golden, references, line_fields } = view
    found.push({
      record,
      title,
      links: links.map(({ system, id: remote }) => ({ system, id: remote })),
      values: golden,
      ...(references && { references }),
      ...(line_fields && { line_fields }),
    })
  }
  return found
}

/** So many earlier answers are looked at, so many must be there, and such a part of them must agree. */
const MEMORY = 20
const ENOUGH = 3
const AGREED = 0.8

/** What is likely meant: what people said to the same question before, else whose value counts by the contract. */
function suggest(
  contract: Contract,
  row: ListedCase,
  answers: readonly string[],
  language: Language,
): CaseInDetail['suggestion'] {
  const words = CASE_WORDS[language]
  const offered = new Set(row.detail.choices.map((choice) => choice.choice))
  const [answer, times] = commonest(answers)
  if (answer !== null && offered.has(answer) && answers.length >= ENOUGH && times / answers.length >= AGREED)
    return { choice: answer, why: words.answeredSo(times, answers.length) }
  const field = contract.flows.get(row.flow)?.fields.find((one) => one.name === row.field)
  if (field && offered.has(field.master)) return { choice: field.master, why: words.isMaster(field.master, field.name) }
  return null
}

function commonest(answers: readonly string[]): [string | null, number] {
  const counts = [...Map.groupBy(answers, (answer) => answer)].map(([answer, all]) => [answer, all.length] as const)
  const [first] = counts.toSorted((a, b) => b[1] - a[1])
  return first ? [...first] : [null, 0]
}
