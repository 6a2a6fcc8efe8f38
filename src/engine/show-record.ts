import type { Contract, Flow } from '../contract/contract.ts'
import { compileMapping, type RowMapping } from '../contract/mapping/mapping.ts'
import { ConcordatError } from '../model/errors.ts'
import { decodeImage } from '../model/image.ts'
import type { Language } from '../model/language.ts'
import type { RecordView } from '../model/report.ts'
import { titleIn } from '../model/title.ts'
import { Invalid, Unresolved, type Reading } from '../model/value.ts'
import { findCases } from '../store/cases/cases.ts'
import type { Session } from '../store/database/database.ts'
import { ensureFlow, ensureSides, layouts } from '../store/state/flows.ts'
import { recordsById, recordsOfRemotes, type LinkRow } from '../store/state/links.ts'
import { readLogPage } from '../store/log/log-pages.ts'
import type { LogSearch } from '../store/log/log-scope.ts'
import { findRecords } from '../store/log/log.ts'
import { decodeGolden, titleOf } from './golden.ts'
import { legends } from './legend.ts'
import { beginnings, tell } from './tell-record.ts'
import { tellCases } from './tell-cases.ts'
import { shapeOf } from './row-shape.ts'
import { LOG_WORDS } from './words/log-words.ts'

/*
 * One record across all systems, from the store alone: a system that is down, or a person without access to it, changes
 * nothing about what can be looked up.
 */

export async function showRecords(
  session: Session,
  contract: Contract,
  flowName: string,
  query: string,
  limit: number,
  language: Language = 'en',
): Promise<RecordView[]> {
  const flow = contract.flows.get(flowName)
  if (!flow) {
    throw new ConcordatError('engine.unknown-flow', `The contract has no decided flow named ${flowName}.`, {
      cure: `It has: ${[...contract.flows.keys()].join(', ')}.`,
    })
  }
  const row = await ensureFlow(session, flow.name)
  const sides = new Map((await ensureSides(session, row.id, flow.systems)).map((side) => [side.id, side.system]))
  const shapes = await layouts(session, row.id)
  const mappings = new Map<string, RowMapping>()
  const views: RecordView[] = []
  const ids = await findRecords(session, flow.name, query, limit)
  for (const record of await recordsById(session, ids)) {
    const { values: golden } = decodeGolden(flow, record.golden, shapes.get(record.layoutId))
    const systems: Record<string, Record<string, string | null>> = {}
    for (const link of record.links) {
      const system = sides.get(link.sideId)!
      const key = `${system}/${link.layoutId}`
      if (!mappings.has(key)) mappings.set(key, compileMapping(flow, system, shapeOf(shapes.get(link.layoutId) ?? [])))
      systems[system] = await valuesOf(session, contract, flow, system, mappings.get(key)!, link, language)
    }
    const search: LogSearch = { flows: [flow.name], record: record.id }
    const rows = await readLogPage(session, search, { after: null, limit: 500 })
    const timeline = [
      ...(await tell(session, contract, rows, language)),
      ...(await beginnings(session, contract, [record.id], language)),
    ]
    const shown = [named(flow, golden), ...Object.values(systems)].flatMap((values) => Object.entries(values))
    const [legend] = await legends(session, contract, [{ flow: flow.name, values: shown }], language)
    views.push({
      record: record.id,
      flow: flow.name,
      title: titleIn(titleOf(flow, golden), language),
      version: record.version,
      links: record.links.map((link) => ({ system: sides.get(link.sideId)!, id: link.remoteId, state: link.state })),
      golden: named(flow, golden),
      owners: Object.fromEntries(flow.fields.map((field) => [field.name, field.master])),
      systems,
      timeline,
      cases: await tellCases(
        session,
        contract,
        await findCases(session, { recordId: record.id, state: 'all' }),
        language,
      ),
      ...legend,
    })
  }
  return views
}

const named = (flow: Flow, values: readonly (string | null)[]): Record<string, string | null> =>
  Object.fromEntries(flow.fields.map((field, i) => [field.name, values[i] ?? null]))

async function valuesOf(
  session: Session,
  contract: Contract,
  flow: Flow,
  system: string,
  mapping: RowMapping,
  link: LinkRow,
  language: Language,
): Promise<Record<string, string | null>> {
  const row = decodeImage(link.image)
  const wanted = new Map<string, Set<string>>()
  mapping.references(row, (parent, id) => wanted.set(parent, (wanted.get(parent) ?? new Set()).add(id)))
  const found = new Map<string, Map<string, string>>()
  for (const [parent, ids] of wanted) {
    const systems = contract.flows.get(parent)?.systems
    if (!systems?.includes(system)) continue
    const sides = await ensureSides(session, (await ensureFlow(session, parent)).id, systems)
    found.set(parent, await recordsOfRemotes(session, sides.find((side) => side.system === system)!.id, [...ids]))
  }
  const reading = mapping.read(row, (parent, id) => found.get(parent)?.get(id))
  return Object.fromEntries(
    flow.fields.flatMap((field, i) => (mapping.holds[i] ? [[field.name, textOf(reading[i]!, language)]] : [])),
  )
}

function textOf(reading: Reading, language: Language): string | null {
  if (reading instanceof Invalid) return reading.raw
  if (reading instanceof Unresolved) return LOG_WORDS[language].notLinked(reading.flow, reading.remoteId)
  return reading
}
