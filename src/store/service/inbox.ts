import type { Session } from '../database/database.ts'
import { columns } from '../database/columns.ts'

/** A hint that a record may have changed; the engine looks for itself. */
export interface Hint {
  readonly flow: string
  readonly system: string
  /** Null: something of this flow changed in this system. */
  readonly remoteId: string | null
  /** What the sender calls its message; a message that comes twice counts once. */
  readonly message: string | null
  /** Trace that it belongs to, where one is recorded. */
  readonly trace?: string | null
}

export interface WaitingHint {
  readonly id: string
  readonly system: string
  readonly remoteId: string | null
  readonly trace: string | null
}

/** Stores hints, for good when this returns. */
export async function storeHints(session: Session, hints: readonly Hint[], now: Date): Promise<void> {
  if (hints.length === 0) return
  await session.execute(
    `insert into inbox (flow, system, remote_id, message, trace, received_at)
     select n.*, $6 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as n(flow, system, remote_id, message, trace)
     on conflict do nothing`,
    [...columns(hints, (hint) => [hint.flow, hint.system, hint.remoteId, hint.message, hint.trace ?? null]), now],
  )
}

/** Stores hints of our own about single records; one that waits already is enough. */
export async function hintOnce(
  session: Session,
  hints: readonly { readonly flow: string; readonly system: string; readonly remoteId: string }[],
  now: Date,
): Promise<void> {
  if (hints.length === 0) return
  await session.execute(
    `insert into inbox (flow, system, remote_id, received_at)
     select distinct n.*, $4::timestamptz from unnest($1::text[], $2::text[], $3::text[]) as n(flow, system, remote_id)
     where not exists (
       select 1 from inbox i where i.done_at is null and i.flow = n.flow and i.system = n.system and i.remote_id = n.remote_id)`,
    [...columns(hints, (hint) => [hint.flow, hint.system, hint.remoteId]), now],
  )
}

/** Hints of a flow that wait, oldest first. */
export async function waitingHints(session: Session, flow: string, limit: number): Promise<WaitingHint[]> {
  return session.query<WaitingHint>(
    `select id, system, remote_id as "remoteId", trace from inbox where flow = $1 and done_at is null order by id limit $2`,
    [flow, limit],
  )
}

/** The records behind these hints have been looked at. */
export async function finishHints(session: Session, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await session.execute('update inbox set done_at = $2 where id = any($1::bigint[])', [ids, now])
}

/** Forgets hints that were looked at before `before`. */
export async function forgetHints(session: Session, before: Date): Promise<void> {
  await session.execute('delete from inbox where done_at < $1', [before])
}

/** What webhooks brought of a system. */
export interface WebhookFigures {
  readonly system: string
  readonly received: number
  readonly waiting: number
  readonly last: string | null
}

/** By system: messages of webhooks since a moment, hints of them that wait, and when the last one came. */
export async function webhookFigures(session: Session, since: Date): Promise<WebhookFigures[]> {
  return session.query<WebhookFigures>(
    `select system, count(distinct message) filter (where received_at >= $1)::int as received,
       count(*) filter (where done_at is null)::int as waiting, max(received_at) as last
     from inbox where message is not null group by system`,
    [since],
  )
}

/** A hint, and when the record behind it was looked at. */
export interface HintDelivery {
  readonly at: string
  readonly flow: string
  readonly remoteId: string | null
  readonly message: string | null
  readonly done: string | null
}

/** The last hints of a system, newest first; `flows`: only of these (null: of all). */
export async function recentHints(
  session: Session,
  system: string,
  flows: readonly string[] | null,
  limit: number,
): Promise<HintDelivery[]> {
  return session.query<HintDelivery>(
    `select received_at as at, flow, remote_id as "remoteId", message, done_at as done
     from inbox where system = $1 and ($2::text[] is null or flow = any($2)) order by id desc limit $3`,
    [system, flows, limit],
  )
}
