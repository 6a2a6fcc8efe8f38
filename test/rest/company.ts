import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { OpenOptions } from '../../src/app.ts'
import { MemoryDatabase } from '../../src/connectors/memory/database.ts'
import { freshDatabase } from '../harness/database.ts'
import { RestServer } from '../harness/rest-server.ts'

/* A company whose ERP is a PostgreSQL database and whose CRM is reached by its API: customers, products, orders with lines. */

const ERP = `
  create table customers (id bigserial primary key, name text not null, email text, vat text unique, credit numeric(12, 2),
    active boolean not null default true, updated_at timestamptz(6) not null default clock_timestamp());
  create table products (id bigserial primary key, sku text not null unique, title text not null, price numeric(12, 2),
    updated_at timestamptz(6) not null default clock_timestamp());
  create table orders (id bigserial primary key, number text not null unique, customer_id bigint not null references customers,
    placed date, updated_at timestamptz(6) not null default clock_timestamp());
  create table order_lines (id bigserial primary key, order_id bigint not null references orders on delete cascade,
    position integer not null, product_id bigint not null references products, quantity integer not null, price numeric(12, 2));
  create function touch() returns trigger language plpgsql as
    $$ begin new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond'); return new; end $$;
  create trigger touch before update on customers for each row execute function touch();
  create trigger touch before update on products for each row execute function touch();
  create trigger touch before update on orders for each row execute function touch();`

/** The description of the CRM, as somebody who read its manual writes it. */
export const DESCRIPTION = `
      product: Test CRM
      verify: me
      tenant: company.id
      sign_in: { bearer: '{{ token }}' }
      settles_after: 1 second
      deadlines: { answer: 2 seconds }
      paging: { by: page, param: page, size: { param: limit, most: 50 } }
      errors:
        - { when: 'status == 409', is: exists, field: error.field, message: error.message }
        - { when: 'status == 422', is: refused, field: error.field, message: error.message }
      objects:
        accounts:
          id: { field: id, restorable: true }
          changed_at: updated_at
          version: { path: _version, send: If-Match }
          fields:
            id: integer
            label: { type: text, required: true, most: 80 }
            mail: { type: text, search: mail }
            tax_id: { type: text, unique: true, search: tax_id }
            ceiling: { type: decimal, scale: 2 }
            enabled: { type: boolean, default: true }
            updated_at: { type: instant, default: true }
          list: { get: accounts, records: data, total: meta.total, params: { sort: id } }
          changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
          ids: { params: { id: '{{ ids }}' } }
          one: { get: 'accounts/{{ id }}', record: data }
          create: { post: accounts, wrap: data, record: data }
          update: { patch: 'accounts/{{ id }}', wrap: data, record: data }
          delete: 'accounts/{{ id }}'
        items:
          id: id
          changed_at: updated_at
          fields:
            id: integer
            code: { type: text, required: true, unique: true, search: code }
            name: { type: text, required: true }
            price: { type: decimal, scale: 2, as: text }
            updated_at: { type: instant, default: true }
          paging: { by: cursor, param: offset, at: meta.next, size: { param: limit, most: 50 } }
          list: { get: items, records: data }
          changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
          one: { get: 'items/{{ id }}', record: data }
          create: { post: items, wrap: data, record: data }
          update: { put: 'items/{{ id }}', wrap: data, record: data }
          delete: 'items/{{ id }}'
        deals:
          id: id
          changed_at: updated_at
          version: { path: _version, send: If-Match }
          fields:
            id: integer
            reference: { type: text, required: true, unique: true, search: reference }
            account: { type: integer, required: true, reference: accounts }
            placed: date
            updated_at: { type: instant, default: true }
          paging: { by: link, size: { param: limit, most: 50 } }
          list: { get: deals, records: data }
          changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
          ids: { params: { id: '{{ ids }}' } }
          one: { get: 'deals/{{ id }}', record: data }
          create: { post: deals, wrap: data, record: data }
          update: { patch: 'deals/{{ id }}', wrap: data, record: data }
          delete: 'deals/{{ id }}'
          lines:
            rows:
              id: id
              fields:
                id: integer
                no: { type: integer, required: true }
                item: { type: integer, reference: items }
                amount: integer
                price: { type: decimal, scale: 2 }
`

const EDGE = `
    edge_cases:
      created_outside_master: adopt
      edited_outside_master: accept
      existing_records: master wins
      existing_unmatched: create
      older_than: no limit
      duplicates: ask
      deleted_in_master: delete
      deleted_elsewhere: accept
      missing_reference: wait 1 day, then ask
      invalid_value: hold record
      empty_in_master: erase
    on_failure: { retry: for 1 hour, then: quarantine, alert: { technical: at once } }
    limits: { changes: 100%, deletions: 100% }
    history: 400 days`

const FLOW = (schedule: string, master: string) => `
    owners: { business: ana, technical: ana }
    master: ${master}
    direction: both
    schedule: ${schedule}
    late_after: 1 hour`

export const contractText = (description = DESCRIPTION, schedule = 'every 1 minute') => `
concordat: 1
company: Acme
timezone: UTC
people: { ana: { name: Ana, email: ana@acme.example } }
systems:
  erp: { connector: postgres, url: '\${env:ERP_URL}' }
  crm:
    connector: rest
    url: '\${env:CRM_URL}'
    token: '\${env:CRM_TOKEN}'
    private: allowed
    description:${description}
flows:
  customers:${FLOW(schedule, 'shared')}
    on_conflict: erp
    records:
      erp: { table: customers, id: id, changed_at: updated_at }
      crm: { object: accounts, id: id, changed_at: updated_at }
    match: [[vat]]
    fields:
      name: { type: text, required: true, erp: name, crm: label }
      email: { type: email, erp: email, crm: mail }
      vat: { type: text, erp: vat, crm: tax_id }
      credit: { type: money, currency: EUR, erp: credit, crm: ceiling }
      active: { type: boolean, erp: active, crm: enabled }${EDGE}
  products:${FLOW(schedule, 'shared')}
    on_conflict: erp
    records:
      erp: { table: products, id: id, changed_at: updated_at }
      crm: { object: items, id: id, changed_at: updated_at }
    match: [[sku]]
    fields:
      sku: { type: text, required: true, erp: sku, crm: code }
      title: { type: text, erp: title, crm: name }
      price: { type: money, currency: EUR, erp: price, crm: price }${EDGE}
  orders:${FLOW(schedule, 'shared')}
    on_conflict: erp
    records:
      erp: { table: orders, id: id, changed_at: updated_at }
      crm: { object: deals, id: id, changed_at: updated_at }
    match: [[number]]
    fields:
      number: { type: text, required: true, erp: number, crm: reference }
      customer: { type: reference(customers), required: true, erp: customer_id, crm: account }
      placed: { type: date, erp: placed, crm: placed }
      lines:
        type: lines
        key: [position]
        erp: { table: order_lines, parent: order_id }
        crm: { object: rows, parent: parent }
        fields:
          position: { type: integer, required: true, erp: position, crm: no }
          product: { type: reference(products), erp: product_id, crm: item }
          quantity: { type: integer, erp: quantity, crm: amount }
          price: { type: money, currency: EUR, erp: price, crm: price }${EDGE}
`

export interface Company {
  readonly erp: pg.Client
  readonly crm: MemoryDatabase
  readonly server: RestServer
  readonly folder: string
  readonly env: Record<string, string>
  readonly options: OpenOptions
}

/** Makes the tables of a CRM, which itself has nothing against twins. */
function define(database: MemoryDatabase): void {
  const nullable = true
  const id = { name: 'id', kind: 'integer' } as const
  const touched = { name: 'updated_at', kind: 'instant', default: 'now' } as const
  const ids = 'assigned'
  database.define({
    name: 'accounts',
    columns: [
      id,
      { name: 'label', kind: 'text', maxLength: 80 },
      { name: 'mail', kind: 'text', nullable },
      { name: 'tax_id', kind: 'text', nullable },
      { name: 'ceiling', kind: 'decimal', scale: 2, nullable },
      { name: 'enabled', kind: 'boolean', default: 't' },
      { name: 'remark', kind: 'text', nullable, default: 'kept' },
      touched,
    ],
    primaryKey: ['id'],
    ids,
    touched: 'updated_at',
  })
  database.define({
    name: 'items',
    columns: [
      id,
      { name: 'code', kind: 'text' },
      { name: 'name', kind: 'text' },
      { name: 'price', kind: 'decimal', scale: 2, nullable },
      { name: 'remark', kind: 'text', nullable, default: 'kept' },
      touched,
    ],
    primaryKey: ['id'],
    ids,
    touched: 'updated_at',
  })
  database.define({
    name: 'deals',
    columns: [
      id,
      { name: 'reference', kind: 'text' },
      { name: 'account', kind: 'integer' },
      { name: 'placed', kind: 'date', nullable },
      touched,
    ],
    primaryKey: ['id'],
    ids,
    references: [{ columns: ['account'], table: 'accounts' }],
    touched: 'updated_at',
  })
  database.define({
    name: 'deal_rows',
    columns: [
      id,
      { name: 'deal', kind: 'integer' },
      { name: 'no', kind: 'integer' },
      { name: 'item', kind: 'integer', nullable },
      { name: 'amount', kind: 'integer', nullable },
      { name: 'price', kind: 'decimal', scale: 2, nullable },
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    references: [
      { columns: ['deal'], table: 'deals' },
      { columns: ['item'], table: 'items' },
    ],
  })
}

/** Sets a company up, with its contract in a folder; all of it is gone after the test. */
export async function restCompany(contract = contractText()): Promise<Company> {
  const database = await freshDatabase('erp')
  const store = await freshDatabase('store')
  const erp = new pg.Client(database.url)
  await erp.connect()
  await erp.query(ERP)
  const crm = new MemoryDatabase(() => Date.now())
  define(crm)
  const server = await RestServer.start({
    database: crm,
    lines: { deals: { rows: { table: 'deal_rows', parent: 'deal' } } },
    asText: [],
  })
  const folder = mkdtempSync(join(tmpdir(), 'concordat-rest-'))
  const file = join(folder, 'concordat.yaml')
  writeFileSync(file, contract)
  onTestFinished(async () => {
    await erp.end()
    await server.close()
    rmSync(folder, { recursive: true })
    await database.drop()
    await store.drop()
  })
  const env = { ERP_URL: database.url, CRM_URL: server.url, CRM_TOKEN: 'the-token-1', DATABASE_URL: store.url }
  return { erp, crm, server, folder, env, options: { contract: file, env, databaseUrl: store.url } }
}
