/** An OpenID Connect provider of our own, which signs in whomever a test says, without asking. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'

export interface Person {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
}

export interface TestProvider {
  readonly issuer: string
  readonly env: Readonly<Record<string, string>>
  /** Tells the provider where its client is; before anybody signs in. */
  serve(client: string): void
  /** Who sits before the browser. */
  person: Person
}

const SECRET = 'a secret between the two of us'

export async function startProvider(): Promise<TestProvider> {
  let provider: Provider | null = null
  let answer: ReturnType<Provider['callback']> | null = null
  const server = createServer((request, response) => {
    if (!provider || !answer) return void response.writeHead(503).end()
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response)
    const { interactionDetails, interactionFinished } = provider
    const agree = async (known: Provider): Promise<void> => {
      const { params } = await interactionDetails.call(known, request, response)
      const grant = new known.Grant({ accountId: self.person.sub, clientId: params['client_id'] as string })
      grant.addOIDCScope(params['scope'] as string)
      const grantId = await grant.save()
      const result = { login: { accountId: self.person.sub }, consent: { grantId } }
      await interactionFinished.call(known, request, response, result, { mergeWithLastSubmission: false })
    }
    agree(provider).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: TestProvider = {
    issuer,
    env: {
      CONCORDAT_OIDC_ACME_ISSUER: issuer,
      CONCORDAT_OIDC_ACME_CLIENT_ID: 'concordat',
      CONCORDAT_OIDC_ACME_CLIENT_SECRET: SECRET,
      CONCORDAT_OIDC_ACME_LABEL: 'Acme',
    },
    person: { sub: 'nobody' },
    serve(client) {
      provider = new Provider(issuer, {
        clients: [
          {
            client_id: 'concordat',
            client_secret: SECRET,
            redirect_uris: [`${client}/api/v1/oidc/acme/callback`],
            response_types: ['code'],
            grant_types: ['authorization_code'],
          },
        ],
        pkce: { required: () => true },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        cookies: { keys: ['a key of the test'] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
        findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...self.person }) }),
      })
      answer = provider.callback()
    },
  }
  return self
}
