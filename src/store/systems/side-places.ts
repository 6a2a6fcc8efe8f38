import type { Place } from '../../model/place.ts'
import type { Session } from '../database/database.ts'
import type { InOthers } from '../../model/language.ts'

/** What is known of where a side's records are. */
export interface SidePlaces {
  /** Every place that the records were agreed at, or that a person took for theirs; none: it was never noted. */
  readonly places: readonly Place[]
  /** The contract led elsewhere when the side was opened last. */
  readonly estranged: boolean
  /** Records are linked or held. */
  readonly hasState: boolean
}

/** Places by the id of the side. */
export async function sidePlaces(session: Session, sideIds: readonly number[]): Promise<Map<number, SidePlaces>> {
  const rows = await session.query<SidePlaces & { id: number }>(
    `select s.id, s.places, s.elsewhere is not null as estranged,
       exists (select 1 from link l where l.side_id = s.id) or exists (select 1 from held h where h.side_id = s.id) as "hasState"
     from side s where s.id = any($1::smallint[])`,
    [sideIds],
  )
  return new Map(rows.map(({ id, ...known }) => [id, known]))
}

/** From now on the side's records are at these places, and nowhere else. */
export async function setPlaces(session: Session, sideId: number, places: readonly Place[]): Promise<void> {
  await session.execute('update side set places = $2, elsewhere = null where id = $1', [sideId, JSON.stringify(places)])
}

/** Notes that the contract leads to other objects than the side's; since when is kept. */
export async function noteElsewhere(
  session: Session,
  sideId: number,
  { sentence, sentenceIn, now }: { readonly sentence: string; readonly sentenceIn: InOthers; readonly now: Date },
): Promise<void> {
  await session.execute(
    `update side set elsewhere = jsonb_build_object('since', coalesce(elsewhere ->> 'since', $2), 'sentence', $3::text, 'sentenceIn', $4::jsonb)
     where id = $1`,
    [sideId, now.toISOString(), sentence, JSON.stringify(sentenceIn)],
  )
}

/** The contract leads to the side's own objects again. */
export async function forgetElsewhere(session: Session, sideId: number): Promise<void> {
  await session.execute('update side set elsewhere = null where id = $1', [sideId])
}
