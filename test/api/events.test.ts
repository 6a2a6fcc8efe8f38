import { expect, onTestFinished, test } from 'vitest'

import type { LiveEvent } from '../../src/api/v1/schemas/events.ts'
import { openStand, type Stand } from './stand.ts'

interface Ear {
  readonly heard: LiveEvent[]
  readonly text: () => string
  /** Settles when the server ends the stream. */
  readonly end: Promise<void>
}

async function listen(stand: Stand): Promise<Ear> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const answer = await stand.fetch('/events', { signal: leaving.signal })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const heard: LiveEvent[] = []
  let text = ''
  const read = async (): Promise<void> => {
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (const [, data] of chunk.matchAll(/^data: (.*)$/gm)) heard.push(JSON.parse(data!) as LiveEvent)
    }
  }
  return { heard, text: () => text, end: read().catch(() => {}) }
}

const PATIENCE = { timeout: 20_000 }

test('whoever listens hears of runs, the log, cases and flows as they change, and a heartbeat', async () => {
  const stand = await openStand({ customers: { edge_cases: { edited_outside_master: 'ask' } } })
  const ears = [await listen(stand), await listen(stand)]
  await new Promise((resolve) => setTimeout(resolve, 700))
  await stand.erp.sql(`insert into customers (legal_name, vat) values ('Acme', 'A1')`)
  await stand.sync()
  for (const { heard } of ears) {
    await expect.poll(() => heard, PATIENCE).toContainEqual({ type: 'run', flow: 'customers' })
    await expect.poll(() => heard, PATIENCE).toContainEqual({ type: 'log', flow: 'customers' })
  }
  await stand.crm.sql(`update accounts set account_name = 'Acme Ltd'`)
  await stand.sync()
  await expect.poll(() => ears[0]!.heard, PATIENCE).toContainEqual({ type: 'case', flow: 'customers' })
  await stand.post('/flows/customers/pause', { reason: 'stock-taking' })
  await expect.poll(() => ears[0]!.heard, PATIENCE).toContainEqual({ type: 'flow', flow: 'customers' })
  await expect.poll(() => ears[1]!.text(), PATIENCE).toContain(': here')
})

test('a stream ends when the right to listen ends', async () => {
  const stand = await openStand()
  const ear = await listen(stand)
  await stand.store.sql('delete from api_token')
  await ear.end
  expect((await stand.fetch('/events')).status).toBe(401)
})

test('a stream ends when the service stops, and does not hold its end up', async () => {
  const stand = await openStand()
  const ear = await listen(stand)
  const began = performance.now()
  await stand.stop()
  await ear.end
  expect(performance.now() - began).toBeLessThan(4_000)
})
