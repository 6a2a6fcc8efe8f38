import { z } from 'zod'
import { count, listOf, type Wire } from './plain.ts'

/** What every list takes. */
export const pagingQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Most items of the page' }),
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Where to go on: `next_cursor` of the page before, with the same filters' }),
}

/** One page of a list. */
export const pageOf = <T>(item: Wire<T>) =>
  z.object({
    items: listOf(item),
    next_cursor: z.string().nullable().meta({ description: 'Null: there is nothing more' }),
    total: count.optional().meta({ description: 'Only where it was asked for with `count=true`' }),
  })

export const countQuery = {
  count: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .meta({ description: 'Also count all of them' }),
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
  readonly total?: number | undefined
}
