import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { onDatabase, type World } from './world.ts'

/**
 * The raw limit on this machine at this moment: the same rows out of system A and into an equal table of system B by
 * COPY through one Node process, which looks at none of them. Answers seconds.
 */
export async function rawCopy(world: World): Promise<number> {
  return onDatabase(world.b, async (into) => {
    await into.query('create table raw_limit (like accounts including all)')
    const seconds = await onDatabase(world.a, async (out) => {
      const began = performance.now()
      await pipeline(out.query(copyTo('copy customers to stdout')), into.query(copyFrom('copy raw_limit from stdin')))
      return (performance.now() - began) / 1_000
    })
    await into.query('drop table raw_limit')
    return seconds
  })
}
