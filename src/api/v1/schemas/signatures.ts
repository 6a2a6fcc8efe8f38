import { z } from 'zod'
import type { OwnerWord } from '../../../model/report.ts'
import { time, type Wire } from './plain.ts'

const as = z.enum(['business', 'technical'])
const verdict = z.enum(['signed', 'refused'])
const way = z.enum(['browser', 'command line'])
const comment = z.string().nullable()

const ownerWord: Wire<OwnerWord> = z
  .object({
    person: z.string().meta({ description: 'Key in the contract' }),
    name: z.string(),
    email: z.string(),
    said: z.object({ verdict, comment, at: time, way }).nullable().meta({ description: 'Null: nothing yet' }),
  })
  .meta({ id: 'OwnerWord' })

export const signing = z
  .object({
    flow: z.string(),
    fingerprint: z.string().meta({ description: 'Of the rules that are loaded' }),
    signed: z.boolean().meta({ description: 'By both owners: they run' }),
    why: z.string().nullable().meta({ description: 'Who has to sign, or why it was refused' }),
    business: ownerWord,
    technical: ownerWord,
    holds: z
      .array(
        z.object({
          as,
          account: z.string(),
          name: z.string(),
          by: z.string().meta({ description: 'Who made the link by which this owner got a password' }),
          since: time,
          until: time.nullable().meta({ description: 'Null: until the other owner confirms' }),
          confirm: z.boolean().meta({ description: 'Who asks can confirm it: POST /people/{id}/confirm' }),
        }),
      )
      .meta({
        description: 'Owners who do not sign yet, because it is not certain that their new password is their own',
      }),
    history: z
      .array(z.object({ fingerprint: z.string(), as, name: z.string(), verdict, comment, way, at: time }))
      .meta({ description: 'Also of rules before these, newest first' }),
  })
  .meta({ id: 'Signing' })
export type SigningItem = z.infer<typeof signing>
export const signingList = z
  .object({
    items: z.array(signing),
    file: z.array(signing).meta({
      description: 'Of rules that the contract’s file has by now and that do not run yet; they can be signed',
    }),
  })
  .meta({ id: 'Signings' })
export type SigningList = z.infer<typeof signingList>

const rulesShape = {
  flow: z.string().max(200),
  fingerprint: z.string().max(100).meta({ description: 'Of the rules that the person has read' }),
  as,
}
export const signBody = z.object({ ...rulesShape, comment: z.string().max(2000).optional() })
export const refuseBody = z.object({ ...rulesShape, comment: z.string().trim().min(1).max(2000) })
