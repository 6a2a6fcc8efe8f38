import { expect, test } from 'vitest'
import { claimMessages } from '../../src/store/alerts/alert-messages.ts'
import { MINUTE, openDesk, START } from './desk.ts'
import { mailSink } from './mail-sink.ts'
import { receiver } from './receiver.ts'

const MAIL = { kind: 'email', url: '${env:SMTP_URL}', from: 'concordat@acme.example' }

test('a message is tried again after a failure, and Retry-After is kept', async () => {
  const slack = await receiver()
  slack.answer({ status: 500 }, { status: 429, headers: { 'retry-after': '100' } }, { status: 200, body: 'ok' })
  const { desk, becomeLate, wait } = await openDesk({
    channels: { chat: { kind: 'slack', url: '${env:SLACK_URL}' } },
    env: { SLACK_URL: slack.url },
  })
  await becomeLate()
  expect(slack.received).toHaveLength(1)
  await desk.watch.tick()
  expect(slack.received).toHaveLength(1)
  wait(0.6)
  await desk.watch.tick()
  expect(slack.received).toHaveLength(2)
  wait(1.5)
  await desk.watch.tick()
  expect(slack.received, 'asked to wait for 100 seconds').toHaveLength(2)
  wait(0.5)
  await desk.watch.tick()
  expect(slack.received).toHaveLength(3)
  expect((await desk.list())[0]!.messages).toMatchObject([
    { event: 'begin', state: 'sent', channel: 'chat', error: null },
  ])
})

test('the second channel takes what the first one does not, and the end goes there as well', async () => {
  const gone = await mailSink()
  await gone.close()
  const slack = await receiver()
  const { desk, becomeLate, succeed, wait } = await openDesk({
    channels: { mail: MAIL, chat: { kind: 'slack', url: '${env:SLACK_URL}' } },
    alerts: { technical: ['mail', 'chat'], business: ['mail'] },
    env: { SMTP_URL: gone.url, SLACK_URL: slack.url },
  })
  await becomeLate()
  for (let i = 0; i < 3; i++) {
    wait(1)
    await desk.watch.tick()
  }
  expect(slack.received.map(({ json }) => json.text)).toEqual(['[Concordat] Customers is late'])
  await succeed()
  await desk.watch.tick()
  expect(slack.received.map(({ json }) => json.text)).toEqual([
    '[Concordat] Customers is late',
    '[Concordat] Over: Customers is late',
  ])
})

test('a single look tries all channels in one go', async () => {
  const gone = await mailSink()
  await gone.close()
  const slack = await receiver()
  const { desk, wait } = await openDesk({
    channels: { mail: MAIL, chat: { kind: 'slack', url: '${env:SLACK_URL}' } },
    env: { SMTP_URL: gone.url, SLACK_URL: slack.url },
  })
  await desk.watch.tick({ triesPerChannel: 1 })
  wait(36)
  expect(await desk.watch.tick({ triesPerChannel: 1 })).toMatchObject({ sent: 1, failed: 1 })
  expect(slack.received).toHaveLength(1)
})

test('L27 when no channel takes a message, status says so until one does', async () => {
  const mail = await mailSink()
  await mail.close()
  const { desk, becomeLate, wait } = await openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })
  await becomeLate()
  expect(await desk.standing()).toMatchObject({ open: 1, undelivered: [] })
  for (let i = 0; i < 3; i++) {
    wait(2)
    await desk.watch.tick()
  }
  expect(await desk.standing()).toMatchObject({
    open: 1,
    undelivered: [{ to: ['Tomás Vidal'], error: 'mail: The mail server does not answer (ESOCKET).' }],
  })
  const back = await mailSink({ port: mail.port })
  wait(31)
  await desk.watch.tick()
  expect(back.mails.map((one) => one.subject)).toContain('[Concordat] Customers is late')
  expect(await desk.standing()).toMatchObject({ undelivered: [] })
})

test('an address that is refused for good is no reason to wait', async () => {
  const mail = await mailSink()
  mail.refuse('tomas@acme.example', 550)
  const slack = await receiver()
  const { becomeLate, desk } = await openDesk({
    channels: { mail: MAIL, chat: { kind: 'slack', url: '${env:SLACK_URL}' } },
    env: { SMTP_URL: mail.url, SLACK_URL: slack.url },
  })
  await becomeLate()
  expect(slack.received).toHaveLength(1)
  // Law L28: what the server said repeats the address.
  expect(JSON.stringify(await desk.list())).not.toContain('tomas@')
})

test('what a process that died was sending is sent by the next one', async () => {
  const mail = await mailSink()
  await mail.close()
  const { desk, becomeLate, wait, database, another } = await openDesk({
    channels: { mail: MAIL },
    env: { SMTP_URL: mail.url },
  })
  await becomeLate()
  wait(1)
  // Taken, and never heard of again.
  expect(await claimMessages(database, START + 37 * MINUTE, 2 * MINUTE, 8)).toHaveLength(1)
  const back = await mailSink({ port: mail.port })
  await desk.watch.tick()
  expect(back.mails).toHaveLength(0)
  wait(3)
  await another().watch.tick()
  expect(back.mails).toHaveLength(1)
})

test('many processes that watch at once send each message once', async () => {
  const mail = await mailSink()
  const { desk, wait, another } = await openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })
  await desk.watch.tick()
  wait(36)
  const desks = [desk, another(), another(), another()]
  for (let i = 0; i < 3; i++) await Promise.all(desks.map((one) => one.watch.tick()))
  expect(mail.mails).toHaveLength(1)
  expect(await desk.list()).toHaveLength(1)
})

test('who is told of a muted alert is told when the time is over, and of its end all the same', async () => {
  const mail = await mailSink()
  const { desk, becomeLate, wait, succeed } = await openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })
  await becomeLate()
  const subjects = () => mail.mails.map((one) => `${one.to.join()}: ${one.subject}`)
  expect(subjects()).toEqual(['tomas@acme.example: [Concordat] Customers is late'])
  await desk.mute(1, 'Tomás', START + 180 * MINUTE)
  wait(61)
  await desk.watch.tick()
  expect(subjects()).toHaveLength(1)
  expect(await desk.find(1)).toMatchObject({
    muted_by: 'Tomás',
    muted_until: '2026-11-23T13:00:00.000Z',
    state: 'open',
  })
  wait(90)
  await desk.watch.tick()
  expect(subjects().slice(1)).toEqual(['ana@acme.example: [Concordat] Still: Customers is late'])
  await desk.mute(1, 'Tomás', START + 300 * MINUTE)
  await succeed()
  await desk.watch.tick()
  expect(
    subjects()
      .slice(2)
      .every((one) => one.includes('Over: ')),
  ).toBe(true)
  expect(subjects()).toHaveLength(3)
  await expect(desk.mute(1, 'Tomás', null)).rejects.toMatchObject({ code: 'notify.unknown-alert' })
})

test('the business owner is told after an hour, unless somebody has acknowledged it', async () => {
  const mail = await mailSink()
  const both = await Promise.all([1, 2].map(() => openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })))
  for (const { becomeLate } of both) await becomeLate()
  await both[0]!.desk.acknowledge(1, 'Tomás')
  for (const { wait, desk } of both) {
    wait(61)
    await desk.watch.tick()
  }
  expect(mail.mails.map((one) => one.to.join())).toEqual([
    'tomas@acme.example',
    'tomas@acme.example',
    'ana@acme.example',
  ])
  const escalated = mail.mails[2]!
  expect(escalated.subject).toBe('[Concordat] Still: Customers is late')
  expect(escalated.text).toMatch(/nobody has acknowledged it\. Already notified: Tomás Vidal \(23 Nov 2026, 11:36\)\./)
  expect(await both[0]!.desk.list({ open: true })).toMatchObject([{ state: 'acknowledged', acknowledged_by: 'Tomás' }])
  await expect(both[0]!.desk.acknowledge(9, 'Tomás')).rejects.toMatchObject({ code: 'notify.unknown-alert' })
})

test('L27 without any channel, what is wrong is kept and shown', async () => {
  const { desk, becomeLate, succeed } = await openDesk({})
  await becomeLate()
  expect(await desk.list({ open: true })).toMatchObject([{ kind: 'late', state: 'open', messages: [] }])
  await succeed()
  await desk.watch.tick()
  expect(await desk.list()).toMatchObject([{ state: 'ended' }])
})

test('L27 a scheduler that falls silent is told, one that ends on purpose is not', async () => {
  const mail = await mailSink()
  const { desk, wait, succeed } = await openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })
  await desk.watch.beat()
  await desk.watch.tick()
  wait(3)
  await succeed()
  await desk.watch.tick()
  expect(mail.mails.map((one) => one.subject)).toEqual(['[Concordat] No process starts runs'])
  await desk.watch.beat()
  await desk.watch.tick()
  expect(mail.mails).toHaveLength(2)
  await desk.watch.endBeat()
  wait(4)
  await desk.watch.tick()
  expect(mail.mails).toHaveLength(2)
})

test('L28 a secret that an error repeats leaves in no message and is not kept', async () => {
  const mail = await mailSink()
  const env = {
    SMTP_URL: mail.url,
    ERP_URL: 'postgres://app:p%40ssw0rd@erp.example/erp',
    CRM_URL: 'postgres://crm.example/crm',
  }
  const { desk, database } = await openDesk({ channels: { mail: MAIL }, env })
  await database.execute(
    `with f as (insert into flow (name) values ('customers') returning id),
       c as (insert into contract_version (fingerprint, source, published_at) values ('f', '', now()) returning id)
     insert into run (flow_id, contract_id, kind, status, started_at, finished_at, message, error_code)
     select f.id, c.id, 'full', 'failed', $1, $1, $2, 'bug' from f, c`,
    [new Date(START), `Somebody said: cannot use ${env.ERP_URL}, nor p@ssw0rd.`],
  )
  await desk.watch.tick()
  expect(mail.mails.map((one) => one.subject)).toEqual(['[Concordat] Customers fails'])
  expect(mail.mails[0]!.text).toContain('Somebody said: cannot use •••, nor •••.')
  expect(JSON.stringify(await desk.list())).not.toMatch(/ssw0rd/)
})

test('L27 when the store is gone, the technical owners are told by the process that watches, and that it is back', async () => {
  const mail = await mailSink()
  const { desk, wait } = await openDesk({ channels: { mail: MAIL }, env: { SMTP_URL: mail.url } })
  await desk.storeSeen(false)
  await desk.storeSeen(true)
  expect(mail.mails).toHaveLength(0)
  for (let i = 0; i < 5; i++) {
    await desk.storeSeen(false)
    wait(1)
  }
  await desk.storeSeen(true)
  await desk.storeSeen(true)
  expect(mail.mails.map((one) => one.subject)).toEqual([
    '[Concordat] The store cannot be reached',
    '[Concordat] Over: the store cannot be reached',
  ])
  expect(mail.mails[0]!.to).toEqual(['tomas@acme.example'])
})

test('alerts are forgotten three months after their end, with the names that they hold', async () => {
  const { desk, becomeLate, succeed, wait, database } = await openDesk({
    channels: { mail: MAIL },
    env: { SMTP_URL: 'smtp://127.0.0.1:9' },
  })
  await becomeLate()
  await succeed()
  await desk.watch.tick()
  wait(89 * 24 * 60)
  await succeed()
  await desk.watch.tick()
  expect(await desk.list()).not.toEqual([])
  wait(2 * 24 * 60)
  await succeed()
  await desk.watch.tick()
  expect(await database.query('select 1 from alert where ended_at is not null')).toEqual([])
})
