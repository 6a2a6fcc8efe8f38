import type { AlertEvent, MessageContent } from '../../model/alert.ts'
import { columns } from '../database/columns.ts'
import type { Session } from '../database/database.ts'

/*
 * The outbox: messages are written in the transaction that decides them, and sent afterwards. A process that dies in
 * between, or while sending, leaves them to the next one: each goes out at least once, under the same key.
 */

export interface NewMessage {
  readonly key: string
  readonly alertId: string | null
  readonly event: AlertEvent
  readonly people: readonly string[]
  readonly route: readonly string[]
  readonly content: MessageContent
}

export interface QueuedMessage extends NewMessage {
  readonly id: string
  readonly createdAt: number
  readonly channel: number
  readonly tries: number
  readonly rounds: number
}

/** What became of a message. */
export interface MessageFate {
  readonly key: string
  readonly alertId: string | null
  readonly event: AlertEvent
  readonly people: readonly string[]
  readonly state: 'pending' | 'sent' | 'failed' | 'cancelled'
  readonly at: number
  readonly sentBy: string | null
  /** Why the last attempt failed; null once it is sent. */
  readonly error: string | null
}

/** Puts messages in; one whose key is there already is there already. */
export async function queueMessages(session: Session, messages: readonly NewMessage[], now: Date): Promise<void> {
  if (messages.length === 0) return
  await session.execute(
    `insert into alert_message (key, alert_id, event, people, route, content, created_at, next_at)
     select n.key, n.alert_id, n.event, array(select jsonb_array_elements_text(n.people)),
       array(select jsonb_array_elements_text(n.route)), n.content, $7, $7
     from unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[])
       as n(key, alert_id, event, people, route, content)
     on conflict (key) do nothing`,
    [
      ...columns(messages, (m) => [
        m.key,
        m.alertId,
        m.event,
        JSON.stringify(m.people),
        JSON.stringify(m.route),
        JSON.stringify(m.content),
      ]),
      now,
    ],
  )
}

/**
 * Takes messages that are due, for as long as `claimMs`: whoever does not say by then what became of one has died. The
 * end of an alert is not told before its beginning.
 */
export async function claimMessages(
  session: Session,
  now: number,
  claimMs: number,
  limit: number,
): Promise<QueuedMessage[]> {
  const rows = await session.query<Omit<QueuedMessage, 'createdAt'> & { createdAt: string }>(
    `update alert_message m set claimed_until = $2 where id in (
       select d.id from alert_message d
       where d.state = 'pending' and d.next_at <= $1 and (d.claimed_until is null or d.claimed_until <= $1)
         and (d.event not in ('recovery', 'acknowledged') or not exists (
           select 1 from alert_message e where e.alert_id = d.alert_id and e.id < d.id and e.state = 'pending'))
       order by d.next_at limit $3 for update skip locked)
     returning id, key, alert_id as "alertId", event, people, route, content, created_at as "createdAt", channel, tries, rounds`,
    [new Date(now), new Date(now + claimMs), limit],
  )
  return rows.map((row) => ({ ...row, createdAt: Date.parse(row.createdAt) }))
}

export async function messageSent(session: Session, id: string, by: string, now: Date): Promise<void> {
  await session.execute(
    `update alert_message set state = 'sent', sent_at = $2, sent_by = $3, error = null, claimed_until = null where id = $1`,
    [id, now, by],
  )
}

/** Takes down why an attempt failed, and when and by which channel to try again. */
export async function messageWaits(
  session: Session,
  id: string,
  place: { readonly channel: number; readonly tries: number; readonly rounds: number; readonly nextAt: Date },
  error: string,
): Promise<void> {
  await session.execute(
    `update alert_message set channel = $2, tries = $3, rounds = $4, next_at = $5, error = $6, claimed_until = null where id = $1`,
    [id, place.channel, place.tries, place.rounds, place.nextAt, error],
  )
}

/** Gives a message up; who never heard of a beginning is not told of its end. */
export async function messageFailed(session: Session, id: string, error: string): Promise<void> {
  await session.execute(
    `with given_up as (
       update alert_message set state = 'failed', rounds = rounds + 1, error = $2, claimed_until = null where id = $1
       returning alert_id, people)
     update alert_message m set state = 'cancelled' from given_up g
     where m.alert_id = g.alert_id and m.event = 'recovery' and m.state = 'pending' and m.people <@ g.people`,
    [id, error],
  )
}

const FATE = `select key, alert_id as "alertId", event, people, state, coalesce(sent_at, created_at) as at, sent_by as "sentBy", error
  from alert_message`

/** What became of the messages of some alerts, oldest first. */
export async function messagesOf(session: Session, alertIds: readonly string[]): Promise<MessageFate[]> {
  return fates(await session.query(`${FATE} where alert_id = any($1::bigint[]) order by alert_id, id`, [alertIds]))
}

/** Messages that no channel takes: all of their route failed, and they have not been sent since. Those given up count while their alert is open. `flows`: only of alerts that are of these and no others; null: all. */
export async function undelivered(session: Session, flows: readonly string[] | null = null): Promise<MessageFate[]> {
  return fates(
    await session.query(
      `${FATE} where rounds > 0 and (state = 'pending' or state = 'failed' and alert_id in (select id from alert where ended_at is null))
       and ($1::text[] is null or alert_id in (select id from alert where condition->'flows' <@ to_jsonb($1::text[])))
       order by id limit 100`,
      [flows],
    ),
  )
}

const fates = (rows: Record<string, unknown>[]): MessageFate[] =>
  rows.map((row) => ({ ...row, at: Date.parse(row['at'] as string) }) as MessageFate)
