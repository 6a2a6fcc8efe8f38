import { z } from 'zod'
import { LANGUAGES } from '../../../model/language.ts'
import type { LogEntry } from '../../../model/report.ts'
import { legend } from './legend.ts'
import { pageOf, pagingQuery } from './paging.ts'
import { count, idParam, listOf, mapOf, time, valueText, type Wire } from './plain.ts'
import { operationKind, outcome } from './words.ts'

const entryKind = z.enum(['operation', 'revision', 'case'])

const logFilter = {
  flow: z.string().optional(),
  record: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Record id, a remote id as `system:id`, or text that its values contain' }),
  field: z.string().max(200).optional().meta({
    description: 'Changes of this field; creations, which write all fields, only together with `record`',
  }),
  system: z.string().optional(),
  outcome: outcome.optional(),
  kind: entryKind.optional(),
  what: operationKind.optional().meta({ description: 'Only writes of this kind' }),
  run: idParam.optional(),
  rules: z.string().max(64).optional().meta({ description: 'Fingerprint of the contract, or its beginning' }),
  since: time.optional(),
  until: time.optional(),
}
export const logQuery = z.object({ ...pagingQuery, ...logFilter })
export type LogQuery = z.output<typeof logQuery>
export const exportQuery = z.object({
  ...logFilter,
  format: z.enum(['csv', 'xlsx']).default('csv'),
  language: z.enum(LANGUAGES).optional().meta({ description: 'Else as `Accept-Language` prefers' }),
})
export type ExportQuery = z.output<typeof exportQuery>

const entryShape = {
  ...legend,
  at: time,
  kind: entryKind,
  id: z.int(),
  flow: z.string(),
  run: z.int(),
  record: z.string().nullable(),
  title: z.string(),
  system: z.string().nullable(),
  what: z.string(),
  outcome: outcome.nullable(),
  fields: listOf(z.object({ field: z.string(), from: valueText, to: valueText })),
  why: z.string().meta({ description: 'The rule, as a sentence' }),
}
export const logEntry: Wire<LogEntry> = z.object(entryShape).meta({ id: 'LogEntry' })
export const logPage = pageOf(logEntry).meta({ id: 'LogPage' })
export type LogPage = z.infer<typeof logPage>

export const logParams = z.object({ kind: entryKind, id: idParam })
export const logDetail = z
  .object({
    ...entryShape,
    remote_id: z.string().nullable(),
    version: count.nullable().meta({ description: 'Of the golden record' }),
    rules: z.string().meta({ description: 'Fingerprint of the contract' }),
    error: z.string().nullable(),
    columns: z
      .array(
        z.object({
          column: z.string(),
          before: valueText.meta({ description: 'As the system held it' }),
          sent: valueText.meta({ description: 'As it was to be: what was sent, else what was there' }),
          changed: z.boolean(),
        }),
      )
      .nullable()
      .meta({ description: 'The system’s row before and after the write; null for an entry that is no write' }),
    lines_sent: z.record(z.string(), z.unknown()).nullable(),
    lost: z
      .array(z.object({ field: z.string(), values: mapOf(valueText) }))
      .meta({ description: 'Of a revision: what the other systems held and was not taken over' }),
    settled_at: time.nullable(),
  })
  .meta({ id: 'LogDetail' })
export type LogDetail = z.infer<typeof logDetail>
