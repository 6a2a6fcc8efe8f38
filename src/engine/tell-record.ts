import type { Contract, Flow } from '../contract/contract.ts'
import { RULES, type Rule } from '../contract/rule.ts'
import { explainRule } from '../contract/wording/sentences.ts'
import type { Language } from '../model/language.ts'
import type { Legend, LogEntry, LogFilter } from '../model/report.ts'
import { titleIn } from '../model/title.ts'
import type { Outcome } from '../model/words.ts'
import { caseIn, caseTexts } from '../store/cases/cases.ts'
import type { Session } from '../store/database/database.ts'
import { ensureFlow, layouts } from '../store/state/flows.ts'
import { recordsById } from '../store/state/links.ts'
import { revisionsOf, type StoredChange, type StoredRevision } from '../store/log/revisions.ts'
import { readLogPage } from '../store/log/log-pages.ts'
import { findRecords, origins, type LogRow } from '../store/log/log.ts'
import { decodeGolden, titleOf } from './golden.ts'
import { legends } from './legend.ts'
import { LOG_WORDS } from './words/log-words.ts'
import { outcomeSentence } from './words/outcome-words.ts'

/** Of so many records a search tells where they came from. */
const MOST_BEGINNINGS = 20

/** The log in people's words: what happened to which record, and the rule of the contract that caused it. */
export async function tellLog(session: Session, contract: Contract, filter: LogFilter): Promise<readonly LogEntry[]> {
  const { flow, limit = 50, ...search } = filter
  const rows = await readLogPage(
    session,
    { flows: flow === undefined ? null : [flow], ...search },
    { after: null, limit },
  )
  const entries = ofField(await tell(session, contract, rows), filter.field)
  if (filter.record === undefined || filter.run !== undefined || filter.system || filter.outcome || filter.field)
    return entries
  // How it began would not be on the page.
  if (entries.length >= limit) return entries
  const ids = await findRecords(session, flow ?? null, filter.record, MOST_BEGINNINGS + 1)
  if (ids.length > MOST_BEGINNINGS) return entries
  return [...entries, ...(await beginnings(session, contract, ids))].slice(0, limit)
}

/** What a creation wrote is not stored with it, so that a search for a field lets every creation through. */
export function ofField(entries: readonly LogEntry[], field: string | undefined): readonly LogEntry[] {
  if (field === undefined) return entries
  return entries.filter((entry) => entry.kind !== 'operation' || entry.fields.some((one) => one.field === field))
}

/** Puts stored lines into words. */
export async function tell(
  session: Session,
  contract: Contract,
  rows: readonly LogRow[],
  language: Language = 'en',
): Promise<LogEntry[]> {
  const records = await goldens(
    session,
    contract,
    rows.flatMap((row) => (row.recordId === null ? [] : [row.recordId])),
  )
  const details = rows.map((row) => detailOf(row, row.recordId === null ? undefined : records.get(row.recordId)))
  const told = await legends(
    session,
    contract,
    rows.map((row, i) => ({ flow: row.flow, values: details[i]!.values })),
    language,
  )
  const asked = await caseSentences(session, rows, language)
  return rows.map((row, i): LogEntry => {
    const flow = contract.flows.get(row.flow)
    const record = row.recordId === null ? undefined : records.get(row.recordId)
    const { fields, changes } = details[i]!
    const legend = told[i]!
    const base = {
      at: new Date(row.at).toISOString(),
      kind: row.kind,
      id: Number(row.id),
      flow: row.flow,
      run: Number(row.run),
      record: row.recordId,
      title: titleIn(row.title ?? record?.title ?? row.recordId ?? '', language),
      system: row.system,
      outcome: row.outcome as Outcome | null,
      fields,
      ...legend,
    }
    switch (row.kind) {
      case 'operation': {
        const failed = row.error === null ? '' : ` ${outcomeSentence(row.error, language)}`
        return {
          ...base,
          what: OPERATION[row.what] ?? row.what,
          why: whyWritten(flow, row, record, fields, language) + failed,
        }
      }
      case 'revision':
        return {
          ...base,
          system: changes.find((change) => change.system !== null)?.system ?? null,
          what: changes.some((change) => change.from !== change.to)
            ? 'agreed value changed'
            : 'decided without a change',
          why: [...new Set(changes.map((change) => whyChange(flow, change, language, { legend })))].join(' '),
        }
      case 'case':
        return { ...base, what: row.what, why: asked.get(row.id) ?? row.detail ?? '' }
    }
  })
}

interface Detail {
  readonly fields: LogEntry['fields']
  /** Of a revision. */
  readonly changes: readonly StoredChange[]
  /** Every value that is told. */
  readonly values: readonly (readonly [field: string, value: string | null])[]
}

/** What a stored line says about fields. */
function detailOf(row: LogRow, record: TitledRecord | undefined): Detail {
  const changes = row.kind === 'revision' ? (JSON.parse(row.detail ?? '[]') as StoredChange[]) : []
  const fields =
    row.kind === 'operation' ? writtenFields(row, record) : changes.map(({ field, from, to }) => ({ field, from, to }))
  const values = [
    ...fields.flatMap(({ field, from, to }) => [[field, from] as const, [field, to] as const]),
    ...changes.flatMap(({ field, lost }) => Object.values(lost).map((value) => [field, value] as const)),
  ]
  return { fields, changes, values }
}

function writtenFields(row: LogRow, record: TitledRecord | undefined): LogEntry['fields'] {
  if (row.detail !== null) {
    const stored = JSON.parse(row.detail) as [string, string | null, string | null][]
    return stored.map(([field, from, to]) => ({ field, from, to }))
  }
  if (row.what !== 'create' || record === undefined) return []
  return valuesAt(record, row.version ?? 1).flatMap(([field, to]) => (to === null ? [] : [{ field, from: null, to }]))
}

const OPERATION: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  archive: 'archived',
  restore: 'restored',
}

/** What cases among the lines asked, and what was decided, where the reader's language is not that of the stored text. */
async function caseSentences(
  session: Session,
  rows: readonly LogRow[],
  language: Language,
): Promise<ReadonlyMap<string, string>> {
  const ids = language === 'en' ? [] : rows.flatMap((row) => (row.kind === 'case' ? [row.id] : []))
  if (ids.length === 0) return new Map()
  return new Map(
    (await caseTexts(session, ids)).map(({ id, detail, resolvedBy, resolution }) => {
      const { sentence, choices } = caseIn(detail, language)
      const decided =
        resolvedBy === null || resolution === null
          ? []
          : [LOG_WORDS[language].decided(resolvedBy, answerIn(resolution, choices, language))]
      return [id, [sentence, ...decided].join(' ')]
    }),
  )
}

/** What somebody answered, within a sentence. */
function answerIn(
  resolution: string,
  choices: readonly { readonly choice: string; readonly means: string }[],
  language: Language,
): string {
  const value = /^value:(.*)$/s.exec(resolution)?.[1]
  if (value !== undefined) return LOG_WORDS[language].gaveValue(value === '' ? null : value)
  const means = choices.find(({ choice }) => choice === resolution)?.means
  return means === undefined ? resolution : `${means[0]!.toLowerCase()}${means.slice(1).replace(/\.$/, '')}`
}

/** A write follows from the revision it carries, field by field; a creation from where the record was found. */
function whyWritten(
  flow: Flow | undefined,
  row: LogRow,
  record: TitledRecord | undefined,
  fields: LogEntry['fields'],
  language: Language,
): string {
  const names = new Set(fields.map((field) => field.field))
  const revision = record?.revisions.find((candidate) => candidate.version === row.version)
  const causes = row.what === 'update' ? (revision?.changes.filter((change) => names.has(change.field)) ?? []) : []
  // Taking the mark back is a reason of its own, beside those of the fields.
  const lifted: Rule = 'entered anew: archive lifted'
  const first = row.rule === lifted ? [reason(flow, lifted, { system: row.system }, language)] : []
  if (causes.length > 0)
    return [
      ...new Set([
        ...first,
        ...causes.map((change) => whyChange(flow, { ...change, lost: {} }, language, { full: change })),
      ]),
    ].join(' ')
  const system = whereItHappened(flow, row, record)
  return reason(flow, row.rule, { field: fields.length === 1 ? fields[0]!.field : undefined, system }, language)
}

/** The system that the reason of a write speaks of; null when nobody knows. */
function whereItHappened(flow: Flow | undefined, row: LogRow, record: TitledRecord | undefined): string | null {
  const others = flow?.systems.filter((system) => system !== row.system) ?? []
  const theOther = others.length === 1 ? others[0]! : null
  if (row.rule === ('came back: restored' satisfies Rule)) return theOther
  // A record is restored where it was deleted.
  if (row.what === 'update' || row.what === 'restore' || record === undefined) return row.system
  if (row.what !== 'delete' && row.what !== 'archive') return record.origin
  if (/^(deleted in master|left filter)/.test(row.rule ?? '') && flow && flow.master !== 'shared') return flow.master
  return theOther
}

/** The golden values of an earlier version: what came later, taken back. */
function valuesAt(record: TitledRecord, version: number): [string, string | null][] {
  const values = new Map(record.values)
  for (const revision of record.revisions.toReversed()) {
    if (revision.version <= version) break
    for (const change of revision.changes) if (values.has(change.field)) values.set(change.field, change.from)
  }
  return [...values]
}

function whyChange(
  flow: Flow | undefined,
  change: StoredChange,
  language: Language,
  { full = change, legend = {} }: { full?: StoredChange; legend?: Legend },
): string {
  const words = LOG_WORDS[language]
  const titles = legend.references?.[change.field] ?? {}
  const lines = legend.line_fields?.[change.field] !== undefined
  const lost = Object.entries(change.lost).map(([system, value]) =>
    value !== null && lines ? words.heldOtherLines(system) : words.held(system, value && (titles[value] ?? value)),
  )
  const system = change.system ?? Object.keys(full.lost)[0]
  const sentence = reason(flow, change.rule, { field: change.field, system: system ?? null }, language)
  return lost.length === 0 ? sentence : `${sentence} ${words.notTakenOver(lost)}`
}

export function reason(
  flow: Flow | undefined,
  rule: string | null,
  context: { field?: string | undefined; system: string | null },
  language: Language = 'en',
): string {
  if (rule === null) return ''
  if (!flow || !(RULES as readonly string[]).includes(rule)) return rule
  const about = {
    ...(context.field !== undefined && { field: context.field }),
    ...(context.system !== null && { system: context.system }),
  }
  return explainRule(flow, rule as Rule, about, language)
}

/** How each record came to be known, as the last line of its time line. */
export async function beginnings(
  session: Session,
  contract: Contract,
  ids: readonly string[],
  language: Language = 'en',
): Promise<LogEntry[]> {
  const records = await goldens(session, contract, ids)
  return [...(await origins(session, ids))].map(([id, origin]): LogEntry => ({
    at: new Date(origin.at).toISOString(),
    kind: 'revision',
    id: 0,
    flow: origin.flow,
    run: Number(origin.run),
    record: id,
    title: titleIn(records.get(id)?.title ?? id, language),
    system: origin.system,
    what: `first seen in ${origin.system}`,
    outcome: null,
    fields: [],
    why: reason(contract.flows.get(origin.flow), origin.rule, { system: origin.system }, language),
  }))
}

interface TitledRecord {
  readonly title: string
  /** System in which it was first seen. */
  readonly origin: string
  readonly values: readonly [string, string | null][]
  readonly revisions: readonly StoredRevision[]
}

async function goldens(
  session: Session,
  contract: Contract,
  ids: readonly string[],
): Promise<Map<string, TitledRecord>> {
  const rows = await recordsById(session, [...new Set(ids)])
  const first = await origins(
    session,
    rows.map((row) => row.id),
  )
  const revisions = Map.groupBy(
    await revisionsOf(
      session,
      rows.map((row) => row.id),
    ),
    (revision) => revision.recordId,
  )
  const shapes = new Map<string, Map<number, readonly string[]>>()
  const result = new Map<string, TitledRecord>()
  for (const row of rows) {
    const origin = first.get(row.id)
    const flow = contract.flows.get(origin?.flow ?? '')
    if (!flow || !origin) continue
    if (!shapes.has(flow.name)) shapes.set(flow.name, await layouts(session, (await ensureFlow(session, flow.name)).id))
    const { values } = decodeGolden(flow, row.golden, shapes.get(flow.name)!.get(row.layoutId))
    result.set(row.id, {
      title: titleOf(flow, values),
      origin: origin.system,
      values: flow.fields.map((field, i) => [field.name, values[i] ?? null]),
      revisions: revisions.get(row.id) ?? [],
    })
  }
  return result
}
