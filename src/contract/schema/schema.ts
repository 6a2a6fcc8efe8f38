import * as z from 'zod'
import { COUNTRY_FORMS, COUNTRY_LANGUAGES, PHONE_FORMS } from '../../model/written-form.ts'
import { CHANNEL_KINDS } from '../channel.ts'
import { DURATION } from '../schedule/duration.ts'
import { descriptionSchema } from './description-schema.ts'
import { SCHEDULE } from '../schedule/schedule.ts'
import { choice, duration, list, map, meta, named, pattern, scalar, text } from './schema-parts.ts'

/*
 * The shape of a contract file, once: `check` validates with it and editors help with the JSON Schema made from it.
 * Nothing is required here, because a decision that is missing is an open question and not an error; what a decision
 * means beyond its shape (names that must exist, expressions that must type-check) is checked by the readers.
 * An `error` completes the sentence "`setting` …".
 */

const onConflict = (description: string) =>
  z
    .union(
      [
        text(''),
        z
          .array(z.string({ error: 'must be text' }), { error: 'must be a list' })
          .min(2, { error: 'must name two systems or more' }),
      ],
      {
        error: 'must be text, or a list of systems',
      },
    )
    .meta(meta(description, ['newest', 'ask', '[erp, crm, shop]']))

export const EDITED_OUTSIDE = ['revert', 'accept', 'ask', 'leave alone'] as const
export const EMPTY_IN_MASTER = ['keep', 'erase'] as const
export const INVALID_VALUE = ['hold record', 'skip field'] as const

const edgeCases = map(
  {
    created_outside_master: choice(
      ['adopt', 'hold for approval', 'leave alone'],
      'What happens with a record that somebody creates in a system that is not the master.',
    ),
    edited_outside_master: choice(EDITED_OUTSIDE, 'What happens when somebody edits a field outside its master.'),
    existing_records: choice(
      ['master wins', 'fill blanks only', 'ask', 'link only'],
      'First sync: what happens with records that both systems already hold, where they differ.',
    ),
    existing_unmatched: choice(
      ['create', 'ask', 'leave alone'],
      'First sync: what happens with a record that is found on one side only.',
    ),
    older_than: z
      .union(
        [
          z.literal('no limit'),
          map(
            {
              years: z
                .number({ error: 'must be a number' })
                .positive({ error: 'must be above 0' })
                .meta({ description: 'Age in years since the last change.' }),
              months: z
                .number({ error: 'must be a number' })
                .positive({ error: 'must be above 0' })
                .meta({ description: 'Age in months of 30 days.' }),
              days: z
                .number({ error: 'must be a number' })
                .positive({ error: 'must be above 0' })
                .meta({ description: 'Age in days.' }),
              then: choice(['leave alone', 'ask', 'link only'], 'What happens with records that old.'),
            },
            'An age, and what happens with records beyond it.',
          ),
        ],
        { error: 'must be `no limit` or an age such as `{ years: 7, then: leave alone }`' },
      )
      .meta({ description: 'First sync: what happens with records that nobody changed for a long time.' }),
    duplicates: choice(
      ['ask', 'oldest', 'most complete'],
      'What happens when several records of a system could be the counterpart of one record.',
    ),
    deleted_in_master: choice(
      ['delete', 'archive', 'unlink', 'ask'],
      'What happens with the others when a record is deleted in the master.',
    ),
    deleted_elsewhere: choice(
      ['restore', 'accept', 'unlink', 'ask'],
      'What happens when a record is deleted in a system that is not the master.',
    ),
    left_filter: choice(
      ['leave alone', 'archive', 'delete', 'ask'],
      'What happens with the others when a record no longer fulfils the condition (`where`) of its system.',
    ),
    missing_reference: pattern(
      `ask|skip field|wait ${DURATION}, then (?:ask|skip field)`,
      'must be `ask`, `skip field`, or a wait such as `wait 1 day, then ask`',
      'What happens with a record that refers to one that is not in agreement yet.',
      ['wait 1 day, then ask'],
    ),
    invalid_value: choice(
      INVALID_VALUE,
      'What happens with a value that is not one of its type, e.g. a phone number that is none.',
    ),
    empty_in_master: choice(EMPTY_IN_MASTER, "Whether an empty value in the master erases the others' value."),
  },
  'What happens in the cases that nobody thinks of beforehand.',
)

const alert = (role: string) =>
  pattern(
    `at once|after ${DURATION}`,
    'must be `at once` or a delay such as `after 1 hour`',
    `When the ${role} owner is told about a failure.`,
    ['at once', 'after 1 hour'],
  )

const onFailure = map(
  {
    retry: pattern(
      `for ${DURATION}`,
      'must be a time such as `for 6 hours`',
      'How long a failing write is tried again.',
      ['for 6 hours'],
    ),
    then: choice(['quarantine', 'pause flow'], 'What happens when it still fails after that.'),
    alert: map({ technical: alert('technical'), business: alert('business') }, 'Who is told, and when.'),
  },
  'What happens when a system is down or refuses a write.',
)

const LIMIT =
  '(?:[0-9]{1,2}(?:\\.[0-9]{1,2})?|100)%(?: or [0-9]{1,9} records?)?|[0-9]{1,9} records?(?: or (?:[0-9]{1,2}(?:\\.[0-9]{1,2})?|100)%)?'
const limit = (what: string) =>
  pattern(
    LIMIT,
    'must be a limit such as `5%`, `200 records` or `5% or 200 records`',
    `The most ${what} that one run may make before it stops and asks; with both parts, only what exceeds both stops it.`,
    ['5% or 200 records'],
  )

const columnValues = (description: string) =>
  named(z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'must be one value' }), description)

const NEW_ID = "must be `uuid`, `hex 24`, `{ prefix: 'C-', sequence: customer_seq }` or `{ from: number }`"

const records = map(
  {
    table: text('Table that holds the records, possibly `schema.table`.', ['customers']),
    object: text('Object that holds the records, in systems that have no tables.', ['Account']),
    id: text('Column that identifies a record for ever.', ['id']),
    changed_at: text('Column with the time of the last change.', ['updated_at']),
    version: text('Column that the system changes with every write.', ['row_version']),
    where: text('Which records belong to the flow.', ["type = 'customer' and deleted_at is null"]),
    on_create: columnValues('Values of columns for records that are created here; `now()` is the time of the write.'),
    on_update: columnValues(
      'Values of columns that every update sets: fixed ones, `now()`, or the same column plus a number, e.g. `version + 1`.',
    ),
    new_id: z
      .union(
        [
          z.string().regex(/^(?:uuid|hex [1-9][0-9]{0,2})$/, { error: NEW_ID }),
          map(
            {
              prefix: text('Text that begins every id.', ['C-']),
              sequence: text('Sequence of the database that gives the number.', ['customer_seq']),
              from: text('Expression (CEL) over the fields of the flow that gives the id.', ['number']),
            },
            'An id from a sequence, or from fields.',
          ),
        ],
        { error: NEW_ID },
      )
      .meta({ description: 'Who makes the ids of new records, where the system does not do it itself.' }),
    hidden_rows: choice(
      ['may change', 'never change'],
      'Rows are hidden from these credentials (by a policy or a view): whether a row that was seen may become hidden.',
    ),
    cascades: choice(['accept'], 'Deleting a record here also deletes rows of tables that no flow holds.'),
    archive: columnValues('Values of columns that mean "archived" here.'),
    deleted: columnValues('Values of columns that mean "deleted" here; the row itself stays.'),
    timezone: text('Zone of times without one in this table; the system’s unless given.', ['UTC']),
    overlap: duration(
      'How far a read of changes looks back, for transactions that commit late; 1 minute unless given.',
      '1 minute',
    ),
  },
  'Where the records of the flow are in this system.',
)

const mapping = z
  .union(
    [
      scalar('Name of the column in this system.'),
      map(
        {
          field: text('Name of the column.', ['segment']),
          values: z
            .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'must be one value' }), {
              error: 'must be a map of values',
            })
            .meta({ description: "Value table: this system's value → the agreed value. One to one." }),
          form: z.enum([...COUNTRY_FORMS, ...PHONE_FORMS]).meta({
            description:
              'How the value is written here; every form is read. `country`: `code` (ES, unless given), `code3` (ESP) or `name` (Spain). `phone`: `international` (+34600111222, unless given), `national` (600111222, where the number is of the field’s country) or `spaced` (+34 600 11 12 22).',
          }),
          language: z.enum(COUNTRY_LANGUAGES).meta({
            description: '`form: name`: the language of the names; `en` unless given.',
          }),
          currency_from: text(
            '`money`: column of this system that names the currency of the amount (ISO 4217), row by row.',
            ['currency_code'],
          ),
          country_from: text(
            '`phone`, `vat`: column of this system that names the country of numbers without a prefix.',
            ['country_code'],
          ),
          read: text(
            "Expression (CEL) over the record's columns; alone, the field is computed here and never written.",
            ["street + ', ' + city"],
          ),
          write: named(text('Expression over `value`, the agreed value.'), 'By column, what is written there.'),
          table: text('`lines`: child table.', ['order_lines']),
          object: text('`lines`: child object.'),
          parent: text("`lines`: column of the child table that holds the record's id.", ['order_id']),
          where: text('`lines`: which child rows are lines of the records; others are left alone.', [
            "parent_type = 'Order' and deleted = false",
          ]),
          id: z
            .union([z.string(), list(z.string({ error: 'must be text' }), 'Columns.')], {
              error: 'must be a column or a list of columns',
            })
            .meta({ description: '`lines`: columns that identify a child row within its record.' }),
        },
        'How this system holds the field.',
      ),
    ],
    { error: 'must be a column, or a map with `field`, or with `read` and `write`' },
  )
  .meta({ description: 'How this system holds the field: a column, a column with a value table, or an expression.' })

export const TYPE_NAMES = [
  'text',
  'integer',
  'decimal',
  'money',
  'boolean',
  'date',
  'instant',
  'choice',
  'email',
  'phone',
  'country',
  'vat',
  'url',
  'binary',
  'reference',
  'lines',
] as const

/** Settings that a field and a sub-field of `lines` have in common. */
const typeSettings = {
  type: text('What kind of value this is.', [...TYPE_NAMES.filter((t) => t !== 'reference'), 'reference(customers)']),
  required: z
    .boolean({ error: 'must be `true` or `false`' })
    .meta({ description: 'A record without this value is held.' }),
  currency: text('`money`: ISO 4217 code; with `currency_from`, of amounts without one.', ['EUR']),
  scale: z
    .int({ error: 'must be a whole number from 0 to 12' })
    .min(0, { error: 'must be a whole number from 0 to 12' })
    .max(12, { error: 'must be a whole number from 0 to 12' })
    .meta({ description: '`decimal`, `money`: digits after the point.' }),
  country: text('`phone`, `vat`: country (ISO 3166 alpha-2) of numbers without a prefix.', ['ES']),
  max_length: z
    .int({ error: 'must be a whole number above 0' })
    .positive({ error: 'must be a whole number above 0' })
    .meta({ description: '`text`: longest value that every system can hold.' }),
  values: list(
    z.union([z.string(), z.number(), z.boolean()], { error: 'must be one value' }),
    '`choice`: the agreed values.',
  ),
  timezone: text(
    '`instant`: zone of times that are stored without one. `date`: zone in which a moment is a day. The contract’s unless given.',
    ['Europe/Madrid'],
  ),
  precision: choice(
    ['microseconds', 'milliseconds', 'seconds', 'minutes'],
    '`instant`: the precision that every system can hold.',
  ),
  empty: choice(['same as null', 'distinct'], '`text`: whether an empty text differs from no value.'),
}

const subField = z
  .object(typeSettings)
  .partial()
  .catchall(mapping)
  .meta({ description: 'A field of the lines: its type, and by system the column of the child table.' })

const field = z
  .object(
    {
      ...typeSettings,
      master: text("The system whose value counts, or `shared`; the flow's unless given.", ['shared']),
      on_conflict: onConflict(
        'With `master: shared`: `newest`, `ask`, the system that wins, or several in order of preference.',
      ),
      edited_outside_master: choice(EDITED_OUTSIDE, "This field's own answer; the flow's unless given."),
      empty_in_master: choice(EMPTY_IN_MASTER, "This field's own answer; the flow's unless given."),
      invalid_value: choice(INVALID_VALUE, "This field's own answer; the flow's unless given."),
      key: list(z.string({ error: 'must be text' }), '`lines`: sub-fields that identify a line within its record.'),
      fields: named(subField, '`lines`: the fields of a line.'),
    },
    { error: 'must be a map of settings' },
  )
  .partial()
  .catchall(mapping)
  .meta({ description: 'A field: its type, its rules, and by system how that system holds it.' })

/** Keys of a field, and of a field of lines, that are not the name of a system. */
export const FIELD_SETTINGS: readonly string[] = Object.keys(field.shape)
export const SUB_FIELD_SETTINGS: readonly string[] = Object.keys(subField.shape)

const matchRule = z
  .union(
    [
      list(z.string({ error: 'must be text' }), 'Fields that must all be equal.'),
      map(
        {
          exact: list(z.string({ error: 'must be text' }), 'Fields that must all be equal; `[code]` says the same.'),
          case: choice(['ignored', 'respected'], '`exact`: whether capitals count; `ignored` unless given.'),
          similar: list(z.string({ error: 'must be text' }), 'Fields that are compared together.'),
          at_least: z
            .number({ error: 'must be a number from 0 to 1' })
            .gt(0, { error: 'must be above 0' })
            .max(1, { error: 'must be at most 1' })
            .meta({ description: 'Similarity from 0 to 1.' }),
          then: choice(['ask'], 'A similar record is never linked without a person.'),
        },
        'Fields that must be equal, or similar.',
      ),
    ],
    { error: 'must be a list of fields, e.g. `[vat_number]`, or `{ similar: [name], at_least: 0.92, then: ask }`' },
  )
  .meta({ description: 'One way in which records that exist on both sides find each other.' })

const SCHEDULE_ERROR =
  'must be a schedule: `real-time`, `every 15 minutes`, `hourly`, `nightly at 02:00` or `cron 0 6 * * 1-5`'
const schedule = z.string({ error: SCHEDULE_ERROR }).meta({
  description: 'How often changes of this system are looked for.',
  pattern: `^(?:${SCHEDULE})$`,
  examples: ['real-time', 'every 15 minutes', 'hourly', 'nightly at 02:00', 'cron 0 6 * * 1-5'],
})

export const flowSchema = map(
  {
    owners: map(
      {
        business: text('Who answers for the rules; a key of `people`.'),
        technical: text('Who answers for the technology; a key of `people`.'),
      },
      'The two people who answer for this flow.',
    ),
    master: text('The system whose value counts, or `shared`.', ['erp', 'shared']),
    on_conflict: onConflict(
      'With `master: shared`: `newest`, `ask`, the system that wins, or several in order of preference; for fields without their own answer.',
    ),
    direction: text('`both`, or one way such as `erp to crm`.', ['both', 'erp to crm']),
    schedule: z
      .union([schedule, named(schedule, 'By system.')], { error: SCHEDULE_ERROR })
      .meta({ description: 'How often changes are looked for, by system.' }),
    late_after: duration('A change that waits longer than this is late, and the owners are told.', '30 minutes'),
    records: named(records, 'By system, where the records of the flow are.'),
    match: z
      .union([z.literal('none'), list(matchRule, 'Rules, tried in this order.')], {
        error: 'must be a list of rules, or `none`',
      })
      .meta({ description: 'How records that exist on both sides find each other, in this order.' }),
    fields: named(field, 'The fields that are kept in agreement.'),
    edge_cases: edgeCases,
    on_failure: onFailure,
    limits: map(
      { changes: limit('changes'), deletions: limit('deletions') },
      'How much one run may change before it stops and asks.',
    ),
    history: duration('How long a change can be taken back.', '400 days'),
  },
  'One entity kept in agreement across systems.',
).meta({ id: 'flow' })

/** The settings of a flow that can be decided for all flows at once. */
const defaultsSchema = z
  .strictObject(
    flowSchema.pick({
      owners: true,
      master: true,
      on_conflict: true,
      direction: true,
      schedule: true,
      late_after: true,
      edge_cases: true,
      on_failure: true,
      limits: true,
      history: true,
    }).shape,
    { error: 'must be a map of settings' },
  )
  .meta({ description: 'Decisions that hold for every flow that does not decide otherwise.' })

const route = (description: string) =>
  z
    .array(z.string({ error: 'must be text' }), { error: 'must be a list of channels' })
    .min(1, { error: 'must name a channel' })
    .meta({ description })

const channel = map(
  {
    kind: choice(CHANNEL_KINDS, 'What the channel is.'),
    url: text(
      '`email`: the mail server. `slack`, `teams`, `webhook`: where messages are posted. `pagerduty`: only for another region.',
      ['${env:SMTP_URL}'],
    ),
    from: text('`email`: the sender.', ['Concordat <concordat@acme.example>']),
    routing_key: text('`pagerduty`: the key of the integration.', ['${secret:PAGERDUTY_KEY}']),
    signing_secret: text('`webhook`: what messages are signed with.', ['${secret:ALERT_HOOK_SECRET}']),
  },
  'A way to reach people. Secrets as `${env:NAME}` or `${secret:NAME}`.',
)

export const contractSchema = map(
  {
    concordat: z
      .literal(1, { error: 'must be 1, the version of the contract language' })
      .meta({ description: 'Version of the contract language.' }),
    company: text('Name of the company.', ['Acme Instruments']),
    timezone: text('Time zone of schedules and of times stored without one.', ['Europe/Madrid']),
    people: named(
      map(
        {
          name: text('Full name.', ['Ana Ruiz']),
          email: text('Where alerts and questions go.', ['ana@acme.example']),
          channels: route('Channels that this person is told by, in this order; those of the role unless given.'),
        },
        'A person.',
      ),
      'The people who own flows.',
    ),
    systems: named(
      z
        .object(
          {
            connector: text('Which connector reaches the system.', ['postgres', 'mysql', 'rest']),
            description: descriptionSchema,
          },
          { error: 'must be a map of settings' },
        )
        .partial()
        .catchall(z.union([z.string(), z.number(), z.boolean()], { error: 'must be one value' }))
        .meta({
          description:
            'A system: its connector and the connector’s settings. Secrets as `${env:NAME}` or `${secret:NAME}`.',
        }),
      'The business systems.',
    ),
    defaults: defaultsSchema,
    flows: named(flowSchema, 'What is kept in agreement.'),
    channels: named(channel, 'Ways to reach people.'),
    alerts: map(
      {
        link: text('Base URL of the pages that messages link to.', ['https://concordat.acme.example']),
        technical: route('Channels that technical owners are told by, in this order; all channels unless given.'),
        business: route('Channels that business owners are told by, in this order; all channels unless given.'),
      },
      'How owners are told.',
    ),
  },
  'A contract: the decisions by which Concordat keeps business systems in agreement.',
)

/**
 * Text of the JSON Schema that editors use, published as `schema/concordat.schema.json`. A file of a contract folder may
 * hold any part of a contract, or one flow on its own.
 */
export function schemaText(): string {
  const { $schema, $defs, ...contract } = z.toJSONSchema(contractSchema, { io: 'input' })
  const ofFlow = Object.keys(flowSchema.shape).map((key) => ({ required: [key] }))
  const schema = {
    $schema,
    title: 'Concordat contract',
    if: { anyOf: ofFlow },
    then: { $ref: '#/$defs/flow' },
    else: contract,
    $defs,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
