import { expect, test } from 'vitest'

import type { AlertItem, AlertPage, ChannelList } from '../../src/api/v1/schemas/alerts.ts'
import type { Problem } from '../../src/api/v1/schemas/problem.ts'
import { addPerson, addSecret } from '../harness/account.ts'
import { mailSink } from '../notify/mail-sink.ts'
import { openStand } from './stand.ts'

/** A stand in which both flows are paused, which is told as an alert each. */
async function paused() {
  const stand = await openStand({ orders: {} })
  const look = async () => (await stand.app()).alerts.watch.tick()
  for (const flow of ['customers', 'orders']) await stand.post(`/flows/${flow}/pause`, { reason: 'stock-taking' })
  await look()
  return { ...stand, look }
}

test('alerts are listed, open ones first, narrowed by flow and state, page by page', async () => {
  const stand = await paused()
  const all = await stand.get<AlertPage>('/alerts')
  expect(all).toMatchObject({ open: 2, next_cursor: null })
  expect(all.items.map(({ kind, state }) => [kind, state])).toEqual([
    ['paused', 'open'],
    ['paused', 'open'],
  ])
  await stand.post('/flows/orders/resume')
  await stand.look()
  const first = await stand.get<AlertPage>('/alerts?limit=1')
  const second = await stand.get<AlertPage>(`/alerts?limit=1&cursor=${first.next_cursor}`)
  expect([...first.items, ...second.items].map(({ flows, state }) => [...flows, state])).toEqual([
    ['customers', 'open'],
    ['orders', 'ended'],
  ])
  for (const [query, flows] of [
    ['state=open', ['customers']],
    ['state=ended', ['orders']],
    ['flow=orders', ['orders']],
    ['system=erp', []],
  ] as const) {
    const found = await stand.get<AlertPage>(`/alerts?${query}`)
    expect(
      found.items.flatMap((one) => one.flows),
      query,
    ).toEqual(flows)
  }
})

test('an alert is acknowledged and muted by who may, and it is known who did', async () => {
  const stand = await paused()
  const { items } = await stand.get<AlertPage>('/alerts?flow=customers')
  const { alert } = items[0]!
  expect(await stand.post(`/alerts/${alert}/acknowledge`)).toMatchObject({
    state: 'acknowledged',
    acknowledged_by: 'test',
  })
  const until = new Date(Date.now() + 3_600_000).toISOString()
  expect(await stand.post(`/alerts/${alert}/mute`, { until })).toMatchObject({ muted_until: until, muted_by: 'test' })
  expect(await stand.post(`/alerts/${alert}/mute`, { until: null })).toMatchObject({
    muted_until: null,
    muted_by: null,
  })
  expect((await stand.get<AlertItem>(`/alerts/${alert}`)).acknowledged_by).toBe('test')
  expect((await stand.ask<Problem>('POST', '/alerts/999/acknowledge')).status).toBe(404)

  const account = await addPerson(stand.database, 'o@acme.example', [{ flow: 'orders', role: 'technical owner' }])
  const authorization = `Bearer ${await addSecret(stand.database, account, ['view', 'decide', 'operate'])}`
  const status = async (method: string, path: string) =>
    (await fetch(`${stand.url}/api/v1${path}`, { method, headers: { authorization } })).status
  expect(await status('GET', `/alerts/${alert}`)).toBe(403)
  expect(await status('POST', `/alerts/${alert}/acknowledge`)).toBe(403)
  const seen = await fetch(`${stand.url}/api/v1/alerts`, { headers: { authorization } })
  expect(((await seen.json()) as AlertPage).items.flatMap((one) => one.flows)).toEqual(['orders'])
  const audit = await stand.get<{ items: { act: string }[] }>('/audit')
  const acts = audit.items.map(({ act }) => act).filter((act) => act !== 'access refused')
  expect(acts.slice(0, 3)).toEqual(['alert unmuted', 'alert muted', 'alert acknowledged'])
})

test('a channel is tried out, and what the other side says is told', async () => {
  const mail = await mailSink()
  const stand = await openStand({
    channels: { mail: { kind: 'email', url: mail.url, from: 'concordat@acme.example' } },
  })
  expect((await stand.get<ChannelList>('/channels')).items).toEqual([
    { channel: 'mail', kind: 'email', people: ['Ana Ruiz', 'Tomás Vidal'] },
  ])
  expect(await stand.post('/channels/mail/test', { to: 'ana' })).toMatchObject({ good: true, to: ['Ana Ruiz'] })
  expect(mail.mails.map(({ to }) => to)).toEqual([['ana@acme.example']])
  await mail.close()
  expect(await stand.post('/channels/mail/test')).toMatchObject({ good: false, to: ['Tomás Vidal'] })
  expect((await stand.ask<Problem>('POST', '/channels/pigeon/test', {})).status).toBe(404)
  expect((await stand.ask<Problem>('POST', '/channels/mail/test', { to: 'eve' })).status).toBe(404)
})
