/** A web server of our own that keeps what it is sent, and answers as it is told. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What tests look at in the bodies that the channels send. */
export interface Body {
  readonly type: string
  readonly text: string
  readonly blocks: readonly { readonly type: string; readonly text: { readonly type: string; readonly text: string } }[]
  readonly attachments: readonly { readonly content: Card }[]
  readonly event_action: string
  readonly dedup_key: string
  readonly routing_key: string
  readonly payload: {
    readonly severity: string
    readonly source: string
    readonly summary: string
    readonly timestamp: string
  }
}

export interface Card {
  readonly body: readonly { readonly type: string; readonly text: string; readonly wrap: boolean }[]
  readonly actions: readonly object[]
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: Body
}

export interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** The next answers, in order; the last one stays. `hang`: none at all, the connection breaks. */
  answer(...answers: (Answer | 'hang')[]): void
  close(): Promise<void>
}

/** Starts a server that lasts for this test. */
export async function receiver(first: Answer = { status: 200, body: 'ok' }): Promise<Receiver> {
  const received: Received[] = []
  let answers: (Answer | 'hang')[] = [first]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      received.push({ headers: request.headers, body, json: JSON.parse(body) as Body })
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!
      if (answer === 'hang') response.destroy()
      else response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (...next) => void (answers = next),
    close,
  }
}
