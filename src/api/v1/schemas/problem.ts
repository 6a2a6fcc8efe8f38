import { z } from 'zod'

/** RFC 9457, `application/problem+json`. */
export const problem = z
  .object({
    type: z.string().meta({ description: '`about:blank#` and the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'One sentence for a person' }),
    code: z.string().meta({ description: 'For programs, e.g. `engine.unknown-flow`' }),
    cure: z.string().nullable().meta({ description: 'What the reader can do about it' }),
    places: z
      .array(z.object({ at: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What of the request was not understood' }),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>
