import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type TransformCallback } from 'node:stream'
import { ConcordatError } from '../model/errors.ts'

/*
 * Bodies take memory while they come and until they are answered. All of strangers together take so much and no more, and all
 * of those who are known: so the ones cannot take it from the others. Beyond that the body that has been coming for longest is
 * cut off, because honest ones are here at once, and those that come slowly on purpose are not.
 *
 * The rest of a body that was cut off is not read, and the connection stays until the request has lasted too long: its sender
 * gets to read the answer, and one who only wants to be in the way is kept, instead of coming again at once on a connection
 * that costs more.
 */

/** Bytes of bodies in this process, of strangers and of those who are known. */
const MOST = { strangers: 4 * 1024 * 1024, known: 48 * 1024 * 1024 } as const

interface Coming {
  readonly of: keyof typeof MOST
  readonly stream: Transform
  bytes: number
  complete: boolean
}

/** Keeps the bodies of all requests within bounds. */
export function boundBodies(server: FastifyInstance): void {
  const coming = new Map<FastifyRequest, Coming>()
  const cut = new WeakSet<FastifyRequest>()
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
      cut.add(request)
      one.stream.destroy(crowded())
    }
  }
  server.addHook('preParsing', async (request, _reply, payload) => {
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
      // Else what has come stays in its buffer.
      payload.resume()
      setImmediate(() => request.raw.socket.pause())
    })
    request.raw.once('close', () => leave(request))
    payload.once('error', (error: Error) => one.stream.destroy(error))
    return payload.pipe(one.stream)
  })
  server.addHook('onSend', (request, reply, _payload, done) => {
    // Fastify would end the connection.
    if (cut.has(request)) reply.removeHeader('connection')
    done()
  })
  server.addHook('onResponse', (request, _reply, done) => {
    leave(request)
    done()
  })
}

const crowded = (): ConcordatError =>
  new ConcordatError('access.crowded', 'Too much is being sent at the moment.', {
    retryAfter: 5,
    retry: 'later',
    cure: 'Send it again in a few seconds.',
  })
