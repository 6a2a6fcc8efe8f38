import { keyOf, type WatchedColumn } from '../watched-column.ts'
import { qualified, quoteName } from './column-sql.ts'

/*
 * What a feed puts into the database: one table of changes in the database of the connection, and three triggers for each
 * watched column. Two installations have tables and triggers of different names and do not know of each other.
 *
 * The triggers run as whoever made them, so other users of the database need no rights; an error in them (the table of
 * changes is gone, or full) is caught, and the user's statement goes on.
 */

const EVENTS = ['insert', 'update', 'delete'] as const

export const changesOf = (installation: string): string => `concordat_change_${installation}`

/** Names of all triggers of an installation begin like this. */
export const prefixOf = (installation: string): string => `concordat_${installation}_`

/** The table of changes; binary, so that ids which differ by capitals or blanks are different ids. */
export function foundation(installation: string): string {
  return `create table if not exists ${quoteName(changesOf(installation))} (
  seq    bigint unsigned not null auto_increment primary key,
  object varchar(160) not null,
  id     varchar(600) not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin`
}

/** A trigger of a watched column, by event. */
export function triggers(
  installation: string,
  database: string,
  watched: WatchedColumn,
): { readonly name: string; readonly body: string; readonly statement: string; readonly drop: string }[] {
  const { table, column, object } = watched
  const key = keyOf(watched)
  return EVENTS.map((event) => {
    const name = `${prefixOf(installation)}${key}_${event}`
    const fresh = `new.${quoteName(column)}`
    const old = `old.${quoteName(column)}`
    // Ids of bytes as they are printed; as they are, they would be no text.
    const text = (value: string) => (table.columns.get(column)?.kind === 'binary' ? `hex(${value})` : value)
    const note = (value: string) =>
      `if ${value} is not null then insert into ${quoteName(database)}.${quoteName(changesOf(installation))} (object, id) values (${literal(object)}, ${text(value)}); end if;`
    const notes = {
      insert: note(fresh),
      update: `${note(fresh)} if not (${fresh} <=> ${old}) then ${note(old)} end if;`,
      delete: note(old),
    }[event]
    const body = `begin declare continue handler for sqlexception begin end; ${notes} end`
    const at = `${quoteName(table.schema)}.${quoteName(name)}`
    return {
      name,
      body,
      statement: `create trigger ${at} after ${event} on ${qualified(table)} for each row ${body}`,
      drop: `drop trigger if exists ${at}`,
    }
  })
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
