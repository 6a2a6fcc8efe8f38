import { setTimeout as sleep } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { openApp } from '../src/app.ts'
import { addPerson, addSecret } from '../test/harness/account.ts'
import { WrongOutcome } from './measurement.ts'
import type { ServiceBench } from './scale.ts'
import { openServiceWorld, tablesOf } from './service-world.ts'
import { onDatabase } from './world.ts'

const SENDERS = 400
const STREAMS = 250
/** As many accounts as it takes to be let have them. */
const LISTENERS = 13
const WRONG_PER_SECOND = 1_000
const SECONDS = 20
const BODY = 1_000_000
/** A body takes longer than anybody waits for it. */
const PIECE = 20_000
const PIECE_EVERY_MS = 500
const MOST_MS = 1_000
const MOST_MB = 150

/**
 * The service under abuse, on loopback: 400 senders whose bodies of 1 MB come slowly, 250 streams of events, and 1,000
 * wrong tokens a second. The senders say what a sender of webhooks says, so that only their signature betrays them. Meanwhile an owner looks at their pages; how long that takes, and how much memory the service takes.
 */
export async function abuse(): Promise<ServiceBench> {
  const world = await openServiceWorld({ flows: 1, delayMs: 0, hookSecret: `whsec_${'c2VjcmV0'.repeat(4)}` })
  try {
    await onDatabase(world.a, (client) => client.query(tablesOf(['flow_1'], 'a')))
    await onDatabase(world.b, (client) => client.query(tablesOf(['flow_1'], 'b')))
    const url = new URL(await world.start('serve', '--port', '0'))
    const app = await openApp({ contract: world.contract, env: world.env, databaseUrl: world.store })
    const owner = await addPerson(app.database, 'owner@acme.example', [{ role: 'technical owner' }])
    const right = await addSecret(app.database, owner, ['view'])
    const noisy: string[] = []
    for (let i = 0; i < LISTENERS; i++) {
      const person = await addPerson(app.database, `noisy-${i}@acme.example`, [{ role: 'viewer' }])
      noisy.push(await addSecret(app.database, person, ['view']))
    }
    await app.close()
    const agent = new Agent({ keepAlive: true, maxSockets: 64 })
    const ask = (path: string, secret: string, by = agent): Promise<number> =>
      new Promise((resolve) => {
        request(new URL(path, url), { agent: by, headers: { authorization: `Bearer ${secret}` } }, (answer) => {
          answer.resume().once('end', () => resolve(answer.statusCode!))
        })
          .once('error', () => resolve(0))
          .end()
      })
    const own = new Agent({ keepAlive: true, maxSockets: 4 })
    const page = async (): Promise<number> => {
      const began = performance.now()
      const statuses = await Promise.all(
        ['/', '/api/v1/session', '/api/v1/home', '/api/v1/alerts'].map((path) => ask(path, right, own)),
      )
      if (statuses.some((status) => status >= 400))
        throw new WrongOutcome(`the owner was answered ${statuses.join(', ')}`)
      return performance.now() - began
    }
    const atRest: number[] = []
    for (let i = 0; i < 5; i++) atRest.push(await page())
    await sleep(2_000)
    const rest = memoryOf(world.pids())
    const sockets = new Set<Socket>()
    let ended = false
    const keepSending = async (): Promise<void> => {
      while (!ended) await slowBody(url, sockets, () => ended)
    }
    const senders = Array.from({ length: SENDERS }, keepSending)
    const streams = Array.from({ length: STREAMS }, (_, i) => listen(url, noisy[i % LISTENERS]!, sockets))
    const answers = new Map<number, number>()
    let sent = 0
    const began = performance.now()
    const took: number[] = []
    let most = 0
    const guessing = (async () => {
      const waiting: Promise<void>[] = []
      while (!ended) {
        const due = ((performance.now() - began) * WRONG_PER_SECOND) / 1_000
        for (; sent < due; sent++)
          waiting.push(
            ask('/api/v1/home', `concordat_wrong_${sent}`).then(
              (status) => void answers.set(status, (answers.get(status) ?? 0) + 1),
            ),
          )
        await sleep(10)
      }
      await Promise.all(waiting)
    })()
    while (performance.now() - began < SECONDS * 1_000) {
      took.push(await page())
      most = Math.max(most, memoryOf(world.pids()))
      await sleep(250)
    }
    ended = true
    for (const socket of sockets) socket.destroy()
    await Promise.all([...senders, guessing])
    const heard = (await Promise.all(streams)).filter(Boolean).length
    took.sort((a, b) => a - b)
    const slowest = took.at(-1)!
    const grown = most - rest
    const json = {
      pages: took.length,
      at_rest_ms: Math.round(Math.min(...atRest)),
      median_ms: Math.round(took[Math.floor(took.length / 2)]!),
      slowest_ms: Math.round(slowest),
      rest_mb: Math.round(rest),
      grown_mb: Math.round(grown),
      streams: heard,
      wrong_tokens: sent,
      answers: Object.fromEntries(answers),
    }
    if (slowest > MOST_MS || grown > MOST_MB)
      throw new WrongOutcome(`a page within ${MOST_MS} ms and ${MOST_MB} MB were wanted: ${JSON.stringify(json)}`)
    return {
      text: [
        `${SENDERS} slow senders, ${STREAMS} streams asked for (${heard} opened), ${sent} wrong tokens in ${SECONDS} s`,
        `an owner's page: ${json.at_rest_ms} ms at rest, median ${json.median_ms} ms, slowest ${json.slowest_ms} ms of ${json.pages}`,
        `memory: ${json.rest_mb} MB at rest, ${json.grown_mb} MB more at most`,
        `wrong tokens were answered: ${[...answers].map(([status, count]) => `${status} × ${count}`).join(', ')}`,
      ],
      json,
    }
  } finally {
    await world.close()
  }
}

/** Sends a body piece by piece until the other side has had enough. */
async function slowBody(url: URL, sockets: Set<Socket>, ended: () => boolean): Promise<void> {
  const socket = connect(Number(url.port), url.hostname)
  sockets.add(socket)
  let open = true
  const gone = new Promise<void>((resolve) =>
    socket.once('close', () => {
      open = false
      sockets.delete(socket)
      resolve()
    }),
  )
  socket.on('error', () => {}).resume()
  const headers = [
    `host: ${url.host}`,
    'content-type: application/json',
    `content-length: ${BODY}`,
    'webhook-id: m1',
    `webhook-timestamp: ${Math.floor(Date.now() / 1_000)}`,
    `webhook-signature: v1,${Buffer.alloc(32).toString('base64')}`,
  ]
  socket.write(['POST /hooks/a HTTP/1.1', ...headers, '', ''].join('\r\n'))
  const piece = Buffer.alloc(PIECE, 'x')
  for (let sent = 0; sent + piece.length < BODY && open && !ended(); sent += piece.length) {
    socket.write(piece)
    await Promise.race([gone, sleep(PIECE_EVERY_MS)])
  }
  if (open && !ended()) await Promise.race([gone, sleep(30_000)])
  socket.destroy()
}

/** Opens a stream of events; answers whether it was let. */
function listen(url: URL, secret: string, sockets: Set<Socket>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname)
    sockets.add(socket)
    socket.on('error', () => resolve(false)).once('close', () => resolve(false))
    socket.once('data', (data: Buffer) => resolve(data.toString().startsWith('HTTP/1.1 200')))
    socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${secret}\r\n\r\n`)
  })
}

/** Resident memory of processes in MB. */
function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return sum + Number(kb ?? 0) / 1_000
  }, 0)
}
