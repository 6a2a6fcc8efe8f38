import type { RemoteRecord } from '../connector-kit/port.ts'
import {
  compareRows,
  sameThing,
  type Circumstances,
  type CommonValues,
  type Comparison,
  type Row,
  type Sameness,
} from '../merge/same-thing.ts'
import { isValue } from '../merge/side-state.ts'
import { formersOfRemotes, type FormerLink } from '../store/state/former.ts'
import { recordsById, recordsByKeys, type Known, type LinkRow, type RecordRow } from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { reusedIdCase } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import { release } from './hold-back.ts'
import { readAll } from './read-all.ts'
import { hasMovedHere } from './moved-here.ts'
import { resolverIn, rowOf, type Side } from './side.ts'
import { commonValues, keysOf, readingOf } from './telling-rows.ts'

/*
 * Identity over time (law L32): whether the rows of a page are still what their links say.
 *
 *   the same     merged, or joined again where the link had ended
 *   another      the link ends, the row is a newcomer; what had the id is gone there, and that is decided about as such
 *   cannot tell  the row is held, and people are asked
 */

/** Why a row is held until somebody says what it is; in `held.cause`. */
export const IDENTITY = 'identity'

interface Suspect {
  readonly record: RemoteRecord
  /** What had this id when it was last looked at. */
  readonly before: Pick<LinkRow, 'recordId' | 'image' | 'layoutId' | 'state'>
}

type Verdicts = ReadonlyMap<string, Exclude<Sameness, 'doubt'>>

const hasEnded = ({ state }: Suspect['before']): boolean => state === 'gone'

interface Judging {
  readonly ended?: (suspect: Suspect) => boolean
  /** Whether another row of the side has one of these keys, which the row had. */
  readonly left?: (keys: readonly string[], suspect: Suspect) => boolean
  readonly decided?: Verdicts | undefined
}

/** Judges rows, by remote id. `decided`: what people have said. */
async function judge(
  work: FlowWork,
  side: Side,
  suspects: readonly Suspect[],
  { ended = () => false, left = () => false, decided = new Map() }: Judging = {},
): Promise<Map<string, Sameness>> {
  const verdicts = new Map<string, Sameness>()
  const open: { suspect: Suspect; comparison: Comparison; keys: string[]; left: boolean }[] = []
  let common: ((except: string) => CommonValues) | undefined
  const differ = suspects.map((suspect) => ({
    suspect,
    then: rowOf(side, suspect.before.image, suspect.before.layoutId, work.layouts),
  }))
  const resolve = await resolverIn(
    work.database,
    side,
    differ.flatMap(({ suspect, then }) => [then, suspect.record.values]),
  )
  for (const { suspect, then } of differ) {
    const { record, before } = suspect
    const said = decided.get(record.id)
    if (said) verdicts.set(record.id, said)
    else if (before.layoutId === side.layoutId && before.image === record.image) verdicts.set(record.id, 'same')
    else {
      common ??= await commonValues(work, side)
      const [a, b] = [then, record.values].map((values) => readingOf(work, side, values, resolve)) as [Row, Row]
      const comparison = compareRows(work.flow, a, b, common(record.id))
      const told = (isLeft: boolean): Sameness[] =>
        [false, true].map((isTaken) => sameThing(comparison, { ended: ended(suspect), taken: isTaken, left: isLeft }))
      const isLeft = told(false).includes('doubt') && left(keysOf(work, a), suspect)
      const [free, taken] = told(isLeft)
      if (free === taken && free !== 'doubt') verdicts.set(record.id, free!)
      else open.push({ suspect, comparison, keys: keysOf(work, b), left: isLeft })
    }
  }
  if (open.length === 0) return verdicts
  const found = await recordsByKeys(work.database, [...new Set(open.flatMap((one) => one.keys))])
  const ids = [...new Set(found.map((one) => one.recordId))]
  const known = new Map((await recordsById(work.database, ids)).map((row) => [row.id, row]))
  for (const { suspect, comparison, keys, left: isLeft } of open) {
    const own = suspect.before.recordId
    const having = new Set(found.flatMap(({ key, recordId }) => (keys.includes(key) ? recordId : [])))
    const owners = [...having].flatMap((id) => {
      const row = known.get(id)
      return row && id !== own && row.state !== 'deleted' ? row : []
    })
    const how: Circumstances = { ended: ended(suspect), taken: owners.length > 0, left: isLeft }
    const verdict = sameThing(comparison, how)
    const came = verdict === 'doubt' && (await hasMovedHere(work, side, suspect.record, owners))
    verdicts.set(suspect.record.id, came ? sameThing(comparison, { ...how, came }) : verdict)
  }
  return verdicts
}

/** Linked rows of a page, told apart. */
export interface ToldApart<Linked> {
  /** What their links say. */
  readonly linked: readonly Linked[]
  /** Other things than their links say. */
  readonly newcomers: RemoteRecord[]
  /** Nobody has to be asked. */
  readonly clean: boolean
}

/**
 * Tells apart the linked rows of a page, and what happens to the links of those that are another thing. Rows outside the
 * page whose keys have come into it are judged as well, so that swapped rows find each other in whatever order they come.
 */
export async function tellApart<Linked extends { readonly record: RemoteRecord; readonly known: Known }>(
  work: FlowWork,
  side: Side,
  changed: readonly Linked[],
  rows: ReadonlyMap<string, RecordRow>,
  outcome: Outcome,
  { page, decided }: { readonly page: readonly RemoteRecord[]; readonly decided?: Verdicts | undefined },
): Promise<ToldApart<Linked>> {
  const linkOf = ({ known }: Linked) => rows.get(known.recordId!)?.links.find((l) => l.sideId === side.id)
  const suspects = changed.flatMap((one): Suspect[] => {
    const before = linkOf(one)
    return before && one.record.inScope ? [{ record: one.record, before }] : []
  })
  const verdicts = await judge(work, side, suspects, {
    ended: ({ before }) => hasEnded(before),
    left: keysElsewhere(work, side, page),
    decided,
  })
  const linked: Linked[] = []
  const newcomers: RemoteRecord[] = []
  let clean = true
  for (const one of changed) {
    const before = linkOf(one)
    const verdict = verdicts.get(one.record.id) ?? 'same'
    if (!before || verdict === 'same') linked.push(one)
    else if (verdict === 'other') {
      endLink(side, before, outcome)
      newcomers.push(one.record)
    } else {
      ask(work, side, one.record, before, outcome)
      clean = false
    }
  }
  await alsoDisplaced(work, side, newcomers, outcome)
  return { linked, newcomers, clean }
}

/** Whether other rows of a page have one of these keys. */
function keysElsewhere(work: FlowWork, side: Side, page: readonly RemoteRecord[]): NonNullable<Judging['left']> {
  let byKey: Map<string, string[]> | undefined
  return (keys, { record }) => {
    if (!byKey) {
      byKey = new Map<string, string[]>()
      for (const row of page)
        for (const key of keysOf(
          work,
          readingOf(work, side, row.values, () => undefined),
        ))
          byKey.set(key, [...(byKey.get(key) ?? []), row.id])
    }
    return keys.some((key) => byKey!.get(key)?.some((id) => id !== record.id) === true)
  }
}

/** The link ends; where its row was there until now, what it stood for is gone from the side. */
function endLink(side: Side, { remoteId, state }: Pick<LinkRow, 'remoteId' | 'state'>, outcome: Outcome): void {
  outcome.freed.push({ sideId: side.id, remoteId, undecided: state === 'live' || state === 'out of scope' })
}

/** Rows of this side whose records' keys the newcomers have: they may be other things by now, too. */
async function alsoDisplaced(work: FlowWork, side: Side, newcomers: RemoteRecord[], outcome: Outcome): Promise<void> {
  let fresh: readonly RemoteRecord[] = newcomers
  const looked = new Set(newcomers.map((record) => record.id))
  while (fresh.length > 0) {
    const values = fresh.map((record) => record.values)
    const resolve = await resolverIn(work.database, side, values)
    const keys = values.flatMap((row) => keysOf(work, readingOf(work, side, row, resolve)))
    const found = await recordsByKeys(work.database, [...new Set(keys)])
    const rows = await recordsById(work.database, [...new Set(found.map((one) => one.recordId))])
    const links = rows.flatMap((row) => row.links.filter((l) => l.sideId === side.id && l.state === 'live'))
    const unseen = links.filter((link) => !looked.has(link.remoteId))
    for (const link of unseen) looked.add(link.remoteId)
    fresh = (await displaced(work, side, unseen)).map(({ record, before }) => {
      endLink(side, { ...before, remoteId: record.id }, outcome)
      return record
    })
    newcomers.push(...fresh)
  }
}

/** Those of a side's links whose rows are other things by now. */
async function displaced(work: FlowWork, side: Side, links: readonly LinkRow[]): Promise<Suspect[]> {
  const rows = await readAll(
    side,
    links.map((link) => link.remoteId),
  )
  return replacedAmong(work, side, links, rows, true)
}

async function replacedAmong(
  work: FlowWork,
  side: Side,
  links: readonly LinkRow[],
  rows: readonly RemoteRecord[],
  left: boolean,
): Promise<Suspect[]> {
  const byId = new Map(links.map((link) => [link.remoteId, link]))
  const suspects = rows.flatMap((record): Suspect[] => {
    const before = byId.get(record.id)
    return before && record.inScope ? [{ record, before }] : []
  })
  const verdicts = await judge(work, side, suspects, { left: () => left })
  return suspects.filter(({ record }) => verdicts.get(record.id) === 'other')
}

/** Remote ids of links whose rows, as read now, may be other things: not to be merged before their own page has told. */
export async function inDoubt(
  work: FlowWork,
  side: Side,
  links: readonly LinkRow[],
  rows: readonly RemoteRecord[],
): Promise<readonly string[]> {
  const byId = new Map(links.map((link) => [link.remoteId, link]))
  const suspects = rows.flatMap((record): Suspect[] => {
    const before = byId.get(record.id)
    return before && before.image !== record.image ? [{ record, before }] : []
  })
  if (suspects.length === 0) return []
  const verdicts = await judge(work, side, suspects)
  return [...verdicts].flatMap(([id, verdict]) => (verdict === 'same' ? [] : [id]))
}

/**
 * Remote ids of links whose rows, as read now, are gone or other things: nobody's place is taken by them. `left`: other rows
 * of the side have their keys.
 */
export async function goneOrReplaced(
  work: FlowWork,
  side: Side,
  links: readonly LinkRow[],
  rows: readonly RemoteRecord[],
  left = false,
): Promise<ReadonlySet<string>> {
  const there = new Set(rows.map((row) => row.id))
  const replaced = await replacedAmong(work, side, links, rows, left)
  return new Set([
    // What may only be hidden keeps its place.
    ...links.flatMap((link) => (there.has(link.remoteId) || side.mayHide ? [] : [link.remoteId])),
    ...replaced.map(({ record }) => record.id),
  ])
}

/** Newcomers under ids that stood for something before. */
export interface Returned {
  /** By remote id: the record that it is again. */
  readonly same: ReadonlyMap<string, string>
  /** Held until people have said what they are. */
  readonly asked: ReadonlySet<string>
}

/** Which newcomers are what had their ids before the links ended. */
export async function returnedAmong(
  work: FlowWork,
  side: Side,
  newcomers: readonly RemoteRecord[],
  outcome: Outcome,
  decided?: Verdicts,
): Promise<Returned> {
  const same = new Map<string, string>()
  const asked = new Set<string>()
  // What ended just now is another thing for sure.
  const ending = new Set(outcome.freed.flatMap((one) => (one.sideId === side.id ? [one.remoteId] : [])))
  const ids = newcomers.flatMap((record) => (ending.has(record.id) ? [] : [record.id]))
  const formers = new Map((await formersOfRemotes(work.database, side.id, ids)).map((one) => [one.remoteId, one]))
  if (formers.size === 0) return { same, asked }
  const rows = await recordsById(work.database, [...new Set([...formers.values()].map((one) => one.recordId))])
  // A record that has another row here by now is not this one; one that is deleted everywhere is told by its row alone.
  const open = new Map(rows.map((row) => [row.id, row.links.every((link) => link.sideId !== side.id)]))
  const suspects = newcomers.flatMap((record): (Suspect & { before: FormerLink })[] => {
    const before = formers.get(record.id)
    return before && open.get(before.recordId) === true ? [{ record, before }] : []
  })
  const verdicts = await judge(work, side, suspects, { ended: () => true, decided })
  for (const { record, before } of suspects) {
    const verdict = verdicts.get(record.id)!
    if (verdict === 'same') same.set(record.id, before.recordId)
    else if (verdict === 'doubt') {
      ask(work, side, record, before, outcome)
      asked.add(record.id)
    }
  }
  return { same, asked }
}

function ask(work: FlowWork, side: Side, record: RemoteRecord, before: Suspect['before'], outcome: Outcome): void {
  const [then, now] = [rowOf(side, before.image, before.layoutId, work.layouts), record.values].map((values) =>
    side.mapping.read(values, () => undefined),
  )
  const values: Record<string, string | null> = {}
  work.flow.fields.forEach(({ name, lines }, i) => {
    const [a, b] = [then![i], now![i]]
    if (lines || !isValue(a) || !isValue(b) || a === b) return
    values[`${name}, before`] = a
    values[`${name}, now`] = b
  })
  const about = {
    recordId: before.recordId,
    sideId: side.id,
    remoteId: record.id,
    title: titleOf(work.flow, then!),
  }
  const draft = reusedIdCase(work.flow, side.system, titleOf(work.flow, now!), about, values)
  outcome.held.push({
    sideId: side.id,
    remoteId: record.id,
    cause: IDENTITY,
    detail: draft.detail.sentence,
    image: record.image,
  })
  work.counts.held++
  outcome.cases.push(draft)
}

/** A row that people were asked about is what it is by now. */
export function releaseIdentity(
  work: FlowWork,
  side: Side,
  known: Pick<Known, 'remoteId' | 'cause'>,
  outcome: Outcome,
): void {
  if (known.cause === IDENTITY) release(work, side, known.remoteId, outcome)
}
