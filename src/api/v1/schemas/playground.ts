import { z } from 'zod'
import type { Mood } from '../../../model/playground.ts'
import { count, valueText, type Wire } from './plain.ts'

/** What can be done to a system of the demo: `down` refuses connections, `busy` answers “too many requests”. */
export const playSwitch: Wire<Mood> = z.enum(['up', 'down', 'slow', 'busy'])
export type PlaySwitch = Mood

const playColumn = z.object({
  column: z.string(),
  editable: z.boolean(),
  mapped: z.boolean().meta({ description: 'The contract reads or writes it' }),
  required: z.boolean().meta({ description: 'The system or the contract refuses a row without it' }),
  usual: valueText.meta({ description: 'What it is in a row that is typed in, unless said otherwise' }),
  values: z.array(z.string()).meta({ description: 'Values that the contract knows' }),
  kind: z.enum(['text', 'number', 'boolean', 'date', 'time']),
})
export const playground = z
  .object({
    systems: z.array(
      z.object({
        system: z.string(),
        switch: playSwitch,
        tables: z.array(z.object({ table: z.string(), flow: z.string(), columns: z.array(playColumn) })),
      }),
    ),
  })
  .meta({ id: 'Playground' })
export type Playground = z.infer<typeof playground>
export type PlayColumn = z.infer<typeof playColumn>

export const playTableParams = z.object({ system: z.string(), table: z.string() })
export const playRowParams = z.object({ ...playTableParams.shape, id: z.string() })
export const playQuery = z.object({
  q: z.string().max(200).default('').meta({ description: 'Text that a row contains' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const playRow = z.object({ id: z.string(), values: z.record(z.string(), valueText) }).meta({ id: 'PlayRow' })
export type PlayRow = z.infer<typeof playRow>
export const playRows = z
  .object({ items: z.array(playRow), total: count })
  .meta({ id: 'PlayRows', description: 'Newest change first' })
export const playValues = z.record(z.string().max(100), z.string().max(2_000).nullable())
export const playSwitchBody = z.object({ to: playSwitch })
export const playSystemParams = z.object({ system: z.string() })
