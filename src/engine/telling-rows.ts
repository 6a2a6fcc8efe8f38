import type { RemoteRecord } from '../connector-kit/port.ts'
import { mappedColumns, type Resolve } from '../contract/mapping/mapping.ts'
import { matchKeys } from '../merge/match-key.ts'
import { valueOf, type CommonValues, type Row } from '../merge/same-thing.ts'
import { isValue } from '../merge/side-state.ts'
import { encodeImage } from '../model/image.ts'
import type { Raw } from '../model/value.ts'
import { someLinks } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { resolverIn, rowOf, type Side } from './side.ts'

/* What tells rows of a side apart: their keys, their values, and what in them is nothing special. */

/** What a row of a side says, for comparing it with another. */
export function readingOf(work: FlowWork, side: Side, values: readonly Raw[], resolve: Resolve): Row {
  return {
    reading: side.mapping.read(values, resolve),
    rest: restOf(work, side).map((place) => values[place] ?? null),
  }
}

/** Match keys that a row of a side has. */
export function keysOf({ flow }: FlowWork, { reading }: Row): string[] {
  return matchKeys(
    flow,
    reading.map((value) => (isValue(value) ? value : null)),
  ).filter((key) => key !== null)
}

const SAMPLE = 60
const samples = new WeakMap<FlowWork, Map<Side, Promise<(except: string) => CommonValues>>>()

/** What is the same in other rows of a side, by a sample of them. */
export function commonValues(work: FlowWork, side: Side): Promise<(except: string) => CommonValues> {
  let bySide = samples.get(work)
  if (!bySide) samples.set(work, (bySide = new Map<Side, Promise<(except: string) => CommonValues>>()))
  let known = bySide.get(side)
  if (!known) bySide.set(side, (known = sampled(work, side)))
  return known
}

async function sampled(work: FlowWork, side: Side): Promise<(except: string) => CommonValues> {
  const links = await someLinks(work.database, side.id, SAMPLE)
  const rows = links.map((link) => rowOf(side, link.image, link.layoutId, work.layouts))
  const resolve = await resolverIn(work.database, side, rows)
  const fields = new Map<string, Set<string>>()
  const columns = new Map<string, Set<string>>()
  const note = (of: Map<string, Set<string>>, place: number, value: string | null, id: string): void => {
    if (value === null) return
    const key = `${place}/${value}`
    const ids = of.get(key)
    if (ids) ids.add(id)
    else of.set(key, new Set([id]))
  }
  rows.forEach((values, n) => {
    const { reading, rest } = readingOf(work, side, values, resolve)
    reading.forEach((value, i) => note(fields, i, valueOf(value), links[n]!.remoteId))
    rest.forEach((value, i) => note(columns, i, value, links[n]!.remoteId))
  })
  const inOthers = (of: ReadonlyMap<string, ReadonlySet<string>>, except: string) => (place: number, value: string) => {
    const ids = of.get(`${place}/${value}`)
    // In one other row it may be the very thing that has come here.
    return ids !== undefined && ids.size > (ids.has(except) ? 2 : 1)
  }
  return (except) => ({ field: inOthers(fields, except), column: inOthers(columns, except) })
}

/** A row as if the columns that nobody maps were not known. */
export function withoutRest(work: FlowWork, side: Side, record: RemoteRecord): RemoteRecord {
  const places = new Set(restOf(work, side))
  const values = record.values.map((value, place) => (places.has(place) ? null : value))
  return { ...record, values, image: encodeImage(values) }
}

const rests = new WeakMap<Side, readonly number[]>()

/** Places of the columns that nobody maps: not the id, nor what moves with every write. */
function restOf({ flow }: FlowWork, side: Side): readonly number[] {
  let places = rests.get(side)
  if (!places) {
    const { columns, id, changedAt, version, lines } = side.remote.layout
    const mapped = new Set(mappedColumns(flow, side.system))
    const others = new Set([id, changedAt, version, ...[...lines.values()].map((line) => line.place)])
    places = columns.flatMap((column, i) => (mapped.has(column) || others.has(i) ? [] : [i]))
    rests.set(side, places)
  }
  return places
}
