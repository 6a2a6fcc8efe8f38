import type { RemoteRecord } from '../connector-kit/port.ts'
import type { ConcordatError } from '../model/errors.ts'
import { inEach, type InEach } from '../model/language.ts'
import type { Raw } from '../model/value.ts'
import { openCases } from '../store/cases/cases.ts'
import { failDirty } from '../store/state/dirty.ts'
import { recordsOfRemotes } from '../store/state/links.ts'
import { dependantsOf } from './dependants.ts'
import { stampOf, underLease, type FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import { readAll } from './read-all.ts'
import { titlesOf } from './legend.ts'
import type { PlannedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'
import { decidedBy, deletableOf } from './ways-out.ts'
import { CASE_WORDS, type RecordAt } from './words/case-words.ts'
import { quarantineCase } from './write-cases.ts'

/*
 * Writes that a system refuses because of another record: one that holds the same unique key, one that refers to a record
 * which is to go, one that is referred to and not there. They are tried again when that record has been written, in this
 * run or in a later one. What has not landed when a run ends is a case, which names the other record.
 */

/** The record that stands in a write's way. */
interface Obstacle {
  readonly flow: string
  /** Null when it is none of ours. */
  readonly recordId: string | null
  readonly remoteId: string
}

export interface Obstructed {
  readonly side: Side
  readonly recordId: string
  readonly remoteId: string | null
  readonly title: string
  readonly isDeletion: boolean
  /** It was deleted in the side and is wanted back. */
  readonly isRestore: boolean
  readonly error: ConcordatError
  readonly obstacle: Obstacle | null
  /** See `PlannedWrite`. */
  readonly stuck: string | null
  /** Since when it has been due (milliseconds since the epoch). */
  readonly since: number
}

/** What stands in the way is looked for, for so many refused writes of a batch; the others are tried again all the same. */
const MOST_LOOKS = 200
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Takes note of refused writes, and of what they have to wait for. */
export async function noteObstructed(
  work: FlowWork,
  side: Side,
  refused: readonly { readonly write: PlannedWrite; readonly error: ConcordatError }[],
): Promise<void> {
  if (!work.obstructed || refused.length === 0) return
  const known: { recordId: string; waitsFor: string; error: string }[] = []
  for (const [i, { write, error }] of refused.entries()) {
    const { item, operation, call } = write
    const obstacle = i < MOST_LOOKS ? await obstacleOf(work, side, write, error) : null
    work.obstructed.set(keyOf(side, item.recordId), {
      side,
      recordId: item.recordId,
      remoteId: operation.remoteId,
      title: titleOf(work.flow, item.golden),
      isDeletion: call.kind === 'delete',
      isRestore: item.action === 'restore',
      error,
      obstacle,
      stuck: write.stuck ?? null,
      since: item.since ?? work.clock(),
    })
    if (obstacle?.recordId) known.push({ recordId: item.recordId, waitsFor: obstacle.recordId, error: error.message })
  }
  if (known.length > 0)
    await underLease(work, (session) =>
      failDirty(
        session,
        side.id,
        known.map((one) => ({ ...one, state: 'waiting' })),
      ),
    )
}

/** Writes that have landed, or need not any more, wait for nothing. */
export function forgetObstructed(work: FlowWork, side: Side, recordIds: readonly string[]): void {
  for (const recordId of recordIds) work.obstructed?.delete(keyOf(side, recordId))
}

/** Records that a side refused to write so far, and those that stand in their way: they may have to be written together. */
export function tangledIn(work: FlowWork, side: Side): string[] {
  const mine = [...(work.obstructed?.values() ?? [])].filter((one) => one.side === side)
  const others = mine.flatMap(({ obstacle }) =>
    obstacle?.recordId && obstacle.flow === work.flow.name ? [obstacle.recordId] : [],
  )
  return [...new Set([...mine.map((one) => one.recordId), ...others])]
}

const keyOf = (side: Side, recordId: string): string => `${side.id}/${recordId}`

/**
 * What has still not landed becomes a case for each write; a later run tries it again when the other record has changed.
 * `beforeRun`: hints about that record may be on their way, so what waits for one of ours is left to the next run.
 */
export async function giveUpObstructed(work: FlowWork, { beforeRun = false } = {}): Promise<void> {
  if (!work.obstructed || work.obstructed.size === 0) return
  const left = [...work.obstructed.values()].filter(({ obstacle }) => !beforeRun || !obstacle?.recordId)
  work.obstructed.clear()
  if (left.length === 0) return
  const named = await nameRecords(
    work,
    left.flatMap(({ side, obstacle }) => (obstacle ? [{ ...obstacle, system: side.system }] : [])),
  )
  // What is wanted back comes first: its case decides about what others of them are refused for.
  const inOrder = left.toSorted((a, b) => Number(b.isRestore) - Number(a.isRestore))
  for (const [side, all] of Map.groupBy(inOrder, (one) => one.side)) {
    work.counts.quarantined += all.length
    const deletable = await deletableOf(
      work,
      side,
      all.flatMap((one) => (one.isRestore ? [one.recordId] : [])),
    )
    const deciding = await decidersOf(work, side, all)
    const told = all.map((one) => ({
      one,
      why: whyRefused(one, one.obstacle && named.get(placeOf(side, one.obstacle))),
    }))
    await underLease(work, async (session) => {
      await failDirty(
        session,
        side.id,
        told.map(({ one, why: { en: error, ...errorIn } }) => ({
          recordId: one.recordId,
          state: 'quarantined',
          waitsFor: one.obstacle?.recordId ?? null,
          retryAt: triedAgain(work.clock(), one),
          error,
          errorIn,
        })),
      )
      await openCases(
        session,
        told.map(({ one, why }) =>
          quarantineCase(
            side.system,
            why,
            { recordId: one.recordId, sideId: side.id, remoteId: one.remoteId, title: one.title },
            {
              isDeletion: one.isDeletion,
              deletable: deletable.get(one.recordId) ?? [],
              // Who may be deleted instead has a decision of its own.
              decidedBy: deletable.get(one.recordId)?.length ? undefined : deciding.get(one.recordId),
            },
          ),
        ),
        stampOf(work),
      )
    })
  }
}

/** By record: the case that decides about what stands in its way, or in the way of that. */
async function decidersOf(
  work: FlowWork,
  side: Side,
  all: readonly Obstructed[],
): Promise<ReadonlyMap<string, string>> {
  const columns = (side.remote.layout.uniqueKeys ?? []).flat().map(({ name }) => name)
  const next = new Map(
    all.flatMap(({ recordId, obstacle }) => (obstacle?.recordId ? [[recordId, obstacle.recordId]] : [])),
  )
  const deciding = await decidedBy(
    work,
    side.system,
    all.flatMap(({ obstacle }) =>
      obstacle?.recordId ? [{ flow: obstacle.flow, recordId: obstacle.recordId, columns }] : [],
    ),
  )
  const found = new Map<string, string>()
  for (const { recordId } of all) {
    const seen = new Set([recordId])
    let at = next.get(recordId)
    while (at !== undefined && !seen.has(at) && !deciding.has(at)) {
      seen.add(at)
      at = next.get(at)
    }
    const one = at === undefined ? undefined : deciding.get(at)
    if (one !== undefined) found.set(recordId, one)
  }
  return found
}

/** Where nothing of ours stands in the way nobody will tell us that it has gone, so it is tried now and then. */
function triedAgain(now: number, { obstacle, since }: Obstructed): Date {
  const wait = obstacle?.recordId ? DAY_MS : Math.min(DAY_MS, Math.max(15 * MINUTE_MS, now - since))
  return new Date(now + wait)
}

const placeOf = (side: Side, { flow, remoteId }: Obstacle): string => `${side.system}/${flow}/${remoteId}`

function whyRefused({ error, stuck }: Obstructed, other: RecordAt | null | undefined): InEach {
  return inEach((language) => {
    const words = CASE_WORDS[language]
    const why = other ? words.because(error.message, other) : error.message
    return stuck === null ? why : `${why} ${words.noWay(stuck)}`
  })
}

/** How records of several flows are called, by their places. */
export async function nameRecords(
  work: FlowWork,
  records: readonly {
    readonly flow: string
    readonly system: string
    readonly recordId: string | null
    readonly remoteId: string
  }[],
): Promise<ReadonlyMap<string, RecordAt>> {
  const titles = await titlesOf(work.database, work.contract, [
    ...new Set(records.flatMap(({ recordId }) => recordId ?? [])),
  ])
  return new Map(
    records.map(({ flow, system, recordId, remoteId }) => [
      `${system}/${flow}/${remoteId}`,
      { title: (recordId !== null && titles.get(recordId)) || remoteId, where: `${flow}, ${system} ${remoteId}` },
    ]),
  )
}

async function obstacleOf(
  work: FlowWork,
  side: Side,
  write: PlannedWrite,
  error: ConcordatError,
): Promise<Obstacle | null> {
  const { call, operation } = write
  if (error.code === 'connector.duplicate-key') {
    const twin = await twinOf(side, write)
    return twin && obstacleFor(work, side, twin)
  }
  if (call.kind === 'delete') {
    const [first] = (await dependantsOf(work.database, side, [call.item.id])).get(operation.remoteId!) ?? []
    return first ?? null
  }
  return null
}

async function obstacleFor(work: FlowWork, side: Side, { id }: RemoteRecord): Promise<Obstacle> {
  for (const { flow, sideId } of [{ flow: work.flow.name, sideId: side.id }, ...side.sharing]) {
    const recordId = (await recordsOfRemotes(work.database, sideId, [id])).get(id)
    if (recordId !== undefined) return { flow, recordId, remoteId: id }
  }
  return { flow: work.flow.name, recordId: null, remoteId: id }
}

/** The record that holds a unique key which a write would take. */
async function twinOf(side: Side, { call, row, operation }: PlannedWrite): Promise<RemoteRecord | null> {
  if (call.kind === 'delete') return null
  const set: Readonly<Record<string, Raw>> = call.kind === 'create' ? call.item.values : call.item.set
  for (const key of side.remote.layout.uniqueKeys ?? []) {
    if (!key.some(({ name }) => Object.hasOwn(set, name))) continue
    const wanted: Record<string, Raw> = {}
    for (const { name } of key) {
      const place = side.places.get(name)
      wanted[name] = Object.hasOwn(set, name) ? set[name]! : place === undefined ? null : (row?.[place] ?? null)
    }
    if (Object.values(wanted).includes(null)) continue
    const [hits = []] = await side.remote.search([wanted], 3)
    const twin = hits.find((record) => record.id !== operation.remoteId)
    if (twin) return twin
  }
  if (call.kind === 'create' && operation.remoteId !== null)
    return (await readAll(side, [operation.remoteId]))[0] ?? null
  return null
}
