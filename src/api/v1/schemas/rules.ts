import { z } from 'zod'
import type { OpenQuestion, Problem } from '../../../contract/finding.ts'
import type { FileState, PlannedOperation } from '../../../model/report.ts'
import { fieldRule, person, section } from './flows.ts'
import { legend } from './legend.ts'
import { count, idParam, listOf, mapOf, time, valueText, type Wire } from './plain.ts'
import { caseKind, operationKind } from './words.ts'

const place = { file: z.string(), line: count, column: count }

const question: Wire<OpenQuestion> = z
  .object({
    ...place,
    flow: z.string(),
    setting: z.string().meta({ description: 'Path below the flow, e.g. `edge_cases.deleted_in_master`' }),
    question: z.string(),
    options: listOf(z.object({ answer: z.string(), means: z.string() })),
    role: z.enum(['business', 'technical']),
    owner: z.string().nullable(),
  })
  .meta({ id: 'OpenQuestion' })

const finding: Wire<Problem> = z
  .object({
    ...place,
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    cure: z.string(),
  })
  .meta({ id: 'Finding' })

const flowRules = z
  .object({
    flow: z.string(),
    decided: z.boolean(),
    fingerprint: z.string().nullable().meta({ description: 'Null while questions are open' }),
    owners: z.object({ business: person.nullable(), technical: person.nullable() }),
    rulebook: z.array(section),
    fields: z.array(fieldRule),
    questions: listOf(question),
  })
  .meta({ id: 'FlowRules' })
export type FlowRules = z.infer<typeof flowRules>

const fileState: Wire<FileState> = z
  .enum(['nothing', 'mending', 'answers', 'signatures', 'taking up', 'restart'])
  .meta({
    description:
      'What the file waits for until it runs: `mending` of its problems, `answers`, `signatures`; `taking up`: all have signed, it runs within seconds; `restart`: what has changed is nothing that is signed',
  })

export const rules = z
  .object({
    company: z.string(),
    timezone: z.string(),
    fingerprint: z.string().meta({ description: 'Of the contract that runs' }),
    systems: z.array(z.object({ system: z.string(), connector: z.string() })),
    people: z.array(person),
    flows: z.array(flowRules),
    findings: listOf(finding),
    file: z
      .object({
        fingerprint: z.string().nullable().meta({ description: 'Null when it has problems' }),
        changed: z.boolean().meta({ description: 'It is not what runs' }),
        saved: time.nullable().meta({ description: 'When it was saved last; null when it cannot be read' }),
        waits_for: fileState,
        questions: listOf(question),
        findings: listOf(finding),
      })
      .meta({ description: 'The contract’s file as it is now' }),
  })
  .meta({ id: 'Rules' })
export type Rules = z.infer<typeof rules>

export const ruleVersions = z
  .object({
    items: z.array(
      z.object({
        version: z.int(),
        fingerprint: z.string(),
        published: time,
        runs: count,
        first_run: time.nullable(),
        last_run: time.nullable(),
        current: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'RuleVersions' })
export type RuleVersions = z.infer<typeof ruleVersions>

export const diffQuery = z.object({
  from: z
    .union([z.literal('running'), idParam])
    .meta({ description: 'Number of a version, or `running`: the rules that run' }),
  to: z.union([z.literal('file'), idParam]).meta({ description: 'Number of a version, or `file`: as it is now' }),
})
export const ruleDiff = z
  .object({
    from: z.object({ version: z.int().nullable(), fingerprint: z.string() }),
    to: z.object({ version: z.int().nullable(), fingerprint: z.string().nullable() }),
    flows: z.array(
      z.object({
        flow: z.string(),
        change: z.enum(['new', 'gone', 'changed']),
        added: z.array(z.string()).meta({ description: 'Sentences that hold now' }),
        removed: z.array(z.string()).meta({ description: 'Sentences that held before' }),
      }),
    ),
    lines: z
      .array(
        z.object({
          sign: z.enum([' ', '+', '-']),
          text: z.string(),
          before: count.nullable(),
          after: count.nullable(),
        }),
      )
      .meta({ description: 'The file, line by line, with three lines around each change' }),
  })
  .meta({ id: 'RuleDiff' })
export type RuleDiff = z.infer<typeof ruleDiff>

export const answerBody = z.object({
  flow: z.string(),
  setting: z.string().max(500),
  answer: z.string().min(1).max(500),
})
export const answered = z
  .object({ fingerprint: z.string().nullable(), questions: listOf(question), findings: listOf(finding) })
  .meta({ id: 'Answered' })

export const dryRunBody = z.object({
  flow: z.string(),
  file: z.boolean().default(true).meta({ description: 'By the file as it is now; false: by the rules that run' }),
})
const planned: Wire<PlannedOperation> = z
  .object({
    ...legend,
    flow: z.string(),
    system: z.string(),
    kind: operationKind,
    record: z.string(),
    title: z.string(),
    remote_id: z.string().nullable(),
    fields: listOf(z.object({ field: z.string(), from: valueText, to: valueText })),
    why: z.string(),
  })
  .meta({ id: 'PlannedOperation' })
export const dryRun = z
  .object({
    flow: z.string(),
    fingerprint: z.string(),
    message: z.string().nullable().meta({ description: 'Why it would stop before its end' }),
    counts: z.object({ read: count, created: count, updated: count, deleted: count, held: count, conflicts: count }),
    writes: mapOf(count),
    operations: listOf(planned).meta({ description: 'The first of each system' }),
    cases: z.array(z.object({ kind: caseKind, title: z.string(), sentence: z.string() })),
    cases_more: count,
  })
  .meta({ id: 'DryRun' })
export type DryRun = z.infer<typeof dryRun>
