import { hash } from 'node:crypto'
import type { Link } from '../link.ts'
import { sql } from '../sql.ts'

/*
 * Shows others of us that a write to a table is in place. MySQL's user locks need no privilege and end with their
 * connection, after its transaction; but one of them has one holder, and several of us may write at once. So a table has
 * `SLOTS` of them: a writer holds one from before its transaction until after it, and whoever waits for writers has each of
 * them for a moment.
 */

const SLOTS = 8
const STANDSTILL_SECONDS = 10
const ROUNDS = 3

/** Takes a slot of a table; answers its lock's name, or null where this server keeps no user locks. */
export async function takeSlot(link: Link, table: string, waitSeconds: number): Promise<string | null> {
  const names = slots(table)
  // Several of us begin with different ones.
  const first = Math.floor(Math.random() * SLOTS)
  const order = names.map((_, i) => names[(first + i) % SLOTS]!)
  const cases = order.map((name, i) => `when get_lock('${name}', 0) = 1 then '${i}'`).join(' ')
  let free: string | null
  try {
    free = (await link.rows(sql`select case ${cases} end`))[0]![0]!
  } catch (error) {
    if (isProhibited(error)) return null
    throw error
  }
  if (free !== null) return order[Number(free)]!
  const [row] = await link.rows(sql`select cast(get_lock('${order[0]!}', ${String(waitSeconds)}) as char)`)
  if (row![0] !== '1') throw lockTimeout()
  return order[0]!
}

/** Not waited for: what the connection is asked next comes after it. */
export function leaveSlot(link: Link, name: string | null): void {
  if (name !== null) void link.run(`do release_lock('${name}')`).catch(() => {})
}

/**
 * Waits until everybody who held a slot when this was called has left it. Who stands still is thrown out: it would hold its
 * slot for as long as its connection is there, and what it has not committed yet is taken back.
 */
export async function awaitSlots(link: Link, table: string): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await endFrozen(link, table)
      if (await areLeft(link, table)) return
    } catch (error) {
      if (isProhibited(error)) return
      throw error
    }
    if (round === ROUNDS) throw lockTimeout()
  }
}

async function areLeft(link: Link, table: string): Promise<boolean> {
  const each = slots(table).map(
    (name) => `cast(case when get_lock('${name}', ${STANDSTILL_SECONDS}) = 1 then release_lock('${name}') end as char)`,
  )
  const [row] = await link.rows(sql`select ${each.join(', ')}`)
  return row!.every((left) => left === '1')
}

/** Everybody may see, and end, what is of the same user. Between two statements of a write there are milliseconds. */
async function endFrozen(link: Link, table: string): Promise<void> {
  const holders = slots(table).map((name) => `is_used_lock('${name}')`)
  const frozen = await link.rows(
    sql`select cast(id as char) from information_schema.processlist
     where command = 'Sleep' and time >= ${String(STANDSTILL_SECONDS)} and id in (${holders.join(', ')})`,
  )
  // It may have gone in this very moment.
  for (const [id] of frozen) await link.run(`kill ${Number(id)}`).catch(() => {})
}

/** Names are the server's own, at most 64 characters long, and may end up in its error messages. */
function slots(table: string): string[] {
  const name = hash('sha256', table, 'hex').slice(0, 32)
  return Array.from({ length: SLOTS }, (_, i) => `concordat ${name} ${i}`)
}

/** Percona XtraDB Cluster in strict mode. */
const isProhibited = (error: unknown): boolean => /prohibits use of GET_LOCK/i.test((error as Error).message)

/** As the server itself says it when a lock cannot be had in time. */
const lockTimeout = (): Error =>
  Object.assign(new Error('Lock wait timeout exceeded'), { errno: 1205, code: 'ER_LOCK_WAIT_TIMEOUT' })
