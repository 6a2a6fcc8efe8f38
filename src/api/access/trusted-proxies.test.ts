import { expect, test } from 'vitest'
import { trustedProxiesOf } from './trusted-proxies.ts'

test('proxies are named by how many there are, or by their addresses', () => {
  for (const none of [undefined, '', ' ', '0']) expect(trustedProxiesOf(none)).toBe(false)
  const two = trustedProxiesOf('2') as (address: string, hop: number) => boolean
  expect([0, 1, 2].map((hop) => two('10.0.0.1', hop))).toEqual([true, true, false])
  expect(trustedProxiesOf('10.0.0.5, 10.1.0.0/16,fd00::/8 , loopback')).toEqual([
    '10.0.0.5',
    '10.1.0.0/16',
    'fd00::/8',
    'loopback',
  ])
})

test.each([
  'all',
  'true',
  '1.2.3',
  '10.0.0.0/33',
  '10.0.0.0/0',
  '10.0.0.0/8/8',
  '-1',
  '999',
  '10.0.0.1,',
  'proxy.example',
])('proxies named %s are refused', (wrong) =>
  expect(() => trustedProxiesOf(wrong)).toThrow(expect.objectContaining({ code: 'config.bad-address' })),
)
