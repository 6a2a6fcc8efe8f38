import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'

import { openCompany } from './stage.ts'

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links?: readonly { readonly traceId: string }[]
}

/** A collector that speaks OTLP over HTTP, as JSON. */
async function collector() {
  const spans: Span[] = []
  const bodies: string[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      bodies.push(body)
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
      spans.push(...resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { spans, bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('L28 a trace leads from the webhook to the calls that its run made, and holds nothing of a record', async () => {
  const { spans, bodies, url } = await collector()
  const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
  const company = await openCompany({
    customers: { schedule: 'nightly at 02:00' },
    systems: { erp: { webhook_secret: '${env:HOOK}' } },
    env: { HOOK: secret, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '500' },
  })
  await company.erp.sql(`insert into customers (legal_name, vat) values ('Zenobia Quillfeather', 'A1')`)
  const serve = await company.start('serve', '--port', '0')
  const body = '{"object":"customers"}'
  const sent = await fetch(`${serve.url}/hooks/erp`, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': 'm1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': new Webhook(secret).sign('m1', new Date(), body),
    },
  })
  expect(sent.status).toBe(202)
  await expect.poll(() => company.crm.value('select count(*) from accounts'), { timeout: 60_000 }).toBe('1')
  serve.signal('SIGTERM')
  expect(await serve.ended).toBe(0)
  const webhook = spans.find((span) => span.name === 'webhook')!
  const run = spans.find((span) => span.name === 'run')!
  expect(run.links?.map((link) => link.traceId)).toContain(webhook.traceId)
  expect(spans.some((span) => span.name === 'call' && span.parentSpanId === run.spanId)).toBe(true)
  expect(bodies.join()).not.toMatch(/Zenobia|Quillfeather|A1"/)
})
