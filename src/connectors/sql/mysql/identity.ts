import { addressOf } from '../../../connector-kit/address.ts'
import type { SystemIdentity } from '../../../model/system-identity.ts'
import type { Link } from '../link.ts'
import { sql } from '../sql.ts'

/*
 * Who a MySQL or MariaDB database is: the server's own id (MySQL: `server_uuid`, which a physical copy shares unless its
 * `auto.cnf` is removed; MariaDB: `server_uid`, where the version has it), the database by name, for it has no id, and the
 * address that the connection leads to. Where a server has no id of its own, its host, folder and port stand for it.
 */

const VARIABLES = `show global variables where variable_name in ('server_uuid', 'server_uid', 'hostname', 'datadir', 'port')`

/** Who answers on a connection. */
export async function readIdentity(link: Link): Promise<SystemIdentity> {
  const [[database] = []] = await link.rows(sql`select cast(database() as char)`)
  const variables = new Map(
    (await link.rows(sql`${VARIABLES}`)).map(([name, value]) => [name!.toLowerCase(), value ?? '']),
  )
  const server = variables.get('server_uuid') ?? variables.get('server_uid')
  const names = ['hostname', 'datadir', 'port'].filter((name) => variables.has(name))
  return {
    is: {
      ...(server === undefined ? Object.fromEntries(names.map((name) => [name, variables.get(name)!])) : { server }),
      database: database ?? '',
    },
    at: { address: addressOf(link.socket, null) },
    notes:
      server === undefined
        ? [
            'This server has no id of its own (MariaDB before server_uid): its host name, data folder and port stand for it.',
          ]
        : [],
  }
}
