import { sqlKind } from '../connector.ts'
import type { Dialect } from '../dialect.ts'
import { sql } from '../sql.ts'
import { readTables } from './catalogue.ts'
import { canHold, compared, lessOverlap, list, notInFuture, quoteName, selectList, selectText } from './column-sql.ts'
import { failures } from './failure.ts'
import { MysqlFeed } from './feed.ts'
import { readIdentity } from './identity.ts'
import { connect } from './link.ts'
import { report } from './report.ts'
import { page, stream } from './rows.ts'
import { writer } from './writer.ts'

/** MySQL 8 and later, and MariaDB 10.5 and later. */
export const mysql: Dialect = {
  name: 'mysql',
  title: 'MySQL or MariaDB',
  urlHelp: 'Connection URL, e.g. mysql://user:password@host:3306/database; ?sslmode=verify-full for TLS.',
  failures,
  connect,
  identity: readIdentity,
  report,
  tables: readTables,
  otherPlaces: 'Write it as database.table when it is not in the database of the URL.',
  namesNothing: false,
  quoteName,
  asText: (expression) => `cast(${expression} as char)`,
  selected: selectList,
  textOf: selectText,
  compared,
  list,
  equals: (column, alias, value) => sql`${alias}.${quoteName(column.name)} <=> ${compared(column, value)}`,
  canHold,
  earliest: '1970-01-02 00:00:00',
  notInFuture,
  lessOverlap,
  sound: () => [],
  clock: 'cast(cast(sysdate(6) as datetime(6)) as char)',
  raiseMark: (table, [installation, object, number]) =>
    sql`insert into ${table} (installation, object, number, at) values (${installation}, ${object}, cast(${number} as signed), now())
     on duplicate key update number = greatest(number, values(number)), at = values(at)`,
  markColumns: 'installation varchar(20), object varchar(200), number bigint not null, at timestamp not null',
  page,
  stream,
  // Child rows need a second query, so that only a page with its child rows is of one moment.
  bulk: null,
  guess: null,
  writer,
  async nextValues(link, from, count) {
    // Sequences are MariaDB's; the name is quoted as an identifier, part by part.
    const next = 'sequence' in from ? `nextval(${from.sequence.split('.').map(quoteName).join('.')})` : from.expression
    const values: string[] = []
    for (let i = 0; i < count; i++) values.push((await link.rows(sql`select cast(${next} as char)`))[0]![0]!)
    return values
  },
  feed: (session, watched, installation) => new MysqlFeed(session, watched, installation),
}

export const mysqlKind = sqlKind(mysql)
