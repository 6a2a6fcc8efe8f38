import { expect, test } from 'vitest'
import { readContract } from '../reading/read-contract.ts'

const key = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 'k').toString('base64')}`

const contract = `concordat: 1
company: Acme
timezone: Europe/Madrid
systems:
  erp:
    connector: postgres
    url: "\${env:ERP_URL}"
    webhook_secret: "\${env:ERP_HOOK}"
  crm:
    connector: postgres
    url: "\${env:CRM_URL}"
    webhook_secret: "\${secret:CRM_HOOK}"
    webhook_signature: hmac-sha256 hex in X-Signature
channels:
  hook: { kind: webhook, url: "https://acme.example/in", signing_secret: "\${env:SIGN}" }
  chat: { kind: slack, url: "\${env:CHAT}" }
  pager: { kind: pagerduty, routing_key: "\${secret:PAGER}" }
  mail: { kind: email, url: "\${env:MAIL}", from: concordat@acme.example }
people: {}
flows: {}
`

const problems = (env: Record<string, string>, text = contract) =>
  readContract([{ name: 'concordat.yaml', text }], { secrets: { env, readFile: () => null } })
    .problems.filter(({ code }) => code === 'bad-secret')
    .map(({ line, message }) => `${line} ${message}`)

const GOOD = {
  ERP_HOOK: key(24),
  CONCORDAT_SECRET_CRM_HOOK: 'a key of some length',
  SIGN: key(32),
  CHAT: 'https://chat.acme.example/x',
  CONCORDAT_SECRET_PAGER: 'R0UT1NG',
  MAIL: 'smtp://mail.acme.example',
}

test('keys that are good, and those that are not set yet, are no problem of the contract', () => {
  expect(problems(GOOD)).toEqual([])
  expect(problems({})).toEqual([])
})

test.each([
  ['ERP_HOOK', '', '8 `webhook_secret` of the system `erp` holds what is no key: it is empty.'],
  ['ERP_HOOK', '   ', 'is blank'],
  ['ERP_HOOK', 'whsec_', 'has 0 bytes'],
  ['ERP_HOOK', 'whsec_not base64!', 'is not base64'],
  ['ERP_HOOK', key(8), 'has 8 bytes'],
  ['ERP_HOOK', `${key(24)}\n`, 'has blanks or line breaks'],
  ['CONCORDAT_SECRET_CRM_HOOK', '', '12 `webhook_secret` of the system `crm` holds what is no key: it is empty.'],
  ['CONCORDAT_SECRET_CRM_HOOK', 'wee key', 'is shorter than 16 characters'],
  ['SIGN', '', '15 `signing_secret` of the channel `hook`'],
  ['SIGN', 'whsec_@@', 'is not base64'],
  ['CHAT', ' ', '16 `url` of the channel `chat`'],
  ['CHAT', 'chat.acme.example', 'is no web address'],
  ['CONCORDAT_SECRET_PAGER', '\t', '17 `routing_key` of the channel `pager`'],
  ['MAIL', '', '18 `url` of the channel `mail`'],
])('%s = %j is one', (name, value, said) => {
  const found = problems({ ...GOOD, [name]: value })
  expect(found).toHaveLength(1)
  const expected = said === 'is no web address' ? 'holds what is no web address' : said
  expect(found[0]).toContain(expected)
  if (value.trim() !== '') expect(found[0]).not.toContain(value.trim())
})

test('a key that is empty in the contract itself is one, too', () => {
  expect(problems({}, contract.replace('webhook_secret: "${env:ERP_HOOK}"', 'webhook_secret: ""'))).toHaveLength(1)
})
