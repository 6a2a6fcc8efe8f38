import type { FastifyInstance, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { LANGUAGES, type Language } from '../../model/language.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** In which the answer speaks to people. */
    language: Language
  }
}

/** Answers speak the language that the request prefers of ours: by its header, or by `language` in the address of a download. */
export function askedLanguage(server: FastifyInstance): void {
  server.decorateRequest('language', 'en')
  server.addHook('onRequest', async (request, reply) => {
    request.language = languageOf(request)
    reply.header('content-language', request.language).header('vary', 'accept-language')
  })
}

function languageOf(request: FastifyRequest): Language {
  const { language } = request.query as { language?: unknown }
  const named = LANGUAGES.find((one) => one === language)
  return named ?? (new Negotiator(request.raw).language([...LANGUAGES]) as Language | undefined) ?? 'en'
}
