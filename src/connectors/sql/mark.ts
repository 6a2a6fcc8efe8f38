import type { Marked, Marking } from '../../connector-kit/port.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Dialect } from './dialect.ts'
import type { Link } from './link.ts'
import { bind, sql } from './sql.ts'

/*
 * The watermark: one row for each installation and table, written in the transaction that writes records, after them, so
 * that two of ours wait for each other only as long as a commit takes.
 */

const named = (dialect: Dialect, table: string): string => table.split('.').map(dialect.quoteName).join('.')

/** Raises the number that stands for an object. */
export async function setMark(link: Link, dialect: Dialect, marking: Marking, object: string, number: string) {
  const { table, installation } = marking
  await link.change(dialect.raiseMark(named(dialect, table), [bind(installation), bind(object), bind(number)]))
}

/** The numbers that stand for an object, and for any; null: none does. */
export async function readMark(
  link: Link,
  dialect: Dialect,
  { table, installation }: Marking,
  object: string,
): Promise<Pick<Marked, 'number' | 'highest'>> {
  try {
    const [row] = await link.rows(
      sql`select ${dialect.asText('m.number')}, ${dialect.asText('m.highest')} from (
        select max(case when object = ${bind(object)} then number end) as number, max(number) as highest
        from ${named(dialect, table)} where installation = ${bind(installation)}) m`,
    )
    return { number: row?.[0] ?? null, highest: row?.[1] ?? null }
  } catch (error) {
    if (!dialect.failures.isMissingTable(error)) throw error
    throw new ConcordatError('connector.no-such-object', `There is no table ${table} for the mark.`, {
      cure: `Create it: create table ${table} (${dialect.markColumns}, primary key (installation, object)); or take \`mark\` out of the system.`,
    })
  }
}
