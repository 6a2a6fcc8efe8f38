import type { FastifyRequest } from 'fastify'
import { signaturesOf } from '../../store/signatures.ts'
import { actorOf, demandRight } from '../access/guard.ts'
import { refuseBody, signBody, signing, signingList, type SigningItem } from './schemas/signatures.ts'
import type { V1Routes } from './v1-server.ts'

const tags = ['Rules']
const HISTORY = 50

/** What the owners say of the rules of their flows. */
export const signatureRoutes: V1Routes = (server, { app, site }) => {
  const told = async (one: Omit<SigningItem, 'history'>): Promise<SigningItem> => ({
    ...one,
    history: (await signaturesOf(site.database, one.flow, HISTORY)).map(({ role, at, ...word }) => ({
      fingerprint: word.fingerprint,
      as: role,
      name: word.name,
      verdict: word.verdict,
      comment: word.comment,
      way: word.way,
      at: new Date(at).toISOString(),
    })),
  })
  const say = async (
    request: FastifyRequest,
    verdict: 'signed' | 'refused',
    {
      flow,
      fingerprint,
      as,
      comment,
    }: { flow: string; fingerprint: string; as: 'business' | 'technical'; comment?: string | undefined },
  ): Promise<SigningItem> => {
    demandRight(request, 'sign', flow)
    const by = request.who.email ?? ''
    const actor = actorOf(request)
    return told(
      await app.giveWord({ flow, fingerprint, as, by, verdict, comment, way: 'browser', actor }, request.language),
    )
  }

  server.get(
    '/rules/signatures',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'Which rules are signed, by whom, and what waits', response: { 200: signingList } },
    },
    async (request) => {
      const seen = <T extends { readonly flow: string }>(all: readonly T[]) =>
        all.filter(({ flow }) => request.who.rights.may('view', flow))
      return {
        items: await Promise.all(seen(await app.signings(request.language)).map(told)),
        file: await Promise.all(seen(await app.rules.signingsOf(app.rules.newRules(), request.language)).map(told)),
      }
    },
  )

  server.post(
    '/rules/sign',
    {
      config: { right: 'sign' },
      schema: {
        tags,
        summary: 'Sign the rules of a flow as its owner; they run once both owners have',
        body: signBody,
        response: { 200: signing },
      },
    },
    (request) => say(request, 'signed', request.body),
  )

  server.post(
    '/rules/refuse',
    {
      config: { right: 'sign' },
      schema: { tags, summary: 'Refuse to sign, and say why', body: refuseBody, response: { 200: signing } },
    },
    (request) => say(request, 'refused', request.body),
  )
}
