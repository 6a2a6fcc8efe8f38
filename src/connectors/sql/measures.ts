import type { Measures } from '../../connector-kit/port.ts'
import type { Raw } from '../../model/value.ts'
import type { Rows } from './rows.ts'
import type { Session } from './session.ts'
import { sql, type Sql } from './sql.ts'

const SAMPLE = 1_000

/** Looks at what an opened table holds, for what its catalogue does not say. */
export function measuresOf(session: Session, rows: Rows): Measures {
  const { dialect } = session
  const { table } = rows.open
  const one = (statement: Sql): Promise<readonly Raw[]> =>
    session.query(async (link) => (await link.rows(statement))[0]!, table.name)
  const known = (columns: readonly string[]) => columns.map((name) => table.columns.get(name)!)
  return {
    async sharedId() {
      const [shared] = await one(
        sql`select case when exists (select 1 from ${rows.from} where ${rows.id} is not null group by ${rows.id} having count(*) > 1) then '1' else '0' end`,
      )
      return shared === '1'
    },
    async longest(columns) {
      if (columns.length === 0) return []
      const list = known(columns).map(
        (column, i) => `${dialect.asText(`max(char_length(${dialect.textOf(column, 't')}))`)} as c${i}`,
      )
      const found = await one(sql`select ${list.join(', ')} from ${rows.from} where ${rows.scope ?? 'true'}`)
      return found.map((length) => (length === null ? null : Number(length)))
    },
    async filled(columns) {
      const names = known(columns).map(({ name }) => dialect.quoteName(name))
      const list = ['count(*)', ...names.map((_, i) => `count(s.c${i})`)].map(
        (count, i) => `${dialect.asText(count)} as n${i}`,
      )
      const selected = ['1 as one', ...names.map((name, i) => `t.${name} as c${i}`)]
      const [count, ...filled] = await one(
        sql`select ${list.join(', ')} from (select ${selected.join(', ')} from ${rows.from} where ${rows.scope ?? 'true'} order by ${rows.id} desc limit ${String(SAMPLE)}) s`,
      )
      return { rows: Number(count), filled: filled.map(Number) }
    },
  }
}
