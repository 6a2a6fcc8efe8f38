import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../connector-kit/conformance/conformance.ts'
import type { ConformanceSystem } from '../../connector-kit/conformance/system.ts'
import { defineTables } from '../../../test/connectors/memory-tables.ts'
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
      defineTables(database, ids)
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
