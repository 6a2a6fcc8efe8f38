import type { InOthers } from '../../model/language.ts'
import type { AcceptedIdentity, SystemIdentity } from '../../model/system-identity.ts'
import type { Session } from '../database/database.ts'

export interface KnownIdentity extends AcceptedIdentity {
  readonly system: string
  readonly since: string
  /** Null: taken down by the first run or plan. */
  readonly by: string | null
  /** Another database answered in its place when it was asked last. */
  readonly estranged: boolean
}

/** What is taken for each system, oldest first. */
export async function knownIdentities(session: Session): Promise<KnownIdentity[]> {
  return session.query<KnownIdentity>(
    `select i.system, i.identity, i.anywhere, i.since, i.by_whom as by, x.system is not null as estranged
     from system_identity i left join system_stranger x on x.system = i.system where i.ended_at is null order by i.id`,
  )
}

/** Takes a database for a system; without a person only where none is taken for it yet. */
export async function addIdentity(
  session: Session,
  system: string,
  accepted: AcceptedIdentity & { readonly by: string | null; readonly now: Date },
): Promise<void> {
  await session.execute(
    'insert into system_identity (system, identity, anywhere, since, by_whom) values ($1, $2, $3, $4, $5) on conflict do nothing',
    [system, JSON.stringify(accepted.identity), accepted.anywhere, accepted.now, accepted.by],
  )
}

/** Nothing that was taken for these systems is any more. */
export async function endIdentities(session: Session, systems: readonly string[], now: Date): Promise<void> {
  await session.execute(
    'update system_identity set ended_at = $2 where ended_at is null and system = any($1::text[])',
    [systems, now],
  )
}

/** A database that answers in a system's place, or objects in those of a flow, that nobody has said anything about yet. */
export interface Stranger {
  readonly system: string
  /** The flow whose records the contract looks for elsewhere; null: the whole system is another. */
  readonly flow: string | null
  readonly since: string
  readonly sentence: string
  readonly sentenceIn: InOthers | null
}

export async function strangers(session: Session): Promise<Stranger[]> {
  return session.query<Stranger>(
    `select system, null as flow, since, sentence, sentence_in as "sentenceIn" from system_stranger
     union all
     select s.system, f.name, (s.elsewhere ->> 'since')::timestamptz, s.elsewhere ->> 'sentence', s.elsewhere -> 'sentenceIn'
     from side s join flow f on f.id = s.flow_id where s.elsewhere is not null
     order by system, flow nulls first`,
  )
}

/** Notes what answers in a system's place; since when is kept. */
export async function noteStranger(
  session: Session,
  stranger: Omit<Stranger, 'since' | 'flow'> & { readonly identity: SystemIdentity },
  now: Date,
): Promise<void> {
  await session.execute(
    `insert into system_stranger (system, identity, since, sentence, sentence_in) values ($1, $2, $3, $4, $5)
     on conflict (system) do update set identity = excluded.identity, sentence = excluded.sentence, sentence_in = excluded.sentence_in`,
    [stranger.system, JSON.stringify(stranger.identity), now, stranger.sentence, JSON.stringify(stranger.sentenceIn)],
  )
}

/** The system itself answers again, or what answers was taken for it. */
export async function forgetStranger(session: Session, systems: readonly string[]): Promise<void> {
  await session.execute('delete from system_stranger where system = any($1::text[])', [systems])
}

/** Whether records of this system are linked or held in any flow. */
export async function hasState(session: Session, system: string): Promise<boolean> {
  const rows = await session.query(
    `select 1 from side s where s.system = $1
       and (exists (select 1 from link l where l.side_id = s.id) or exists (select 1 from held h where h.side_id = s.id)) limit 1`,
    [system],
  )
  return rows.length > 0
}

/** Some linked records of a side, drawn evenly from all of them, with the row that they were last known to hold. */
export async function sampleLinks(
  session: Session,
  sideId: number,
  most: number,
): Promise<{ readonly remoteId: string; readonly image: string; readonly layoutId: number }[]> {
  return session.query(
    `select remote_id as "remoteId", image, layout_id as "layoutId" from link
     where side_id = $1 and state = 'live' order by hashtext(remote_id), remote_id limit $2`,
    [sideId, most],
  )
}
