import * as z from 'zod'
import { DURATION } from '../schedule/duration.ts'

/* The parts that the shape of a contract file is put together from. An `error` completes the sentence "`setting` …". */

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/

export const scalar = (description: string) =>
  z.union([z.string(), z.number(), z.boolean()], { error: 'must be text' }).meta({ description })

export const text = (description: string, examples: readonly string[] = []) =>
  z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' }).meta(meta(description, examples))

export const pattern = (source: string, error: string, description: string, examples: readonly string[]) =>
  z
    .string({ error })
    .regex(new RegExp(`^(?:${source})$`), { error })
    .meta(meta(description, examples))

export const choice = <const T extends readonly string[]>(values: T, description: string) =>
  z.enum(values).meta({ description })

export const named = <T extends z.ZodType>(value: T, description: string) =>
  z
    .record(z.string().regex(NAME, { error: 'must be a name: a letter, then letters, digits, `_` or `-`' }), value, {
      error: 'must be a map of names',
    })
    .meta({ description })

export const map = <T extends z.ZodRawShape>(shape: T, description: string) =>
  z.strictObject(shape, { error: 'must be a map of settings' }).partial().meta({ description })

export const list = <T extends z.ZodType>(item: T, description: string, error = 'must be a list') =>
  z.array(item, { error }).meta({ description })

export function meta(description: string, examples: readonly string[]) {
  return examples.length === 0 ? { description } : { description, examples: [...examples] }
}

export const duration = (description: string, example: string) =>
  pattern(DURATION, 'must be a duration such as `30 minutes`, `6 hours` or `400 days`', description, [example])
