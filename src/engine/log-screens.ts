import type { Contract, Flow } from '../contract/contract.ts'
import { compileMapping, mappedColumns, mappedLines, type RowShape } from '../contract/mapping/mapping.ts'
import { ConcordatError } from '../model/errors.ts'
import { decodeImage } from '../model/image.ts'
import type { Language } from '../model/language.ts'
import type { LogEntry } from '../model/report.ts'
import type { Raw } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import { ensureFlow, ensureSides, layouts } from '../store/state/flows.ts'
import { recordsById, remotesOfRecords } from '../store/state/links.ts'
import { readLogEntry, readLogPage, type LogEntryRow, type LogPlace } from '../store/log/log-pages.ts'
import type { LogSearch } from '../store/log/log-scope.ts'
import type { StoredChange } from '../store/log/revisions.ts'
import { shapeOf } from './row-shape.ts'
import { tellOutcome } from './words/outcome-words.ts'
import { ofField, tell } from './tell-record.ts'

/** A page of the log in words, and the place where the next one begins. */
export async function tellLogPage(
  session: Session,
  contract: Contract,
  search: LogSearch,
  page: { readonly after: LogPlace | null; readonly limit: number },
  language: Language,
): Promise<{ readonly items: readonly LogEntry[]; readonly next: LogPlace | null }> {
  const rows = await readLogPage(session, search, { ...page, limit: page.limit + 1 })
  const shown = rows.slice(0, page.limit)
  const told = await tell(session, contract, shown, language)
  const last = shown.at(-1)
  return {
    items: ofField(told, search.field),
    next:
      last && rows.length > page.limit ? { at: new Date(last.at).toISOString(), kind: last.kind, id: last.id } : null,
  }
}

/** A column of a row in a system: what it held, what it was to hold. */
export interface SentColumn {
  readonly column: string
  readonly before: string | null
  readonly sent: string | null
  readonly changed: boolean
}

export interface LogInDetail extends LogEntry {
  readonly remote_id: string | null
  readonly version: number | null
  readonly rules: string
  readonly error: string | null
  readonly columns: SentColumn[] | null
  readonly lines_sent: Record<string, unknown> | null
  readonly lost: { field: string; values: Readonly<Record<string, string | null>> }[]
  readonly settled_at: string | null
}

/** One entry of the log with all that is stored of it. */
export async function tellLogEntry(
  session: Session,
  contract: Contract,
  kind: LogEntry['kind'],
  id: number,
  language: Language,
): Promise<LogInDetail> {
  const row = await readLogEntry(session, kind, id)
  if (row === null)
    throw new ConcordatError('engine.unknown-entry', `The log has no ${kind} ${id}.`, {
      cure: 'What is past the history of the contract is forgotten.',
    })
  const [entry] = await tell(session, contract, [row], language)
  const write = kind === 'operation' ? await sentBy(session, contract, row, entry!) : null
  const changes = kind === 'revision' ? (JSON.parse(row.detail ?? '[]') as StoredChange[]) : []
  return {
    ...entry!,
    remote_id: row.remoteId,
    version: row.version,
    rules: row.rules,
    error: row.error && tellOutcome(row.error, language),
    columns: write && columnsOf(row, write.before, write.sent),
    lines_sent: write?.lines ?? null,
    lost: changes.flatMap(({ field, lost }) => (Object.keys(lost).length === 0 ? [] : [{ field, values: lost }])),
    settled_at: row.settledAt === null ? null : new Date(row.settledAt).toISOString(),
  }
}

interface Sent {
  readonly before: ReadonlyMap<string, Raw>
  readonly sent: Readonly<Record<string, Raw>>
  readonly lines: Record<string, unknown> | null
}

/** What a write sent to its system, and the row that was there before. */
export async function sentBy(
  session: Session,
  contract: Contract,
  row: Pick<LogEntryRow, 'flow' | 'flowId' | 'recordId' | 'system' | 'what' | 'patch' | 'before' | 'layoutId'>,
  entry: Pick<LogEntry, 'fields'>,
): Promise<Sent> {
  const names = (await layouts(session, row.flowId)).get(row.layoutId ?? -1) ?? []
  const { columns, lines } = shapeOf(names)
  const childRows = new Set([...lines.values()].map((one) => one.place))
  const before = new Map(
    row.before === null
      ? []
      : decodeImage(row.before).flatMap((value, place) =>
          childRows.has(place) ? [] : [[columns[place] ?? `column ${place + 1}`, value] as const],
        ),
  )
  if (row.patch !== null) {
    const patch = JSON.parse(row.patch) as { set: Record<string, Raw>; lines?: Record<string, unknown> }
    const sentLines = patch.lines && Object.keys(patch.lines).length > 0 ? patch.lines : null
    return { before, sent: patch.set, lines: sentLines }
  }
  return { before, sent: row.what === 'create' ? await written(session, contract, row, entry) : {}, lines: null }
}

/** What a creation sent that is stored with its values only: these, written as the contract says. */
async function written(
  session: Session,
  contract: Contract,
  { flow: name, flowId, system, recordId }: Pick<LogEntryRow, 'flow' | 'flowId' | 'system' | 'recordId'>,
  entry: Pick<LogEntry, 'fields'>,
): Promise<Record<string, Raw>> {
  const flow = contract.flows.get(name)
  if (!flow || system === null || recordId === null || !flow.systems.includes(system)) return {}
  const side = (await ensureSides(session, flowId, flow.systems)).find((one) => one.system === system)
  const link = (await recordsById(session, [recordId]))[0]?.links.find((one) => one.sideId === side?.id)
  // What was refused has no row whose shape is known.
  const known = link && (await layouts(session, flowId)).get(link.layoutId)
  const shape = known ? shapeOf(known) : shapeByContract(flow, system)
  const mapping = compileMapping(flow, system, shape)
  const values = flow.fields.map((field) => entry.fields.find((one) => one.field === field.name)?.to ?? null)
  const wanted: [parent: string, record: string][] = []
  mapping.referencesOut(values, (parent, record) => wanted.push([parent, record]))
  const remotes = new Map<string, string>()
  for (const [parent, records] of Map.groupBy(wanted, ([of]) => of)) {
    const systems = contract.flows.get(parent)?.systems
    if (!systems?.includes(system)) continue
    const sides = await ensureSides(session, (await ensureFlow(session, parent)).id, systems)
    const ids = records.map(([, record]) => record)
    const there = sides.find((one) => one.system === system)!.id
    for (const [record, remote] of await remotesOfRecords(session, there, ids)) remotes.set(record, remote)
  }
  const all = flow.fields.map((_, place) => place)
  return { ...flow.records[system]!.onCreate, ...mapping.write(values, all, null, (_, id) => remotes.get(id)).set }
}

function shapeByContract(flow: Flow, system: string): RowShape {
  const columns = mappedColumns(flow, system)
  const lines = mappedLines(flow, system)
  return {
    columns: [...columns, ...lines.map((one) => one.name)],
    lines: new Map(lines.map(({ name, fields }, i) => [name, { place: columns.length + i, columns: ['', ...fields] }])),
  }
}

function columnsOf(
  row: Pick<LogEntryRow, 'what'>,
  before: ReadonlyMap<string, Raw>,
  sent: Readonly<Record<string, Raw>>,
): SentColumn[] {
  const gone = row.what === 'delete'
  return [...new Set([...before.keys(), ...Object.keys(sent)])].map((column) => {
    const was = before.get(column) ?? null
    const is = gone ? null : column in sent ? (sent[column] ?? null) : was
    return { column, before: was, sent: is, changed: gone || was !== is }
  })
}
