import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { parseWebhookSignature } from '../contract/settings/system-settings.ts'
import { verifyWebhook } from './webhook-signature.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
const BODY = Buffer.from('{"object":"customers","id":"7"}')
const NOW = Date.parse('2026-11-23T10:00:00Z')

function signed(at = NOW, id = 'msg_1') {
  const signature = new Webhook(SECRET).sign(id, new Date(at), BODY.toString())
  return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)), 'webhook-signature': signature }
}
const standard = (headers: Record<string, string>, body = BODY, secret = SECRET) =>
  verifyWebhook({ kind: 'standard' }, secret, headers, body, NOW)

test('what the reference library signs is genuine, and its id is known', () => {
  expect(standard(signed())).toEqual({ genuine: true, message: 'msg_1' })
})

test('one of several signatures is enough while a secret is being changed', () => {
  const headers = signed()
  expect(standard({ ...headers, 'webhook-signature': `v1,AAAA v2,x ${headers['webhook-signature']}` }).genuine).toBe(
    true,
  )
})

test.each([
  ['another body', signed(), Buffer.from('{}'), SECRET],
  ['another id', { ...signed(), 'webhook-id': 'msg_2' }, BODY, SECRET],
  ['another time', { ...signed(), 'webhook-timestamp': String(NOW / 1000 + 1) }, BODY, SECRET],
  ['another secret', signed(), BODY, 'whsec_AAAA'],
  ['six minutes old', signed(NOW - 360_000), BODY, SECRET],
  ['six minutes ahead', signed(NOW + 360_000), BODY, SECRET],
  ['no signature', { 'webhook-id': 'msg_1', 'webhook-timestamp': String(NOW / 1000) }, BODY, SECRET],
  ['a time that is none', { ...signed(), 'webhook-timestamp': 'soon' }, BODY, SECRET],
  ['an empty signature', { ...signed(), 'webhook-signature': '' }, BODY, SECRET],
])('%s is refused', (_name, headers, body, secret) => {
  expect(standard(headers, body, secret).genuine).toBe(false)
})

test('a plain HMAC in a header, with and without the name of the hash before it', () => {
  const signature = parseWebhookSignature('hmac-sha256 hex in X-Hub-Signature-256')!
  const digest = createHmac('sha256', 'key').update(BODY).digest('hex')
  for (const value of [digest, `sha256=${digest}`])
    expect(verifyWebhook(signature, 'key', { 'x-hub-signature-256': value }, BODY, NOW).genuine).toBe(true)
  for (const headers of [{ 'x-hub-signature-256': digest.replace(/^./, '0') + '0' }, { 'x-hub-signature-256': '' }, {}])
    expect(verifyWebhook(signature, 'key', headers, BODY, NOW).genuine).toBe(false)
})
