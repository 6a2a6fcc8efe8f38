import type { FastifyRequest, RouteShorthandOptions } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { resolveSettings } from '../contract/settings/secrets.ts'
import { parseWebhookSignature, webhookSettings } from '../contract/settings/system-settings.ts'
import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import { currentTrace, spanned } from '../service/tracing.ts'
import type { ApiParts, Routes } from './routes.ts'
import { webhookHints } from './webhook-hints.ts'
import { refusedByHeaders, verifyWebhook } from './webhook-signature.ts'

/*
 * `POST /hooks/<system>`: a system says that something changed. Who sent it is proved by its signature over the body as
 * it came; 202 means that the hint is stored for good. What changed is not believed but looked up.
 */

export const webhookRoutes: Routes = (server, parts) => {
  const receivers = receiversOf(parts.app.check.contract!, parts.env)
  // The signature is over bytes, so nobody may parse them first.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const options: RouteShorthandOptions = {
    // Whoever is refused whatever they send is refused before it is received.
    async onRequest(request, reply) {
      const receiver = receivers.get(nameOf(request))
      if (!receiver) return reply.code(404).send(problem('no-such-hook', 'No webhooks are taken under this name.'))
      const refusal = refusedByHeaders(receiver.signature, receiver.secret, request.headers, Date.now())
      return refusal === null ? undefined : reply.code(401).send(problem('bad-signature', refusal.why))
    },
  }
  server.post('/hooks/:system', options, async (request, reply) => {
    const system = nameOf(request)
    const receiver = receivers.get(system)!
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const verdict = verifyWebhook(receiver.signature, receiver.secret, request.headers, body, Date.now())
    if (!verdict.genuine) return reply.code(401).send(problem('bad-signature', verdict.why))
    const hints = webhookHints(body, verdict.message, system, receiver.flows, receiver.paths)
    try {
      await spanned('webhook', { system }, () => {
        const trace = currentTrace()
        return parts.service.hinted(trace === null ? hints : hints.map((hint) => ({ ...hint, trace })))
      })
    } catch (error) {
      if (!(error instanceof ConcordatError) || error.retry === 'never') throw error
      // The sender keeps it and comes again.
      return reply.code(503).header('retry-after', '5').send(problem('try-again', 'The hint could not be stored.'))
    }
    return reply.code(202).send({ accepted: hints.length })
  })
}

const nameOf = ({ params }: FastifyRequest): string => (params as { system: string }).system

const problem = (code: string, message: string) => ({ error: { code, message, cure: null } })

function receiversOf(contract: Contract, env: ApiParts['env']) {
  return new Map(
    [...contract.systems.values()].flatMap((system) => {
      if (system.settings['webhook_secret'] === undefined) return []
      const settings = resolveSettings(webhookSettings(system), { env, readFile })
      const receiver = {
        secret: settings['webhook_secret']!,
        signature: parseWebhookSignature(settings['webhook_signature'] ?? 'standard')!,
        paths: { object: settings['webhook_object'], id: settings['webhook_id'] },
        flows: [...contract.flows.values()].filter((flow) => flow.systems.includes(system.name)),
      }
      return [[system.name, receiver] as const]
    }),
  )
}

const readFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)
