import type { ConnectionReport } from '../../../connector-kit/port.ts'
import type { Link } from '../link.ts'
import { sql } from '../sql.ts'

/** The server's version, and what a person should know of the tables. */
export async function report(link: Link): Promise<ConnectionReport> {
  const [about] = await link.rows(
    sql`select cast(version() as char), cast(@@read_only as char), cast(count(t.table_name) as char), cast(coalesce(sum(e.transactions = 'NO'), 0) as char)
         from information_schema.tables t left join information_schema.engines e on e.engine = t.engine
         where t.table_schema = database() and t.table_type = 'BASE TABLE'`,
  )
  const [version, readOnly, tables, weak] = about as string[]
  const notes: string[] = []
  if (readOnly === '1' || readOnly === 'ON')
    notes.push('This server is read-only: only privileged users can write to it.')
  if (tables === '0') notes.push('The database holds no tables that this user can see.')
  if (weak !== '0')
    notes.push(
      `${weak} of ${tables} tables have an engine without transactions (such as MyISAM): writes to them are guarded weakly.`,
    )
  const maria = /mariadb/i.test(version!)
  return { product: `${maria ? 'MariaDB' : 'MySQL'} ${version!.split('-')[0]}`, notes }
}
