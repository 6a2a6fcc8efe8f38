import type { OperationKind, Outcome as OperationOutcome } from '../../model/words.ts'
import { copyValue, SEPARATOR as S } from '../database/copy-text.ts'
import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'
import type { Stamp } from './stamp.ts'

/** Writes to one side, stored before the call. */
export interface Intent {
  readonly sideId: number
  readonly operations: readonly OperationDraft[]
}

export interface OperationDraft {
  readonly id: string
  readonly recordId: string
  /** Null for a create whose id the system assigns. */
  readonly remoteId: string | null
  readonly kind: OperationKind
  readonly rule: string
  readonly version: number
  readonly patch: string | null
  readonly fields: string | null
  readonly before: string | null
  readonly layoutId: number | null
}

/** Stores a batch of intents; answers its id. */
export async function intend(session: Session, intent: Intent, stamp: Stamp): Promise<string> {
  const [batch] = await session.query<{ id: string }>(
    'insert into batch (run_id, side_id, intended_at) values ($1, $2, $3) returning id',
    [stamp.runId, intent.sideId, stamp.at],
  )
  const head = `${stamp.at.toISOString()}${S}${batch!.id}${S}${stamp.runId}${S}${intent.sideId}`
  let lines = ''
  for (const o of intent.operations) {
    lines +=
      `${o.id}${S}${head}${S}${o.recordId}${S}${copyValue(o.remoteId)}${S}${o.kind}${S}${o.rule}${S}${o.version}${S}` +
      `${copyValue(o.patch)}${S}${copyValue(o.fields)}${S}${copyValue(o.before)}${S}${o.layoutId ?? '\\N'}\n`
  }
  await session.copyIn(
    'operation (id, at, batch_id, run_id, side_id, record_id, remote_id, kind, rule, version, patch, fields, before, layout_id)',
    lines,
  )
  return batch!.id
}

export interface OperationException {
  readonly id: string
  readonly outcome: OperationOutcome
  readonly error: string | null
}

/** Stores the result of a batch: what is not named here is done. */
export async function settleBatch(
  session: Session,
  batchId: string,
  exceptions: readonly OperationException[],
  now: Date,
): Promise<void> {
  await session.execute('update batch set settled_at = $2 where id = $1', [batchId, now])
  if (exceptions.length === 0) return
  await session.execute(
    `update operation o set outcome = n.outcome, error = n.error
     from unnest($2::bigint[], $3::text[], $4::text[]) as n(id, outcome, error)
     where o.batch_id = $1 and o.id = n.id`,
    [batchId, ...columns(exceptions, (e) => [e.id, e.outcome, e.error])],
  )
}

/** Ids that the system assigned, for the log. */
export async function nameRemotes(
  session: Session,
  batchId: string,
  named: readonly { id: string; remoteId: string }[],
): Promise<void> {
  if (named.length === 0) return
  await session.execute(
    `update operation o set remote_id = n.remote_id from unnest($2::bigint[], $3::text[]) as n(id, remote_id)
     where o.batch_id = $1 and o.id = n.id`,
    [batchId, ...columns(named, (n) => [n.id, n.remoteId])],
  )
}

export interface UnsettledBatch {
  readonly id: string
  readonly sideId: number
  readonly operations: readonly OperationDraft[]
}

/** Batches whose result was never stored: the process died, or the response was lost. */
export async function unsettledBatches(session: Session, sideIds: readonly number[]): Promise<UnsettledBatch[]> {
  const batches = await session.query<{ id: string; sideId: number; runId: string }>(
    `select id, side_id as "sideId", run_id as "runId" from batch where settled_at is null and side_id = any($1::smallint[]) order by id`,
    [sideIds],
  )
  if (batches.length === 0) return []
  const operations = await session.query<OperationDraft & { batchId: string }>(
    `select id, batch_id as "batchId", record_id as "recordId", remote_id as "remoteId", kind, rule, version, patch, fields, before,
       layout_id as "layoutId"
     from operation where run_id = any($2::bigint[]) and batch_id = any($1::bigint[]) order by id`,
    [batches.map((batch) => batch.id), [...new Set(batches.map((batch) => batch.runId))]],
  )
  const byBatch = Map.groupBy(operations, (operation) => operation.batchId)
  return batches.map(({ id, sideId }) => ({ id, sideId, operations: byBatch.get(id) ?? [] }))
}

/** Operations of a run by side and kind, for its report. */
export async function countOperations(
  session: Session,
  runId: string,
): Promise<{ sideId: number; kind: OperationKind; count: number }[]> {
  return session.query(
    `select o.side_id as "sideId", o.kind, count(*)::int as count
     from operation o join batch b on b.id = o.batch_id
     where o.run_id = $1 and (o.outcome = 'done' or (o.outcome is null and b.settled_at is not null)) group by 1, 2`,
    [runId],
  )
}
