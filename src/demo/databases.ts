import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { CRM_RULES, CRM_TABLES, ERP_RULES, ERP_TABLES } from './schema.ts'
import { copyText } from './table.ts'
import type { Table } from './table.ts'
import type { World } from './world.ts'

/** Connection strings of the demo's two systems. */
export interface SystemUrls {
  readonly erp: string
  readonly crm: string
}

/** Makes the tables in two empty databases and fills them. */
export async function loadWorld(world: World, urls: SystemUrls): Promise<void> {
  await withClient(urls.erp, (client) => load(client, ERP_TABLES, world.erp, ERP_RULES))
  await withClient(urls.crm, (client) => load(client, CRM_TABLES, world.crm, CRM_RULES))
}

/** Opens a connection, does the work, closes it whatever happens. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function load(client: pg.Client, schema: string, tables: readonly Table[], rules: string): Promise<void> {
  await client.query('begin')
  await client.query(schema)
  for (const table of tables) {
    const copy = client.query(copyFrom(`copy ${table.name} (${table.columns.join(', ')}) from stdin`))
    copy.end(copyText(table))
    await finished(copy)
    if (table.columns.includes('id')) {
      await client.query(
        `select setval(pg_get_serial_sequence('${table.name}', 'id'), greatest((select max(id) from ${table.name}), 1))`,
      )
    }
  }
  await client.query('commit')
  // Stamping starts now: what was loaded keeps the age it has.
  await client.query(rules)
}
