import { z } from 'zod'
import { STANDINGS } from '../../../model/words.ts'
import { caseItem } from './cases.ts'
import { legend } from './legend.ts'
import { logEntry } from './log.ts'
import { pageOf, pagingQuery } from './paging.ts'
import { count, listOf, mapOf, time, valueText } from './plain.ts'

export const recordQuery = z.object({
  ...pagingQuery,
  flow: z.string().optional(),
  state: z.enum(['live', 'held', 'left alone', 'deleted', 'any']).default('any'),
  standing: z
    .enum(STANDINGS)
    .optional()
    .meta({ description: 'How far they agree; `in agreement` includes those with allowed differences' }),
  q: z
    .string()
    .max(200)
    .default('')
    .meta({ description: 'Record id, a remote id as `system:id`, or text that its values contain' }),
})

const recordState = z.enum(['pending', 'live', 'held', 'left alone', 'deleted'])
const link = z.object({ system: z.string(), id: z.string(), state: z.string() })

export const recordItem = z
  .object({
    record: z.string(),
    flow: z.string(),
    title: z.string(),
    state: recordState,
    version: count,
    links: listOf(link),
    open_cases: count,
  })
  .meta({ id: 'RecordItem' })
export type RecordItem = z.infer<typeof recordItem>
export const recordPage = pageOf(recordItem).meta({ id: 'RecordPage' })
export type RecordPage = z.infer<typeof recordPage>

export const recordParams = z.object({ flow: z.string(), record: z.string().regex(/^\d{1,18}$/) })

const recordField = z
  .object({
    field: z.string(),
    type: z.string(),
    owner: z.string(),
    golden: valueText,
    systems: mapOf(valueText).meta({ description: 'Systems that hold the field' }),
    agrees: z.boolean().meta({ description: 'All systems hold the agreed value' }),
    waived: mapOf(z.string()).meta({ description: 'Systems that may differ, and why' }),
    why: z.string().meta({ description: 'Why it has this value' }),
    changed: z
      .object({
        at: time,
        run: z.int(),
        version: count,
        system: z.string().nullable().meta({ description: 'Whose value it was' }),
        from: valueText,
        lost: mapOf(valueText),
      })
      .nullable()
      .meta({ description: 'Its last change; null: it has its first value' }),
  })
  .meta({ id: 'RecordField' })
export type RecordField = z.infer<typeof recordField>

export const recordView = z
  .object({
    ...legend,
    record: z.string(),
    flow: z.string(),
    title: z.string(),
    state: recordState,
    version: count,
    links: listOf(link),
    fields: z.array(recordField),
    timeline: listOf(logEntry),
    cases: z.array(caseItem),
    raw: z
      .array(
        z.object({
          system: z.string(),
          id: z.string(),
          state: z.string(),
          columns: z.array(z.object({ column: z.string(), value: valueText })),
        }),
      )
      .meta({ description: 'The last row that each system was known to hold' }),
    waiting: z
      .array(
        z.object({
          system: z.string(),
          action: z.string(),
          state: z.string(),
          since: time,
          attempts: count,
          error: z.string().nullable(),
        }),
      )
      .meta({ description: 'What still has to reach a system' }),
  })
  .meta({ id: 'RecordView' })
export type RecordView = z.infer<typeof recordView>
