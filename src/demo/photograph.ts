import type pg from 'pg'
import { withClient } from './databases.ts'
import type { SystemUrls } from './databases.ts'

/** A row as the database prints it, all columns as text. */
export type Row = Readonly<Record<string, string | null>>

/** Everything that one system held at one moment, by table. */
export type SystemPhoto = Readonly<Record<string, readonly Row[]>>

export interface Photo {
  readonly erp: SystemPhoto
  readonly crm: SystemPhoto
}

const ERP = {
  customers: 'id',
  products: 'id',
  sales_orders: 'id',
  sales_order_lines: 'order_id, line_no',
  invoices: 'id',
  invoice_lines: 'id',
}
const CRM = { accounts: 'id', items: 'id', deals: 'id', deal_items: 'id', bills: 'id', bill_lines: 'id' }

/** Reads both databases as they are, in their own words. */
export async function photograph(urls: SystemUrls): Promise<Photo> {
  return {
    erp: await withClient(urls.erp, (client) => read(client, ERP)),
    crm: await withClient(urls.crm, (client) => read(client, CRM)),
  }
}

async function read(client: pg.Client, tables: Readonly<Record<string, string>>): Promise<SystemPhoto> {
  await client.query(`set timezone to 'UTC'`)
  await client.query('begin isolation level repeatable read read only')
  const photo: Record<string, Row[]> = {}
  for (const [table, order] of Object.entries(tables)) {
    const asText = { getTypeParser: () => (text: string) => text }
    photo[table] = (await client.query<Row>({ text: `select * from ${table} order by ${order}`, types: asText })).rows
  }
  return photo
}
