import type { FastifyInstance } from 'fastify'
import { createHash } from 'node:crypto'

/** Answers to GET bear an ETag; who has that very answer already is told so, without it. */
export function tagAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.method !== 'GET' || typeof payload !== 'string' || reply.statusCode !== 200) return done()
    const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`
    reply.header('etag', tag)
    const known = request.headers['if-none-match']
    const same = known?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
    if (same !== true) return done()
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    return done(null, null)
  })
}
