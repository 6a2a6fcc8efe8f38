import type { Session } from '../database/database.ts'
import type { OperationDraft } from './operations.ts'
import type { Stamp } from './stamp.ts'

/*
 * In which hours each field was written or decided about. Looking for the changes of a field that rarely changes would
 * otherwise mean to look through all changes.
 */

const HOUR_MS = 3_600_000
const OF_OPERATION = /\["((?:[^"\\]|\\.)*)",/g
const OF_REVISION = /"field":"((?:[^"\\]|\\.)*)"/g

/** Notes the fields of these writes and revisions. The last statement of its transaction, so that nobody waits for it in a ring. */
export async function noteFields(
  session: Session,
  stamp: Stamp,
  done: {
    readonly operations?: readonly Pick<OperationDraft, 'fields'>[]
    readonly revisions?: readonly { readonly changes: string }[]
  },
): Promise<void> {
  const names = new Set<string>()
  for (const { fields } of done.operations ?? []) if (fields !== null) addNames(names, fields, OF_OPERATION)
  for (const { changes } of done.revisions ?? []) addNames(names, changes, OF_REVISION)
  if (names.size === 0) return
  await session.execute(
    `insert into log_field (flow_id, field, hour) select $1, n.name, $3 from unnest($2::text[]) as n(name) on conflict do nothing`,
    [stamp.flowId, [...names].toSorted(), hourOf(stamp.at.getTime())],
  )
}

function addNames(names: Set<string>, json: string, pattern: RegExp): void {
  for (const [, name] of json.matchAll(pattern))
    names.add(name!.includes('\\') ? (JSON.parse(`"${name!}"`) as string) : name!)
}

/** A stretch of time, its end not in it. */
export interface Stretch {
  readonly from: string
  readonly to: string
}

/** The stretches of time in which a field was written or decided about, newest first; each of whole hours on end. */
export async function stretchesOf(
  session: Session,
  flowIds: readonly number[],
  field: string,
  within: { readonly since: string | null; readonly until: string | null },
): Promise<Stretch[]> {
  const rows = await session.query<{ from: string; to: string }>(
    `select min(hour) as "from", max(hour) + interval '1 hour' as "to" from (
       select hour, hour + interval '1 hour' * dense_rank() over (order by hour desc) as stretch from log_field
       where flow_id = any($1::int[]) and field = $2
         and ($3::timestamptz is null or hour > $3::timestamptz - interval '1 hour') and ($4::timestamptz is null or hour <= $4)) h
     group by stretch order by 1 desc`,
    [flowIds, field, within.since, within.until],
  )
  return rows
}

const hourOf = (at: number): Date => new Date(Math.floor(at / HOUR_MS) * HOUR_MS)
