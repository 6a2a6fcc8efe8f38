import type { PoolClient } from 'pg'
import type { Marking } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { quoteName } from './identifier.ts'

/*
 * The watermark: one row for each installation and table, written in the transaction that writes records, after them, so
 * that two of ours wait for each other only as long as a commit takes.
 */

const named = (table: string): string => table.split('.').map(quoteName).join('.')

export async function setMark(on: PoolClient, { table, installation }: Marking, object: string, number: string) {
  await on.query(
    `insert into ${named(table)} as m (installation, object, number, at) values ($1, $2, $3::bigint, now())
     on conflict (installation, object) do update set number = greatest(m.number, excluded.number), at = excluded.at`,
    [installation, object, number],
  )
}

export async function readMark(
  on: PoolClient,
  { table, installation }: Marking,
  object: string,
): Promise<string | null> {
  try {
    const { rows } = await on.query<{ number: string }>(
      `select number::text as number from ${named(table)} where installation = $1 and object = $2`,
      [installation, object],
    )
    return rows[0]?.number ?? null
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42P01') throw error
    throw new ConcordatError('connector.no-such-object', `There is no table ${table} for the mark.`, {
      cure: `Create it: create table ${table} (installation text, object text, number bigint not null, at timestamptz not null, primary key (installation, object)); or take \`mark\` out of the system.`,
    })
  }
}
