import { sqlKind } from '../connector.ts'
import type { Dialect } from '../dialect.ts'
import { bind, sql } from '../sql.ts'
import { readTables } from './catalogue.ts'
import { canHold, compared, equals, lessOverlap, list, notInFuture, quoteName } from './column-sql.ts'
import { failures } from './failure.ts'
import { PostgresFeed } from './feed.ts'
import { readIdentity } from './identity.ts'
import { connect } from './link.ts'
import { report } from './report.ts'
import { digest, guess, ids, page, stream } from './rows.ts'
import { writer } from './writer.ts'

/** PostgreSQL 12 and later, by its own protocol. Rows are read and written by COPY. */
export const postgres: Dialect = {
  name: 'postgres',
  title: 'PostgreSQL',
  urlHelp: 'Connection URL, e.g. postgres://user:password@host:5432/database; sslmode=require for TLS.',
  failures,
  connect,
  identity: readIdentity,
  report,
  tables: readTables,
  otherPlaces: 'Write it as schema.table when it is not in the first schema of the search path.',
  // With nothing in its search path the database itself is what was named.
  namesNothing: true,
  quoteName,
  asText: (expression) => expression,
  selected: (columns, alias) => columns.map(({ name }) => `${alias}.${quoteName(name)}`).join(', '),
  textOf: ({ name }, alias) => `${alias}.${quoteName(name)}::text`,
  compared,
  list,
  equals,
  canHold,
  earliest: '-infinity',
  notInFuture,
  lessOverlap,
  sound: (at) => [sql`isfinite(${at})`],
  clock: `clock_timestamp() at time zone 'UTC'`,
  raiseMark: (table, [installation, object, number]) =>
    sql`insert into ${table} as m (installation, object, number, at) values (${installation}, ${object}, ${number}::bigint, now())
     on conflict (installation, object) do update set number = greatest(m.number, excluded.number), at = excluded.at`,
  markColumns: 'installation text, object text, number bigint not null, at timestamptz not null',
  page,
  stream,
  bulk: { ids, digest },
  guess,
  writer,
  async nextValues(link, from, count) {
    // An identifier can be bound where it is the value of a `regclass`.
    const next = 'sequence' in from ? sql`nextval(${bind(from.sequence)}::text::regclass)` : sql`${from.expression}`
    return (await link.rows(sql`select ${next} from generate_series(1, ${String(count)})`)).map((row) => row[0]!)
  },
  feed: (session, watched, installation) => new PostgresFeed(session, watched, installation),
}

export const postgresKind = sqlKind(postgres)
