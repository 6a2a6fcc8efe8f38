import type { Raw } from '../../src/model/value.ts'
import type { ConformanceSystem } from '../../src/connector-kit/conformance/system.ts'

/** One connection of a test to a database, past the connector. */
export interface SqlClient {
  /** Placeholders are `?`. */
  run(sql: string, values?: readonly Raw[]): Promise<(Raw | number)[][]>
  end(): Promise<void>
}

export interface SqlDialect {
  quote(name: string): string
  connect(): Promise<SqlClient>
  /** Statements that make the tables anew. */
  readonly schema: readonly string[]
  insertedId(client: SqlClient, insert: string, key: string, values: readonly Raw[]): Promise<string>
}

const KEYS: Readonly<Record<string, string>> = { countries: 'code', codes: 'code', customer_parts: 'customer_id' }

/** The parts of a system under test that are plain SQL, done past the connector. */
export async function sqlSystem(
  dialect: SqlDialect,
): Promise<Pick<ConformanceSystem, 'reset' | 'insert' | 'change' | 'remove' | 'count' | 'lateInsert' | 'close'>> {
  const client = await dialect.connect()
  const key = (table: string) => dialect.quote(KEYS[table] ?? 'id')
  const insert = (by: SqlClient, table: string, row: Readonly<Record<string, Raw>>) => {
    const names = Object.keys(row)
    const text = `insert into ${dialect.quote(table)} (${names.map(dialect.quote).join(', ')}) values (${names.map(() => '?').join(', ')})`
    return dialect.insertedId(by, text, key(table), Object.values(row))
  }
  return {
    async reset() {
      for (const statement of dialect.schema) await client.run(statement)
    },
    insert: (table, row) => insert(client, table, row),
    async change(table, id, set) {
      const names = Object.keys(set)
      const text = `update ${dialect.quote(table)} set ${names.map((name) => `${dialect.quote(name)} = ?`).join(', ')} where ${key(table)} = ?`
      await client.run(text, [...Object.values(set), id])
    },
    async remove(table, id) {
      await client.run(`delete from ${dialect.quote(table)} where ${key(table)} = ?`, [id])
    },
    async count(table) {
      return Number((await client.run(`select count(*) from ${dialect.quote(table)}`))[0]![0])
    },
    async lateInsert(table, row) {
      const other = await dialect.connect()
      await other.run('begin')
      await insert(other, table, row)
      return {
        async commit() {
          await other.run('commit')
          await other.end()
        },
      }
    },
    close: () => client.end(),
  }
}
