import { matchKeys } from '../merge/match-key.ts'
import { identitiesInDoubt } from '../store/state/held.ts'
import type { LinkRow, RecordRow } from '../store/state/links.ts'
import type { FlowWork } from './flow-work.ts'
import { readAll } from './read-all.ts'
import { resolverIn, rowOf, type Side } from './side.ts'
import { keysOf, readingOf } from './telling-rows.ts'
import { goldenOf } from './translate.ts'

/**
 * Ids of records that were not found under their id, and that a row about which people are asked may be: until they have said
 * what it is, nobody knows whether such a record is gone.
 */
export async function perhapsThere(
  work: FlowWork,
  side: Side,
  rows: readonly { readonly row: RecordRow; readonly link: Pick<LinkRow, 'image' | 'layoutId'> }[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set()
  const asked = await readAll(side, await identitiesInDoubt(work.database, side.id))
  if (asked.length === 0) return new Set()
  const images = rows.map(({ link }) => rowOf(side, link.image, link.layoutId, work.layouts))
  const resolve = await resolverIn(work.database, side, [...images, ...asked.map((record) => record.values)])
  const keys = new Set(asked.flatMap((record) => keysOf(work, readingOf(work, side, record.values, resolve))))
  const perhaps = rows.filter(({ row }, i) =>
    [
      ...matchKeys(work.flow, goldenOf(work, row).values),
      ...keysOf(work, readingOf(work, side, images[i]!, resolve)),
    ].some((key) => key !== null && keys.has(key)),
  )
  return new Set(perhaps.map(({ row }) => row.id))
}
