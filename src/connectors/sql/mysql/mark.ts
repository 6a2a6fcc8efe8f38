import type { Marking } from '../../../connector-kit/port.ts'
import { ConcordatError } from '../../../model/errors.ts'
import { quoteName } from './column-sql.ts'
import type { Link } from './session.ts'

/*
 * The watermark: one row for each installation and table, written in the transaction that writes records, after them, so
 * that two of ours wait for each other only as long as a commit takes.
 */

const named = (table: string): string => table.split('.').map(quoteName).join('.')

export async function setMark(on: Link, { table, installation }: Marking, object: string, number: string) {
  await on.write(
    `insert into ${named(table)} (installation, object, number, at) values (?, ?, cast(? as signed), now())
     on duplicate key update number = greatest(number, values(number)), at = values(at)`,
    [installation, object, number],
  )
}

export async function readMark(on: Link, { table, installation }: Marking, object: string): Promise<string | null> {
  try {
    const [row] = await on.rows(
      `select cast(number as char) from ${named(table)} where installation = ? and object = ?`,
      [installation, object],
    )
    return row?.[0] ?? null
  } catch (error) {
    if ((error as { errno?: unknown }).errno !== 1146) throw error
    throw new ConcordatError('connector.no-such-object', `There is no table ${table} for the mark.`, {
      cure: `Create it: create table ${table} (installation varchar(20), object varchar(200), number bigint not null, at timestamp not null, primary key (installation, object)); or take \`mark\` out of the system.`,
    })
  }
}
