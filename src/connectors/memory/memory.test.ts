import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../connector-kit/conformance/conformance.ts'
import { ODD_COLUMN, ODD_TABLE } from '../../connector-kit/conformance/system.ts'
import type { ConformanceSystem } from '../../connector-kit/conformance/system.ts'
import { MemoryDatabase } from './database.ts'
import { MemoryConnector } from './memory.ts'

for (const ids of ['reserved', 'assigned'] as const) {
  connectorConformance(`memory (ids ${ids})`, { afterAll, beforeAll, beforeEach, describe, test }, async () =>
    system(ids),
  )
}

async function system(ids: 'reserved' | 'assigned'): Promise<ConformanceSystem> {
  const database = new MemoryDatabase(() => Date.parse('2026-06-01T00:00:00Z'))
  const find = (table: string, id: string) => {
    const found = database.table(table)
    return { found, row: found.where(new Map([[found.definition.primaryKey[0]!, id]]))[0]! }
  }
  return {
    ids,
    booleans: ['t', 'f'],
    connect: () => new MemoryConnector(database),
    async reset() {
      define(database, ids)
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
    wrongPassword: null,
    unreachable: null,
    close: async () => {},
  }
}

function define(database: MemoryDatabase, ids: 'reserved' | 'assigned'): void {
  database.define({
    name: 'countries',
    columns: [
      { name: 'code', kind: 'text', maxLength: 2 },
      { name: 'name', kind: 'text', nullable: true },
    ],
    primaryKey: ['code'],
    ids: 'given',
  })
  const nullable = true
  database.define({
    name: 'customers',
    columns: [
      { name: 'id', kind: 'integer' },
      { name: 'name', kind: 'text', maxLength: 60 },
      { name: 'vat', kind: 'text', maxLength: 20, nullable },
      { name: 'email', kind: 'text', maxLength: 200, nullable },
      { name: 'country', kind: 'text', maxLength: 2, nullable },
      { name: 'credit', kind: 'decimal', scale: 2, nullable },
      { name: 'exact', kind: 'decimal', scale: 10, nullable },
      { name: 'active', kind: 'boolean', nullable },
      { name: 'born', kind: 'date', nullable },
      { name: 'note', kind: 'text', nullable },
      { name: 'kind', kind: 'text', maxLength: 20, nullable, default: 'customer' },
      { name: 'updated_at', kind: 'instant', default: 'now' },
    ],
    primaryKey: ['id'],
    ids,
    unique: [['vat']],
    references: [{ columns: ['country'], table: 'countries' }],
  })
  database.define({
    name: 'customer_lines',
    columns: [
      { name: 'id', kind: 'integer' },
      { name: 'customer_id', kind: 'integer' },
      { name: 'sku', kind: 'text', maxLength: 40 },
      { name: 'quantity', kind: 'integer', nullable },
      { name: 'done', kind: 'boolean', nullable },
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    references: [{ columns: ['customer_id'], table: 'customers' }],
  })
  database.define({
    name: 'customer_parts',
    columns: [
      { name: 'customer_id', kind: 'integer' },
      { name: 'position', kind: 'integer' },
      { name: 'sku', kind: 'text', maxLength: 40, nullable },
    ],
    primaryKey: ['customer_id', 'position'],
    ids: 'given',
    references: [{ columns: ['customer_id'], table: 'customers' }],
  })
  database.define({
    name: 'codes',
    columns: [
      { name: 'code', kind: 'text', maxLength: 80 },
      { name: 'label', kind: 'text', maxLength: 200, nullable },
    ],
    primaryKey: ['code'],
    ids: 'given',
  })
  database.define({
    name: 'tickets',
    columns: [
      { name: 'id', kind: 'integer' },
      { name: 'title', kind: 'text', maxLength: 200, nullable },
      { name: 'updated_at', kind: 'instant', default: 'now' },
    ],
    primaryKey: ['id'],
    ids: 'given',
  })
  database.define({
    name: ODD_TABLE,
    columns: [
      { name: 'id', kind: 'integer' },
      { name: ODD_COLUMN, kind: 'text', maxLength: 200, nullable },
      { name: '__proto__', kind: 'text', maxLength: 200, nullable },
    ],
    primaryKey: ['id'],
    ids: 'given',
  })
}
