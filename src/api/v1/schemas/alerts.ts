import { z } from 'zod'
import type { AlertMessageView, AlertView, ChannelTest } from '../../../model/report.ts'
import { pageOf, pagingQuery } from './paging.ts'
import { count, idParam, listOf, time, type Wire } from './plain.ts'
import { conditionKind } from './words.ts'

export const alertQuery = z.object({
  ...pagingQuery,
  state: z.enum(['open', 'ended', 'all']).default('all'),
  flow: z.string().optional(),
  system: z.string().optional(),
})

const message: Wire<AlertMessageView> = z
  .object({
    event: z.enum(['begin', 'again', 'escalation', 'recovery', 'acknowledged', 'test']),
    to: listOf(z.string()),
    state: z.enum(['pending', 'sent', 'failed', 'cancelled']),
    at: time,
    channel: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'AlertMessage' })

const alertShape = {
  alert: z.int(),
  kind: conditionKind,
  state: z.enum(['open', 'acknowledged', 'ended']),
  flows: listOf(z.string()),
  system: z.string().nullable(),
  headline: z.string(),
  sentence: z.string(),
  meaning: z.string(),
  todo: z.string(),
  count: count,
  records: listOf(z.object({ record: z.string().nullable(), title: z.string() })),
  since: time,
  ended: time.nullable(),
  returns: count,
  acknowledged_by: z.string().nullable(),
  messages: listOf(message),
}
z.object(alertShape) satisfies Wire<AlertView>
export const alertItem = z
  .object({
    ...alertShape,
    muted_until: time.nullable(),
    muted_by: z.string().nullable(),
    path: z.string().meta({ description: 'The page that shows it' }),
  })
  .meta({ id: 'Alert' })
export type AlertItem = z.infer<typeof alertItem>

export const alertPage = pageOf(alertItem)
  .extend({ open: count, undelivered: listOf(message).meta({ description: 'Messages that no channel takes' }) })
  .meta({ id: 'AlertPage' })
export type AlertPage = z.infer<typeof alertPage>
export const alertParams = z.object({ alert: idParam })
export const muteBody = z.object({
  until: time.nullable().meta({ description: 'Null: tell again' }),
})

export const channelList = z
  .object({
    items: z.array(
      z.object({
        channel: z.string(),
        kind: z.string(),
        people: z.array(z.string()).meta({ description: 'Who is told by it' }),
      }),
    ),
  })
  .meta({ id: 'Channels' })
export type ChannelList = z.infer<typeof channelList>
export const channelParams = z.object({ channel: z.string() })
export const channelTestBody = z.object({
  to: z.string().optional().meta({ description: 'Key of a person of the contract; absent: the technical owners' }),
})
export const channelTest: Wire<ChannelTest> = z
  .object({
    channel: z.string(),
    kind: z.string(),
    to: listOf(z.string()),
    good: z.boolean(),
    answer: z.string(),
  })
  .meta({ id: 'ChannelTest' })
