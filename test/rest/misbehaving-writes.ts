import { isJsonObject, type JsonObject } from '../../src/connector-kit/http/exact-json.ts'
import {
  isList,
  isOne,
  eachRecord,
  taking,
  showing,
  textOf,
  changedText,
  decimal,
  without,
  type Misbehaviour,
} from './misbehaviour.ts'

/* How the server of the suite can misbehave when it is written to. */

export const MISWRITES: readonly Misbehaviour[] = [
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
    begin: (system) => showing(system, (_, answer) => eachRecord(answer, (record) => without(record, '_version'))),
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
    begin: (system) => taking(system, (data) => without(data, 'since')),
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
        Array.isArray(rows)
          ? { ...data, rows: (rows as readonly JsonObject[]).map((row) => without(row, 'id')) }
          : data,
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
        return without(data, 'id')
      }),
  },
]
