import type { Measures } from '../../../connector-kit/port.ts'
import type { Raw } from '../../../model/value.ts'
import { quoteName } from './column-sql.ts'
import type { RowQuery } from './row-query.ts'
import type { Parameter, Session } from './session.ts'

const SAMPLE = 1_000

/** Looks at what an opened table holds, for what its catalogue does not say. */
export function measuresOf(session: Session, rows: RowQuery): Measures {
  const { table, id } = rows.open
  const key = `t.${quoteName(id.name)}`
  const one = (sql: string, values: readonly Parameter[] = []): Promise<readonly Raw[]> =>
    session.query(async (link) => (await link.rows(sql, values))[0]!, table.name)
  const known = (columns: readonly string[]) => columns.map((name) => quoteName(table.columns.get(name)!.name))
  const { scope } = rows
  return {
    async sharedId() {
      const [shared] = await one(
        `select cast(exists (select 1 from ${rows.from} where ${key} is not null group by ${key} having count(*) > 1) as char)`,
      )
      return shared === '1'
    },
    async longest(columns) {
      if (columns.length === 0) return []
      const list = known(columns).map((name, i) => `cast(max(char_length(t.${name})) as char) as c${i}`)
      const found = await one(`select ${list.join(', ')} from ${rows.from} where ${scope.sql}`, scope.values)
      return found.map((length) => (length === null ? null : Number(length)))
    },
    async filled(columns) {
      const names = known(columns)
      const list = ['cast(count(*) as char) as c', ...names.map((_, i) => `cast(count(s.c${i}) as char) as c${i}`)]
      const selected = ['1 as one', ...names.map((name, i) => `t.${name} as c${i}`)]
      const [count, ...filled] = await one(
        `select ${list.join(', ')} from (select ${selected.join(', ')} from ${rows.from} where ${scope.sql} order by ${key} desc limit ${SAMPLE}) s`,
        scope.values,
      )
      return { rows: Number(count), filled: filled.map(Number) }
    },
  }
}
