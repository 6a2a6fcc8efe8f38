import { others, type Asked, type Answers, type QuestionNames } from '../question-names.ts'
import type { TYPE_NAMES } from '../schema/schema.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from '../phrases.ts'

const asked = (question: string, answers: Answers): Asked => ({ question, answers })

const FLOW = {
  'owners.business': ({ many, people }) =>
    asked(`Who decides the rules for ${many}, and is asked when they do not settle a case?`, people),
  'owners.technical': ({ many, people }) => asked(`Who looks after the technology of the ${many} flow?`, people),
  records: ({ many, facts }) =>
    asked(
      `Where does each system keep its ${many}?`,
      facts.systems.map((s) => [
        `${s}: { table: …, id: … }`,
        `The table (or object) of ${systemTitle(s)} that holds ${many}, and the column that identifies one.`,
      ]),
    ),
  fields: ({ many, facts }) =>
    asked(`Which fields of ${many} are kept in agreement?`, [
      ['one entry a field', `Its type, and what it is called in ${listed(facts.systems.map(systemTitle))}.`],
    ]),
  master: ({ many, facts }) =>
    asked(`Which system has the last word on ${many}?`, [
      ...facts.systems.map(
        (s) =>
          [
            s,
            `${systemTitle(s)}'s values count; ${listed(others(facts.systems, s).map(systemTitle))} ${others(facts.systems, s).length > 1 ? 'follow' : 'follows'}.`,
          ] as const,
      ),
      [
        'shared',
        `No single one: a change in any system counts, and a further rule says what happens when two change the same field.`,
      ],
    ]),
  on_conflict: ({ one, aOne, facts }) =>
    asked(
      `When the same field of ${aOne} is changed in two systems, which change counts?`,
      conflictAnswers(one, facts.systems),
    ),
  direction: ({ many, ways, facts }) =>
    asked(`Which way do ${many} flow?`, [
      [
        'both',
        `Changes in any of ${listed(facts.systems.map(systemTitle))} reach the others; each field goes from its master.`,
      ],
      ...ways.map(
        ([from, to]) =>
          [`${from} to ${to}`, `${systemTitle(from)} is only read, ${systemTitle(to)} is only written.`] as const,
      ),
    ]),
  match: ({ many, one, facts }) =>
    asked(
      `How does ${one === many ? 'a record' : withArticle(one)} in ${systemTitle(facts.systems[0] ?? 'one system')} find its counterpart in ${systemTitle(facts.systems[1] ?? 'the other')} when both already exist?`,
      [
        [
          '- [a field]',
          `By a field that is equal on both sides, such as a number or an e-mail address; several rules are tried in order.`,
        ],
        [
          '- { similar: [fields], at_least: 0.92, then: ask }',
          `By fields that look alike; a person confirms each pair.`,
        ],
        ['none', `Never: ${many} that exist on both sides stay apart.`],
      ],
    ),
  schedule: ({ many, facts }) =>
    asked(`How often are changes of ${many} looked for in ${listed(facts.systems.map(systemTitle))}?`, SCHEDULES),
  late_after: ({ many }) =>
    asked(`How long may a change of ${many} wait before it counts as late and the owners are told?`, [
      ['30 minutes', 'Any duration: minutes, hours or days.'],
    ]),
  'edge_cases.created_outside_master': ({ one, aOne, m, anO, oneWay }) =>
    asked(`When somebody creates ${aOne} in ${anO} instead of ${m}, what happens?`, [
      ['adopt', `The ${one} is created in ${m} too.`],
      [
        'hold for approval',
        `Nothing until a person approves it; then the ${one} is ${oneWay ? 'handled as the person says' : `created in ${m}`}.`,
      ],
      ['leave alone', `The ${one} stays where it is and is not kept in agreement.`],
    ]),
  'edge_cases.edited_outside_master': ({ aOne, m, anO }) =>
    asked(`When somebody edits ${aOne} in ${anO} although ${m} is master of that field, what happens?`, [
      ['revert', `${m}'s value is written back over the edit; the edit stays in the log.`],
      ['accept', `The edit is taken over into ${m}.`],
      ['ask', 'A person decides each time.'],
      ['leave alone', `The edit stays until ${m} changes the field again.`],
    ]),
  'edge_cases.existing_records': ({ many, m, o, oneWay, facts }) =>
    asked(`At the first sync, when ${many} that both sides already hold differ, what happens?`, [
      [
        'master wins',
        facts.master === 'shared'
          ? 'The values of each field that has a master replace the others; shared fields go by `on_conflict`.'
          : `${m}'s values replace those in ${o}.`,
      ],
      [
        'fill blanks only',
        `Only what is empty is filled${oneWay ? ` in ${o}` : ', on either side'}; what differs stays.`,
      ],
      ['ask', 'A person decides for each one that differs.'],
      ['link only', 'They are linked and nothing is written; only later changes flow.'],
    ]),
  'edge_cases.existing_unmatched': ({ aOne, one, m, o, oneWay }) =>
    asked(`At the first sync, when ${aOne} is found on one side only, what happens?`, [
      ['create', oneWay ? `What ${m} holds is created in ${o}.` : `The ${one} is created on the other side.`],
      ['ask', 'A person decides for each one.'],
      ['leave alone', `The ${one} stays on its side and is not kept in agreement.`],
    ]),
  'edge_cases.older_than': ({ many }) =>
    asked(`At the first sync, is there an age beyond which ${many} are not worth keeping in agreement?`, [
      ['{ years: 7, then: leave alone }', `What nobody changed for so long stays as it is.`],
      ['{ years: 7, then: link only }', `What nobody changed for so long is linked, but not written.`],
      ['{ years: 7, then: ask }', `A person decides for each one that nobody changed for so long.`],
      ['no limit', `All ${many} take part, however old.`],
    ]),
  'edge_cases.duplicates': ({ aOne }) =>
    asked(`When ${aOne} could be any of several on the other side, which is it?`, [
      ['ask', 'A person decides.'],
      ['oldest', 'The one that was there first; the others stay as they are.'],
      ['most complete', 'The one with the most fields filled; the others stay as they are.'],
    ]),
  'edge_cases.deleted_in_master': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'one of the systems' : m
    const rest = facts.master === 'shared' ? 'the other systems' : o
    return asked(`When somebody deletes ${aOne} in ${there}, what happens in ${rest}?`, [
      ['delete', `The ${one} is deleted in ${rest} too.`],
      ['archive', `The ${one} is marked as archived in ${rest}.`],
      ['unlink', `The ${one} stays in ${rest} and is no longer kept in agreement.`],
      ['ask', 'A person decides each time.'],
    ])
  },
  'edge_cases.deleted_elsewhere': ({ one, aOne, m, anO }) =>
    asked(`When somebody deletes ${aOne} in ${anO} but ${m} still has it, what happens?`, [
      ['restore', `The ${one} is created there again, as it was.`],
      ['accept', `The ${one} is deleted in ${m} too.`],
      ['unlink', `The ${one} stays in ${m} and is no longer kept in agreement.`],
      ['ask', 'A person decides each time.'],
    ]),
  'edge_cases.left_filter': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'one of the systems' : m
    const rest = facts.master === 'shared' ? 'the other systems' : o
    return asked(`When ${aOne} no longer fulfils the condition (\`where\`) of ${there}, what happens in ${rest}?`, [
      ['leave alone', `Nothing: the ${one} stays in ${rest}, and is not kept in agreement until it fulfils it again.`],
      ['archive', `The ${one} is marked as archived in ${rest}.`],
      ['delete', `The ${one} is deleted in ${rest}.`],
      ['ask', 'A person decides each time.'],
    ])
  },
  'edge_cases.missing_reference': ({ aOne }) =>
    asked(`When ${aOne} refers to a record that is not in agreement yet, what happens?`, [
      ['wait 1 day, then ask', 'It waits that long for the other record; then a person decides.'],
      ['wait 1 day, then skip field', 'It waits that long; then it goes on without the reference.'],
      ['ask', 'A person decides at once.'],
      ['skip field', 'It goes on at once without the reference.'],
    ]),
  'edge_cases.invalid_value': ({ one, aOne }) =>
    asked(
      `When ${aOne} holds a value that cannot be right (a phone number that is none, a required value that is missing), what happens?`,
      [
        ['hold record', `The whole ${one} waits until somebody corrects it.`],
        ['skip field', `Only that field is left out; the rest of the ${one} is kept in agreement.`],
      ],
    ),
  'edge_cases.empty_in_master': ({ m, o }) =>
    asked(`When a field is emptied in its master (${m}), is it emptied in ${o} too?`, [
      ['keep', `No: ${o} keeps the value that was there.`],
      ['erase', `Yes: the field is emptied everywhere.`],
    ]),
  'on_failure.retry': ({ many }) =>
    asked(`When a write of ${many} fails, for how long is it tried again?`, [
      ['for 6 hours', 'Any duration: minutes, hours or days.'],
    ]),
  'on_failure.then': ({ one, many }) =>
    asked(`When it still fails after that, what happens?`, [
      ['quarantine', `The ${one} is set aside until somebody looks at it; all other ${many} go on.`],
      ['pause flow', `All ${many} stop until somebody looks at it.`],
    ]),
  'on_failure.alert': ({ many }) =>
    asked(`Who is told when ${many} fail, and when?`, [
      [
        '{ technical: at once, business: after 1 hour }',
        'The technical owner at once, the business owner when it lasts.',
      ],
      ['{ technical: at once }', 'Only the technical owner.'],
    ]),
  'limits.changes': ({ many }) => asked(`How many ${many} may one run change before it stops and asks?`, LIMITS),
  'limits.deletions': ({ many }) =>
    asked(`How many ${many} may one run delete or archive before it stops and asks?`, LIMITS),
  history: ({ many }) =>
    asked(`For how long can a change of ${many} be taken back?`, [
      ['400 days', 'Any duration; a longer one needs more disk.'],
    ]),
} satisfies Record<string, (names: QuestionNames) => Asked>

const SCHEDULES: Answers = [
  ['real-time', 'All the time; a change is there within seconds.'],
  ['every 15 minutes', 'At that pace, around the clock.'],
  ['hourly', 'Once an hour.'],
  ['nightly at 02:00', "Once a night, at that time in the contract's time zone."],
  ['cron 0 6 * * 1-5', 'At times of your own (minute, hour, day, month, weekday).'],
]

const LIMITS: Answers = [
  ['5% or 200 records', 'It stops when both are exceeded.'],
  ['10 records', 'It stops at that number.'],
  ['5%', 'It stops at that share of all records.'],
]

const TYPE_MEANS: Record<(typeof TYPE_NAMES)[number], string> = {
  text: 'Any text.',
  integer: 'A whole number.',
  decimal: 'A number with digits after the point.',
  money: 'An amount in a currency.',
  boolean: 'Yes or no.',
  date: 'A day, without a time.',
  instant: 'A moment in time.',
  choice: 'One of a list of values.',
  email: 'An e-mail address.',
  phone: 'A phone number.',
  country: 'A country.',
  vat: 'A VAT or tax number.',
  url: 'A web address.',
  binary: 'Bytes, such as a picture.',
  reference: 'A record of another flow.',
  lines: 'Lines that belong to the record, such as order lines.',
}

function conflictAnswers(one: string, systems: readonly string[]): Answers {
  return [
    ['newest', `The later change, by the time each system gives the ${one}.`],
    ...systems.map((s) => [s, `${systemTitle(s)}'s change; the other stays in the log.`] as const),
    ['ask', 'A person decides each time.'],
  ]
}

/** The questions that a contract can leave open, and what each answer means. */
export const questionsEn = {
  one: (flow: string) => oneOf(flow),
  aOne: (flow: string) => withArticle(oneOf(flow)),
  many: (flow: string) => manyOf(flow),
  theMaster: 'the master',
  theOther: 'the other system',
  another: 'another system',
  systems: (systems: readonly string[], last?: 'and' | 'or') => listed(systems.map(systemTitle), last),
  /** Settings of a flow, in the order in which they are best answered. */
  flow: FLOW,
  typeQuestion: (field: string, flow: string) => `What kind of value is the field ${field} of ${manyOf(flow)}?`,
  typeMeans: TYPE_MEANS,
  currency: (field: string, flow: string): Asked =>
    asked(`In which currency are the amounts of ${field} of ${manyOf(flow)}?`, [
      ['EUR', 'The three letters of the currency.'],
    ]),
  conflict: (field: string, flow: string, systems: readonly string[]): Asked =>
    asked(
      `When ${field} of ${withArticle(oneOf(flow))} is changed in two systems, which change counts?`,
      conflictAnswers(oneOf(flow), systems),
    ),
}
