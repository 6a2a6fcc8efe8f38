import { z } from 'zod'
import { legend } from './legend.ts'
import { pageOf, pagingQuery } from './paging.ts'
import { count, idParam, listOf, mapOf, time, valueText } from './plain.ts'
import { operationKind, outcome, runKind, runStatus } from './words.ts'

export const runQuery = z.object({
  ...pagingQuery,
  flow: z.string().optional(),
  status: runStatus.optional(),
  kind: runKind.optional(),
  changed: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .meta({ description: 'Only runs that wrote something' }),
  dull: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .meta({ description: 'False: without runs that went well and of which nothing came' }),
  since: time.optional(),
  until: time.optional(),
})

const runShape = {
  run: z.int(),
  flow: z.string(),
  kind: runKind,
  status: runStatus,
  rules: z.string().meta({ description: 'Fingerprint of the contract that it ran by' }),
  started: time,
  finished: time.nullable(),
  seconds: z.number().nullable(),
  message: z.string().nullable().meta({ description: 'Why it stopped or failed' }),
  failure: z.object({ code: z.string(), system: z.string().nullable() }).nullable(),
  counts: z.object({
    read: count,
    created: count,
    updated: count,
    deleted: count,
    unchanged: count,
    linked: count,
    held: count,
    quarantined: count,
    conflicts: count,
  }),
  writes: mapOf(count).meta({ description: 'By system' }),
  open_cases: count.nullable().meta({ description: 'After the run' }),
}
export const runItem = z.object(runShape).meta({ id: 'Run' })
export type RunItem = z.infer<typeof runItem>
export const runPage = pageOf(runItem).meta({ id: 'RunPage' })

export const refusedWrite = z
  .object({
    ...legend,
    operation: z.int(),
    at: time,
    system: z.string(),
    what: operationKind,
    outcome: outcome,
    record: z.string(),
    title: z.string(),
    remote_id: z.string().nullable(),
    fields: listOf(z.object({ field: z.string(), from: valueText, to: valueText })),
    request: mapOf(valueText).nullable().meta({ description: 'Columns as they were sent' }),
    response: z.string().nullable().meta({ description: 'What the system answered' }),
  })
  .meta({ id: 'RefusedWrite' })
export type RefusedWrite = z.infer<typeof refusedWrite>

export const runView = z
  .object({
    ...runShape,
    stages: z
      .array(
        z.object({
          system: z.string(),
          stage: z.string().meta({ description: '`writing crm`' }),
          from: time,
          to: time.nullable(),
          writes: count,
          calls: count,
        }),
      )
      .meta({ description: 'When it wrote where' }),
    refused: z.object({ count: count, first: z.array(refusedWrite) }),
    cases_opened: count,
  })
  .meta({ id: 'RunView' })
export type RunView = z.infer<typeof runView>
export const runParams = z.object({ run: idParam })
