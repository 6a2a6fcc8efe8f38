import type { PoolClient } from 'pg'
import { addressOf } from '../../../connector-kit/address.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'
import type { Link } from '../link.ts'
import { sql } from '../sql.ts'
import { ofPostgres } from './link.ts'

/*
 * Who a PostgreSQL database is: the server's `system_identifier`, which is made with the cluster and shared by its physical
 * copies, the database with its oid, which `create database` makes new, the schemas in which tables are looked for without
 * being told where, the timeline, which every promotion and every recovery to a point in time begins anew, and the address
 * that the connection leads to.
 */

const DATABASE = `
  select oid::text as oid, datname as name, pg_is_in_recovery() as standby,
    coalesce(has_function_privilege(to_regprocedure('pg_control_system()'), 'execute'), false) as server,
    coalesce(nullif(array_to_string(current_schemas(false), ', '), ''), '(none)') as schemas
  from pg_database where datname = current_database()`
const SERVER = 'select system_identifier::text as id from pg_control_system()'
const TIMELINE = `select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int::text as id`
const STANDBY_TIMELINE = 'select timeline_id::text as id from pg_control_checkpoint()'

/** Not allowed, not there, or not offered by this server: the rest has to tell it. */
const UNAVAILABLE = new Set(['42501', '42883', '0A000', '55000', 'XX000'])

/** Who answers on a connection. */
export async function readIdentity(link: Link): Promise<SystemIdentity> {
  const [oid, name, standby, server, schemas] = (await link.rows(sql`${DATABASE}`))[0] as string[] as [
    string,
    string,
    string,
    string,
    string,
  ]
  const ask = async (text: string): Promise<string | null> => {
    try {
      return (await link.rows(sql`${text}`))[0]![0]!
    } catch (error) {
      if (!UNAVAILABLE.has(String((error as { code?: unknown }).code))) throw error
      return null
    }
  }
  const serverId = server === 't' ? await ask(SERVER) : null
  const timeline = await ask(standby === 't' ? STANDBY_TIMELINE : TIMELINE)
  const { host, port } = ofPostgres(link).client as PoolClient & { host: string; port: number }
  return {
    is: { ...(serverId !== null && { server: serverId }), database: name, 'database id': oid, schemas },
    at: {
      ...(timeline !== null && { timeline }),
      address: addressOf(link.socket, host.startsWith('/') ? `${host}:${port}` : null),
    },
    notes:
      serverId === null
        ? [
            'This user may not ask for the server’s id (pg_control_system): a server with the same address and database ids looks the same.',
          ]
        : [],
  }
}
