import type { Session } from '../database/database.ts'

/** The number for the next transaction that writes; larger than all before. */
export async function nextMark(session: Session): Promise<string> {
  const [row] = await session.query<{ number: string }>(`select nextval('mark_number') as number`)
  return row!.number
}

/** Notes that a transaction with this number was committed. */
export async function markLanded(session: Session, system: string, object: string, number: string): Promise<void> {
  await session.execute(
    `insert into system_mark (system, object, landed) values ($1, $2, $3)
     on conflict (system, object) do update set landed = greatest(system_mark.landed, excluded.landed)`,
    [system, object, number],
  )
}

/** The largest numbers that are known to have landed in a system, by what was written. */
export async function landedMarks(session: Session, system: string): Promise<Map<string, string>> {
  const rows = await session.query<{ object: string; landed: string }>(
    'select object, landed from system_mark where system = $1',
    [system],
  )
  return new Map(rows.map(({ object, landed }) => [object, landed]))
}

/** The largest number that was ever given out. */
export async function issuedMark(session: Session): Promise<string> {
  const [row] = await session.query<{ issued: string }>(
    'select case when is_called then last_value else 0 end as issued from mark_number',
  )
  return row!.issued
}

/** A restored system counts from what stands in it. */
export async function rebaseMark(session: Session, system: string, object: string, number: string): Promise<void> {
  await session.execute('update system_mark set landed = $3 where system = $1 and object = $2', [
    system,
    object,
    number,
  ])
}

/** A restored store goes on after what it had written before. */
export async function passMark(session: Session, number: string): Promise<void> {
  await session.execute(
    `select setval('mark_number', greatest($1::bigint, (select case when is_called then last_value else 1 end from mark_number)))`,
    [number],
  )
}
