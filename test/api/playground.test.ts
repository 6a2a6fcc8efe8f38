import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CasePage } from '../../src/api/v1/schemas/cases.ts'
import type { FlowView } from '../../src/api/v1/schemas/flows.ts'
import type { Home } from '../../src/api/v1/schemas/home.ts'
import type { Playground, PlayRow } from '../../src/api/v1/schemas/playground.ts'
import { type Demo, startDemo } from '../harness/demo.ts'

/* The demo as a newcomer has it: the command, its link, an account, and the two systems to play with. */

let demo: Demo
let base: string
const headers: Record<string, string> = {}
const cookies = new Map<string, string>()

interface Answer<T> {
  readonly status: number
  readonly body: T
}

interface Rows {
  readonly items: readonly PlayRow[]
  readonly total: number
}

async function ask<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  for (const cookie of answer.headers.getSetCookie()) {
    const [name, value] = cookie.split(';')[0]!.split('=')
    cookies.set(name!, value!)
  }
  headers['cookie'] = [...cookies].map((pair) => pair.join('=')).join('; ')
  return { status: answer.status, body: JSON.parse(text === '' ? 'null' : text) as T }
}
const get = async <T>(path: string): Promise<T> => (await ask<T>('GET', path)).body

beforeAll(async () => {
  demo = await startDemo(100)
})

afterAll(() => demo.remove())

const PATIENCE = { timeout: 45_000, interval: 100 }

/** A customer that both systems have, and the account that it is in the CRM. */
async function pair(): Promise<{ customer: PlayRow; account: PlayRow }> {
  for (const customer of (await get<Rows>('/playground/erp/customers?limit=200')).items) {
    const vat = customer.values['vat']
    if (!vat || vat.length < 8) continue
    const found = (await get<Rows>(`/playground/crm/accounts?q=${encodeURIComponent(vat)}`)).items
    const twice = (await get<Rows>(`/playground/erp/customers?q=${encodeURIComponent(vat)}`)).total
    if (found.length === 1 && twice === 1 && found[0]!.values['account_name'] === customer.values['legal_name'])
      return { customer, account: found[0]! }
  }
  throw new Error('no customer is in both systems')
}
const account = async (id: string): Promise<PlayRow['values']> =>
  (await get<Rows>('/playground/crm/accounts?limit=200')).items.find((one) => one.id === id)?.values ?? {}

test('the demo ends by printing a link, and whoever follows it has the first account', async () => {
  const link = await demo.link()
  base = link.base
  const { token } = link
  const account = { token, name: 'Nora', email: 'nora@levante.example', password: 'four words of a stranger' }
  const made = await ask('POST', '/setup', account)
  expect(made.status, JSON.stringify(made.body)).toBeLessThan(300)
  headers['x-csrf-token'] = (await get<{ csrf: string }>('/session')).csrf
}, 150_000)

test('the systems show their tables, and what of them may be edited', async () => {
  const { systems } = await get<Playground>('/playground')
  expect(systems.map((one) => [one.system, one.switch])).toEqual([
    ['erp', 'up'],
    ['crm', 'up'],
  ])
  const customers = systems[0]!.tables.find((one) => one.table === 'customers')!
  expect(customers.flow).toBe('customers')
  expect(customers.columns).toContainEqual({
    column: 'credit_limit',
    editable: true,
    mapped: true,
    required: false,
    usual: null,
    values: [],
    kind: 'number',
  })
  expect(customers.columns).toContainEqual(expect.objectContaining({ column: 'id', editable: false }))
  // The contract demands a name, the ERP none; it reads the city, and knows nothing of a status.
  const found = (names: readonly string[]) =>
    customers.columns.filter(({ column }) => names.includes(column)).map(({ mapped, required }) => [mapped, required])
  expect(found(['legal_name', 'city', 'status'])).toEqual([
    [true, true],
    [true, false],
    [false, false],
  ])
  expect(customers.columns.find(({ column }) => column === 'segment')!.values).toEqual(['A', 'B', 'C'])
  const deals = systems[1]!.tables.find((one) => one.table === 'deals')!
  expect(deals.columns.find(({ column }) => column === 'stage')).toMatchObject({
    usual: 'won',
    values: ['won', 'delivered'],
  })
  expect(deals.columns.find(({ column }) => column === 'deal_no')).toMatchObject({ required: true })
})

test('an edit in one system lands in the other by itself, and one in the wrong place becomes a question', async () => {
  const { customer, account: before } = await pair()
  const edited = await ask<PlayRow>('PATCH', `/playground/erp/customers/${customer.id}`, { credit_limit: '4321.00' })
  expect(edited.body.values['credit_limit']).toBe('4321.00')
  await expect.poll(async () => (await account(before.id))['credit_limit'], PATIENCE).toBe('4321.0000')
  // Newest change first.
  expect((await get<Rows>('/playground/crm/accounts?limit=1')).items[0]!.id).toBe(before.id)
  await ask('PATCH', `/playground/crm/accounts/${before.id}`, { account_name: 'Renamed by sales' })
  const asked = async () =>
    (await get<CasePage>('/cases?flow=customers&field=name&q=Renamed')).items.map((one) => one.kind)
  await expect.poll(asked, PATIENCE).toEqual(['outside edit'])
  const one = (await get<CasePage>('/cases?flow=customers&field=name&q=Renamed')).items[0]!
  await ask('POST', `/cases/${one.case}/resolve`, { choice: 'crm' })
  const legalName = async () =>
    (await get<Rows>(`/playground/erp/customers?q=Renamed`)).items.map((row) => row.values['legal_name'])
  await expect.poll(legalName, PATIENCE).toEqual(['Renamed by sales'])
})

test('rows are typed in and deleted, and what the system refuses is said', async () => {
  const made = await ask<PlayRow>('POST', '/playground/crm/accounts', {
    account_name: 'Typed in',
    tax_id: 'ESB12345674',
  })
  expect(made.body.values).toMatchObject({ type: 'customer', account_name: 'Typed in' })
  expect((await get<Rows>('/playground/crm/accounts?q=typed%20in')).total).toBe(1)
  expect(await ask('DELETE', `/playground/crm/accounts/${made.body.id}`)).toMatchObject({ body: { changed: true } })
  expect(await ask('DELETE', `/playground/crm/accounts/${made.body.id}`)).toMatchObject({ body: { changed: false } })
  const { customer } = await pair()
  for (const [path, values] of [
    [`erp/customers/${customer.id}`, { segment: 'Z' }],
    [`erp/customers/${customer.id}`, { credit_limit: 'much' }],
    [`erp/customers/${customer.id}`, { id: '1' }],
    [`erp/customers/${customer.id}`, { 'id = 1; --': '1' }],
    [`erp/customers/${customer.id}`, {}],
  ] as const)
    expect(await ask('PATCH', `/playground/${path}`, values), JSON.stringify(values)).toMatchObject({
      status: 422,
      body: { code: 'demo.bad-value' },
    })
  for (const path of ['erp/pg_class', 'shop/customers', 'erp/constructor'])
    expect(await ask('GET', `/playground/${path}`), path).toMatchObject({ status: 404, body: { code: 'demo.unknown' } })
})

test('a system that is switched off is alerted, and once it is back what waited lands and the alert ends', async () => {
  const { customer, account: before } = await pair()
  const trouble = async () =>
    (await get<FlowView>('/flows/customers')).systems.find((one) => one.system === 'crm')!.trouble
  const alerts = async () => (await get<Home>('/home')).alerts.open
  const calm = await alerts()
  expect(await ask('POST', '/playground/crm/switch', { to: 'down' })).toMatchObject({ status: 200 })
  await ask('PATCH', `/playground/erp/customers/${customer.id}`, { credit_limit: '77.00' })
  await expect.poll(async () => (await trouble())?.message, PATIENCE).toContain('switched off')
  await expect.poll(alerts, PATIENCE).toBeGreaterThan(calm)
  expect((await account(before.id))['credit_limit']).not.toBe('77.0000')
  await ask('POST', '/playground/crm/switch', { to: 'up' })
  await expect.poll(async () => (await account(before.id))['credit_limit'], PATIENCE).toBe('77.0000')
  await expect.poll(trouble, PATIENCE).toBeNull()
  await expect.poll(alerts, PATIENCE).toBe(calm)
  for (const to of ['slow', 'busy'] as const) {
    await ask('POST', '/playground/crm/switch', { to })
    const limit = to === 'slow' ? '78.00' : '79.00'
    await ask('PATCH', `/playground/erp/customers/${customer.id}`, { credit_limit: limit })
    if (to === 'busy') await expect.poll(async () => (await trouble())?.next_try ?? null, PATIENCE).not.toBeNull()
    if (to === 'busy') await ask('POST', '/playground/crm/switch', { to: 'up' })
    await expect.poll(async () => (await account(before.id))['credit_limit'], PATIENCE).toBe(`${limit}00`)
  }
  expect((await ask('POST', '/playground/crm/switch', { to: 'sideways' })).status).toBe(422)
}, 180_000)

test('Ctrl-C ends it in order', async () => {
  expect(await demo.end('SIGINT'), demo.printed()).toBe(0)
}, 30_000)
