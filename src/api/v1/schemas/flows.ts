import { z } from 'zod'
import type { Agreement, NextRun, StatusRow, WaitsForDecision } from '../../../model/report.ts'
import { count, listOf, mapOf, time, type Wire } from './plain.ts'
import { flowStatus, runStatus } from './words.ts'

export const nextRun: Wire<NextRun> = z
  .object({
    system: z.string(),
    real_time: z.boolean().meta({ description: 'It is looked at all the time, so that `at` says nothing' }),
    at: listOf(time),
    words: z.string().meta({ description: 'The first of them in words: `tomorrow at 02:00`' }),
  })
  .meta({ id: 'NextRun' })

export const agreement: Wire<Agreement> = z
  .object({
    in_agreement: count.meta({ description: 'All systems have it, and hold the agreed values' }),
    allowed_differences: count.meta({ description: 'Of those: a field may differ, by a decision' }),
    waiting: count.meta({ description: 'For a write, for a retry, or for another record' }),
    needs_decision: count,
    left_out: count.meta({ description: 'By a rule, or by a person' }),
  })
  .meta({ id: 'Agreement', description: 'How far the records agree; the four add up to all records' })

const waitsForDecision: Wire<WaitsForDecision> = z
  .object({
    system: z.string().meta({ description: 'Where the records are not up to date' }),
    on: z.string().meta({ description: 'The flow of what they refer to' }),
    count,
    case: z.int().nullable().meta({ description: 'The case that decides, where it is one for all of them' }),
  })
  .meta({ id: 'WaitsForDecision' })

const statusRowShape = {
  flow: z.string(),
  status: flowStatus,
  why: z.string().meta({ description: 'Why it bears this word, in a sentence' }),
  last_run: z.object({ run: z.int(), status: runStatus, started: time, finished: time.nullable() }).nullable(),
  last_success: time.nullable(),
  records: count,
  agreement,
  waits_on: listOf(waitsForDecision).meta({
    description: 'Of what waits: what waits for a decision about another record',
  }),
  open_cases: count,
  waiting_writes: count.meta({ description: 'Writes that are decided and have not landed' }),
  owners: z.object({ business: z.string(), technical: z.string() }),
  next_runs: listOf(nextRun).exactOptional(),
}
// What the flow's card shows is what the application tells.
z.object(statusRowShape) satisfies Wire<StatusRow>

/** What was written and what was refused in a stretch of time, in records. */
export const volume = z
  .object({ created: count, updated: count, deleted: count, refused: count })
  .meta({ id: 'Volume' })
export type Volume = z.infer<typeof volume>

export const flowCard = z
  .object({ ...statusRowShape, last_day: volume.meta({ description: 'The last 24 hours' }) })
  .meta({ id: 'FlowCard' })
export type FlowCard = z.infer<typeof flowCard>

export const flowList = z.object({
  items: z.array(flowCard),
  undecided: z
    .array(z.object({ flow: z.string(), questions: count, refers_to: z.string().nullable() }))
    .meta({ description: 'Flows that cannot run yet, and why' }),
})
export type FlowList = z.infer<typeof flowList>

export const person = z.object({ key: z.string(), name: z.string(), email: z.string() })

const flowSystem = z
  .object({
    system: z.string(),
    table: z.string(),
    master: z.boolean(),
    schedule: z.string().nullable().meta({ description: 'In words: `every 5 minutes`' }),
    next_run: nextRun.nullable(),
    looked_at: time.nullable().meta({ description: 'When a run last looked for changes' }),
    scanned_at: time.nullable().meta({ description: 'When all of it was last compared' }),
    cursor: z.object({ at: z.string(), id: z.string() }).nullable(),
    cursor_age_seconds: z.number().nullable(),
    linked: count.meta({ description: 'Records that are known here' }),
    held: count.meta({ description: 'Records that cannot be read for now' }),
    backlog: count.meta({ description: 'Writes that are decided and have not landed' }),
    oldest_waiting: time.nullable(),
    quarantined: count.meta({ description: 'Writes that were set aside' }),
    hints: count.meta({ description: 'Hints that no run has followed yet' }),
    rate: z
      .object({ limit: z.string().nullable(), booked_ahead_seconds: z.number() })
      .nullable()
      .meta({ description: 'The budget of calls, where the contract gives one' }),
    trouble: z
      .object({ failures: count, since: time.nullable(), next_try: time.nullable(), message: z.string().nullable() })
      .nullable(),
    last_day: z.object({
      taken_over: count.meta({ description: 'Records whose values went out from here' }),
      written: count,
      refused: count,
    }),
  })
  .meta({ id: 'FlowSystem' })

export const fieldRule = z
  .object({
    field: z.string(),
    type: z.string(),
    required: z.boolean(),
    owner: z.string().meta({ description: 'System, or `shared`' }),
    way: z.string().meta({ description: 'Where it goes, in words' }),
    columns: mapOf(z.string()).meta({ description: 'By system: the column, or how it is computed' }),
  })
  .meta({ id: 'FieldRule' })
export type FieldRule = z.infer<typeof fieldRule>

export const section = z
  .object({
    section: z.enum(['owners', 'master', 'timing', 'matching', 'fields', 'edge cases', 'safety', 'telling']),
    sentences: z.array(z.string()),
  })
  .meta({ id: 'RuleSection' })
export type Section = z.infer<typeof section>

export const flowView = z
  .object({
    ...statusRowShape,
    last_day: volume,
    people: z.object({ business: person, technical: person }),
    systems: z.array(flowSystem),
    promise: z.object({
      late_after_seconds: z.number(),
      lag_seconds: z.number().nullable().meta({ description: 'Age of the oldest decided change that has not landed' }),
    }),
    running: z.boolean(),
    asked: time.nullable().meta({ description: 'Somebody asked for a run that has not begun' }),
    failures: count.meta({ description: 'Runs that failed in a row' }),
    retry_at: time.nullable(),
    pause: z.object({ by: z.string().nullable(), since: time, reason: z.string() }).nullable(),
    fields: z.array(fieldRule),
    rulebook: z.array(section),
    fingerprint: z.string().meta({ description: 'Of the rules of this flow' }),
  })
  .meta({ id: 'FlowView' })
export type FlowView = z.infer<typeof flowView>

export const pauseBody = z.object({ reason: z.string().max(500).default('') })
export const runBody = z.object({
  full: z.boolean().default(false).meta({ description: 'Compare everything, not only what changed' }),
})
export const retried = z.object({ writes: count }).meta({ id: 'Retried' })
