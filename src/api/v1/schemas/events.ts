import { z } from 'zod'

/** What comes by `GET /events`: a hint that something is worth fetching again, never the thing itself. */
export const liveEvent = z
  .object({
    type: z.enum(['run', 'case', 'alert', 'flow', 'log']),
    flow: z.string().exactOptional().meta({ description: 'Absent: it is of no single flow' }),
  })
  .meta({ id: 'LiveEvent' })
export type LiveEvent = z.infer<typeof liveEvent>
