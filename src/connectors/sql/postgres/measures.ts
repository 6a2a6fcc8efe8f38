import type { Measures } from '../../../connector-kit/port.ts'
import { Bindings } from './bindings.ts'
import { quoteName } from './identifier.ts'
import { tableName, type RowQuery } from './row-query.ts'
import type { Session } from './session.ts'

const SAMPLE = 1_000

/** Looks at what an opened table holds, for what its catalogue does not say. */
export function measuresOf(session: Session, rows: RowQuery): Measures {
  const { table, id } = rows.open
  const key = `t.${quoteName(id.name)}`
  const one = <T extends object>(select: (bindings: Bindings) => string): Promise<T> =>
    session.transaction(
      async (client) => {
        const bindings = new Bindings()
        const text = select(bindings)
        await bindings.apply(client)
        return (await client.query<T>(text)).rows[0]!
      },
      table.name,
      'read only',
    )
  const known = (columns: readonly string[]) => columns.map((name) => table.columns.get(name)!.name)
  return {
    async sharedId() {
      const text = `select exists (select from ${tableName(table)} t where ${key} is not null group by ${key} having count(*) > 1) as shared`
      return (await one<{ shared: boolean }>(() => text)).shared
    },
    async longest(columns) {
      if (columns.length === 0) return []
      const list = known(columns).map((name) => `max(char_length(t.${quoteName(name)}::text))::int`)
      const { found } = await one<{ found: (number | null)[] }>(
        (bindings) =>
          `select array[${list.join(', ')}] as found from ${tableName(table)} t where ${rows.scope(bindings)}`,
      )
      return found
    },
    async filled(columns) {
      const names = known(columns).map(quoteName)
      const list = ['count(*)::int', ...names.map((name) => `count(s.${name})::int`)]
      const selected = names.length === 0 ? '' : names.map((name) => `t.${name}`).join(', ')
      const { found } = await one<{ found: number[] }>(
        (bindings) =>
          `select array[${list.join(', ')}] as found from (select ${selected} from ${tableName(table)} t where ${rows.scope(bindings)} order by ${key} desc limit ${SAMPLE}) s`,
      )
      return { rows: found[0]!, filled: found.slice(1) }
    },
  }
}
