import { PATIENT, type Database, type Session } from '../database/database.ts'
import type { RecordState } from './links.ts'

/** One record of the side that is observed last, with what decides between twins. */
export interface KeyedRemote {
  readonly key: string
  readonly remoteId: string
  readonly changedAt: string | null
  /** Instead of a time: a number that grows with every write. */
  readonly counted: string | null
  readonly filled: number
}

/**
 * Match keys that several records of one side share: nobody can say which of them is meant. Answers, per key, the twins in the
 * order that `duplicates` prefers.
 */
export async function contestedKeys(
  database: Database,
  pages: AsyncIterable<readonly KeyedRemote[]>,
  preference: 'oldest' | 'most complete',
): Promise<Map<string, string[]>> {
  const keyed = pages[Symbol.asyncIterator]()
  try {
    const first = await keyed.next()
    const second = first.done ? first : await keyed.next()
    if (second.done)
      return await contested(database, UNNESTED, keyedColumns(first.done === true ? [] : first.value), preference)
    // More than one page: kept by the server, which need not be as large as the side.
    return await database.transaction(async (session) => {
      await session.query(PATIENT)
      await session.query(
        'create temporary table keyed (key bigint, remote_id text, changed_at timestamptz, counted numeric, filled int) on commit drop',
      )
      for (let page: IteratorResult<readonly KeyedRemote[]> = first; !page.done;) {
        await session.execute(`insert into keyed select * from ${UNNESTED}`, keyedColumns(page.value))
        page = page === first ? second : await keyed.next()
      }
      await session.query('analyze keyed')
      const keys = await contested(session, 'keyed', [], preference)
      await session.query('drop table keyed')
      return keys
    })
  } finally {
    await keyed.return?.()
  }
}

const UNNESTED = 'unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::numeric[], $5::int[])'

/** Five arrays, also of no rows. */
const keyedColumns = (rows: readonly KeyedRemote[]): unknown[][] => [
  rows.map((row) => row.key),
  rows.map((row) => row.remoteId),
  rows.map((row) => row.changedAt),
  rows.map((row) => row.counted),
  rows.map((row) => row.filled),
]

async function contested(
  session: Session,
  from: string,
  values: readonly unknown[],
  preference: 'oldest' | 'most complete',
): Promise<Map<string, string[]>> {
  const order =
    preference === 'oldest'
      ? 'changed_at nulls last, counted nulls last, remote_id'
      : 'filled desc, changed_at nulls last, counted nulls last, remote_id'
  const rows = await session.query<{ key: string; ids: string[] }>(
    `select key, array_agg(remote_id order by ${order}) as ids from ${from} as keyed(key, remote_id, changed_at, counted, filled)
     group by key having count(distinct remote_id) > 1`,
    values,
  )
  return new Map(rows.map((row) => [row.key, row.ids]))
}

export interface Lookalike {
  readonly id: string
  readonly other: string
  readonly state: RecordState
  readonly rule: string
  /** Where it was first seen. */
  readonly sideId: number
}

/**
 * Pairs of records that share a match key: each of `recordIds` with the others, at most 20 each. What no system holds any more
 * is nobody's double.
 */
export async function lookalikes(session: Session, recordIds: readonly string[]): Promise<Lookalike[]> {
  return session.query<Lookalike>(
    `select asked.id, o.record_id as other, r.state, r.created_rule as rule, r.created_side as "sideId"
     from unnest($1::bigint[]) as asked(id)
     cross join lateral (
       select distinct o.record_id from match_key m join match_key o on o.key = m.key and o.record_id <> m.record_id
       where m.record_id = asked.id order by 1 limit 20
     ) o
     join record r on r.id = o.record_id and r.state <> 'deleted'
     where exists (select 1 from link l where l.record_id = r.id and l.state <> 'gone')`,
    [recordIds],
  )
}

/** Records of a flow that have no counterpart in a side, with their golden values; at most `limit`. */
export async function recordsWithout(
  session: Session,
  flowId: number,
  sideId: number,
  limit: number,
): Promise<{ id: string; layoutId: number; golden: string }[]> {
  return session.query(
    `select r.id, r.layout_id as "layoutId", r.golden from record r
     where r.flow_id = $1 and r.state <> 'deleted'
       and not exists (select 1 from link l where l.record_id = r.id and l.side_id = $2)
     order by r.id limit $3`,
    [flowId, sideId, limit],
  )
}

/** Records that wait for a counterpart and have none in this side. */
export async function pendingWithout(
  session: Session,
  flowId: number,
  sideId: number,
  limit: number,
): Promise<{ id: string; layoutId: number; golden: string }[]> {
  return session.query(
    `select r.id, r.layout_id as "layoutId", r.golden from record r
     where r.flow_id = $1 and r.state = 'pending'
       and not exists (select 1 from link l where l.record_id = r.id and l.side_id = $2)
     order by r.id limit $3`,
    [flowId, sideId, limit],
  )
}
