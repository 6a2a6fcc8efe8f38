import type { FastifyRequest } from 'fastify'
import type { Flow } from '../../contract/contract.ts'
import { actorOf, demandRight } from '../access/guard.ts'
import { plainEmail } from '../access/roles.ts'
import { demandNoHold, holdsOf, type Hold } from '../access/signing-hold.ts'
import { refuseBody, signBody, signing, signingList, type SigningItem } from './schemas/signatures.ts'
import type { V1Routes } from './v1-server.ts'

const tags = ['Rules']
const HISTORY = 50

/** What the owners say of the rules of their flows. */
export const signatureRoutes: V1Routes = (server, { app, site }) => {
  const told = async (
    request: FastifyRequest,
    one: Omit<SigningItem, 'history' | 'holds'>,
    flow: Flow | undefined,
  ): Promise<SigningItem> => ({
    ...one,
    holds: flow ? tellHolds(await holdsOf(site.database, flow), request) : [],
    history: (await app.facts.signaturesOf(one.flow, HISTORY)).map(({ role, at, ...word }) => ({
      fingerprint: word.fingerprint,
      as: role,
      name: word.name,
      verdict: word.verdict,
      comment: word.comment,
      way: word.way,
      at: new Date(at).toISOString(),
    })),
  })
  const flowsNamed = (name: string): Flow[] =>
    [...site.contract.flows.values(), ...site.proposed()].filter((flow) => flow.name === name)
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
    const meant = flowsNamed(flow).find((one) => one.fingerprint === fingerprint)
    if (meant) demandNoHold((await holdsOf(site.database, meant))[as])
    const by = request.who.email ?? ''
    const actor = actorOf(request)
    return told(
      request,
      await app.giveWord({ flow, fingerprint, as, by, verdict, comment, way: 'browser', actor }, request.language),
      meant,
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
        items: await Promise.all(
          seen(await app.signings(request.language)).map((one) =>
            told(request, one, site.contract.flows.get(one.flow)),
          ),
        ),
        file: await Promise.all(
          seen(await app.rules.signingsOf(app.rules.newRules(), request.language)).map((one) =>
            told(
              request,
              one,
              site.proposed().find(({ name }) => name === one.flow),
            ),
          ),
        ),
      }
    },
  )

  server.post(
    '/rules/sign',
    {
      config: { right: 'sign' },
      schema: {
        tags,
        summary: 'Sign the rules of a flow as its owner; the flow runs once both owners have signed',
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

const tellHolds = (
  holds: Readonly<Record<'business' | 'technical', Hold | null>>,
  { who }: FastifyRequest,
): SigningItem['holds'] =>
  (['business', 'technical'] as const).flatMap((as) => {
    const hold = holds[as]
    if (hold === null) return []
    const { account, name, by, since, until, other } = hold
    return [
      {
        as,
        account,
        name,
        by,
        since: new Date(since).toISOString(),
        until: until === null ? null : new Date(until).toISOString(),
        confirm: who.kind === 'person' && other === plainEmail(who.email ?? ''),
      },
    ]
  })
