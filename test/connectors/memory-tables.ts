import { ODD_COLUMN, ODD_TABLE } from '../../src/connector-kit/conformance/system.ts'
import type { MemoryDatabase } from '../../src/connectors/memory/database.ts'

/** The tables of the conformance suite in a memory database. */
export function defineTables(database: MemoryDatabase, ids: 'reserved' | 'assigned'): void {
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
