import { z } from 'zod'
import type { CaseView } from '../../../model/report.ts'
import { legend } from './legend.ts'
import { countQuery, pageOf, pagingQuery } from './paging.ts'
import { count, idParam, listOf, mapOf, time, valueText, type Wire } from './plain.ts'
import { caseKind, operationKind } from './words.ts'

const caseFilter = {
  flow: z.string().optional(),
  kind: caseKind.optional(),
  cause: z.string().optional(),
  field: z.string().optional().meta({ description: '`-`: those about no single field' }),
  state: z.enum(['open', 'resolved', 'all']).default('open'),
  record: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  run: idParam.optional().meta({ description: 'Opened by this run' }),
  under: z
    .union([z.literal('all'), idParam])
    .optional()
    .meta({ description: 'Cases that this one decides about; `all`: all cases, not decisions only' }),
  q: z.string().max(200).optional().meta({ description: 'Text of its title, sentence or values' }),
}
export const caseQuery = z.object({
  ...pagingQuery,
  ...countQuery,
  ...caseFilter,
  order: z.enum(['oldest', 'newest']).default('oldest'),
})
export const caseGroupQuery = z.object(caseFilter)

const choice = z.object({ choice: z.string(), means: z.string() })

const caseShape = {
  ...legend,
  case: z.int(),
  flow: z.string(),
  kind: caseKind,
  cause: z.string(),
  state: z.enum(['open', 'resolved']),
  record: z.string().nullable(),
  title: z.string(),
  sentence: z.string(),
  decided_by: z
    .int()
    .nullable()
    .meta({ description: 'The open case that decides about this one; null: it is a decision of its own' }),
  decides: count.meta({ description: 'Open cases that it decides about besides its own' }),
  field: z.string().nullable(),
  values: mapOf(valueText).meta({ description: 'Side by side: system (or `golden`) → value' }),
  choices: listOf(choice),
  opened: time,
  opened_run: z.int(),
  resolved: time.nullable(),
  resolution: z.string().nullable(),
}
z.object(caseShape) satisfies Wire<CaseView>

const caseItemShape = {
  ...caseShape,
  seen: count.meta({ description: 'How often it was found' }),
  resolved_by: z.string().nullable(),
  back_again: z.boolean().meta({ description: 'The same question had been answered before' }),
}
export const caseItem = z.object(caseItemShape).meta({ id: 'Case' })
export type CaseItem = z.infer<typeof caseItem>
export const casePage = pageOf(caseItem).meta({ id: 'CasePage' })
export type CasePage = z.infer<typeof casePage>

export const caseDetail = z
  .object({
    ...caseItemShape,
    suggestion: z
      .object({ choice: z.string(), why: z.string() })
      .nullable()
      .meta({ description: 'What is likely meant, and why' }),
    alike: z
      .array(z.object({ choice: z.string(), open: count }))
      .meta({ description: 'By choice: how many open cases are alike and offer it, this one among them' }),
    candidates: listOf(
      z
        .object({
          ...legend,
          record: z.string(),
          title: z.string(),
          links: listOf(z.object({ system: z.string(), id: z.string() })),
          values: mapOf(valueText),
        })
        .meta({ id: 'Candidate' }),
    ).meta({ description: 'The record itself and those that could be the same thing, with all their values' }),
    record_values: z
      .object({ golden: mapOf(valueText), systems: mapOf(mapOf(valueText)), owners: mapOf(z.string()) })
      .nullable()
      .meta({ description: 'The whole record, for context' }),
  })
  .meta({ id: 'CaseDetail' })
export type CaseDetail = z.infer<typeof caseDetail>

export const caseGroup = z
  .object({
    flow: z.string(),
    kind: caseKind,
    cause: z.string(),
    field: z.string().nullable(),
    count: count,
    new: count.meta({ description: 'Opened within the last 24 hours' }),
    back_again: count,
    oldest: time,
    newest: time,
    sample: z.object({ case: z.int(), title: z.string(), sentence: z.string() }),
  })
  .meta({ id: 'CaseGroup' })
export type CaseGroup = z.infer<typeof caseGroup>
export const caseGroups = z.object({ items: z.array(caseGroup) }).meta({ id: 'CaseGroups' })

export const caseParams = z.object({ case: idParam })

const decision = {
  choice: z.string().min(1).max(200),
  value: z.string().max(10_000).optional().meta({ description: 'For the choice `value`; empty: no value' }),
  alike: z
    .boolean()
    .default(false)
    .meta({ description: 'All open cases of the same flow, kind, cause and field that offer the choice' }),
}
export const previewBody = z.object(decision)
export const resolveBody = z.object({
  ...decision,
  expected: count
    .optional()
    .meta({ description: 'How many cases the preview named; refused with 409 when it is not so many any more' }),
})

const effect = z
  .object({
    ...legend,
    case: z.int().nullable(),
    record: z.string(),
    title: z.string(),
    system: z.string(),
    what: operationKind,
    field: z.string().nullable().meta({ description: 'Null: the record as a whole' }),
    from: valueText,
    to: valueText,
  })
  .meta({ id: 'Effect' })
export type Effect = z.infer<typeof effect>

export const preview = z
  .object({
    cases: count,
    rehearsed: count.meta({ description: 'How many of them were gone through for the effects: at most 200' }),
    effects: listOf(effect).meta({ description: 'What would be written: the first 50' }),
    writes: mapOf(count).meta({ description: 'By system: records that would be written' }),
    more: count.meta({ description: 'Effects that are not shown' }),
    asks: listOf(z.string()).meta({ description: 'Questions that would be asked next' }),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof preview>

export const resolved = z
  .object({ cases: count, first: z.array(z.int()).meta({ description: 'Numbers of the first 50' }) })
  .meta({ id: 'Resolved' })
