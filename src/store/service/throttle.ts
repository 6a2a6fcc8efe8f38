import type { Session } from '../database/database.ts'

/** A bucket: so many at once, and one more each `everyMs`. */
export interface Bucket {
  readonly holds: number
  readonly everyMs: number
}

/** What is left in a bucket at `$2`; a clock that runs behind another's does not fill it up. */
const LEFT = `greatest(0, throttle.level - greatest(0, extract(epoch from $2::timestamptz - throttle.level_at)) * 1000 / $3::float8)`

/**
 * Puts one attempt into a bucket; answers 0, or in how many milliseconds there is room again. An attempt that finds no room
 * is not counted, or somebody who keeps trying would keep others out for ever.
 */
export async function takeAttempt(session: Session, key: string, bucket: Bucket, now: Date): Promise<number> {
  const values = [key, now, bucket.everyMs]
  const taken = await session.execute(
    `insert into throttle (key, level_at, level) values ($1, $2, 1)
     on conflict (key) do update set level = ${LEFT} + 1, level_at = greatest(throttle.level_at, $2)
       where ${LEFT} + 1 <= $4::float8`,
    [...values, bucket.holds],
  )
  if (taken > 0) return 0
  const [row] = await session.query<{ left: string }>(`select ${LEFT} as left from throttle where key = $1`, values)
  return Math.max(1, Math.ceil((Number(row?.left ?? 0) + 1 - bucket.holds) * bucket.everyMs))
}

/** Gives one attempt back, which was a good one. */
export async function returnAttempt(session: Session, key: string): Promise<void> {
  await session.execute('update throttle set level = greatest(0, level - 1) where key = $1', [key])
}

/** Forgets the attempts of a bucket. */
export async function emptyBucket(session: Session, key: string): Promise<void> {
  await session.execute('delete from throttle where key = $1', [key])
}
