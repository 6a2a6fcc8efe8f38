import { expect, test } from 'vitest'

import type { FlowList, FlowView } from '../../src/api/v1/schemas/flows.ts'
import type { Home } from '../../src/api/v1/schemas/home.ts'
import type { Problem } from '../../src/api/v1/schemas/problem.ts'
import { openStand } from './stand.ts'

test('home tells in one answer how everything stands and what was done', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  const before = await stand.get<Home>('/home')
  expect(before.sentence).toMatchObject({ agreed_at: null, never_run: 1, needs_you: 0 })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1'), ('Bolt', 'B2')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set account_name = 'Acme Ltd' where tax_id = 'A1'`)
  await stand.sync()
  const home = await stand.get<Home>('/home')
  expect(home.sentence).toMatchObject({ needs_you: 1, late: 0, failing: 0, never_run: 0 })
  expect(home.sentence.agreed_at).not.toBeNull()
  expect(home.flows).toMatchObject([
    { flow: 'customers', status: 'Needs you', last_day: { created: 2, updated: 0, deleted: 0, refused: 0 } },
  ])
  expect(home.cases).toMatchObject({ open: 1, by_flow: [{ flow: 'customers', open: 1, new: 1 }] })
  expect(home.activity).toHaveLength(24)
  expect(home.activity.at(-1)).toMatchObject({ created: 2 })
  expect(home.service.status).toBe('ok')
})

test('a flow shows how far each system was read, what went in and out, and who owns what', async () => {
  const stand = await openStand()
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await stand.sync()
  await stand.crm.sql(`update accounts set phone = '+34600111222'`)
  await stand.sync()
  const flow = await stand.get<FlowView>('/flows/customers')
  expect(flow.systems).toMatchObject([
    { system: 'erp', master: true, linked: 1, backlog: 0, last_day: { taken_over: 1, written: 1, refused: 0 } },
    { system: 'crm', master: false, linked: 1, last_day: { taken_over: 1, written: 1, refused: 0 } },
  ])
  expect(flow.people.technical).toMatchObject({ key: 'tomas' })
  expect(flow.fields.find((one) => one.field === 'phone')).toMatchObject({
    type: 'phone',
    owner: 'crm',
    way: 'CRM → ERP',
    columns: { erp: 'phone', crm: 'phone' },
  })
  expect(flow.rulebook.map((one) => one.section)).toContain('edge cases')
  expect((await stand.get<FlowList>('/flows')).items).toHaveLength(1)
  expect(await stand.ask<Problem>('GET', '/flows/nothing')).toMatchObject({
    status: 404,
    body: { code: 'engine.unknown-flow', cure: 'It has: customers.' },
  })
})

test('a flow is paused with a reason, resumed, and asked to run', async () => {
  const stand = await openStand()
  expect(await stand.post('/flows/customers/pause', { reason: 'stock-taking' })).toEqual({ changed: true })
  expect(await stand.post('/flows/customers/pause', {})).toEqual({ changed: false })
  const paused = await stand.get<FlowView>('/flows/customers')
  expect(paused).toMatchObject({ status: 'Paused', pause: { reason: 'stock-taking' } })
  expect(await stand.post('/flows/customers/resume')).toEqual({ changed: true })
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  expect(await stand.post('/flows/customers/run', { full: true })).toEqual({ changed: true })
  await expect.poll(() => stand.crm.value('select count(*) from accounts'), { timeout: 30_000 }).toBe('1')
  expect(await stand.post('/flows/customers/retry')).toEqual({ writes: 0 })
  const wrong = await stand.ask<Problem>('POST', '/flows/customers/run', { full: 'yes' })
  expect(wrong).toMatchObject({ status: 422, body: { code: 'api.bad-request', places: [{ at: 'body/full' }] } })
})

test('who reads Spanish is told in Spanish why a flow stands as it does', async () => {
  const stand = await openStand()
  const es = { 'accept-language': 'es' }
  expect((await stand.get<FlowList>('/flows', es)).items[0]!.why).toBe('Aún no se ha ejecutado.')
  await stand.sync()
  for (const why of [
    (await stand.get<FlowList>('/flows', es)).items[0]!.why,
    (await stand.get<Home>('/home', es)).flows[0]!.why,
    (await stand.get<FlowView>('/flows/customers', es)).why,
  ])
    expect(why).toMatch(/^La última ejecución terminó bien/)
  await stand.post('/flows/customers/pause', { reason: 'inventario' })
  const paused = await stand.get<FlowView>('/flows/customers', es)
  expect(paused.why).toBe('test lo puso en pausa: inventario')
  expect(paused.systems[0]!.schedule).toMatch(/^cada \d+ minutos$/)
  expect(paused.rulebook[0]).toEqual({
    section: 'owners',
    sentences: ['Ana Ruiz responde de las reglas de customers y Tomás Vidal de la tecnología.'],
  })
  expect(paused.fields).toContainEqual(expect.objectContaining({ field: 'phone', type: 'teléfono' }))
  expect((await stand.get<FlowView>('/flows/customers')).why).toBe('Paused by test: inventario')
})
