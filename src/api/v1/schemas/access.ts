import { z } from 'zod'
import { pageOf, pagingQuery } from './paging.ts'
import { time } from './plain.ts'

export const roleName = z.enum(['viewer', 'business owner', 'technical owner', 'admin'])

const givenRole = z.object({
  flow: z.string().max(200).nullable().meta({ description: 'Null: in all flows' }),
  role: roleName,
})
const heldRole = z
  .object({
    flow: z.string().nullable().meta({ description: 'Null: in all flows' }),
    role: roleName,
    by_contract: z.boolean().meta({ description: 'The contract names this person as the owner' }),
  })
  .meta({ id: 'HeldRole' })
export type HeldRoleItem = z.infer<typeof heldRole>

const email = z
  .email()
  .max(254)
  .transform((text) => text.trim().normalize('NFC').toLowerCase())
const personName = z.string().trim().min(1).max(200)
const password = z.string().min(1).max(1000)
const secret = z.string().min(1).max(200)

const notice = z
  .object({
    id: z.string(),
    at: time,
    kind: z.enum([
      'invited',
      'reset link made',
      'password reset',
      'reset confirmed',
      'account disabled',
      'signed on the command line',
    ]),
    by: z.string().meta({ description: 'Who did it' }),
    subject: z.string().meta({ description: 'What it was about, e.g. a flow; empty: the account' }),
  })
  .meta({ id: 'Notice' })
export type NoticeItem = z.infer<typeof notice>
export const noticesBody = z.object({
  up_to: z
    .string()
    .regex(/^\d{1,18}$/)
    .meta({ description: 'Id of the newest that was seen' }),
})

const code = z.string().min(1).max(40)

export const sessionInfo = z
  .object({
    signed_in: z.boolean(),
    setup_needed: z.boolean().meta({ description: 'There is no account yet: the start of the service prints a link' }),
    who: z
      .object({
        kind: z.enum(['person', 'token']),
        id: z.string(),
        name: z.string(),
        email: z.string(),
        password: z.boolean().meta({ description: 'Can sign in by password' }),
        second_factor: z.boolean().meta({ description: 'Has a second factor' }),
        roles: z.array(heldRole),
        rights: z
          .object({
            view: z.union([z.literal('all'), z.array(z.string())]),
            decide: z.union([z.literal('all'), z.array(z.string())]),
            operate: z.union([z.literal('all'), z.array(z.string())]),
            sign: z.union([z.literal('all'), z.array(z.string())]),
            administer: z.boolean(),
          })
          .meta({ description: 'By right the flows in which it is held' }),
      })
      .nullable(),
    sign_in: z.object({
      password: z.boolean(),
      oidc: z
        .array(z.object({ name: z.string(), label: z.string() }))
        .meta({ description: 'Providers: go to /api/v1/oidc/{name}/start' }),
    }),
    company: z.string(),
    beginning: z.boolean().meta({ description: 'There is no contract yet; an admin begins one' }),
    notices: z
      .array(notice)
      .meta({ description: 'What others did to this account, or in this person’s name, and was not seen yet' }),
    csrf: z
      .string()
      .nullable()
      .meta({ description: 'Send it as the header `x-csrf-token` with everything that is not GET' }),
  })
  .meta({ id: 'Session' })
export type SessionInfo = z.infer<typeof sessionInfo>

export const providerParams = z.object({ name: z.string().max(100) })
export const providerQuery = z.object({
  return_to: z.string().max(2000).optional().meta({ description: 'Path of the page to come back to' }),
  again: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .meta({ description: 'Ask the provider to sign the person in anew, for what needs a fresh proof' }),
})

export const signInBody = z.object({
  email,
  password,
  code: code
    .optional()
    .meta({ description: 'Of the second factor, or a recovery code; where `access.code-needed` asks for it' }),
})
export const proveBody = z.object({ password, code: code.optional() })

export const secondFactor = z
  .object({
    since: time.nullable().meta({ description: 'Null: there is none' }),
    recovery_codes: z.int().meta({ description: 'How many are left' }),
  })
  .meta({ id: 'SecondFactor' })
export const proposedFactor = z
  .object({
    secret: z.string().meta({ description: 'Base32, to be typed into an authenticator' }),
    uri: z.string().meta({ description: '`otpauth:`, to be shown as a picture' }),
  })
  .meta({ id: 'ProposedSecondFactor' })
export const codeBody = z.object({ code })
export const recoveryCodes = z
  .object({ codes: z.array(z.string()).meta({ description: 'Shown this once; each works once' }) })
  .meta({ id: 'RecoveryCodes' })

export const linkBody = z.object({ token: secret })
export const linkInfo = z
  .object({
    purpose: z.enum(['setup', 'invitation', 'reset']),
    email: z.string().nullable().meta({ description: 'Null: to be chosen (setup)' }),
    name: z.string().nullable(),
    code_needed: z.boolean().meta({ description: 'The account has a second factor, which stays: its code is needed' }),
  })
  .meta({ id: 'OneTimeLink' })
export type LinkInfo = z.infer<typeof linkInfo>
export const setupBody = z.object({
  token: secret,
  password,
  code: code.optional().meta({ description: 'Where the link says `code_needed`' }),
  name: personName.optional().meta({ description: 'Needed for setup' }),
  email: email.optional().meta({ description: 'Needed for setup' }),
})
export const passwordBody = z.object({ current: password, password })

const sessionItem = z
  .object({
    id: z.string(),
    begun: time,
    used: time,
    method: z.string().meta({ description: '`password`, or the name of a provider' }),
    address: z.string(),
    agent: z.string().meta({ description: 'What the browser says of itself' }),
    current: z.boolean(),
  })
  .meta({ id: 'BrowserSession' })
export const sessionList = z.object({ items: z.array(sessionItem) }).meta({ id: 'BrowserSessions' })
export type SessionList = z.infer<typeof sessionList>

/** What a token can be allowed; nobody signs by a token. */
const scope = z.enum(['view', 'decide', 'operate', 'administer'])
const tokenShape = {
  id: z.string(),
  name: z.string(),
  rights: z.array(scope),
  flows: z.array(z.string()).nullable().meta({ description: 'Null: all flows of its owner' }),
  created: time,
  expires: time.nullable(),
  used: time.nullable(),
}
export const tokenList = z.object({ items: z.array(z.object(tokenShape).meta({ id: 'Token' })) }).meta({ id: 'Tokens' })
export type TokenList = z.infer<typeof tokenList>
export const tokenBody = z.object({
  name: z.string().trim().min(1).max(100),
  rights: z.array(scope).min(1),
  flows: z.array(z.string().max(200)).min(1).nullable().default(null),
  days: z.int().min(1).max(3650).nullable().default(90).meta({ description: 'Null: it does not expire' }),
})
export const newToken = z
  .object({ ...tokenShape, secret: z.string().meta({ description: 'Shown this once' }) })
  .meta({ id: 'NewToken' })
export type NewToken = z.infer<typeof newToken>

export const personItem = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    roles: z.array(heldRole),
    disabled: z.boolean(),
    created: time,
    seen: time.nullable(),
    password: z.boolean().meta({ description: 'Can sign in by password' }),
    second_factor: z.boolean().meta({ description: 'Has a second factor' }),
    providers: z
      .array(z.string())
      .meta({ description: 'Issuers of the providers that this person has signed in with' }),
  })
  .meta({ id: 'Account' })
export type PersonItem = z.infer<typeof personItem>
export const personPage = pageOf(personItem).meta({ id: 'People' })
export type PersonPage = z.infer<typeof personPage>
export const peopleQuery = z.object(pagingQuery)
export const accountParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })
export const inviteBody = z.object({ email, name: personName, roles: z.array(givenRole).max(500) })
export const personChange = z.object({
  name: personName.optional(),
  roles: z.array(givenRole).max(500).optional().meta({ description: 'In place of the roles that were given before' }),
  disabled: z.boolean().optional(),
})
export const confirmBody = z.object({
  since: time.meta({
    description: 'Since when the person has to wait, as `holds` says: a later reset is not confirmed',
  }),
})

export const resetBody = z
  .object({
    second_factor: z
      .boolean()
      .optional()
      .meta({ description: 'True: who uses the link loses the second factor, because the device is lost' }),
  })
  .nullish()
const oneTimeLink = {
  link: z.string().meta({
    description:
      'Works once; give it to this person only. A path below the address of the pages where CONCORDAT_PUBLIC_URL is not set',
  }),
  expires: time,
}
export const invited = z.object({ person: personItem, ...oneTimeLink }).meta({ id: 'Invited' })
export type Invited = z.infer<typeof invited>
export const resetLink = z.object(oneTimeLink).meta({ id: 'ResetLink' })
export type ResetLink = z.infer<typeof resetLink>

export const auditQuery = z.object({
  ...pagingQuery,
  person: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .meta({ description: 'Id of an account' }),
  act: z.string().max(100).optional(),
  since: time.optional(),
  until: time.optional(),
})
const auditItem = z
  .object({
    id: z.string(),
    at: time,
    kind: z.enum(['person', 'token', 'nobody', 'command line', 'service']),
    person: z.string().nullable().meta({ description: 'Id of the account' }),
    who: z.string(),
    act: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
    address: z.string(),
  })
  .meta({ id: 'Act' })
export const auditPage = pageOf(auditItem).meta({ id: 'Audit' })
export type AuditPage = z.infer<typeof auditPage>
