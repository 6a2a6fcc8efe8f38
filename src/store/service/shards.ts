import type { Session } from '../database/database.ts'
import { FLOW_LOCKS, LEFT, type Lease } from './leases.ts'
import { fromNow, ownSteadyClock, STORE_NOW } from '../database/store-clock.ts'

/** Marks of one side that may be carried out apart from others: those of the records in a range of ids. */
export interface Shard {
  readonly id: number
  readonly flowId: number
  readonly sideId: number
  readonly runId: string
  /** Record ids: exclusive, inclusive. */
  readonly after: string
  readonly upTo: string
}

export interface ShardRange {
  readonly after: string
  readonly upTo: string
  /** Some of its records are not in the side yet. */
  readonly creates: boolean
}

/** How long a shard is held without a sign of its holder. */
const SHARD_MS = 30_000

/**
 * Cuts the due marks of a side into shards of `size` and gives them out; answers how many, 0 when there are fewer marks than
 * `least`.
 */
export async function giveOut(
  session: Session,
  of: {
    readonly lease: Lease
    readonly sideId: number
    readonly runId: string
    readonly size: number
    readonly least: number
  },
): Promise<number> {
  const [enough] = await session.query<{ enough: boolean }>(
    `select count(*) >= $2 as enough from (select 1 from dirty where side_id = $1 and state = 'waiting' limit $2) d`,
    [of.sideId, of.least],
  )
  if (!enough!.enough) return 0
  return session.execute(
    `insert into shard (flow_id, side_id, run_id, flow_token, after_record, up_to_record, creates)
     select $1, $2, $3, $4, coalesce(lag(up_to) over (order by up_to), 0), up_to, creates
     from (select max(d.record_id) as up_to, bool_or(link.record_id is null) as creates
           from (select d.record_id, (row_number() over (order by d.record_id) - 1) / $5 as part
                 from dirty d where d.side_id = $2 and d.state = 'waiting') d
           left join lateral (select l.record_id from link l where l.record_id = d.record_id and l.side_id = $2 limit 1) link on true
           group by d.part) shards`,
    [of.lease.flowId, of.sideId, of.runId, of.lease.token, of.size],
  )
}

/**
 * Takes a shard of a flow whose holder is alive; null when there is none. The right to work on it ends with the lease of the
 * flow, also where that is given up before.
 */
export async function takeShard(
  session: Session,
  flow: string,
  holder: string,
  steady = ownSteadyClock,
): Promise<{ readonly shard: Shard; readonly lease: Lease } | null> {
  const asked = steady()
  const [row] = await session.query<Shard & { token: string; left: string }>(
    `update shard s set holder = $2, expires_at = least(${fromNow(SHARD_MS)}, l.expires_at)
     from lease l
     where l.flow_id = s.flow_id and s.id = (
       select o.id from shard o join lease g on g.flow_id = o.flow_id and g.token = o.flow_token join flow f on f.id = o.flow_id
       where f.name = $1 and o.holder is null and not o.reserved and g.expires_at > ${STORE_NOW}
         and exists (select 1 from pg_locks k where k.locktype = 'advisory' and k.classid = ${FLOW_LOCKS} and k.objid = o.flow_id
           and k.granted and k.database = (select oid from pg_database where datname = current_database()))
       order by o.id limit 1 for update of o skip locked)
     returning s.id, s.flow_id as "flowId", s.side_id as "sideId", s.run_id as "runId", s.after_record as after, s.up_to_record as "upTo",
       s.flow_token as token, ${LEFT} as left`,
    [flow, holder],
  )
  if (!row) return null
  const { token, left, ...shard } = row
  const { flowId, id: shardId } = shard
  return { shard, lease: { flowId, token, until: asked + Number(left), steady, shardId, release: () => {} } }
}

/** Says that all of a shard has been looked at; `quarantined`: how many of its marks were given up. */
export async function finishShard(session: Session, id: number, quarantined: number): Promise<void> {
  await session.execute(`update shard set done_at = ${STORE_NOW}, quarantined = $2 where id = $1`, [id, quarantined])
}

/** Leaves a shard as it is, to the holder of the flow. */
export async function leaveShard(session: Session, id: number): Promise<void> {
  await session.execute(`update shard set expires_at = '-infinity' where id = $1`, [id])
}

/** Takes back the shards of a flow that nobody but `holder` works on; answers whether somebody still works on others. */
export async function takeBackShards(session: Session, flowId: number, holder: string): Promise<boolean> {
  await session.execute(
    `delete from shard where flow_id = $1
       and (holder is null or holder = $2 or done_at is not null or expires_at <= ${STORE_NOW})`,
    [flowId, holder],
  )
  return othersWork(session, flowId, holder)
}

/** Whether somebody else than `holder` works on shards of a flow. */
export async function othersWork(session: Session, flowId: number, holder: string): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>(
    `select exists (select 1 from shard where flow_id = $1 and holder <> $2 and ${HELD}) as held`,
    [flowId, holder],
  )
  return row!.held
}

/** How many marks of the shards were given up. */
export async function quarantinedInShards(session: Session, flowId: number): Promise<number> {
  const [row] = await session.query<{ sum: number }>(
    'select coalesce(sum(quarantined), 0)::int as sum from shard where flow_id = $1',
    [flowId],
  )
  return row!.sum
}

/** Somebody may be writing: a shard that was taken, is not done, and whose time is not over. */
const HELD = `holder is not null and done_at is null and expires_at > ${STORE_NOW}`

/**
 * Keeps shards back that hold these records – or, with `news`, records that the side has not yet – so that nobody takes them;
 * answers which.
 */
export async function reserveShards(
  session: Session,
  flowId: number,
  records: readonly string[],
  news: boolean,
): Promise<number[]> {
  const rows = await session.query<{ id: number }>(
    `update shard s set reserved = true where flow_id = $1 and holder is null and not reserved
       and (($3 and creates) or exists (select 1 from unnest($2::bigint[]) as r(id) where r.id > after_record and r.id <= up_to_record))
     returning id`,
    [flowId, records, news],
  )
  return rows.map((row) => row.id)
}

export async function freeShards(session: Session, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await session.execute('update shard set reserved = false where id = any($1::int[])', [ids])
}

/** Ranges that others work on, or have left undone. */
export async function shardsElsewhere(session: Session, flowId: number, holder: string): Promise<ShardRange[]> {
  return session.query(
    `select after_record as after, up_to_record as "upTo", creates from shard
     where flow_id = $1 and holder <> $2 and done_at is null`,
    [flowId, holder],
  )
}
