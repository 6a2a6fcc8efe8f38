import { openCases, settleCases, type CaseDraft, type SettledCase } from '../cases/cases.ts'
import { columns } from '../database/columns.ts'
import { copyText, copyValue, SEPARATOR as S } from '../database/copy-text.ts'
import type { Session } from '../database/database.ts'
import { dropSyncs, markDirty, rearmMoved, type DirtyMark } from './dirty.ts'
import { freeRemotes, type FreedRemote } from './former.ts'
import { noteFields } from '../log/log-fields.ts'
import { intend, type Intent } from '../log/operations.ts'
import type { LinkRow, RecordState } from './links.ts'
import { succeed } from './records.ts'
import type { Stamp } from '../log/stamp.ts'

/*
 * What one page of merging decided, written set-based in the caller's transaction: COPY for what is new, one statement a
 * table for what changed. Rows are sorted by key, so that indexes grow in order and two writers cannot deadlock.
 */

export interface NewRecord {
  readonly id: string
  readonly state: RecordState
  readonly layoutId: number
  readonly golden: string
  readonly sideId: number
  readonly rule: string
}

export interface RecordUpdate {
  readonly id: string
  readonly version: number
  readonly layoutId: number
  readonly state: RecordState
  readonly golden: string
}

export interface RevisionDraft {
  readonly recordId: string
  readonly version: number
  /** JSON, see `revision.changes`. */
  readonly changes: string
}

export interface HeldRow {
  readonly sideId: number
  readonly remoteId: string
  readonly cause: string
  readonly detail: string
  readonly image: string
}

export interface Outcome {
  /** Records that are decided about anew, from scratch: their links and keys go. By the remote id of their only link. */
  readonly retired: Map<string, string>
  /** Records that turned out to be another one; what refers to them means that one from now on. */
  readonly became: { readonly from: string; readonly to: string }[]
  /** Remote ids whose links end, before new ones are made. */
  readonly freed: FreedRemote[]
  readonly newRecords: NewRecord[]
  readonly records: RecordUpdate[]
  readonly newLinks: LinkRow[]
  readonly links: LinkRow[]
  readonly newKeys: { readonly key: string; readonly recordId: string }[]
  /** Further keys of records that exist; some may be known already. */
  readonly moreKeys: { readonly key: string; readonly recordId: string }[]
  readonly droppedKeys: { readonly key: string; readonly recordId: string }[]
  readonly revisions: RevisionDraft[]
  readonly dirty: DirtyMark[]
  /** Records that agree with a side again: an earlier mark to bring them to the golden values is void. */
  readonly idle: { readonly recordId: string; readonly sideId: number }[]
  /** Records whose agreed values have moved: what a system refused of them is tried again. */
  readonly moved: string[]
  readonly cases: CaseDraft[]
  readonly settled: SettledCase[]
  readonly held: HeldRow[]
  readonly released: { readonly sideId: number; readonly remoteId: string }[]
  readonly intents: Intent[]
}

export const emptyOutcome = (): Outcome => ({
  retired: new Map(),
  became: [],
  freed: [],
  newRecords: [],
  records: [],
  newLinks: [],
  links: [],
  newKeys: [],
  moreKeys: [],
  droppedKeys: [],
  revisions: [],
  dirty: [],
  idle: [],
  moved: [],
  cases: [],
  settled: [],
  held: [],
  released: [],
  intents: [],
})

/** Whether there is nothing to write. */
export const isEmptyOutcome = (outcome: Outcome): boolean =>
  Object.values(outcome).every((rows: readonly unknown[] | ReadonlyMap<unknown, unknown>) =>
    rows instanceof Map ? rows.size === 0 : (rows as readonly unknown[]).length === 0,
  )

/** Writes an outcome; answers the ids of the intents' batches, in order. */
export async function commitOutcome(session: Session, outcome: Outcome, stamp: Stamp): Promise<string[]> {
  await retire(session, outcome)
  await freeRemotes(session, outcome.freed, stamp.at)
  await insertRecords(session, outcome.newRecords, stamp)
  await updateRecords(session, outcome.records)
  await insertLinks(session, outcome.newLinks)
  await updateLinks(session, outcome.links)
  await changeKeys(session, outcome)
  await insertRevisions(session, outcome.revisions, stamp)
  await hold(session, outcome, stamp)
  await rearmMoved(session, outcome.moved)
  await dropSyncs(session, outcome.idle)
  await markDirty(session, outcome.dirty, stamp)
  await settleCases(session, outcome.settled, stamp)
  await openCases(session, outcome.cases, stamp)
  const batches: string[] = []
  for (const intent of outcome.intents) batches.push(await intend(session, intent, stamp))
  await noteFields(session, stamp, {
    operations: outcome.intents.flatMap((intent) => intent.operations),
    revisions: outcome.revisions,
  })
  return batches
}

async function retire(session: Session, { retired, newRecords, became }: Outcome): Promise<void> {
  if (retired.size === 0) return
  const ids = [...retired.values()]
  await session.execute('delete from link where record_id = any($1::bigint[])', [ids])
  await session.execute('delete from match_key where record_id = any($1::bigint[])', [ids])
  await session.execute('delete from dirty where record_id = any($1::bigint[])', [ids])
  // Most of them are made anew under the same id, so that what refers to them need not know.
  const anew = new Set(newRecords.map((record) => record.id))
  await session.execute(`delete from record where id = any($1::bigint[])`, [ids.filter((id) => anew.has(id))])
  await session.execute(`update record set state = 'deleted' where id = any($1::bigint[])`, [ids])
  for (const { from, to } of became) await succeed(session, from, to)
}

async function insertRecords(session: Session, records: readonly NewRecord[], stamp: Stamp): Promise<void> {
  let lines = ''
  for (const r of records) {
    lines += `${r.id}${S}${stamp.flowId}${S}1${S}${r.layoutId}${S}${r.state}${S}${stamp.runId}${S}${r.sideId}${S}${r.rule}${S}${copyText(r.golden)}\n`
  }
  await session.copyIn(
    'record (id, flow_id, version, layout_id, state, created_run, created_side, created_rule, golden)',
    lines,
  )
}

async function updateRecords(session: Session, records: readonly RecordUpdate[]): Promise<void> {
  if (records.length === 0) return
  await session.execute(
    `update record r set version = n.version, layout_id = n.layout_id, state = n.state, golden = n.golden
     from unnest($1::bigint[], $2::int[], $3::smallint[], $4::text[], $5::text[]) as n(id, version, layout_id, state, golden)
     where r.id = n.id`,
    columns(records, (r) => [r.id, r.version, r.layoutId, r.state, r.golden]),
  )
}

/** Adds links; fails when a remote record or a record's side is linked already (law L3). */
export async function insertLinks(session: Session, links: readonly LinkRow[]): Promise<void> {
  let lines = ''
  for (const l of links) {
    lines += `${l.sideId}${S}${copyText(l.remoteId)}${S}${l.recordId}${S}${l.layoutId}${S}${l.state}${S}${copyValue(l.waived)}${S}${copyText(l.image)}\n`
  }
  await session.copyIn('link (side_id, remote_id, record_id, layout_id, state, waived, image)', lines)
}

export async function updateLinks(session: Session, links: readonly LinkRow[]): Promise<void> {
  if (links.length === 0) return
  await session.execute(
    `update link l set remote_id = n.remote_id, layout_id = n.layout_id, state = n.state, waived = n.waived, image = n.image
     from unnest($1::smallint[], $2::text[], $3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::text[])
       as n(side_id, remote_id, record_id, layout_id, state, waived, image)
     where l.record_id = n.record_id and l.side_id = n.side_id`,
    columns(links, (l) => [l.sideId, l.remoteId, l.recordId, l.layoutId, l.state, l.waived, l.image]),
  )
}

async function changeKeys(session: Session, { newKeys, moreKeys, droppedKeys }: Outcome): Promise<void> {
  if (droppedKeys.length > 0) {
    await session.execute(
      `delete from match_key m using unnest($1::bigint[], $2::bigint[]) as d(key, record_id)
       where m.key = d.key and m.record_id = d.record_id`,
      columns(droppedKeys, (k) => [k.key, k.recordId]),
    )
  }
  if (moreKeys.length > 0) {
    await session.execute(
      'insert into match_key (key, record_id) select * from unnest($1::bigint[], $2::bigint[]) on conflict do nothing',
      columns(moreKeys, (k) => [k.key, k.recordId]),
    )
  }
  let lines = ''
  // Keys are hashes: in order they fall on neighbouring pages of the index.
  for (const k of newKeys.toSorted((a, b) => Number(a.key) - Number(b.key))) lines += `${k.key}${S}${k.recordId}\n`
  await session.copyIn('match_key (key, record_id)', lines)
}

async function insertRevisions(session: Session, revisions: readonly RevisionDraft[], stamp: Stamp): Promise<void> {
  const at = stamp.at.toISOString()
  let lines = ''
  for (const r of revisions)
    lines += `${at}${S}${stamp.flowId}${S}${stamp.runId}${S}${r.recordId}${S}${r.version}${S}${copyText(r.changes)}\n`
  await session.copyIn('revision (at, flow_id, run_id, record_id, version, changes)', lines)
}

async function hold(session: Session, { held, released }: Outcome, stamp: Stamp): Promise<void> {
  if (released.length > 0) {
    await session.execute(
      `delete from held h using unnest($1::smallint[], $2::text[]) as d(side_id, remote_id)
       where h.side_id = d.side_id and h.remote_id = d.remote_id`,
      columns(released, (h) => [h.sideId, h.remoteId]),
    )
  }
  if (held.length > 0) {
    await session.execute(
      `insert into held (side_id, remote_id, cause, detail, image, since, run_id)
       select n.*, $6::timestamptz, $7::bigint from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[]) as n
       on conflict (side_id, remote_id) do update set
         cause = excluded.cause, detail = excluded.detail, image = excluded.image,
         since = case when held.cause = excluded.cause then held.since else excluded.since end`,
      [...columns(held, (h) => [h.sideId, h.remoteId, h.cause, h.detail, h.image]), stamp.at, stamp.runId],
    )
  }
}
