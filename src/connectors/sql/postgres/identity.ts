import type { PoolClient } from 'pg'
import type { Socket } from 'node:net'
import { addressOf } from '../../../connector-kit/address.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'

/*
 * Who a PostgreSQL database is: the server's `system_identifier`, which is made with the cluster and shared by its physical
 * copies, the database with its oid, which `create database` makes new, the timeline, which every promotion and every
 * recovery to a point in time begins anew, and the address that the connection leads to.
 */

const DATABASE = `
  select oid::text as oid, datname as name, pg_is_in_recovery() as standby,
    coalesce(has_function_privilege(to_regprocedure('pg_control_system()'), 'execute'), false) as server
  from pg_database where datname = current_database()`
const SERVER = 'select system_identifier::text as id from pg_control_system()'
const TIMELINE = `select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int::text as id`
const STANDBY_TIMELINE = 'select timeline_id::text as id from pg_control_checkpoint()'

/** Not allowed, not there, or not offered by this server: the rest has to tell it. */
const UNAVAILABLE = new Set(['42501', '42883', '0A000', '55000', 'XX000'])

export async function readIdentity(client: PoolClient): Promise<SystemIdentity> {
  const { rows } = await client.query<{ oid: string; name: string; standby: boolean; server: boolean }>(DATABASE)
  const { oid, name, standby, server } = rows[0]!
  const ask = async (text: string): Promise<string | null> => {
    try {
      return (await client.query<{ id: string }>(text)).rows[0]!.id
    } catch (error) {
      if (!UNAVAILABLE.has(String((error as { code?: unknown }).code))) throw error
      return null
    }
  }
  const serverId = server ? await ask(SERVER) : null
  const timeline = await ask(standby ? STANDBY_TIMELINE : TIMELINE)
  const { host, port } = client as PoolClient & { host: string; port: number }
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  return {
    is: { ...(serverId !== null && { server: serverId }), database: name, 'database id': oid },
    at: {
      ...(timeline !== null && { timeline }),
      address: addressOf(stream, host.startsWith('/') ? `${host}:${port}` : null),
    },
    notes:
      serverId === null
        ? [
            'This user may not ask for the server’s id (pg_control_system): a server with the same address and database ids looks the same.',
          ]
        : [],
  }
}
