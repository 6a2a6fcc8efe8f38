import { ExactJsonNumber, isJsonObject, type Json, type JsonObject } from '../../src/connector-kit/http/exact-json.ts'
import type { Quirk } from '../../src/model/passport.ts'
import type { Asked, RestServer, Shown } from '../harness/rest-server.ts'
import { type MeasuredSystem, touchingOrders } from './measured-system.ts'

/* The ways in which the server of the suite can misbehave, each seen in some system, and what the passport calls it. */

export interface Misbehaviour {
  readonly way: string
  readonly quirk: Quirk
  readonly object: 'parties' | 'orders' | null
  /** Fields or lines that must be named. */
  readonly at?: readonly string[]
  /** Changes the description so that it promises what is not so. */
  readonly adapt?: (description: string) => string
  /** How many parties of other people there are; 12 unless given. */
  readonly parties?: number
  readonly begin: (system: MeasuredSystem) => void
}

const isList = ({ method, path }: Asked): boolean => method === 'GET' && !path.includes('/') && path !== 'me'
const isOne = ({ method, path }: Asked): boolean => method === 'GET' && path.includes('/')

/** Changes each record that an answer shows. */
function eachRecord(answer: Shown, change: (record: JsonObject) => JsonObject): Shown {
  if (!isJsonObject(answer.body) || answer.status >= 300) return answer
  const { data } = answer.body
  const of = (json: Json | undefined): Json =>
    Array.isArray(json) ? json.map((one) => of(one as Json)) : isJsonObject(json) ? change(json) : (json ?? null)
  return { ...answer, body: { ...answer.body, data: of(data) } }
}

/** Takes parameters of listings for others. */
const query = (system: MeasuredSystem, change: (asked: URLSearchParams) => void): void => {
  system.server.fault = (asked) => {
    if (isList(asked)) change(asked.query)
    return null
  }
}

const taking = (system: MeasuredSystem, change: (data: JsonObject, asked: Asked) => JsonObject): void => {
  system.server.take = (asked, data) => change(touchingOrders(asked, data), asked)
}
const showing = (system: MeasuredSystem, show: RestServer['show']): void => {
  system.server.show = show
}
const shifted = (text: string | null, ms: number): string =>
  new Date(Date.parse(text ?? '') + ms).toISOString().replace('Z', '000Z')
const HOUR = 3_600_000
const textOf = (json: Json | undefined): string => (typeof json === 'string' ? json : '')
const changedText =
  (change: (text: string) => string) =>
  (data: JsonObject): JsonObject =>
    typeof data['name'] === 'string' ? { ...data, name: change(data['name']) } : data
const decimal = (data: JsonObject, change: (text: string) => string): JsonObject =>
  data['credit'] instanceof ExactJsonNumber
    ? { ...data, credit: new ExactJsonNumber(change(data['credit'].text)) }
    : data

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
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
      taking(system, ({ mail: _, ...data }) => data)
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
    begin: ({ server }) => void (server.versioned = ({ rows: _, updated_at: __, ...record }) => record),
  },
  {
    way: 'a version that comes too late is ignored',
    quirk: 'guard-ignored',
    object: 'parties',
    begin: ({ server }) => {
      server.fault = ({ headers }) => {
        delete headers['if-match']
        return null
      }
    },
  },
  {
    way: 'a version that comes too late is refused as anything else would be',
    quirk: 'guard-unclear',
    object: 'parties',
    begin: (system) => showing(system, (_, answer) => (answer.status === 412 ? { ...answer, status: 422 } : answer)),
  },
  {
    way: 'records say no version',
    quirk: 'version-missing',
    object: 'parties',
    begin: (system) => showing(system, (_, answer) => eachRecord(answer, ({ _version: _gone, ...record }) => record)),
  },
  {
    way: 'the answer to a new record holds other values than it has',
    quirk: 'create-answer-differs',
    object: 'parties',
    at: ['since'],
    begin: (system) =>
      showing(system, ({ method, path }, answer) =>
        method === 'POST' && path === 'parties' ? eachRecord(answer, (record) => ({ ...record, since: null })) : answer,
      ),
  },
  {
    way: 'the answer to a change holds stale parts',
    quirk: 'update-answer-differs',
    object: 'parties',
    at: ['enabled'],
    begin: (system) =>
      showing(system, ({ method, path }, answer) =>
        method === 'PATCH' && path.startsWith('parties')
          ? eachRecord(answer, (record) => ({ ...record, enabled: 'stale' }))
          : answer,
      ),
  },
  {
    way: 'the answer to a new record does not say which it is',
    quirk: 'id-not-told',
    object: 'parties',
    begin: (system) =>
      showing(system, ({ method, path }, answer) =>
        method === 'POST' && path === 'parties' && answer.status < 300 ? { ...answer, body: { data: null } } : answer,
      ),
  },
  {
    way: 'what is said not to be required is',
    quirk: 'required-undeclared',
    object: 'parties',
    at: ['mail'],
    begin: ({ server }) => {
      const plain = server.take
      server.take = (asked, data) => {
        if (asked.method === 'POST' && asked.path === 'parties' && typeof data['mail'] !== 'string')
          return { ...data, name: null }
        return plain(asked, data)
      }
    },
  },
  {
    way: 'a value may stand once only, and nobody says so',
    quirk: 'unique-undeclared',
    object: 'parties',
    at: ['mail'],
    begin: ({ database }) => {
      const { definition } = database.table('parties')
      const rows = [...database.table('parties').rows.values()]
      database.define({ ...definition, unique: [['tax_id'], ['mail']] })
      for (const row of rows) database.insertRow(database.table('parties'), row)
      for (let i = 0; i < 50; i++) database.table('parties').takeId()
    },
  },
  {
    way: 'a duplicate is taken',
    quirk: 'duplicate-taken',
    object: 'parties',
    at: ['tax_id'],
    begin: ({ database }) => {
      const { definition } = database.table('parties')
      const rows = [...database.table('parties').rows.values()]
      database.define({ ...definition, unique: [] })
      for (const row of rows) database.insertRow(database.table('parties'), row)
      for (let i = 0; i < 50; i++) database.table('parties').takeId()
    },
  },
  {
    way: 'a duplicate is refused with 400',
    quirk: 'duplicate-unclear',
    object: 'parties',
    at: ['tax_id'],
    begin: (system) =>
      showing(system, ({ path }, answer) =>
        answer.status === 409 && path === 'parties' ? { ...answer, status: 400 } : answer,
      ),
  },
  {
    way: 'an unknown reference is answered with 403',
    quirk: 'reference-unclear',
    object: 'orders',
    at: ['party'],
    begin: (system) =>
      showing(system, ({ path }, answer) =>
        answer.status === 422 && path === 'orders' && JSON.stringify(answer.body).includes('unknown_reference')
          ? { ...answer, status: 403, body: {} }
          : answer,
      ),
  },
  {
    way: 'a refusal is a 500 with a web page',
    quirk: 'refusal-as-failure',
    object: 'parties',
    begin: (system) =>
      showing(system, ({ path }, answer) =>
        answer.status === 422 && path === 'parties' ? { status: 500, body: '<html>', headers: answer.headers } : answer,
      ),
  },
  {
    way: 'errors stand inside 200',
    quirk: 'refusal-as-success',
    object: 'parties',
    begin: (system) =>
      showing(system, ({ path, method }, answer) =>
        answer.status === 422 && path === 'parties' && method === 'POST' ? { ...answer, status: 200 } : answer,
      ),
  },
  {
    way: 'the reason stands in a header only, and the body is empty',
    quirk: 'reason-in-header',
    object: 'parties',
    at: ['x-reason'],
    begin: (system) =>
      showing(system, ({ path }, answer) => {
        if (answer.status !== 422 || path !== 'parties') return answer
        answer.headers['x-reason'] = 'invalid'
        return { ...answer, body: {} }
      }),
  },
  {
    way: 'JSON that is broken is a 500',
    quirk: 'malformed-as-failure',
    object: 'parties',
    begin: (system) =>
      showing(system, ({ path }, answer) =>
        answer.status === 400 && path === 'parties' ? { ...answer, status: 500 } : answer,
      ),
  },
  {
    way: 'a field is ignored, with 200',
    quirk: 'field-ignored',
    object: 'parties',
    at: ['since'],
    begin: (system) => taking(system, ({ since: _, ...data }) => data),
  },
  {
    way: 'a value cannot be emptied',
    quirk: 'emptying-ignored',
    object: 'parties',
    at: ['since'],
    begin: (system) => taking(system, ({ since = null, ...data }) => (since === null ? data : { ...data, since })),
  },
  {
    way: 'what is not sent is emptied',
    quirk: 'unsent-emptied',
    object: 'orders',
    at: ['remark'],
    begin: (system) =>
      taking(system, (data, { method, path }) =>
        method === 'PATCH' && path.startsWith('orders') ? { remark: null, ...data } : data,
      ),
  },
  {
    way: 'records share an e-mail address, and changing it changes others',
    quirk: 'shared-value',
    object: 'parties',
    at: ['mail'],
    begin: ({ server, database }) => {
      const plain = server.take
      server.take = (asked, data) => {
        const table = database.table('parties')
        const row = table.where(new Map([['id', asked.path.split('/')[1] ?? '']]))[0]
        if (asked.method === 'PATCH' && row && typeof data['mail'] === 'string' && row.get('mail') !== null)
          for (const other of table.where(new Map([['mail', row.get('mail')!]])))
            if (other !== row) database.updateRow(table, other, new Map([['mail', data['mail']]]))
        return plain(asked, data)
      }
    },
  },
  {
    way: 'texts are trimmed',
    quirk: 'trimmed',
    object: 'parties',
    at: ['name'],
    begin: (system) =>
      taking(
        system,
        changedText((text) => text.trim()),
      ),
  },
  {
    way: 'texts are cut',
    quirk: 'cut',
    object: 'parties',
    at: ['name'],
    begin: (system) =>
      taking(
        system,
        changedText((text) => text.slice(0, 40)),
      ),
  },
  {
    way: 'emoji become ????',
    quirk: 'emoji-lost',
    object: 'parties',
    at: ['name'],
    begin: (system) =>
      taking(
        system,
        changedText((text) => text.replaceAll(/\p{Extended_Pictographic}/gu, '????')),
      ),
  },
  {
    way: 'money is rounded',
    quirk: 'rounded',
    object: 'parties',
    at: ['credit'],
    begin: (system) => taking(system, (data) => decimal(data, (text) => Number(text).toFixed(1))),
  },
  {
    way: 'money is a float',
    quirk: 'digits-lost',
    object: 'parties',
    at: ['credit'],
    begin: (system) => taking(system, (data) => decimal(data, (text) => String(Number(text)))),
  },
  {
    way: 'lines are ignored when a record is made',
    quirk: 'lines-ignored',
    object: 'orders',
    at: ['rows'],
    begin: (system) =>
      taking(system, ({ rows = null, ...data }, { method }) =>
        method === 'POST' || rows === null ? data : { ...data, rows },
      ),
  },
  {
    way: 'lines have other ids after each change',
    quirk: 'line-ids-change',
    object: 'orders',
    at: ['rows'],
    begin: (system) =>
      taking(system, ({ rows = null, ...data }) =>
        Array.isArray(rows) ? { ...data, rows: (rows as readonly JsonObject[]).map(({ id: _, ...row }) => row) } : data,
      ),
  },
  {
    way: 'a number range fails when records are made at the same time',
    quirk: 'parallel-fails',
    object: 'parties',
    begin: ({ server }) => {
      let open = 0
      server.fault = ({ method, path }) => {
        if (method !== 'POST' || path !== 'parties') return null
        open++
        setTimeout(() => open--, 50)
        return open > 1 ? { status: 400, body: '{}' } : { delayMs: 60 }
      }
    },
  },
  {
    way: 'a listing shows new records late',
    quirk: 'listing-lags',
    object: 'parties',
    begin: (system) =>
      showing(system, (asked, answer) => {
        if (!isList(asked) || !isJsonObject(answer.body)) return answer
        const { data = null } = answer.body
        const young = (record: JsonObject): boolean => Date.now() - Date.parse(textOf(record['updated_at'])) < 700
        return Array.isArray(data)
          ? {
              ...answer,
              body: { ...answer.body, data: (data as readonly JsonObject[]).filter((record) => !young(record)) },
            }
          : answer
      }),
  },
  {
    way: 'a refused deletion is answered with 200 and 0',
    quirk: 'delete-not-done',
    object: 'parties',
    begin: ({ server }) => {
      let refusals = 0
      server.fault = ({ method, path }) =>
        method === 'DELETE' && path.startsWith('parties') && refusals++ < 1 ? { status: 200, body: '0' } : null
    },
  },
  {
    way: 'what was deleted is still listed',
    quirk: 'deleted-still-listed',
    object: 'orders',
    begin: ({ server }) => {
      const gone = new Set<string>()
      server.fault = ({ method, path }) => {
        if (!path.startsWith('orders/')) return null
        if (method === 'DELETE') gone.add(path)
        if (method === 'DELETE') return { status: 204 }
        return gone.has(path) ? { status: 404, body: '{}' } : null
      }
    },
  },
  {
    way: 'what was deleted is answered with 403',
    quirk: 'missing-unclear',
    object: 'orders',
    begin: (system) =>
      showing(system, (asked, answer) =>
        isOne(asked) && answer.status === 404 && asked.path.startsWith('orders') ? { ...answer, status: 403 } : answer,
      ),
  },
  {
    way: 'deleting again is a 500',
    quirk: 'delete-again-unclear',
    object: 'orders',
    begin: (system) =>
      showing(system, ({ method, path }, answer) =>
        method === 'DELETE' && answer.status === 404 && path.startsWith('orders') ? { ...answer, status: 500 } : answer,
      ),
  },
  {
    way: 'a record cannot come back under its id',
    quirk: 'not-restorable',
    object: 'parties',
    begin: (system) =>
      taking(system, (data, { method }) => {
        if (method !== 'POST') return data
        const { id: _, ...rest } = data
        return rest
      }),
  },
]
