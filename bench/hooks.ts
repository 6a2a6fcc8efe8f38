import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expectEqual } from './measurement.ts'
import type { ServiceBench } from './scale.ts'
import { openServiceWorld, tablesOf } from './service-world.ts'
import { onDatabase } from './world.ts'

const PER_SECOND = 2_000
const SECONDS = 15
const TICK_MS = 5
const KEY = Buffer.from('a secret of twenty-four b')

/**
 * How long a sender waits for its 202 while 2,000 signed webhooks a second arrive, each about a record of its own, and the
 * service follows them. Times count from the moment at which a message was due to be sent, so a stall hits all behind it.
 */
export async function hooks(): Promise<ServiceBench> {
  const world = await openServiceWorld({ flows: 1, delayMs: 0, hookSecret: `whsec_${KEY.toString('base64')}` })
  try {
    await onDatabase(world.a, (client) => client.query(tablesOf(['flow_1'], 'a')))
    await onDatabase(world.b, (client) => client.query(tablesOf(['flow_1'], 'b')))
    const url = new URL('/hooks/a', await world.start('serve', '--port', '0'))
    const agent = new Agent({ keepAlive: true, maxSockets: 128 })
    const took: number[] = []
    const answers = new Map<number, number>()
    const send = (n: number, due: number): Promise<void> =>
      new Promise((resolve) => {
        const body = `{"object":"flow_1_a","id":${n}}`
        const [id, time] = [`m${n}`, String(Math.floor(Date.now() / 1000))]
        const signature = createHmac('sha256', KEY).update(`${id}.${time}.${body}`).digest('base64')
        const headers = {
          'content-type': 'application/json',
          'content-length': body.length,
          'webhook-id': id,
          'webhook-timestamp': time,
          'webhook-signature': `v1,${signature}`,
        }
        const done = (status: number): void => {
          took.push(performance.now() - due)
          answers.set(status, (answers.get(status) ?? 0) + 1)
          resolve()
        }
        request(url, { method: 'POST', agent, headers }, (answer) => {
          answer.resume().once('end', () => done(answer.statusCode!))
        })
          .once('error', () => done(0))
          .end(body)
      })
    const burst = async (from: number, seconds: number): Promise<void> => {
      const began = performance.now()
      const sent: Promise<void>[] = []
      while (sent.length < PER_SECOND * seconds) {
        const due = Math.min(PER_SECOND * seconds, Math.ceil(((performance.now() - began) * PER_SECOND) / 1_000))
        while (sent.length < due) sent.push(send(from + sent.length, began + (sent.length / PER_SECOND) * 1_000))
        await sleep(TICK_MS)
      }
      await Promise.all(sent)
    }
    await burst(0, 2)
    took.length = 0
    answers.clear()
    await burst(1_000_000, SECONDS)
    agent.destroy()
    const sorted = took.toSorted((x, y) => x - y)
    const at = (share: number): number => Math.round(sorted[Math.ceil(sorted.length * share) - 1]! * 10) / 10
    expectEqual('messages that were accepted', answers.get(202) ?? 0, PER_SECOND * SECONDS)
    const stored = await onDatabase(world.store, async (client) =>
      Number((await client.query<{ n: string }>('select count(*) as n from inbox')).rows[0]!.n),
    )
    expectEqual('hints in the inbox', stored, PER_SECOND * (SECONDS + 2))
    const json = {
      benchmark: 'hooks',
      per_second: PER_SECOND,
      seconds: SECONDS,
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      max_ms: at(1),
    }
    return {
      text: [
        `hooks: ${PER_SECOND.toLocaleString('en')} signed webhooks a second for ${SECONDS} s, answered when they are stored, fsync on`,
        '',
        `  p50 ${json.p50_ms} ms   p99 ${json.p99_ms} ms   longest ${json.max_ms} ms`,
        '',
        '  Sender, service and database share this machine. Every message was accepted and is in the inbox once.',
      ],
      json,
    }
  } finally {
    await world.close()
  }
}
