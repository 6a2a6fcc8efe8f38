import type { Resolve } from '../contract/mapping/mapping.ts'
import { isSkipped, type SideState, type Waived } from '../merge/side-state.ts'
import { Unresolved, type Canonical, type Raw, type Reading } from '../model/value.ts'
import type { Session } from '../store/database/database.ts'
import type { LinkRow, RecordRow } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { decodeGolden } from './golden.ts'
import { followSuccessors } from './successors.ts'
import { changedAt, resolverIn, resolverOfGone, rowOf, type Side } from './side.ts'

/** A golden record taken from the store, with the state of each linked side in canonical form. */
export interface Loaded {
  readonly row: RecordRow
  readonly golden: readonly (string | null)[]
  /** Fields that the contract did not have when the golden record was stored. */
  readonly fresh: readonly number[]
  /** Live links only, in the order of the flow's sides. */
  readonly sides: readonly LinkedSide[]
}

export interface LinkedSide {
  readonly side: Side
  readonly link: LinkRow
  /** The row that the state was made of: the current one where it was read, else the stored image. */
  readonly values: readonly Raw[]
  readonly state: SideState
  /** The stored image, read; unlike the shadow it stands also for what was never compared. */
  readonly last: readonly Reading[]
}

/** A record's golden values under today's fields and references; fields that did not exist then are named in `fresh`. */
export function goldenOf(
  work: FlowWork,
  row: Pick<RecordRow, 'golden' | 'layoutId'>,
): { values: Canonical[]; fresh: readonly number[] } {
  const { values, fresh } = decodeGolden(work.flow, row.golden, work.layouts.get(row.layoutId))
  return { values: followSuccessors(work.flow, values, work.successors), fresh }
}

/** Current rows by side id and remote id, for sides that were read. */
export type Current = ReadonlyMap<number, ReadonlyMap<string, readonly Raw[]>>

/**
 * Brings stored records into canonical form: shadows from the images, current values from `current` where given.
 * Fields that the record's stored shape does not know have no shadow, so that whatever a side holds there is news.
 */
export async function loadStates(
  work: FlowWork,
  session: Session,
  rows: readonly RecordRow[],
  current: Current = new Map(),
): Promise<Loaded[]> {
  const shadows = new Map<LinkRow, readonly Raw[]>()
  const resolvers = new Map<number, { readonly resolve: Resolve; readonly gone: Resolve }>()
  for (const side of work.sides) {
    const links = rows.flatMap((row) => row.links.filter((link) => link.sideId === side.id && link.state === 'live'))
    for (const link of links) shadows.set(link, rowOf(side, link.image, link.layoutId, work.layouts))
    const now = [...(current.get(side.id)?.values() ?? [])]
    const stored = links.map((link) => shadows.get(link)!)
    const resolve = await resolverIn(session, side, [...stored, ...now])
    resolvers.set(side.id, { resolve, gone: await resolverOfGone(session, side, stored, resolve) })
  }
  return rows.map((row) => {
    const { values: golden, fresh } = goldenOf(work, row)
    const sides = work.sides.flatMap((side): LinkedSide[] => {
      const link = row.links.find((candidate) => candidate.sideId === side.id && candidate.state === 'live')
      if (!link) return []
      const { resolve: leadsTo, gone } = resolvers.get(side.id)!
      const stored = shadows.get(link)!
      // A reference means what it meant, also when that has been deleted since: nobody edited anything (law L13).
      const meant = new Set<string>()
      side.mapping.references(stored, (flow, id) => meant.add(`${flow} ${id}`))
      const resolve: Resolve = (flow, id) =>
        leadsTo(flow, id) ?? (meant.has(`${flow} ${id}`) ? gone(flow, id) : undefined)
      const last = side.mapping.read(stored, resolve)
      const shadow = [...last]
      const values = current.get(side.id)?.get(link.remoteId) ?? stored
      const now = values === stored ? last : side.mapping.read(values, resolve)
      const waived = (link.waived === null ? {} : JSON.parse(link.waived)) as Waived
      for (const i of fresh) shadow[i] = NO_SHADOW
      work.flow.fields.forEach((field, i) => {
        if (isSkipped(waived, field.name)) shadow[i] = NO_SHADOW
      })
      return [
        {
          side,
          link,
          values,
          last,
          state: {
            system: side.system,
            holds: side.mapping.holds,
            shadow,
            now,
            changedAt: changedAt(side, values),
            waived,
          },
        },
      ]
    })
    return { row, golden, fresh, sides }
  })
}

/** Stands for "was never compared": differs from every value. */
const NO_SHADOW: Reading = new Unresolved('', '')

/** The state of a remote record that is being linked just now. */
export function newcomerState(side: Side, reading: readonly Reading[], values: readonly Raw[]): SideState {
  return {
    system: side.system,
    holds: side.mapping.holds,
    shadow: null,
    now: reading,
    changedAt: changedAt(side, values),
    waived: {},
  }
}

/**
 * Fields in which a side still differs from the golden values and that it is due to take over. Where the system computes
 * a field by itself, the write is to see what becomes of it.
 */
export function dueFields(
  work: FlowWork,
  side: Side,
  golden: readonly (string | null)[],
  now: readonly Reading[],
  waived: Waived,
): number[] {
  if (!side.mayWrite) return []
  const due: number[] = []
  work.flow.fields.forEach((field, i) => {
    if (!(side.mapping.writable[i] || isComputed(work, side, i)) || now[i] === golden[i]) return
    const waiver = waived[field.name]
    if (waiver && waiver[0] === golden[i]) return
    due.push(i)
  })
  return due
}

/** Whether the side holds the field but only computes it, while another system says what it is to be. */
export function isComputed({ flow }: Pick<FlowWork, 'flow'>, side: Side, field: number): boolean {
  return side.mapping.holds[field]! && !side.mapping.writable[field] && flow.fields[field]!.master !== side.system
}
