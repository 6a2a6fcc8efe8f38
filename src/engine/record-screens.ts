import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import { storedIn, type Language } from '../model/language.ts'
import { decodeImage } from '../model/image.ts'
import type { Legend, LogEntry } from '../model/report.ts'
import type { Database, Session } from '../store/database/database.ts'
import { ensureFlow, ensureSides, layouts } from '../store/state/flows.ts'
import { recordsById, type LinkRow, type RecordState } from '../store/state/links.ts'
import { origins } from '../store/log/log.ts'
import { datedRevisions, listRecords, marksOf, openCasesOf, type RecordSearch } from '../store/state/record-list.ts'
import type { StoredChange } from '../store/log/revisions.ts'
import { tellCasePage, type CaseEntry } from './case-screens.ts'
import { titlesOf } from './legend.ts'
import { shapeOf } from './row-shape.ts'
import { showRecords } from './show-record.ts'
import { reason } from './tell-record.ts'

export interface RecordEntry {
  readonly record: string
  readonly flow: string
  readonly title: string
  readonly state: RecordState
  readonly version: number
  readonly links: readonly { readonly system: string; readonly id: string; readonly state: string }[]
  readonly open_cases: number
}

/** A page of records, and where to go on. */
export async function tellRecordPage(
  database: Database,
  contract: Contract,
  search: RecordSearch,
  page: { readonly after: string; readonly limit: number },
  language: Language,
): Promise<{ items: RecordEntry[]; next: string | null }> {
  const ids = await listRecords(
    database,
    { ...search, of: [...contract.flows.values()] },
    { ...page, limit: page.limit + 1 },
  )
  const shown = ids.slice(0, page.limit)
  const rows = new Map((await recordsById(database, shown)).map((row) => [row.id, row]))
  const titles = await titlesOf(database, contract, shown, language)
  const first = await origins(database, shown)
  const cases = await openCasesOf(database, shown)
  const systems = await systemsBySide(database)
  const items = shown.flatMap((id): RecordEntry[] => {
    const row = rows.get(id)
    const flow = first.get(id)?.flow
    if (!row || flow === undefined) return []
    return [
      {
        record: id,
        flow,
        title: titles.get(id) ?? id,
        state: row.state,
        version: row.version,
        links: row.links.map((link) => ({
          system: systems.get(link.sideId) ?? '',
          id: link.remoteId,
          state: link.state,
        })),
        open_cases: cases.get(id) ?? 0,
      },
    ]
  })
  return { items, next: ids.length > page.limit ? shown.at(-1)! : null }
}

async function systemsBySide(session: Session): Promise<Map<number, string>> {
  const rows = await session.query<{ id: number; system: string }>('select id, system from side')
  return new Map(rows.map((row) => [row.id, row.system]))
}

export interface FieldInDetail {
  readonly field: string
  readonly type: string
  readonly owner: string
  readonly golden: string | null
  readonly systems: Readonly<Record<string, string | null>>
  readonly agrees: boolean
  readonly waived: Readonly<Record<string, string>>
  readonly why: string
  readonly changed: {
    at: string
    run: number
    version: number
    system: string | null
    from: string | null
    lost: Readonly<Record<string, string | null>>
  } | null
}

export interface RecordInDetail extends Legend {
  readonly record: string
  readonly flow: string
  readonly title: string
  readonly state: RecordState
  readonly version: number
  readonly links: RecordEntry['links']
  readonly fields: FieldInDetail[]
  readonly timeline: readonly LogEntry[]
  readonly cases: CaseEntry[]
  readonly raw: { system: string; id: string; state: string; columns: { column: string; value: string | null }[] }[]
  readonly waiting: {
    system: string
    action: string
    state: string
    since: string
    attempts: number
    error: string | null
  }[]
}

/** One record across the systems: each field with its owner and why it has its value, and all that is stored of it. */
export async function tellRecordInDetail(
  database: Database,
  contract: Contract,
  flowName: string,
  id: string,
  language: Language,
): Promise<RecordInDetail> {
  const view = (await showRecords(database, contract, flowName, id, 1, language)).find((one) => one.record === id)
  const row = (await recordsById(database, [id]))[0]
  if (!view || !row)
    throw new ConcordatError('engine.unknown-record', `There is no record ${id} among the ${flowName}.`, {
      cure: 'Search for it by a part of its name.',
    })
  const flow = contract.flows.get(flowName)!
  const { id: flowId } = await ensureFlow(database, flow.name)
  const sides = await ensureSides(database, flowId, flow.systems)
  const shapes = await layouts(database, flowId)
  const origin = (await origins(database, [id])).get(id)
  const last = lastByField(await datedRevisions(database, id))
  const linkOf = (system: string): LinkRow | undefined =>
    row.links.find((link) => link.sideId === sides.find((side) => side.system === system)?.id)
  const { record, title, version, links, golden, systems, timeline, references, line_fields } = view
  const cases = await tellCasePage(
    database,
    contract,
    { flows: null, state: 'all', record: id },
    { order: 'newest', after: null, limit: 200 },
    language,
  )
  return {
    record,
    flow: flow.name,
    title,
    state: row.state,
    version,
    links,
    fields: flow.fields.map((field): FieldInDetail => {
      const held = Object.entries(systems).flatMap(([system, values]) =>
        field.name in values ? [[system, values[field.name] ?? null] as const] : [],
      )
      const value = golden[field.name] ?? null
      const change = last.get(field.name)
      return {
        field: field.name,
        type: field.spec.type,
        owner: field.master,
        golden: value,
        systems: Object.fromEntries(held),
        agrees: held.every(([system, own]) => own === value || linkOf(system)?.state !== 'live'),
        waived: waiversOf(
          field.name,
          value,
          held.map(([system]) => [system, linkOf(system)?.waived ?? null]),
        ),
        why: whyOf(flow, field.name, change, origin, language),
        changed: change ? { ...change.changed, at: iso(change.changed.at) } : null,
      }
    }),
    timeline,
    cases: [...cases.items],
    raw: row.links.map((link) => ({
      system: sides.find((side) => side.id === link.sideId)?.system ?? '',
      id: link.remoteId,
      state: link.state,
      columns: columnsOf(link, shapes.get(link.layoutId) ?? []),
    })),
    waiting: (await marksOf(database, id)).map(({ since, error, errorIn, ...mark }) => ({
      ...mark,
      since: iso(since),
      error: error && storedIn(error, errorIn, language),
    })),
    ...(references && { references }),
    ...(line_fields && { line_fields }),
  }
}

interface LastChange {
  readonly rule: string
  readonly changed: NonNullable<FieldInDetail['changed']>
}

function lastByField(revisions: Awaited<ReturnType<typeof datedRevisions>>): Map<string, LastChange> {
  const last = new Map<string, LastChange>()
  for (const { version, run, at, changes } of revisions)
    for (const { field, from, to, rule, system, lost } of JSON.parse(changes) as StoredChange[])
      if (from !== to && !last.has(field))
        last.set(field, { rule, changed: { at, run: Number(run), version, system, from, lost } })
  return last
}

function whyOf(
  flow: Flow,
  field: string,
  last: LastChange | undefined,
  origin: { readonly rule: string; readonly system: string } | undefined,
  language: Language,
): string {
  if (last)
    return reason(
      flow,
      last.rule,
      { field, system: last.changed.system ?? Object.keys(last.changed.lost)[0] ?? null },
      language,
    )
  return reason(flow, origin?.rule ?? null, { field, system: origin?.system ?? null }, language)
}

function waiversOf(
  field: string,
  golden: string | null,
  waived: readonly (readonly [system: string, waived: string | null])[],
): Record<string, string> {
  return Object.fromEntries(
    waived.flatMap(([system, text]) => {
      const waiver = text === null ? undefined : (JSON.parse(text) as Record<string, [string | null, string]>)[field]
      // A waiver holds for one agreed value.
      return waiver && waiver[0] === golden ? [[system, waiver[1]]] : []
    }),
  )
}

function columnsOf(link: LinkRow, names: readonly string[]): { column: string; value: string | null }[] {
  const { columns } = shapeOf(names)
  return decodeImage(link.image).map((value, place) => ({ column: columns[place] ?? `column ${place + 1}`, value }))
}

const iso = (at: string): string => new Date(at).toISOString()
