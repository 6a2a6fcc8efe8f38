import { z } from 'zod'
import { agreement, flowCard } from './flows.ts'
import { count, time } from './plain.ts'

export const home = z
  .object({
    company: z.string(),
    timezone: z.string(),
    sentence: z.object({
      agreed_at: time
        .nullable()
        .meta({ description: 'As of when all flows that are on time were in agreement; null: never yet' }),
      agreement,
      needs_you: count.meta({ description: 'Cases that wait for a decision' }),
      late: count,
      failing: count,
      paused: count,
      never_run: count,
    }),
    flows: z.array(flowCard),
    undecided: z.array(z.object({ flow: z.string(), questions: count })),
    cases: z.object({
      open: count,
      by_flow: z.array(z.object({ flow: z.string(), open: count, new: count, oldest: time.nullable() })),
    }),
    alerts: z.object({ open: count, undelivered: count }),
    activity: z
      .array(z.object({ at: time, created: count, updated: count, deleted: count, refused: count }))
      .meta({ description: 'The last 24 hours, hour by hour' }),
    service: z.object({
      status: z.enum(['ok', 'trouble']),
      processes: count,
      systems_in_trouble: z.array(z.string()),
    }),
  })
  .meta({ id: 'Home' })
export type Home = z.infer<typeof home>
