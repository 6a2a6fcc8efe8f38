import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type TransformCallback } from 'node:stream'
import { ConcordatError } from '../model/errors.ts'

/*
 * Bodies take memory while they come and until they are answered. All of strangers together take so much and no more, and all
 * of those who are known: so the ones cannot take it from the others. Beyond that the body that has been coming for longest is
 * cut off, because honest ones are here at once, and those that come slowly on purpose are not.
 */

/** Bytes of bodies in this process, of strangers and of those who are known. */
const MOST = { strangers: 8 * 1024 * 1024, known: 48 * 1024 * 1024 } as const

interface Coming {
  readonly of: keyof typeof MOST
  readonly stream: Transform
  bytes: number
  complete: boolean
}

/** Keeps the bodies of all requests within bounds. */
export function boundBodies(server: FastifyInstance): void {
  const coming = new Map<FastifyRequest, Coming>()
  const taken = { strangers: 0, known: 0 }
  const leave = (request: FastifyRequest): void => {
    const one = coming.get(request)
    if (!one) return
    taken[one.of] -= one.bytes
    coming.delete(request)
  }
  const makeRoom = (of: keyof typeof MOST): void => {
    // In the order in which they began.
    for (const [request, one] of coming) {
      if (taken[of] <= MOST[of]) return
      if (one.of !== of || one.complete) continue
      leave(request)
      one.stream.destroy(crowded())
    }
  }
  server.addHook('preParsing', async (request, reply, payload) => {
    const of = request.who?.kind === undefined || request.who.kind === 'nobody' ? 'strangers' : 'known'
    const one: Coming = {
      of,
      bytes: 0,
      complete: false,
      stream: new Transform({
        transform(chunk: Buffer, _encoding, done: TransformCallback) {
          if (coming.has(request)) {
            one.bytes += chunk.length
            taken[of] += chunk.length
            makeRoom(of)
          }
          done(null, chunk)
        },
        flush(done) {
          one.complete = true
          done()
        },
      }),
    }
    coming.set(request, one)
    one.stream.once('error', () => {
      payload.unpipe(one.stream)
      // What is still to come is not received.
      reply.header('connection', 'close')
    })
    request.raw.once('close', () => leave(request))
    payload.once('error', (error: Error) => one.stream.destroy(error))
    return payload.pipe(one.stream)
  })
  server.addHook('onResponse', async (request) => leave(request))
  server.addHook('onRequestAbort', async (request) => leave(request))
}

const crowded = (): ConcordatError =>
  new ConcordatError('access.crowded', 'Too much is being sent at the moment.', {
    retryAfter: 5,
    retry: 'later',
    cure: 'Send it again in a few seconds.',
  })
