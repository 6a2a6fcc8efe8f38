import type { ConnectionReport } from '../../../connector-kit/port.ts'
import type { Link } from '../link.ts'
import { sql } from '../sql.ts'

/** The server's version, and what a person should know of the rights. */
export async function report(link: Link): Promise<ConnectionReport> {
  const [about] = await link.rows(
    sql`select split_part(version(), ' ', 2), current_setting('server_version_num'), pg_is_in_recovery(), current_schema()`,
  )
  const [version, number, standby, schema] = about!
  const [rights] = await link.rows(
    sql`select count(*), count(*) filter (where has_table_privilege(c.oid, 'select')),
          count(*) filter (where has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname = current_schema()`,
  )
  const [all, readable, writable] = rights!.map(Number) as [number, number, number]
  const notes: string[] = []
  if (Number(number) < 120_000)
    notes.push('This version is older than PostgreSQL 12, the oldest that Concordat is made for.')
  if (standby === 't') notes.push('This server is a read-only standby: nothing can be written to it.')
  if (schema === null)
    notes.push('No schema of the search path exists for this user, so tables must be named with their schema.')
  else if (all === 0) notes.push(`Schema ${schema} holds no tables.`)
  if (readable < all) notes.push(`${all - readable} of ${all} tables in schema ${schema} cannot be read by this user.`)
  if (writable < all)
    notes.push(`${all - writable} of ${all} tables in schema ${schema} cannot be written by this user.`)
  return { product: `PostgreSQL ${version}`, notes }
}
