import { z } from 'zod'
import { FLOW_QUESTIONS, type FlowSetting } from '../../../contract/wording/questions.ts'
import { section } from './flows.ts'
import { count, listOf, valueText } from './plain.ts'

/* A contract that is begun in the browser, before there is one. */

const both = <T extends z.ZodType>(one: T) => z.tuple([one, one])
const oneLine = (most: number) =>
  z
    .string()
    .max(most)
    // What is written into the file stays on its line.
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u)
const name = oneLine(200)

const begunSystem = z.object({
  name,
  connector: z.string(),
  product: z.string(),
  tables: count,
  notes: listOf(z.string()),
})

const offeredTable = z.object({
  table: z.string(),
  rows: count.nullable().meta({ description: 'About; null: nobody counted them' }),
  columns: count,
})

const begunField = z.object({
  field: z.string(),
  type: z.string(),
  columns: both(listOf(z.string())),
  equal: count.nullable().meta({ description: 'In how many of `of` records both sides hold the same; null: unknown' }),
  of: count.nullable(),
  values: listOf(both(z.string())).meta({ description: 'Of a choice: what each side calls its values' }),
  matches: z.boolean().meta({ description: 'Can tell which records belong together' }),
})

const begunFlow = z.object({
  flow: z.string(),
  tables: both(z.string()),
  rows: both(count).nullable().meta({ description: 'How many rows were looked at; null: none' }),
  fields: listOf(begunField),
  match: listOf(z.string()),
  rules: listOf(z.object({ field: z.string(), finds: count, ambiguous: count })),
  free: both(listOf(z.string())).meta({ description: 'Columns in no field' }),
})

const startingPoint = z.enum(['people-decide', 'automatic', 'equals'])
const option = z.object({ answer: z.string(), means: z.string() })

const begunQuestion = z.object({
  flow: z.string().nullable().meta({ description: 'Null: for all flows' }),
  setting: z.string(),
  role: z.enum(['business', 'technical']),
  question: z.string(),
  options: listOf(option),
  answer: z.string().nullable().meta({ description: 'Null: decided later' }),
  evidence: listOf(z.string()).meta({ description: 'What the rows say about it' }),
})

const owner = z.object({ name: name.min(1), email: z.email().max(254) })

const begunDecisions = z.object({
  company: z.string(),
  currency: z.string().nullable(),
  currency_needed: z.boolean(),
  owners: z.object({ business: owner, technical: owner }).nullable(),
  leads: z.string().nullable(),
  leads_options: listOf(
    z.object({
      answer: z.string(),
      means: z.string(),
      starts: listOf(z.object({ start: startingPoint, title: z.string(), means: z.string() })),
    }),
  ),
  start: startingPoint.nullable(),
  questions: listOf(begunQuestion).meta({ description: 'The weightiest first' }),
  rulebook: listOf(z.object({ flow: z.string(), sections: listOf(section) })),
  open: count.meta({ description: 'How many questions are still open, over all flows' }),
  file: z.string().nullable().meta({ description: 'The text of the contract’s file; null: nothing decided yet' }),
})

export const beginning = z
  .object({
    over: z.boolean().meta({ description: 'There is a contract' }),
    systems: both(begunSystem.nullable()),
    found: z
      .object({
        flows: listOf(
          z.object({ flow: z.string(), tables: both(z.string()), rows: both(count.nullable()), fields: count }),
        ),
        likely: listOf(z.object({ tables: both(z.string()), columns: count })),
        free: both(listOf(offeredTable)),
      })
      .nullable(),
    flows: listOf(begunFlow).nullable(),
    refused: listOf(z.string()).meta({ description: 'Tables whose rows could not be looked at' }),
    decisions: begunDecisions.nullable(),
  })
  .meta({ id: 'Beginning' })
export type BeginningView = z.infer<typeof beginning>

export const sideParams = z.object({ side: z.enum(['first', 'second']) })
export const connectBody = z.object({
  name: name.meta({ description: 'Empty: that of the database' }),
  url: z.string().max(2000).meta({ description: 'Empty: from the environment, e.g. ERP_URL' }),
  password: z.string().max(1000).optional().meta({ description: 'Where the URL names a user and no password' }),
})
export const chooseBody = z.object({
  pairs: z
    .array(
      z.object({
        flow: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/)
          .optional(),
        tables: both(z.string().max(300)),
      }),
    )
    .min(1)
    .max(200),
  rows: z.boolean().meta({ description: 'Look at the first rows of each table' }),
})
export const fieldsBody = z.object({
  keep: z.array(z.string().max(300)).max(2000),
  add: z.array(both(z.string().max(300))).max(500),
  match: z.array(z.string().max(300)).max(50),
})
const ANSWERED = (Object.keys(FLOW_QUESTIONS) as FlowSetting[]).filter(
  (setting) => !['owners.business', 'owners.technical', 'records', 'fields', 'match'].includes(setting),
)
export const decideBody = z.object({
  company: name.trim().min(1),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable(),
  owners: z.object({ business: owner, technical: owner }).nullable(),
  leads: name.nullable(),
  start: startingPoint.nullable(),
  answers: z
    .partialRecord(z.enum(ANSWERED as [FlowSetting, ...FlowSetting[]]), oneLine(500).min(1).nullable())
    .meta({ description: 'Otherwise than the starting point does; null: decided later' }),
  match: z.record(z.string().max(300), oneLine(500).min(1).nullable()),
})
export const sampleList = z
  .object({
    pairs: listOf(
      z.object({
        fields: listOf(z.object({ field: z.string(), values: both(valueText), equal: z.boolean() })),
      }),
    ),
  })
  .meta({ id: 'Samples' })
export type SampleList = z.infer<typeof sampleList>
