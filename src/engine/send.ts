import type { CreateItem, DeleteItem, RemoteRecord, UpdateItem, WriteResult } from '../connector-kit/port.ts'
import { ConcordatError } from '../model/errors.ts'
import { inEach, type InEach } from '../model/language.ts'
import type { CaseDraft, SettledCase } from '../store/cases/cases.ts'
import { openCases, settleCases } from '../store/cases/cases.ts'
import {
  clearDirty,
  failDirty,
  markDirty,
  rearmMarks,
  type DirtyFailure,
  type DirtyMark,
} from '../store/state/dirty.ts'
import { freeGiven } from '../store/state/former.ts'
import { confirmLease, timeLeft, type Lease } from '../store/service/leases.ts'
import type { LinkRow } from '../store/state/links.ts'
import { nameRemotes, settleBatch, type OperationException } from '../store/log/operations.ts'
import { insertLinks, updateLinks } from '../store/state/outcome.ts'
import { heldAsSent, linkAfter } from './after-write.ts'
import { finishUnderLease, stampOf, type FlowWork } from './flow-work.ts'
import { titleOf } from './golden.ts'
import type { PlannedWrite, WriteItem } from './plan-writes.ts'
import { resolverIn, type Side } from './side.ts'
import { deletableOf } from './ways-out.ts'
import { CASE_WORDS } from './words/case-words.ts'
import { CHANGED_MEANWHILE, THERE_OTHERWISE } from './words/outcome-words.ts'
import { quarantineCase, writeSubject } from './write-cases.ts'

/*
 * Carries planned writes out: the intent stands already, the call is made, and the result is stored in one transaction:
 * links with what the system confirmed, marks that are done with, outcomes that are not plain success.
 */

export interface Sent {
  /** How many writes landed. */
  readonly landed: number
  /** Records that nothing is left to do for in the side. */
  readonly done: readonly string[]
  /** What the system refuses because of another record. */
  readonly obstructed: readonly { readonly write: PlannedWrite; readonly error: ConcordatError }[]
  /** Records that were not as expected, as they are now: they go through merging again. */
  readonly moved: RemoteRecord[]
  /** Remote ids that are gone. */
  readonly gone: string[]
}

export async function sendBatch(
  work: FlowWork,
  side: Side,
  batchId: string,
  writes: readonly PlannedWrite[],
): Promise<Sent> {
  const results = await call(work, side, writes)
  return storeResults(work, side, batchId, writes, results)
}

async function call(work: FlowWork, side: Side, writes: readonly PlannedWrite[]): Promise<WriteResult[]> {
  const results: WriteResult[] = []
  const { remote } = side
  const { maxBatch } = remote.capabilities
  const ask = () => mayCommit(work)
  type Call = PlannedWrite['call']
  const each = async (kind: Call['kind'], send: (items: Call['item'][]) => Promise<readonly WriteResult[]>) => {
    const places = writes.flatMap((write, place) => (write.call.kind === kind ? [place] : []))
    for (let i = 0; i < places.length; i += maxBatch) {
      const part = places.slice(i, i + maxBatch)
      // Before each call, not once: between two of them the process may have stood still (law L17).
      inTime(work.lease)
      const answers = await send(part.map((place) => writes[place]!.call.item))
      part.forEach((place, n) => (results[place] = answers[n]!))
    }
  }
  await each('create', (items) => remote.create(items as CreateItem[], ask))
  await each('update', (items) => remote.update(items as UpdateItem[], ask))
  await each('delete', (items) => remote.delete(items as DeleteItem[], ask))
  return results
}

/**
 * Asked when a write is in place, just before it is committed: whoever takes the flow over raises its token first, and then
 * waits for what is in place before it looks. So either the store refuses us here, or our successor waits and sees what we
 * wrote, whatever any clock says (laws L17 and L34).
 */
async function mayCommit({ database, lease }: FlowWork): Promise<void> {
  inTime(lease)
  await confirmLease(database, lease)
}

/** Spares a process that can tell by itself that its time is over the way to the system, or to the store. */
function inTime(lease: Lease): void {
  const isCut = lease.hasEnded?.() === true
  if (!isCut && timeLeft(lease) > 0) return
  const what = isCut ? 'The store ended our session' : 'The time to write was over'
  throw new ConcordatError('engine.lease-lost', `${what} before the write was sent.`, { retry: 'later' })
}

/** Whether another record may be what a write is refused for, so that it can land when that has been written. */
const isObstruction = ({ code }: ConcordatError): boolean =>
  code === 'connector.duplicate-key' || code === 'connector.broken-reference'

/**
 * What became of a write. `not sent`: it never reached the system. `found`: a record that a create was meant to make is
 * there with other values than were sent: ours, changed since, or made by somebody else in the same time.
 */
export type Result =
  WriteResult | { readonly kind: 'not sent' } | { readonly kind: 'found'; readonly record: RemoteRecord }

export async function storeResults(
  work: FlowWork,
  side: Side,
  batchId: string,
  writes: readonly PlannedWrite[],
  results: readonly Result[],
): Promise<Sent> {
  const done: string[] = []
  const obstructed: { write: PlannedWrite; error: ConcordatError }[] = []
  const landed = results.filter((result) => result.kind === 'done').length
  const sent: Sent = { landed, done, obstructed, moved: [], gone: [] }
  const inserted: LinkRow[] = []
  const updated: LinkRow[] = []
  const again: DirtyMark[] = []
  const rearmed: string[] = []
  const failures: DirtyFailure[] = []
  const exceptions: OperationException[] = []
  const named: { id: string; remoteId: string }[] = []
  const settled: SettledCase[] = []
  const suspects = results.flatMap((result, i) =>
    (result.kind === 'done' || result.kind === 'found') && result.record && !heldAsSent(side, writes[i]!, result.record)
      ? [result.record]
      : [],
  )
  const resolve = await resolverIn(
    work.database,
    side,
    suspects.map((record) => record.values),
  )
  const suspicious = new Set(suspects)
  const aside: { readonly item: WriteItem; readonly why: InEach }[] = []
  const setAside = ({ item }: PlannedWrite, why: InEach): void => void aside.push({ item, why })
  results.forEach((result, i) => {
    const write = writes[i]!
    const { item, operation } = write
    const mark: DirtyMark = { recordId: item.recordId, sideId: side.id, action: item.action, rule: item.rule }
    // Who only made way has a mark that says what is due.
    const stayDue = (): void => void (write.makesWay ? rearmed.push(item.recordId) : again.push(mark))
    switch (result.kind) {
      case 'found':
      case 'done': {
        const { record } = result
        if (result.kind === 'found')
          exceptions.push({
            id: operation.id,
            outcome: 'superseded',
            error: THERE_OTHERWISE,
          })
        if (record === null || item.action === 'delete') updated.push({ ...item.link!, state: 'gone' })
        else {
          const reading = suspicious.has(record) ? side.mapping.read(record.values, resolve) : null
          const link = linkAfter(work, side, write, record, reading)
          if (item.link) updated.push(link)
          else inserted.push(link)
          if (operation.remoteId === null) named.push({ id: operation.id, remoteId: record.id })
        }
        if (write.makesWay) rearmed.push(item.recordId)
        else if (write.partial) again.push({ ...mark, action: 'sync' })
        else done.push(item.recordId)
        return
      }
      case 'conflict':
        exceptions.push({ id: operation.id, outcome: 'superseded', error: CHANGED_MEANWHILE })
        if (!result.current && side.mayHide && item.link) {
          // Nobody can tell whether it is hidden or deleted, and it cannot be written either way.
          stayDue()
          const why = inEach((language) => CASE_WORDS[language].unseen(side.system))
          const { en: error, ...errorIn } = why
          failures.push({ recordId: item.recordId, state: 'quarantined', waitsFor: null, error, errorIn })
          setAside(write, why)
          return
        }
        if (result.current) sent.moved.push(result.current)
        else if (item.link) sent.gone.push(item.link.remoteId)
        // What is still due is found again by merging; a mark that stands for a decision (delete, restore …) stays.
        if (item.action === 'sync' && result.current) stayDue()
        else if (item.action === 'delete' && !result.current) {
          updated.push({ ...item.link!, state: 'gone' })
          done.push(item.recordId)
        }
        return
      case 'not sent':
        exceptions.push({ id: operation.id, outcome: 'not sent', error: null })
        stayDue()
        return
      case 'refused': {
        const { error } = result
        exceptions.push({ id: operation.id, outcome: 'refused', error: error.message })
        if (isObstruction(error) || write.makesWay) {
          obstructed.push({ write, error })
          if (item.direct) again.push(mark)
          failures.push({ recordId: item.recordId, state: 'waiting', waitsFor: null, error: error.message })
          return
        }
        // What may pass by itself is tried again by later runs, for as long as the contract says.
        const waited = item.since === undefined ? 0 : work.clock() - item.since
        const final = error.retry === 'never' || waited >= work.flow.onFailure.retryMs
        again.push(mark)
        failures.push({
          recordId: item.recordId,
          state: final ? 'quarantined' : 'waiting',
          waitsFor: null,
          error: error.message,
        })
        if (final)
          setAside(
            write,
            inEach(() => error.message),
          )
        return
      }
    }
  })
  work.counts.quarantined += aside.length
  const cases = await casesAbout(work, side, aside)
  // What a first sync creates as it reads was never marked, and no case is open about it.
  const direct = writes.every((write) => write.item.direct === true)
  for (const recordId of direct ? [] : done) {
    settled.push({ subject: writeSubject(recordId, side.system) })
    work.counts.waiting.delete(writeSubject(recordId, side.system))
  }
  // What has been sent is always finished, also when somebody asked to stop meanwhile.
  await finishUnderLease(work, async (session) => {
    const stamp = stampOf(work)
    // A system may have given an id again that stood for something else.
    await freeGiven(
      session,
      side.id,
      inserted.map((link) => link.remoteId),
      stamp.at,
    )
    await insertLinks(session, inserted)
    await updateLinks(session, updated)
    await markDirty(session, again, stamp)
    await rearmMarks(session, side.id, rearmed)
    await failDirty(session, side.id, failures)
    if (!direct) await clearDirty(session, side.id, done)
    await nameRemotes(session, batchId, named)
    await settleBatch(session, batchId, exceptions, stamp.at)
    await openCases(session, cases, stamp)
    await settleCases(session, settled, stamp)
  })
  return sent
}

async function casesAbout(
  work: FlowWork,
  side: Side,
  aside: readonly { readonly item: WriteItem; readonly why: InEach }[],
): Promise<CaseDraft[]> {
  const wantedBack = aside.flatMap(({ item }) => (item.action === 'restore' ? [item.recordId] : []))
  const deletable = await deletableOf(work, side, wantedBack)
  return aside.map(({ item: { recordId, link, golden }, why }) =>
    quarantineCase(
      side.system,
      why,
      { recordId, sideId: side.id, remoteId: link?.remoteId ?? null, title: titleOf(work.flow, golden) },
      { deletable: deletable.get(recordId) ?? [] },
    ),
  )
}
