import type { RemoteRecord } from '../connector-kit/port.ts'
import { isMarked } from '../connector-kit/tombstones.ts'
import type { Merged } from '../merge/draft.ts'
import { matchKeys } from '../merge/match-key.ts'
import { isValue } from '../merge/side-state.ts'
import { Unresolved } from '../model/value.ts'
import { knownImages, recordsById, type Known, type LinkRow, type RecordRow } from '../store/state/links.ts'
import { emptyOutcome, type Outcome } from '../store/state/outcome.ts'
import { recordSubject, remoteSubject } from './case-drafts.ts'
import { Correlator } from './correlator.ts'
import { isGivenUpElsewhere } from './archived.ts'
import type { FlowWork } from './flow-work.ts'
import { blockerOf, DECIDED_BY_CONTENT, HELD_BY, holdBack, release } from './hold-back.ts'
import { releaseIdentity, tellApart } from './identity.ts'
import { applyMerge, mergeLoaded, pendingOf, readOthers } from './linked-merge.ts'
import { historiesOf } from './oscillation.ts'
import { asNews, endQuestions, noteReturned, stateOfReturned } from './returned.ts'
import { resolverIn, rowOf, type Side } from './side.ts'
import { goldenOf, loadStates, type Loaded } from './translate.ts'
import type { Creation } from './unmatched.ts'
import { refuseMassUnreadable } from './unreadable.ts'

/*
 * Stage two for a page of remote records of one side: what is unchanged is let go by on its image; what is linked is
 * merged with the fresh state of its other sides; what is new is correlated. Decides only: the outcome is for the caller
 * to commit.
 */

export interface Decision {
  readonly outcome: Outcome
  /** New golden records that are due in other sides. */
  readonly creations: Creation[]
  /** Nothing of the page has to be looked at again while it stays as it is. */
  readonly clean: boolean
  /** How many of the records were linked before. */
  readonly linked: number
  /** Remote ids (by side) that are linked, and that a point read did not find. */
  readonly absent: { readonly sideId: number; readonly remoteId: string }[]
  /** Remote ids whose reference to the same flow could not be resolved yet. */
  readonly again: string[]
  /** Linked records that are not as their link knew them, in the same shape. */
  readonly differing: RemoteRecord[]
  /** Match keys of the records that the page adds. */
  readonly keys: readonly { readonly key: string; readonly recordId: string }[]
}

/** Whether it means something for the other systems that a record leaves a filter. */
const followsFilter = ({ flow }: FlowWork): boolean => (flow.edgeCases.leftFilter ?? 'leave alone') !== 'leave alone'

/** What kept it from being spread is told by its values, so that other values ask for another decision. */
const isForReview = (row: RecordRow, record: RemoteRecord): boolean =>
  record.inScope && row.links.length === 1 && DECIDED_BY_CONTENT.has(row.createdRule) && row.state !== 'live'

/** Left out as a double, by the rules or until somebody decides; not by what somebody has decided. */
const isDouble = ({ state, createdRule }: RecordRow): boolean =>
  createdRule.startsWith('duplicate:') &&
  (createdRule === 'duplicate: asked' ? state === 'held' : state === 'left alone')

export interface DecideOptions {
  /** Look again even at what has not changed. */
  readonly recheck?: boolean
  /** The other sides have been observed in this run, so what has no counterpart now has none. */
  readonly last: boolean
  /** What has no counterpart is created as it is read: which records of the side are twins is known beforehand. */
  readonly stream?: boolean
  /** Nothing was known of the side before this pass over it, so nothing need be looked up. */
  readonly blank?: boolean
  /** Since when records are held back, by remote id. */
  readonly heldSince?: ReadonlyMap<string, number>
  /** What people have said rows to be whose identity was in doubt, by remote id. */
  readonly identities?: ReadonlyMap<string, 'same' | 'other'>
  /** Doubles that are none any more, by remote id. */
  readonly single?: ReadonlySet<string>
  /** Newcomers that are a record which was given up, by remote id. */
  readonly again?: ReadonlyMap<string, string>
}

export class Decider {
  private readonly work: FlowWork
  readonly correlator: Correlator

  constructor(work: FlowWork) {
    this.work = work
    this.correlator = new Correlator(work)
  }

  async decide(side: Side, records: readonly RemoteRecord[], options: DecideOptions): Promise<Decision> {
    const { work } = this
    const decision: Decision = {
      outcome: emptyOutcome(),
      creations: [],
      clean: true,
      linked: 0,
      absent: [],
      again: [],
      differing: [],
      keys: [],
    }
    work.counts.read += records.length
    const ids = records.map((record) => record.id)
    const images = options.blank ? [] : await knownImages(work.database, side.id, ids)
    const known = new Map(images.map((k) => [k.remoteId, k]))
    const fresh: RemoteRecord[] = []
    const changed: { record: RemoteRecord; known: Known }[] = []
    let linked = 0
    const { deleted } = work.flow.records[side.system]!
    for (const record of records) {
      const k = known.get(record.id)
      if (deleted && isMarked(side.remote.layout.columns, record, deleted)) {
        // Its point read does not find it: it is gone.
        if (k?.state === 'live' || k?.state === 'out of scope')
          decision.absent.push({ sideId: side.id, remoteId: record.id })
        continue
      }
      if (k?.state === 'live') linked++
      const isBack = k?.state === 'gone' || (k?.state === 'out of scope' && record.inScope)
      if (k && !options.recheck && !isBack && k.image === record.image && k.layoutId === side.layoutId)
        work.counts.unchanged++
      else if (k?.recordId) {
        changed.push({ record, known: k })
        if (k.image !== record.image && k.layoutId === side.layoutId) decision.differing.push(record)
      } else if (record.inScope) fresh.push(record)
    }
    let result: Decision = { ...decision, linked }
    if (changed.length > 0) result = await this.decideChanged(side, changed, options, result, records)
    if (fresh.length > 0) result = await this.correlator.decide(side, fresh, known, options, result)
    this.correlator.noteKeys(result.outcome)
    return result
  }

  private async decideChanged(
    side: Side,
    changed: readonly { record: RemoteRecord; known: Known }[],
    options: DecideOptions,
    decision: Decision,
    page: readonly RemoteRecord[],
  ): Promise<Decision> {
    const { work } = this
    const { outcome } = decision
    const rows = new Map(
      (
        await recordsById(
          work.database,
          changed.map((c) => c.known.recordId!),
        )
      ).map((row) => [row.id, row]),
    )
    const merging: RecordRow[] = []
    const mine = new Map<string, RemoteRecord>()
    const review: { record: RemoteRecord; row: RecordRow }[] = []
    const linked = changed.filter(({ record, known }) => {
      const row = rows.get(known.recordId!)
      if (!row || !(isForReview(row, record) || this.isSingle(side, row, record, options))) return true
      review.push({ record, row })
      return false
    })
    const told = await tellApart(work, side, linked, rows, outcome, { page, decided: options.identities })
    const returned: RecordRow[] = []
    const again = new Map<string, string>()
    for (const { record, known } of told.linked) {
      const row = rows.get(known.recordId!)
      const link = row?.links.find((l) => l.sideId === side.id)
      if (!row || !link) continue
      if (link.state === 'unlinked' || link.state === 'archived') {
        releaseIdentity(work, side, known, outcome)
        // Followed no more; but what it is, is told by what it was last, and it is found by the keys that it has now.
        if (link.image !== record.image) {
          outcome.links.push({ ...link, image: record.image, layoutId: side.layoutId })
          for (const key of this.newKeys(side, row, record))
            if (key !== null) outcome.moreKeys.push({ key, recordId: row.id })
        }
        work.counts.unchanged++
        continue
      }
      if (!record.inScope) {
        // The image stays: what was changed before it comes back has been merged with nothing yet (law L8).
        if (link.state === 'live' && followsFilter(work)) decision.absent.push({ sideId: side.id, remoteId: record.id })
        else if (link.state !== 'out of scope') outcome.links.push({ ...link, state: 'out of scope' })
        continue
      }
      const wasAway = link.state === 'gone' || (link.state === 'out of scope' && row.state !== 'live')
      if (wasAway && isGivenUpElsewhere(row)) {
        // It is joined with what is left of it there.
        outcome.freed.push({ sideId: side.id, remoteId: record.id, undecided: false })
        again.set(record.id, row.id)
        told.newcomers.push(record)
        continue
      }
      const back: LinkRow = { ...link, state: 'live' }
      const state = wasAway ? stateOfReturned(row) : row.state
      const now: RecordRow = { ...row, state, links: row.links.map((l) => (l === link ? back : l)) }
      if (wasAway) returned.push(now)
      if (wasAway && row.state === 'deleted') endQuestions(row, side, outcome)
      merging.push(now)
      mine.set(record.id, record)
    }
    const current = await readOthers(work, side, merging, mine, decision.absent)
    const loaded = (await loadStates(work, work.database, merging, current))
      .map((record) => this.asRead(record, side))
      .map((record) => (returned.some((row) => row.id === record.row.id) ? asNews(record, side) : record))
    await refuseMassUnreadable(work, side, page.length, loaded)
    const pending = await pendingOf(work, loaded)
    const heldIds = new Set(changed.filter((c) => c.known.cause !== null).map((c) => c.record.id))
    const merges: {
      record: Loaded
      row: RecordRow
      remote: RemoteRecord
      merged: Merged
      changes: Merged['changes']
    }[] = []
    for (const record of loaded) {
      const at = record.sides.find((s) => s.side === side)!
      const remote = mine.get(at.link.remoteId)!
      const blocked = blockerOf(work, side, at.state.now, record.row.state === 'live', {
        since: options.heldSince?.get(remote.id),
        waived: at.state.waived,
      })
      if (blocked) {
        holdBack(work, side, remote, blocked, outcome, options.heldSince)
        continue
      }
      if (heldIds.has(remote.id)) release(work, side, remote.id, outcome)
      if (at.state.now.some((value) => value instanceof Unresolved)) decision.again.push(remote.id)
      const merged = mergeLoaded(work.flow, record, pending.get(record.row.id))
      merges.push({ record, row: record.row, remote, merged, changes: merged.changes })
    }
    const histories = await historiesOf(work.database, merges)
    let clean = decision.clean
    for (const { record, remote, merged } of merges) {
      if (!(await applyMerge(work, record, merged, outcome, new Map([[side.id, remote]]), histories))) clean = false
    }
    noteReturned(work, returned, outcome)
    const result = { ...decision, clean: clean && !decision.again.length && told.clean }
    const anew = [...told.newcomers, ...(await this.review(side, review, outcome, options))]
    return anew.length === 0
      ? result
      : this.correlator.decide(
          side,
          anew,
          new Map(changed.map((c) => [c.known.remoteId, c.known])),
          { ...options, again },
          result,
        )
  }

  /** A double that shares no key any more, or that has other keys by now. */
  private isSingle(side: Side, row: RecordRow, record: RemoteRecord, { single }: DecideOptions): boolean {
    if (!record.inScope || row.links.length !== 1 || !isDouble(row)) return false
    return single?.has(record.id) === true || this.newKeys(side, row, record).length > 0
  }

  /** Match keys that a row has now, and that the agreed values of its record do not have; null for one that is empty now. */
  private newKeys(side: Side, row: RecordRow, record: RemoteRecord): readonly (string | null)[] {
    const now = side.mapping.read(record.values, () => undefined).map((value) => (isValue(value) ? value : null))
    const before = new Set(matchKeys(this.work.flow, goldenOf(this.work, row).values))
    return matchKeys(this.work.flow, now).filter((key) => !before.has(key))
  }

  /** What kept a record back may be gone: such records are decided about anew, as if seen for the first time. */
  private async review(
    side: Side,
    held: readonly { record: RemoteRecord; row: RecordRow }[],
    outcome: Outcome,
    options: DecideOptions,
  ): Promise<RemoteRecord[]> {
    if (held.length === 0) return []
    const resolve = await resolverIn(
      this.work.database,
      side,
      held.map(({ record }) => record.values),
    )
    return held.flatMap(({ record, row }) => {
      const since = options.heldSince?.get(record.id)
      const blocked = blockerOf(this.work, side, side.mapping.read(record.values, resolve), false, { since })
      if (blocked && HELD_BY[blocked.cause] === row.createdRule) {
        holdBack(this.work, side, record, blocked, outcome, options.heldSince)
        return []
      }
      outcome.retired.set(record.id, row.id)
      outcome.settled.push({ subject: remoteSubject(side.system, record.id) }, { subject: recordSubject(row.id) })
      return [record]
    })
  }

  /** Another side's row that cannot be taken as it is counts as not read: that side's own page deals with it. */
  private asRead(record: Loaded, side: Side): Loaded {
    const sides = record.sides.map((s) => {
      const { now, waived } = s.state
      if (s.side === side || !blockerOf(this.work, s.side, now, record.row.state === 'live', { waived })) return s
      return {
        ...s,
        values: rowOf(s.side, s.link.image, s.link.layoutId, this.work.layouts),
        state: { ...s.state, now: s.last },
      }
    })
    return { ...record, sides }
  }
}
