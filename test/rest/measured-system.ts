import { onTestFinished } from 'vitest'
import type { Connector } from '../../src/connector-kit/port.ts'
import { MemoryDatabase } from '../../src/connectors/memory/database.ts'
import { restKind } from '../../src/connectors/rest/rest.ts'
import type { Passport } from '../../src/model/passport.ts'
import { described } from '../connectors/rest-description.ts'
import { RestServer } from '../harness/rest-server.ts'

/* A system whose API does exactly what its description says, until a test makes it misbehave. */

export const MEASURED_DESCRIPTION = `
product: Test CRM
verify: me
sign_in: { bearer: '{{ token }}' }
settles_after: 1 second
rate: { at_once: 4 }
paging: { by: page, param: page, size: { param: limit, most: 50 } }
errors:
  - { when: 'status == 409', is: exists, field: error.field, message: error.message }
  - { when: 'status == 422 && body.error.code == "unknown_reference"', is: missing reference, message: error.message }
  - { when: 'status == 422', is: refused, field: error.field, message: error.message }
objects:
  parties:
    id: { field: id, restorable: true }
    changed_at: updated_at
    version: { path: _version, send: If-Match }
    fields:
      id: integer
      name: { type: text, required: true, most: 60, search: name }
      mail: { type: text, most: 60 }
      tax_id: { type: text, unique: true, most: 60, search: tax_id }
      credit: { type: decimal, scale: 2 }
      enabled: { type: boolean, default: true }
      since: date
      updated_at: { type: instant, read_only: true }
    list: { get: parties, records: data, ordered: true }
    changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
    ids: { params: { id: '{{ ids }}' } }
    one: { get: 'parties/{{ id }}', record: data }
    create: { post: parties, wrap: data, record: data, trusted: true }
    update: { patch: 'parties/{{ id }}', wrap: data, record: data, trusted: true }
    delete: 'parties/{{ id }}'
  orders:
    id: id
    changed_at: updated_at
    version: { path: _version, send: If-Match }
    fields:
      id: integer
      number: { type: text, required: true, unique: true, search: number }
      party: { type: integer, required: true, reference: parties }
      remark: text
      updated_at: { type: instant, read_only: true }
    list: { get: orders, records: data }
    changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
    one: { get: 'orders/{{ id }}', record: data }
    create: { post: orders, wrap: data, record: data }
    update: { patch: 'orders/{{ id }}', wrap: data, record: data }
    delete: 'orders/{{ id }}'
    lines:
      rows:
        id: id
        fields:
          id: { type: integer, read_only: true }
          amount: integer
          price: { type: decimal, scale: 2 }
`

export interface MeasuredSystem {
  readonly server: RestServer
  readonly database: MemoryDatabase
  readonly connector: Connector
  /** Measures with permission for all objects, or for these. */
  measure(writes?: readonly string[]): Promise<Passport>
}

/** Changes of lines move the time of their order. */
export const touchingOrders: RestServer['take'] = (asked, data) =>
  asked.method === 'PATCH' && 'rows' in data ? { ...data, updated_at: new Date().toISOString() } : data

/** Starts the system, with some records of other people in it. */
export async function measuredSystem(
  adapt: (description: string) => string = (text) => text,
  parties = 12,
): Promise<MeasuredSystem> {
  const database = new MemoryDatabase(() => Date.now())
  const nullable = true
  const id = { name: 'id', kind: 'integer' } as const
  const touched = { name: 'updated_at', kind: 'instant', default: 'now' } as const
  database.define({
    name: 'parties',
    columns: [
      id,
      { name: 'name', kind: 'text', maxLength: 60 },
      { name: 'mail', kind: 'text', maxLength: 60, nullable },
      { name: 'tax_id', kind: 'text', maxLength: 60, nullable },
      { name: 'credit', kind: 'decimal', scale: 2, nullable },
      { name: 'enabled', kind: 'boolean', default: 't' },
      { name: 'since', kind: 'date', nullable },
      touched,
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    unique: [['tax_id']],
    touched: 'updated_at',
  })
  database.define({
    name: 'orders',
    columns: [
      id,
      { name: 'number', kind: 'text' },
      { name: 'party', kind: 'integer' },
      { name: 'remark', kind: 'text', nullable },
      touched,
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    unique: [['number']],
    references: [{ columns: ['party'], table: 'parties' }],
    touched: 'updated_at',
  })
  database.define({
    name: 'order_rows',
    columns: [
      id,
      { name: 'order', kind: 'integer' },
      { name: 'amount', kind: 'integer', nullable },
      { name: 'price', kind: 'decimal', scale: 2, nullable },
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    references: [{ columns: ['order'], table: 'orders' }],
  })
  for (let i = 1; i <= parties; i++)
    database.insert('parties', {
      name: `Party ${i}`,
      mail: `p${i}@acme.example`,
      tax_id: `T${i}`,
      credit: `${i}.5`,
      since: '2020-01-01',
    })
  for (let i = 1; i <= 5 && parties > 0; i++) database.insert('orders', { number: `O${i}`, party: String(i) })
  const server = await RestServer.start({
    database,
    lines: { orders: { rows: { table: 'order_rows', parent: 'order' } } },
  })
  server.take = touchingOrders
  const connector = restKind.connect(
    { url: server.url, token: 'the-token-1', private: 'allowed' },
    described(adapt(MEASURED_DESCRIPTION)),
  )
  onTestFinished(async () => {
    await connector.close()
    await server.close()
  })
  return {
    server,
    database,
    connector,
    measure: (writes = ['parties', 'orders']) => connector.measure!({ writes, given: {}, date: '2026-12-01' }),
  }
}
