import { z } from 'zod'

/*
 * What many schemas are made of. A schema is at once what is checked, what the document of the API says, and the type
 * that the dashboard is written against.
 */

/** A schema whose type is already known by name. */
export type Wire<T> = z.ZodType<T, T>

/** ISO 8601 in UTC. */
export const time = z.iso
  .datetime()
  // There was no year 0.
  .refine((text) => !text.startsWith('0000'))
  .meta({ description: 'ISO 8601, UTC' })
export const count = z.int().min(0)
export const valueText = z.string().nullable()

/** A list that nobody changes. */
export const listOf = <T>(item: Wire<T>): Wire<readonly T[]> => z.array(item)
/** Name → value. */
export const mapOf = <T>(value: Wire<T>): Wire<Readonly<Record<string, T>>> => z.record(z.string(), value)

export const flowParams = z.object({ flow: z.string().min(1).max(200) })

/** Numbers of our own rows in a path. */
export const idParam = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Whether something happened. */
export const acted = z.object({ changed: z.boolean() }).meta({ id: 'Acted' })
export type Acted = z.infer<typeof acted>
