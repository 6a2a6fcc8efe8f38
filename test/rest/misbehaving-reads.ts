import { isJsonObject } from '../../src/connector-kit/http/exact-json.ts'
import { touchingOrders } from './measured-system.ts'
import {
  isList,
  eachRecord,
  query,
  taking,
  showing,
  shifted,
  HOUR,
  textOf,
  without,
  type Misbehaviour,
} from './misbehaviour.ts'

/* How the server of the suite can misbehave when it is read. */

export const MISREADS: readonly Misbehaviour[] = [
  {
    way: 'everybody is let in',
    quirk: 'open-to-all',
    object: null,
    begin: ({ server }) => {
      server.fault = ({ headers }) => {
        headers.authorization ??= 'Bearer the-token-1'
        return null
      }
    },
  },
  {
    way: 'who is not signed in is answered with 403',
    quirk: 'sign-in-unclear',
    object: null,
    begin: ({ server }) => {
      server.fault = ({ headers }) => (headers.authorization === undefined ? { status: 403, body: '{}' } : null)
    },
  },
  {
    way: 'an empty list is 404',
    quirk: 'empty-is-404',
    object: 'parties',
    begin: (system) =>
      showing(system, (asked, answer) => {
        const empty =
          isList(asked) &&
          isJsonObject(answer.body) &&
          Array.isArray(answer.body['data']) &&
          answer.body['data'].length === 0
        return empty && asked.path === 'parties' ? { ...answer, status: 404, body: {} } : answer
      }),
  },
  {
    way: 'a page larger than 20 is refused',
    quirk: 'page-refused',
    object: 'parties',
    begin: ({ server }) => {
      server.fault = (asked) =>
        asked.path === 'parties' && isList(asked) && Number(asked.query.get('limit') ?? 0) > 20
          ? { status: 400, body: '{}' }
          : null
    },
  },
  {
    way: 'pages are cut shorter than they were asked for',
    quirk: 'page-cut',
    object: 'parties',
    begin: ({ server }) => void (server.largestPage = 5),
  },
  {
    way: 'the parameter for pages is ignored',
    quirk: 'pages-repeat',
    object: 'parties',
    begin: (system) => query(system, (asked) => asked.delete('page')),
  },
  {
    way: 'pages overlap, as there is no order',
    quirk: 'pages-overlap',
    object: 'orders',
    begin: ({ server }) => {
      server.fault = (asked) => {
        const page = Number(asked.query.get('page') ?? 1)
        const limit = Number(asked.query.get('limit') ?? 20)
        if (page > 1 && asked.path === 'orders') asked.query.set('offset', String((page - 1) * limit - 1))
        return null
      }
    },
  },
  {
    way: 'a page can be fetched once only',
    quirk: 'pages-once',
    object: 'parties',
    begin: ({ server }) => {
      const seen = new Set<string>()
      server.fault = (asked) => {
        const page = asked.query.get('page') ?? '1'
        if (!isList(asked) || asked.path !== 'parties' || page === '1') return null
        const key = asked.query.toString()
        if (seen.has(key)) return { status: 410, body: '{}' }
        seen.add(key)
        return null
      }
    },
  },
  {
    way: 'records do not come in the order of their ids',
    quirk: 'order-not-kept',
    object: 'parties',
    begin: (system) => query(system, (asked) => asked.set('sort', '-id')),
  },
  {
    way: 'a custom field is renamed by a prefix',
    quirk: 'field-missing',
    object: 'parties',
    at: ['mail'],
    begin: (system) => {
      taking(system, (data) => without(data, 'mail'))
      showing(system, (_, answer) => eachRecord(answer, ({ mail = null, ...rest }) => ({ ...rest, x_mail: mail })))
    },
  },
  {
    way: 'lists and single records differ',
    quirk: 'list-differs',
    object: 'parties',
    at: ['mail'],
    begin: (system) =>
      showing(system, (asked, answer) =>
        isList(asked)
          ? eachRecord(answer, (record) => ('mail' in record ? { ...record, mail: null } : record))
          : answer,
      ),
  },
  {
    way: 'a filter by ids is ignored, with 200',
    quirk: 'ids-ignored',
    object: 'parties',
    begin: (system) => query(system, (asked) => asked.delete('id')),
  },
  {
    way: 'a filter by ids takes the first three only',
    quirk: 'ids-incomplete',
    object: 'parties',
    begin: (system) =>
      query(system, (asked) => {
        if (asked.has('id')) asked.set('id', asked.get('id')!.split(',').slice(0, 3).join(','))
      }),
  },
  {
    way: 'a search that is not understood shows everything, with 200',
    quirk: 'search-ignored',
    object: 'parties',
    at: ['name'],
    begin: (system) => query(system, (asked) => asked.delete('name')),
  },
  {
    way: 'a search finds nothing',
    quirk: 'search-blind',
    object: 'parties',
    at: ['tax_id'],
    begin: (system) =>
      query(system, (asked) => {
        if (asked.has('tax_id')) asked.set('id', '0')
      }),
  },
  {
    way: 'the filter for changes is ignored, with 200',
    quirk: 'changes-ignored',
    object: 'orders',
    begin: (system) => query(system, (asked) => asked.delete('updated_since')),
  },
  {
    way: 'what changed at the very time is left out',
    quirk: 'changes-exclusive',
    object: 'parties',
    begin: (system) =>
      query(system, (asked) => {
        const since = asked.get('updated_since')
        if (since !== null) asked.set('updated_since', since.replace(/0Z$/, '1Z'))
      }),
  },
  {
    way: 'filters read times in another zone than answers print (an hour off)',
    quirk: 'changes-zone',
    object: 'parties',
    begin: (system) =>
      query(system, (asked) => {
        if (asked.has('updated_since')) asked.set('updated_since', shifted(asked.get('updated_since'), HOUR))
      }),
  },
  {
    way: 'the same, the other way round',
    quirk: 'changes-zone',
    object: 'parties',
    begin: (system) =>
      query(system, (asked) => {
        if (asked.has('updated_since')) asked.set('updated_since', shifted(asked.get('updated_since'), -2 * HOUR))
      }),
  },
  {
    way: 'times are printed in another zone than they say',
    quirk: 'time-off',
    object: 'parties',
    begin: (system) => {
      showing(system, (_, answer) =>
        eachRecord(answer, (record) => ({ ...record, updated_at: shifted(textOf(record['updated_at']), HOUR) })),
      )
      query(system, (asked) => {
        if (asked.has('updated_since')) asked.set('updated_since', shifted(asked.get('updated_since'), -HOUR))
      })
    },
  },
  {
    way: 'times are printed to the second and kept in microseconds',
    quirk: 'time-cut',
    object: 'parties',
    begin: (system) => {
      // The moment is in the middle of a second.
      taking(system, (data, { path, method }) =>
        path.startsWith('parties') && (method === 'POST' || method === 'PATCH')
          ? { ...data, updated_at: `${new Date().toISOString().slice(0, 19)}.500000Z` }
          : data,
      )
      showing(system, (_, answer) =>
        eachRecord(answer, (record) => ({ ...record, updated_at: `${textOf(record['updated_at']).slice(0, 19)}Z` })),
      )
    },
  },
  {
    way: 'a field does not move the time of the change',
    quirk: 'time-stays',
    object: 'parties',
    at: ['mail'],
    begin: ({ server, database }) => {
      server.take = (asked, data) => {
        const row = database.table('parties').where(new Map([['id', asked.path.split('/')[1] ?? '']]))[0]
        const only = asked.method === 'PATCH' && Object.keys(data).join() === 'mail'
        return only && row ? { ...data, updated_at: row.get('updated_at')! } : touchingOrders(asked, data)
      }
    },
  },
  {
    way: 'lines do not move the time of their record',
    quirk: 'lines-time-stays',
    object: 'orders',
    at: ['rows'],
    begin: ({ server }) => void (server.take = (_, data) => data),
  },
  {
    way: 'lines do not move the version of their record',
    quirk: 'version-stays',
    object: 'orders',
    at: ['rows'],
    begin: ({ server }) => void (server.versioned = (record) => without(record, 'rows', 'updated_at')),
  },
]
