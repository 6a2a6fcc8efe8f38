import { expect, test } from 'vitest'
import { connectorSettings, parseRate, parseWebhookSignature, systemSettingFault } from './system-settings.ts'

test('rates', () => {
  expect([parseRate('100 per second'), parseRate('60 per minute'), parseRate('7200 per hour')]).toEqual([100, 1, 2])
  for (const text of ['', '100', '0 per second', '100/s', '1.5 per second', 'many per day'])
    expect(parseRate(text)).toBeNull()
})

test('ways to sign webhooks', () => {
  expect(parseWebhookSignature('standard')).toEqual({ kind: 'standard' })
  expect(parseWebhookSignature('hmac-sha1 base64 in X-Shop-Hmac')).toEqual({
    kind: 'hmac',
    hash: 'sha1',
    encoding: 'base64',
    header: 'x-shop-hmac',
  })
  for (const text of ['', 'md5', 'hmac-sha256', 'hmac-sha256 hex in', 'hmac-sha256 hex in X Y'])
    expect(parseWebhookSignature(text)).toBeNull()
})

test('settings of ours are checked, and are not handed to the connector', () => {
  expect(systemSettingFault('rate_limit', 'fast')?.cure).toMatch(/100 per second/)
  expect(systemSettingFault('webhook_signature', 'none')?.fault).toMatch(/none/)
  expect(systemSettingFault('url', 'fast')).toBeNull()
  const settings = { url: 'u', rate_limit: '1 per second', webhook_secret: 's', webhook_id: 'i' }
  expect(connectorSettings({ name: 'shop', connector: 'postgres', settings }).settings).toEqual({ url: 'u' })
})
