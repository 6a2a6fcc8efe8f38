import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { routeOf } from '../channel.ts'
import { readContract } from './read-contract.ts'

const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')
const CHANNELS = `
channels:
  mail: { kind: email, url: '\${env:SMTP_URL}', from: Concordat <concordat@acme.example> }
  chat: { kind: slack, url: '\${secret:SLACK}' }
  pager: { kind: pagerduty, routing_key: '\${secret:PD}' }
alerts:
  link: https://concordat.acme.example
  technical: [pager, mail]
`
const check = (text: string) => readContract([{ name: 'c.yaml', text }])
const problems = (added: string) => {
  const { problems: found } = check(COMPLETE + added)
  return found.map(({ code, line, column, message, cure }) => {
    const at = added.split('\n')[line - COMPLETE.split('\n').length]?.slice(column - 1, column + 11)
    return { code, at, message, cure }
  })
}

test('channels, routes and the link are read', () => {
  const { contract, problems: found } = check(COMPLETE + CHANNELS)
  expect(found).toEqual([])
  expect([...contract!.channels.values()]).toEqual([
    { name: 'mail', kind: 'email', settings: { url: '${env:SMTP_URL}', from: 'Concordat <concordat@acme.example>' } },
    { name: 'chat', kind: 'slack', settings: { url: '${secret:SLACK}' } },
    { name: 'pager', kind: 'pagerduty', settings: { routing_key: '${secret:PD}' } },
  ])
  expect(contract!.alerts).toEqual({
    link: 'https://concordat.acme.example',
    routes: { technical: ['pager', 'mail'] },
  })
  const ana = contract!.people.get('ana')!
  expect(routeOf(contract!, ana, 'technical')).toEqual(['pager', 'mail'])
  expect(routeOf(contract!, ana, 'business'), 'all there are').toEqual(['mail', 'chat', 'pager'])
  expect(routeOf(contract!, { ...ana, channels: ['chat'] }, 'technical')).toEqual(['chat'])
})

test('how people are reached changes no decision: neither fingerprint', () => {
  const plain = check(COMPLETE).contract!
  const person = COMPLETE.replace('email: ana@acme.example', 'email: ana@acme.example, channels: [chat]')
  const reached = check(person + CHANNELS).contract!
  expect(reached.fingerprint).toBe(plain.fingerprint)
  for (const [name, flow] of plain.flows) expect(reached.flows.get(name)!.fingerprint).toBe(flow.fingerprint)
})

test('the rulebook says who is told by what', () => {
  const sentences = check(COMPLETE + CHANNELS).rulebook[0]!.sentences
  expect(sentences).toContain('Concordat notifies Tomás Vidal by pager, or else by mail.')
  expect(sentences).toContain('Concordat notifies Ana Ruiz by mail, or else by chat, or else by pager.')
  expect(check(COMPLETE).rulebook[0]!.sentences.join(' ')).not.toMatch(/Concordat notifies (Ana|Tomás)/)
})

test.each([
  [
    'a kind that is none',
    'x: { kind: slak, url: "${env:X}" }',
    'unknown-choice',
    'slak, url: "',
    /`slak` is not an answer to `kind`; did you mean `slack`\?/,
  ],
  ['no kind', 'x: { url: "${env:X}" }', 'missing-setting', 'x: { url: "$', /says no `kind`/],
  [
    'an unknown setting',
    'x: { kind: email, url: "${env:X}", from: a@b.example, form: b }',
    'unknown-key',
    'form: b }',
    /`form` is not a setting of a channel; did you mean `from`\?/,
  ],
  [
    'a setting of another kind',
    'x: { kind: slack, url: "${env:X}", from: a@b.example }',
    'setting-of-other-kind',
    'from: a@b.ex',
    /`from` is not a setting of a channel of the kind `slack`/,
  ],
  [
    'a setting that is missing',
    'x: { kind: webhook, url: https://a.example }',
    'missing-setting',
    'x: { kind: w',
    /says no `signing_secret`/,
  ],
  [
    'a webhook address that is a secret',
    'x: { kind: slack, url: https://hooks.slack.com/services/T/B/x }',
    'secret-in-clear',
    'https://hook',
    /holds a secret in clear/,
  ],
  [
    'a password in clear',
    'x: { kind: email, url: "smtp://u:pw@mail.example", from: a@b.example }',
    'secret-in-clear',
    '"smtp://u:pw',
    /holds a secret in clear/,
  ],
  [
    'a key in clear',
    'x: { kind: pagerduty, routing_key: R0UT1NG }',
    'secret-in-clear',
    'R0UT1NG }',
    /holds a secret in clear/,
  ],
  [
    'a reference that is none',
    'x: { kind: slack, url: "${SLACK}" }',
    'bad-secret-reference',
    '"${SLACK}" }',
    /that is no reference/,
  ],
  [
    'a mail server that is none',
    'x: { kind: email, url: "http://mail.example", from: a@b.example }',
    'bad-format',
    '"http://mail',
    /is no mail server/,
  ],
  [
    'a sender that is none',
    'x: { kind: email, url: "${env:X}", from: acme }',
    'bad-format',
    'acme }',
    /is no e-mail address/,
  ],
])('%s is a problem, with its place', (_, channel, code, at, message) => {
  const found = problems(`\nchannels:\n  ${channel}\n`)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ code, at })
  expect(found[0]!.message).toMatch(message)
})

test('routes name channels that there are, each once', () => {
  const [unknown, twice, link] = problems(
    CHANNELS.replace('[pager, mail]', '[pagr, mail, mail]').replace('https://con', 'con'),
  ).toSorted((a, b) => (a.code < b.code ? 1 : -1))
  expect(unknown).toMatchObject({
    code: 'unknown-channel',
    at: 'pagr, mail, ',
    message: '`pagr` is not a channel of this contract; did you mean `pager`?',
    cure: 'Write `pager`.',
  })
  expect(twice).toMatchObject({ code: 'duplicate-value' })
  expect(link).toMatchObject({ code: 'bad-format', message: '`link` is no web address.' })
  expect(problems('\nalerts: { business: [mail] }\n')).toMatchObject([
    { code: 'unknown-channel', cure: 'Add it under `channels:`.' },
  ])
})
