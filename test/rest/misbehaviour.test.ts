/** APIs that do not do what was asked: whatever they show, no record is lost, doubled or taken for another. */
import { expect, onTestFinished, test } from 'vitest'
import type { RemoteObject, WriteResult } from '../../src/connector-kit/port.ts'
import { MemoryDatabase } from '../../src/connectors/memory/database.ts'
import { restKind } from '../../src/connectors/rest/rest.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import { described } from '../connectors/rest-description.ts'
import { RestServer } from '../harness/rest-server.ts'

const ALL = { after: null, upTo: null }

async function things(
  count: number,
  paging: string,
  more = '',
  top = '',
  adapt: (text: string) => string = (text) => text,
): Promise<{ server: RestServer; object: RemoteObject; database: MemoryDatabase }> {
  const database = new MemoryDatabase(() => Date.now())
  database.define({
    name: 'things',
    columns: [
      { name: 'id', kind: 'integer' },
      { name: 'name', kind: 'text', nullable: true },
      { name: 'updated_at', kind: 'instant', default: 'now' },
    ],
    primaryKey: ['id'],
    ids: 'assigned',
    touched: 'updated_at',
  })
  for (let i = 0; i < count; i++) database.insert('things', { name: `n${i}` })
  const server = await RestServer.start({ database })
  const text = `
product: CRM
sign_in: { bearer: '{{ token }}' }
settles_after: 1 second
deadlines: { answer: 1 second }
${top}
objects:
  things:
    id: id
    changed_at: updated_at
    fields: { id: integer, name: { type: text, search: name }, updated_at: { type: instant, read_only: true } }
    paging: ${paging}
    list: { get: things, records: data ${more} }
    changes: { params: { updated_since: '{{ since }}' } }
    ids: { params: { id: '{{ ids }}' } }
    one: { get: 'things/{{ id }}', record: data }
    create: { post: things, wrap: data, record: data }
    update: { patch: 'things/{{ id }}', wrap: data, record: data }
    delete: 'things/{{ id }}'
`
  const connector = restKind.connect(
    { url: server.url, token: 'the-token-1', private: 'allowed' },
    described(adapt(text)),
  )
  onTestFinished(async () => {
    await connector.close()
    await server.close()
  })
  const object = await connector.open({ object: 'things', id: 'id', changedAt: 'updated_at', fields: ['name'] })
  return { server, object, database }
}

async function idsOf(object: RemoteObject): Promise<string[]> {
  const ids: string[] = []
  for await (const page of object.scan(ALL, 1000)) ids.push(...page.map(({ id }) => id))
  return ids
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1))

const PAGINGS = [
  '{ by: page, param: page, size: { param: limit, most: 100 } }',
  '{ by: offset, param: offset, size: { param: limit, most: 100 } }',
  '{ by: cursor, param: offset, at: meta.next, size: { param: limit, most: 100 } }',
  '{ by: link, size: { param: limit, most: 100 } }',
  "{ by: keyset, params: { after: '{{ last }}' }, size: { param: limit, most: 100 } }",
]

test.each(PAGINGS)('pages that are cut shorter than they were asked for lose nothing: %s', async (paging) => {
  const { server, object } = await things(137, paging)
  for (const largest of [50, 7]) {
    server.largestPage = largest
    // Numbers of pages mean something else when pages are cut: what is missing then shows itself.
    if (paging.includes('page') && largest === 7) server.largestPage = 50
    expect(await idsOf(object)).toEqual(upTo(137))
  }
})

test('a parameter for pages that is ignored is an error, and no endless listing', async () => {
  const { object, server } = await things(30, '{ by: page, param: pagina, size: { param: limit, most: 10 } }')
  await expect(idsOf(object)).rejects.toThrow(/same page of things again/)
  expect(server.asked.length).toBe(2)
})

test('a listing that ends where the system stops showing more is an error', async () => {
  const { object } = await things(
    60,
    '{ by: offset, param: offset, size: { param: limit, most: 10 } }',
    ', at_most: 50',
  )
  await expect(idsOf(object)).rejects.toThrow(/no more than 50 records of things/)
})

test('records that do not come in the order that was promised are an error', async () => {
  const { object } = await things(30, '{ by: offset, param: offset }', ", ordered: true, params: { sort: '-id' }")
  await expect(idsOf(object)).rejects.toThrow(/not come in the order of their ids/)
})

test('filters that are ignored cost time, and give nobody the wrong record', async () => {
  const { object, server, database } = await things(
    30,
    '{ by: offset, param: offset, size: { param: limit, most: 50 } }',
  )
  database.define({ ...database.table('things').definition })
  for (let i = 0; i < 30; i++) database.insert('things', { name: `n${i}`, updated_at: '2026-03-01T12:00:00Z' })
  // As if the system did not know these parameters.
  const ignored = ['id', 'name', 'updated_since']
  server.fault = ({ query }) => {
    for (const name of ignored) query.delete(name)
    return null
  }
  expect((await object.read(['3', '7', '99'])).map(({ id }) => id).toSorted()).toEqual(['3', '7'])
  expect((await object.search([{ name: 'n4' }, { name: 'none' }])).map((hits) => hits.map(({ id }) => id))).toEqual([
    ['5'],
    [],
  ])
  const row = database.table('things').where(new Map([['id', '9']]))[0]!
  database.updateRow(
    database.table('things'),
    row,
    new Map([
      ['name', 'new'],
      ['updated_at', '2026-03-01T12:00:05Z'],
    ]),
  )
  const changed: string[] = []
  for await (const page of object.changedSince({ at: '2026-03-01T12:00:04.000000Z', id: '' }, 1000, 100))
    changed.push(...page.records.map(({ id }) => id))
  expect(changed).toEqual(['9'])
})

test('filters that are JSON, and a PUT that takes only what changes', async () => {
  const adapt = (text: string): string =>
    text
      .replace('search: name', `search: { where: '{"name":{{ value_json }}}' }`)
      .replace("{ id: '{{ ids }}' }", `{ where: '{"id":{"$in":{{ ids_json }}}}' }`)
      .replace(
        "{ updated_since: '{{ since }}' }",
        `{ where: '{"updated_at":{"$gte":{"__type":"Date","iso":"{{ since }}"}}}' }`,
      )
      .replace("update: { patch: 'things/{{ id }}'", "update: { partial: true, put: 'things/{{ id }}'")
  const { object, server, database } = await things(
    30,
    '{ by: offset, param: offset, size: { param: limit, most: 50 } }',
    '',
    '',
    adapt,
  )
  const name = `quote " and \\ and {{ value }}`
  const [one] = await object.read(['7', '8'])
  const [changed] = await object.update([{ id: '7', expect: one!.image, set: { name } }])
  expect(changed!.kind).toBe('done')
  expect(server.asked.filter(({ method }) => method !== 'GET').map(({ method }) => method)).toEqual(['PUT'])
  server.asked.length = 0
  expect((await object.search([{ name }]))[0]!.map(({ id }) => id)).toEqual(['7'])
  expect((await object.read(['7', '8', '9'])).map(({ id }) => id)).toEqual(['7', '8', '9'])
  const at = database
    .table('things')
    .where(new Map([['id', '7']]))[0]!
    .get('updated_at')!
  const ids: string[] = []
  for await (const page of object.changedSince({ at, id: '' }, 0, 100)) ids.push(...page.records.map(({ id }) => id))
  expect(ids).toContain('7')
  expect(server.asked.every(({ query }) => query.get('where') !== null)).toBe(true)
})

test('an empty list that is a 404 is an empty list', async () => {
  const { object, server } = await things(0, '{ by: none }', ', empty: 404')
  server.fault = () => ({ status: 404, body: '{}' })
  expect(await idsOf(object)).toEqual([])
})

test('a deletion that is answered with success and not done counts as refused', async () => {
  const { object, server } = await things(3, '{ by: none }')
  const records = await object.read(['1', '2'])
  server.fault = ({ method, path }) => (method === 'DELETE' && path.endsWith('2') ? { status: 200, body: '0' } : null)
  const results = await object.delete(records.map(({ id, image }) => ({ id, expect: image })))
  expect(kinds(results)).toEqual(['done', 'refused'])
  expect(messageOf(results[1]!)).toMatch(/answered that it deleted a record of things, and still shows it/)
})

test('errors inside 200, and errors whose reason stands in a header, are what the description says', async () => {
  const errors = `errors:
  - { when: 'status == 200 && has(body.error) && body.error.name == "ValidationError"', is: refused, message: error.message }
  - { when: 'status == 403 && "x-reason" in headers && headers["x-reason"] == "duplicate"', is: exists }
  - { when: 'op == "delete" && status == 200 && body == 0', is: refused }
  - { when: 'status == 400 && body.code.startsWith("LOCK")', is: again }`
  const { object, server, database } = await things(1, '{ by: none }', '', errors)
  const answers = [
    {
      status: 200,
      body: '{"error": {"name": "ValidationError", "message": "The name Jane Doe-Smith is taken by 12345."}}',
    },
    { status: 403, headers: { 'x-reason': 'duplicate' }, body: '' },
    { status: 403, body: '{}' },
    { status: 400, body: '{"code": "LOCK_TIMEOUT"}' },
  ]
  server.fault = ({ method }) => (method === 'POST' ? (answers.shift() ?? null) : null)
  const results: WriteResult[] = []
  for (let i = 0; i < 4; i++) results.push(...(await object.create([{ values: { name: 'Jane Doe-Smith' } }])))
  expect(kinds(results)).toEqual(['refused', 'refused', 'refused', 'done'])
  expect(results.map((result) => (result.kind === 'refused' ? result.error.code : null))).toEqual([
    'connector.rejected-value',
    'connector.duplicate-key',
    'connector.forbidden',
    null,
  ])
  expect(messageOf(results[0]!)).toBe('CRM refused a record of things: The name … is taken by … (200).')
  expect(database.table('things').rows.size).toBe(2)
})

test('what a system leaves out of what was sent shows in the record that it answers with', async () => {
  const { object, database, server } = await things(1, '{ by: none }')
  const [one] = await object.read(['1'])
  server.fault = ({ method, headers }) => {
    if (method === 'PATCH') delete headers['content-length']
    return method === 'PATCH' ? { status: 200, body: '{"data": {"id": 1, "name": "as it was sent"}}' } : null
  }
  const [result] = await object.update([{ id: '1', expect: one!.image, set: { name: 'as it was sent' } }])
  expect(result).toMatchObject({ kind: 'done', record: { image: one!.image } })
  expect(
    database
      .table('things')
      .where(new Map([['id', '1']]))[0]!
      .get('name'),
  ).toBe('n0')
})

test('what is turned away in the middle of a batch is tried later, and the rest is told', async () => {
  const { object, server, database } = await things(0, '{ by: none }', '', 'rate: { at_once: 1 }')
  let posts = 0
  server.fault = ({ method }) =>
    method === 'POST' && ++posts > 3 ? { status: 429, headers: { 'retry-after': '600' }, body: '{}' } : null
  const results = await object.create(['a', 'b', 'c', 'd', 'e'].map((name) => ({ values: { name } })))
  expect(kinds(results)).toEqual(['done', 'done', 'done', 'refused', 'refused'])
  expect(
    results.slice(3).map((result) => (result.kind === 'refused' ? [result.error.code, result.error.retry] : null)),
  ).toEqual([
    ['connector.rate-limited', 'later'],
    ['connector.rate-limited', 'later'],
  ])
  expect([database.table('things').rows.size, posts]).toEqual([3, 4])
})

test('L17 nothing more of a batch is sent once somebody else may write', async () => {
  const { object, database } = await things(0, '{ by: none }', '', 'rate: { at_once: 1 }')
  let asked = 0
  const ours = async (): Promise<void> => {
    if (++asked > 2) throw new ConcordatError('engine.lease-lost', 'Too late.')
  }
  const items = ['a', 'b', 'c', 'd'].map((name) => ({ values: { name } }))
  await expect(object.create(items, ours)).rejects.toMatchObject({ code: 'engine.lease-lost' })
  expect(database.table('things').rows.size).toBe(2)
})

test('L16 who settles writes waits for those of others that may still land, once for all of them', async () => {
  const { object } = await things(0, '{ by: none }')
  const began = Date.now()
  for (let i = 0; i < 3; i++) await object.awaitWrites!()
  expect(Date.now() - began).toBeGreaterThanOrEqual(1000)
  expect(Date.now() - began).toBeLessThan(1900)
})

test('a batch is no larger than what a slow system and its budget let through in a while', async () => {
  const sizeOf = async (rate: string): Promise<number> =>
    (await things(0, '{ by: none }', '', `rate: ${rate}`)).object.capabilities.maxBatch
  expect(await sizeOf('{ at_once: 4 }')).toBe(40)
  expect(await sizeOf('{ at_once: 50 }')).toBe(100)
  expect(await sizeOf('{ calls: 60, per: 1 minute, at_once: 50 }')).toBe(20)
  expect(await sizeOf('{ calls: 1, per: 1 hour }')).toBe(1)
})

test('ids that would lead to another path are ids of nothing', async () => {
  const { object, server } = await things(3, '{ by: none }')
  server.asked.length = 0
  expect(await object.read(['.', '..', '../me', '', '1/2', '\ud800'])).toEqual([])
  expect(server.asked).toEqual([])
})

const kinds = (results: readonly WriteResult[]): string[] => results.map(({ kind }) => kind)

function messageOf(result: WriteResult): string {
  if (result.kind === 'refused' && result.error instanceof ConcordatError) return result.error.message
  throw new Error(result.kind)
}
