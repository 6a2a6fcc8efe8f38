import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../src/connector-kit/conformance/conformance.ts'
import { ODD_COLUMN, ODD_TABLE } from '../../src/connector-kit/conformance/system.ts'
import { MemoryDatabase } from '../../src/connectors/memory/database.ts'
import { restKind } from '../../src/connectors/rest/rest.ts'
import type { RestDescription, RestField } from '../../src/model/rest-description.ts'
import { RestServer } from '../harness/rest-server.ts'
import { defineTables } from './memory-tables.ts'
import { described } from './rest-description.ts'

const DESCRIPTION = `
product: Test CRM
verify: me
sign_in: { bearer: '{{ token }}' }
rate: { at_once: 1 }
settles_after: 1 second
paging: { by: keyset, params: { after: '{{ last }}' }, size: { param: limit, most: 50 } }
errors:
  - { when: 'status == 409', is: exists, field: error.field, message: error.message }
  - { when: 'status == 422 && body.error.code == "unknown_reference"', is: missing reference, field: error.field, message: error.message }
  - { when: 'status == 422', is: refused, field: error.field, message: error.message }
objects:
  countries:
    id: { field: code, from: us }
    fields: { code: { type: text, most: 2 }, name: text }
    list: { get: countries, records: data }
    one: { get: 'countries/{{ id }}', record: data }
  customers:
    id: { field: id, restorable: true }
    changed_at: updated_at
    version: { path: _version, send: If-Match }
    fields:
      id: integer
      name: { type: text, required: true, most: 60, search: name }
      vat: { type: text, most: 20, unique: true }
      email: { type: text, most: 200 }
      country: { type: text, most: 2, reference: countries }
      credit: { type: decimal, scale: 2 }
      exact: { type: decimal, scale: 10, as: text }
      active: boolean
      born: date
      note: text
      kind: { type: text, most: 20, default: true }
      updated_at: { type: instant, default: true }
    list: { get: customers, records: data, total: meta.total, ordered: true }
    changes: { params: { updated_since: '{{ since }}' }, inclusive: true }
    latest: { sort: -updated_at }
    ids: { params: { id: '{{ ids }}' } }
    one: { get: 'customers/{{ id }}', record: data }
    create: { post: customers, wrap: data, record: data }
    update: { patch: 'customers/{{ id }}', wrap: data, record: data }
    delete: 'customers/{{ id }}'
    lines:
      customer_lines:
        path: items
        id: id
        parent: customer_id
        fields: { id: { type: integer }, sku: { type: text, required: true }, quantity: integer, done: boolean }
      customer_parts:
        path: parts
        id: position
        parent: customer_id
        fields: { position: integer, sku: text }
  codes:
    id: { field: code, from: us }
    fields: { code: text, label: text }
    paging: { by: page, param: page, size: { param: limit, most: 50 } }
    list: { get: codes, records: data }
    one: { get: 'codes/{{ id }}', record: data }
    create: { put: 'codes/{{ id }}', wrap: data, record: data }
    update: { patch: 'codes/{{ id }}', wrap: data, record: data }
    delete: 'codes/{{ id }}'
  tickets:
    id: { field: id, from: us }
    changed_at: updated_at
    fields: { id: integer, title: text, updated_at: { type: instant, default: true } }
    list: { get: tickets, records: data, ordered: true }
    ids: { params: { id: '{{ ids }}' } }
    one: { get: 'tickets/{{ id }}', record: data }
    create: { post: tickets, wrap: data, record: data }
    update: { patch: 'tickets/{{ id }}', wrap: data, record: data }
    delete: 'tickets/{{ id }}'
`

const LINES = {
  customers: {
    items: { table: 'customer_lines', parent: 'customer_id' },
    parts: { table: 'customer_parts', parent: 'customer_id' },
  },
}

/** Names that a file cannot hold, and a system may. */
function withOddObject(description: RestDescription): RestDescription {
  const { objects } = description
  const tickets = objects.find(({ name }) => name === 'tickets')!
  const { changedAt: _, ...plain } = tickets
  const text: RestField = { ...tickets.fields[1]!, type: 'text' }
  const path = encodeURIComponent(ODD_TABLE)
  const call = <T extends { path: string }>(of: T): T => ({ ...of, path: of.path.replace('tickets', path) })
  const odd = {
    ...plain,
    name: ODD_TABLE,
    fields: [
      tickets.fields[0]!,
      { ...text, name: ODD_COLUMN, path: [ODD_COLUMN] },
      { ...text, name: '__proto__', path: ['__proto__'] },
    ],
    list: call(tickets.list),
    one: call(tickets.one!),
    create: call(tickets.create!),
    update: call(tickets.update!),
    delete: call(tickets.delete!),
  }
  return { ...description, objects: [...objects, odd] }
}

connectorConformance('rest', { afterAll, beforeAll, beforeEach, describe, test }, async () => {
  const database = new MemoryDatabase(() => Date.parse('2026-06-01T00:00:00Z'))
  const server = await RestServer.start({ database, lines: LINES, asText: ['exact'] })
  const description = withOddObject(described(DESCRIPTION))
  const connect = (token: string, url = server.url) => restKind.connect({ url, token, private: 'allowed' }, description)
  const password = 'not-the-token-9'
  const find = (table: string, id: string) => {
    const found = database.table(table)
    return { found, row: found.where(new Map([[found.definition.primaryKey[0]!, id]]))[0]! }
  }
  return {
    ids: 'assigned',
    booleans: ['true', 'false'],
    connect: () => connect('the-token-1'),
    async reset() {
      defineTables(database, 'assigned')
    },
    async insert(table, row) {
      return database.insert(table, row).get(database.table(table).definition.primaryKey[0]!)!
    },
    async change(table, id, set) {
      const { found, row } = find(table, id)
      database.updateRow(found, row, new Map(Object.entries(set)))
    },
    async remove(table, id) {
      const { found, row } = find(table, id)
      database.deleteRow(found, row)
    },
    count: async (table) => database.table(table).rows.size,
    async lateInsert(name, row) {
      const table = database.table(name)
      const prepared = database.newRow(table, new Map(Object.entries(row)))
      return { commit: async () => void database.insertRow(table, prepared) }
    },
    wrongPassword: { connector: connect(password), password },
    unreachable: connect('the-token-1', 'http://127.0.0.1:1/api'),
    close: () => server.close(),
  }
})
