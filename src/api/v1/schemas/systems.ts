import { z } from 'zod'
import { count, time } from './plain.ts'

const trouble = z.object({
  failures: count,
  since: time.nullable(),
  next_try: time.nullable(),
  asked_wait: z.boolean().meta({ description: 'The system itself asked us to wait' }),
  code: z.string().nullable(),
  message: z.string().nullable(),
})

const systemShape = {
  system: z.string(),
  connector: z.string(),
  status: z.enum(['ok', 'trouble', 'never called']),
  trouble: trouble.nullable(),
  last_look: time.nullable().meta({ description: 'When a run last read from it' }),
  rate: z.object({ limit: z.string().nullable(), booked_ahead_seconds: z.number() }),
  flows: z.array(z.object({ flow: z.string(), table: z.string(), backlog: count, quarantined: count, held: count })),
  last_day: z.object({ written: count, refused: count }),
  webhook: z
    .object({ received_day: count, waiting: count, last: time.nullable() })
    .nullable()
    .meta({ description: 'Null: the contract takes no webhooks of it' }),
}
export const systemItem = z.object(systemShape).meta({ id: 'System' })
export type SystemItem = z.infer<typeof systemItem>
export const systemList = z.object({ items: z.array(systemItem) }).meta({ id: 'Systems' })
export type SystemList = z.infer<typeof systemList>

export const delivery = z
  .object({
    at: time,
    flow: z.string(),
    remote_id: z.string().nullable(),
    message: z.string().nullable(),
    done: time.nullable(),
  })
  .meta({ id: 'HintDelivery' })
export const systemView = z
  .object({
    ...systemShape,
    hints: z.array(delivery).meta({ description: 'The last webhooks and feed hints' }),
  })
  .meta({ id: 'SystemView' })
export type SystemView = z.infer<typeof systemView>

export const systemTest = z
  .object({
    reachable: z.boolean(),
    took_ms: count,
    answer: z.string().meta({ description: 'What it said of itself, or why it could not be reached' }),
    cure: z.string().nullable(),
    feed: z
      .object({
        state: z.enum(['none', 'absent', 'partial', 'installed']),
        waiting: count.nullable(),
        notes: z.array(z.string()),
      })
      .nullable(),
    drift: z
      .array(z.object({ flow: z.string(), table: z.string(), message: z.string() }))
      .meta({ description: 'What of its tables is not as the contract names it' }),
  })
  .meta({ id: 'SystemTest' })
export type SystemTest = z.infer<typeof systemTest>
export const systemParams = z.object({ system: z.string() })
