import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { mailSink } from './mail-sink.ts'
import { openDesk } from './desk.ts'
import { receiver } from './receiver.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes !!!').toString('base64')}`

test('e-mail: what happened, what it means, what to do, a link; once, and once when it is over', async () => {
  const mail = await mailSink()
  const { becomeLate, succeed, desk, wait } = await openDesk({
    channels: { mail: { kind: 'email', url: '${env:SMTP_URL}', from: 'Concordat <concordat@acme.example>' } },
    alerts: { link: 'https://concordat.acme.example/' },
    env: { SMTP_URL: mail.url },
  })
  await becomeLate()
  for (let i = 0; i < 3; i++) await desk.watch.tick()
  expect(mail.mails).toHaveLength(1)
  const [late] = mail.mails
  expect(late).toMatchObject({ to: ['tomas@acme.example'], subject: '[Concordat] Customers is late' })
  expect(late!.text).toContain(
    'No run has succeeded yet; the contract promises to check ERP for changes of customers every 5 minutes',
  )
  expect(late!.text).toContain('What it means\nChanges in ERP or CRM since then have not reached the other systems.')
  expect(late!.text).toContain('concordat run customers')
  expect(late!.text).toContain('https://concordat.acme.example/flows/customers')
  expect(late!.text).toContain('concordat alerts acknowledge 1')
  expect(late!.headers.get('to')).toContain('tomas@acme.example')
  expect(late!.headers.get('auto-submitted')).toBe('auto-generated')

  wait(1)
  await succeed()
  await desk.watch.tick()
  await desk.watch.tick()
  expect(mail.mails.map((one) => one.subject)).toEqual([
    '[Concordat] Customers is late',
    '[Concordat] Over: Customers is late',
  ])
  // One thread.
  expect(mail.mails[1]!.headers.get('references')).toBe(late!.headers.get('references'))
  expect(mail.mails[1]!.headers.get('message-id')).not.toBe(late!.headers.get('message-id'))
})

test('Slack: a text and blocks, in which nothing that we quote is a mention or a link', async () => {
  const slack = await receiver()
  const { becomeLate, database, desk } = await openDesk({
    channels: { chat: { kind: 'slack', url: '${secret:SLACK}' } },
    env: { CONCORDAT_SECRET_SLACK: slack.url },
  })
  await database.execute(`insert into flow (name) values ('customers')`)
  await database.execute(
    `insert into case_file (flow_id, kind, cause, subject, title, detail, opened_at, opened_run)
     select 1, 'conflict', 'c', 'record:' || n, '<!channel> & Söhne', '{}', now(), 1 from generate_series(1, 7) n`,
  )
  await becomeLate()
  const found = slack.received.map(({ json }) => json).find(({ text }) => /needs you/.test(text))!
  expect(found.text).toBe('[Concordat] Customers needs you: conflict, 7 cases')
  expect(found.blocks[0]).toEqual({ type: 'header', text: { type: 'plain_text', text: found.text, emoji: false } })
  const sections = found.blocks.slice(1)
  expect(sections.length).toBeGreaterThan(2)
  for (const section of sections) {
    expect(section).toMatchObject({ type: 'section', text: { type: 'mrkdwn' } })
    expect(section.text.text.length).toBeLessThanOrEqual(3_000)
    expect(section.text.text).not.toMatch(/<!/)
  }
  expect(JSON.stringify(sections)).toContain('&lt;!channel&gt; &amp; Söhne')
  expect(JSON.stringify(sections)).toContain('- and 2 more')
  expect(slack.received.every(({ headers }) => headers['content-type'] === 'application/json')).toBe(true)
  expect(await desk.test('chat')).toMatchObject([{ good: true, answer: '200 ok' }])
})

test('Teams: a workflow gets one adaptive card', async () => {
  const teams = await receiver({ status: 202 })
  const { becomeLate } = await openDesk({
    channels: { rooms: { kind: 'teams', url: '${secret:TEAMS}' } },
    alerts: { link: '${env:BASE}' },
    env: { CONCORDAT_SECRET_TEAMS: teams.url, BASE: 'https://c.example' },
  })
  await becomeLate()
  expect(teams.received).toHaveLength(1)
  const { json, body } = teams.received[0]!
  expect(Buffer.byteLength(body)).toBeLessThan(28_000)
  expect(json).toMatchObject({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }],
  })
  const card = json.attachments[0]!.content
  expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.4' })
  expect(card.body[0]).toMatchObject({ type: 'TextBlock', text: '\\[Concordat\\] Customers is late' })
  expect(card.body.every((block) => block.wrap)).toBe(true)
  expect(card.actions).toEqual([{ type: 'Action.OpenUrl', title: 'Open', url: 'https://c.example/flows/customers' }])
})

test('PagerDuty: one incident that is triggered, acknowledged and resolved', async () => {
  const pager = await receiver({
    status: 202,
    body: '{"status":"success","message":"Event processed","dedup_key":"k"}',
  })
  const { becomeLate, succeed, desk, wait } = await openDesk({
    channels: { pager: { kind: 'pagerduty', routing_key: '${secret:PD}', url: pager.url } },
    env: { CONCORDAT_SECRET_PD: 'R0UT1NGKEY' },
  })
  await becomeLate()
  await desk.acknowledge(1, 'Tomás')
  wait(90)
  await desk.watch.tick()
  await succeed()
  await desk.watch.tick()
  const events = pager.received.map(({ json }) => json)
  expect(events.map((event) => event.event_action)).toEqual(['trigger', 'acknowledge', 'resolve'])
  expect(new Set(events.map((event) => event.dedup_key)).size).toBe(1)
  for (const event of events) {
    expect(event.routing_key).toBe('R0UT1NGKEY')
    expect(event.dedup_key.length).toBeLessThanOrEqual(255)
    expect(['critical', 'error', 'warning', 'info']).toContain(event.payload.severity)
    expect(event.payload.source).toBe('customers')
    expect(event.payload.summary.length).toBeLessThanOrEqual(1024)
    expect(new Date(event.payload.timestamp).toISOString()).toBe(event.payload.timestamp)
  }
  expect(await desk.test('pager')).toMatchObject([{ good: true, answer: '202 success; 202 success' }])
  expect(pager.received.slice(3).map(({ json }) => json.event_action)).toEqual(['trigger', 'resolve'])
})

test('webhook: the signature holds, and a message that comes again is the same message', async () => {
  const hook = await receiver({ status: 500 })
  hook.answer({ status: 500 }, { status: 204 })
  const { becomeLate, desk, wait } = await openDesk({
    channels: { hook: { kind: 'webhook', url: hook.url, signing_secret: '${env:HOOK_SECRET}' } },
    env: { HOOK_SECRET: SECRET },
  })
  await becomeLate()
  wait(1)
  await desk.watch.tick()
  expect(hook.received).toHaveLength(2)
  const ids = hook.received.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(1)
  const { body, headers, json } = hook.received[1]!
  const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>)
  expect(verified).toEqual(json)
  expect(json).toMatchObject({
    type: 'alert.began',
    data: { kind: 'late', flows: ['customers'], people: ['Tomás Vidal'] },
  })
  expect(() => new Webhook(SECRET).verify(body.replace('late', 'fine'), headers as Record<string, string>)).toThrow(
    /No matching signature/,
  )
})

test('a test send says what the other side answered, channel by channel', async () => {
  const mail = await mailSink({ user: 'concordat', password: 'right' })
  const slack = await receiver({ status: 404, body: 'no_service' })
  const closed = await receiver()
  await closed.close()
  const { desk } = await openDesk({
    channels: {
      mail: { kind: 'email', url: '${env:SMTP_URL}', from: 'concordat@acme.example' },
      wrong: { kind: 'email', url: '${env:WRONG_URL}', from: 'concordat@acme.example' },
      chat: { kind: 'slack', url: '${env:SLACK_URL}' },
      gone: { kind: 'slack', url: '${env:NOWHERE}' },
      nothing: { kind: 'teams', url: '${env:NOT_SET}' },
      bad: { kind: 'webhook', url: slack.url, signing_secret: '${env:BAD_SECRET}' },
    },
    env: {
      SMTP_URL: mail.url,
      WRONG_URL: mail.url.replace('right', 'hunter2-wrong'),
      SLACK_URL: slack.url,
      NOWHERE: `${closed.url}/verysecret`,
      BAD_SECRET: 'whsec_!!',
    },
  })
  const tests = await desk.test(undefined, 'ana')
  expect(tests.map(({ channel, good }) => [channel, good])).toEqual([
    ['mail', true],
    ['wrong', false],
    ['chat', false],
    ['gone', false],
    ['nothing', false],
    ['bad', false],
  ])
  const [sent, wrong, chat, gone, nothing] = tests.map((one) => one.answer)
  expect(sent).toMatch(/^250 /)
  expect(mail.mails).toMatchObject([{ to: ['ana@acme.example'], subject: '[Concordat] This is a test' }])
  expect(wrong).toBe('The mail server refuses the credentials.')
  expect(chat).toBe('Slack answered 404: no_service.')
  expect(gone).toBe('Slack does not answer (ECONNREFUSED).')
  expect(nothing).toMatch(/needs the environment variable NOT_SET, which is not set/)
  // Law L28.
  expect(JSON.stringify(tests)).not.toMatch(/hunter2|verysecret|@acme/)
  await expect(desk.test('mial')).rejects.toMatchObject({ code: 'notify.unknown-channel' })
})
