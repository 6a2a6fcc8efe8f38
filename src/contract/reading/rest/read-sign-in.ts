import type * as z from 'zod'
import type { SignIn } from '../../../model/rest-description.ts'
import type { descriptionSchema } from '../../schema/description-schema.ts'
import { type DescriptionTexts, ms, type Path } from './description-texts.ts'

/** How requests prove who we are. */
export function readSignIn(texts: DescriptionTexts, written: z.infer<typeof descriptionSchema>['sign_in']): SignIn {
  const at: Path = ['sign_in']
  if (written === undefined) {
    texts.lacks(
      at,
      'The description does not say how to sign in.',
      "Add `sign_in:`, e.g. `sign_in: { bearer: '{{ token }}' }`, or `sign_in: none`.",
    )
    return { kind: 'none' }
  }
  if (written === 'none') return { kind: 'none' }
  const ways = Object.keys(written)
  if (ways.length !== 1)
    texts.fault(
      at,
      'conflicting-settings',
      '`sign_in` names not exactly one way to sign in.',
      'Keep one of `header`, `basic`, `bearer`, `oauth2` and `login`.',
    )
  const { header, basic, bearer, oauth2, login } = written
  const known = texts.context.settings
  if (header) return { kind: 'header', headers: texts.secrets(header, [...at, 'header'], () => true) }
  if (basic)
    return {
      kind: 'basic',
      user: texts.template(texts.needed(basic.user, [...at, 'basic'], 'user'), [...at, 'basic', 'user'], known),
      password: texts.secret(texts.needed(basic.password, [...at, 'basic'], 'password'), [...at, 'basic', 'password']),
    }
  if (bearer !== undefined) return { kind: 'bearer', token: texts.secret(bearer, [...at, 'bearer']) }
  if (oauth2) {
    const of: Path = [...at, 'oauth2']
    return {
      kind: 'oauth2',
      tokenUrl: texts.template(texts.needed(oauth2.token_url, of, 'token_url'), [...of, 'token_url'], known),
      clientId: texts.template(texts.needed(oauth2.client_id, of, 'client_id'), [...of, 'client_id'], known),
      clientSecret: texts.secret(texts.needed(oauth2.client_secret, of, 'client_secret'), [...of, 'client_secret']),
      credentialsIn: oauth2.credentials_in ?? 'body',
      ...(oauth2.scope !== undefined && { scope: texts.template(oauth2.scope, [...of, 'scope'], known) }),
      ...(oauth2.refresh_token !== undefined && {
        refreshToken: texts.secret(oauth2.refresh_token, [...of, 'refresh_token']),
      }),
    }
  }
  if (login) {
    const of: Path = [...at, 'login']
    return {
      kind: 'login',
      post: texts.needed(login.post, of, 'post'),
      body: texts.secrets(login.body ?? {}, [...of, 'body'], (name) => /pass|pwd|secret|token|key/i.test(name)),
      ...(login.token !== undefined && { token: login.token }),
      send: login.send
        ? texts.texts(login.send, [...of, 'send'], [...known, 'token'])
        : { authorization: 'Bearer {{ token }}' },
      ...(login.lasts !== undefined && { lastsMs: ms(login.lasts, 0) }),
    }
  }
  return { kind: 'none' }
}
