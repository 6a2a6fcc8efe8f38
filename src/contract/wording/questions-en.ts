import { others, type Asked, type Answers, type QuestionNames } from '../question-names.ts'
import type { TYPE_NAMES } from '../schema/schema.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from '../phrases.ts'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const asked = (question: string, answers: Answers): Asked => ({ question, answers })

const FLOW = {
  'owners.business': ({ many, people }) =>
    asked(`Who decides the rules for ${many}, and the cases that the rules leave open?`, people),
  'owners.technical': ({ many, people }) =>
    asked(`Who is responsible for the technical side of the ${many} flow?`, people),
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
    asked(`Which system is the master of ${many}?`, [
      ...facts.systems.map(
        (s) =>
          [
            s,
            `${systemTitle(s)}'s values count; ${listed(others(facts.systems, s).map(systemTitle))} ${others(facts.systems, s).length > 1 ? 'follow' : 'follows'}.`,
          ] as const,
      ),
      ['shared', `No single system: a change in any of them counts. A separate rule decides conflicts.`],
    ]),
  on_conflict: ({ one, aOne, facts }) =>
    asked(`Two systems change the same field of ${aOne}. Which change counts?`, conflictAnswers(one, facts.systems)),
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
      `How should Concordat match ${one === many ? 'a record' : withArticle(one)} in ${systemTitle(facts.systems[0] ?? 'one system')} with its counterpart in ${systemTitle(facts.systems[1] ?? 'the other')}?`,
      [
        [
          '- [a field]',
          `By a field that is equal in both systems, such as a number or an e-mail address. Concordat tries several rules in order.`,
        ],
        [
          '- { similar: [fields], at_least: 0.92, then: ask }',
          `By fields with similar values; a person confirms each pair.`,
        ],
        ['none', `Never: ${many} that exist in both systems are not linked.`],
      ],
    ),
  schedule: ({ many, facts }) =>
    asked(
      `How often should Concordat check ${listed(facts.systems.map(systemTitle))} for changes of ${many}?`,
      SCHEDULES,
    ),
  late_after: ({ many }) =>
    asked(`How long may a change of ${many} wait before it counts as late and the owners are notified?`, [
      ['30 minutes', 'Any duration: minutes, hours or days.'],
    ]),
  'edge_cases.created_outside_master': ({ one, aOne, m, anO, oneWay }) =>
    asked(`Someone creates ${aOne} in ${anO} instead of ${m}. What should happen?`, [
      ['adopt', `The ${one} is created in ${m} too.`],
      [
        'hold for approval',
        `Nothing until a person approves it; then the ${one} is ${oneWay ? 'handled as the person says' : `created in ${m}`}.`,
      ],
      ['leave alone', `The ${one} stays where it is and is not kept in agreement.`],
    ]),
  'edge_cases.edited_outside_master': ({ aOne, m, anO }) =>
    asked(`Someone edits ${aOne} in ${anO}, but ${m} owns that field. What should happen?`, [
      ['revert', `Concordat overwrites the edit with the value of ${m}; the edit stays in the log.`],
      ['accept', `Concordat writes the edit to ${m} too.`],
      ['ask', 'A person decides each time.'],
      ['leave alone', `The edit stays until ${m} changes the field again.`],
    ]),
  'edge_cases.existing_records': ({ many, m, o, oneWay, facts }) =>
    asked(`First sync: ${many} exist in both systems and differ. What should happen?`, [
      [
        'master wins',
        facts.master === 'shared'
          ? 'The values of each field that has a master replace the others; shared fields go by `on_conflict`.'
          : `${m}'s values replace those in ${o}.`,
      ],
      [
        'fill blanks only',
        `Concordat fills only empty fields${oneWay ? ` in ${o}` : ', in either system'}; other differences stay.`,
      ],
      ['ask', 'A person decides for each one that differs.'],
      ['link only', 'Concordat links them and writes nothing; only later changes flow.'],
    ]),
  'edge_cases.existing_unmatched': ({ aOne, one, m, o, oneWay }) =>
    asked(`First sync: ${aOne} exists in one system only. What should happen?`, [
      ['create', oneWay ? `Concordat creates it in ${o} if ${m} has it.` : `Concordat creates it in the other system.`],
      ['ask', 'A person decides for each one.'],
      ['leave alone', `The ${one} stays where it is and is not kept in agreement.`],
    ]),
  'edge_cases.older_than': ({ many }) =>
    asked(`First sync: should Concordat leave out ${many} that nobody has changed for a long time?`, [
      ['{ years: 7, then: leave alone }', `Older ${many} stay as they are.`],
      ['{ years: 7, then: link only }', `Older ${many} are linked but not written.`],
      ['{ years: 7, then: ask }', `A person decides about each older record.`],
      ['no limit', `No: all ${many} take part, whatever their age.`],
    ]),
  'edge_cases.duplicates': ({ aOne }) =>
    asked(`Several records of the other system could be the counterpart of ${aOne}. Which one is it?`, [
      ['ask', 'A person decides.'],
      ['oldest', 'The oldest record; the others stay as they are.'],
      ['most complete', 'The record with the most filled fields; the others stay as they are.'],
    ]),
  'edge_cases.deleted_in_master': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'one of the systems' : m
    const rest = facts.master === 'shared' ? 'the other systems' : o
    return asked(`Someone deletes ${aOne} in ${there}. What should happen in ${rest}?`, [
      ['delete', `The ${one} is deleted in ${rest} too.`],
      ['archive', `The ${one} is marked as archived in ${rest}.`],
      ['unlink', `The ${one} stays in ${rest} and is no longer kept in agreement.`],
      ['ask', 'A person decides each time.'],
    ])
  },
  'edge_cases.deleted_elsewhere': ({ one, aOne, m, anO }) =>
    asked(`Someone deletes ${aOne} in ${anO}, but ${m} still has it. What should happen?`, [
      ['restore', `Concordat creates the ${one} again, as it was.`],
      ['accept', `The ${one} is deleted in ${m} too.`],
      ['unlink', `The ${one} stays in ${m} and is no longer kept in agreement.`],
      ['ask', 'A person decides each time.'],
    ]),
  'edge_cases.left_filter': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'one of the systems' : m
    const rest = facts.master === 'shared' ? 'the other systems' : o
    return asked(
      `${capital(aOne)} no longer meets the condition (\`where\`) of ${there}. What should happen in ${rest}?`,
      [
        [
          'leave alone',
          `Nothing: the ${one} stays in ${rest}, and is not kept in agreement until it meets the condition again.`,
        ],
        ['archive', `The ${one} is marked as archived in ${rest}.`],
        ['delete', `The ${one} is deleted in ${rest}.`],
        ['ask', 'A person decides each time.'],
      ],
    )
  },
  'edge_cases.missing_reference': ({ aOne }) =>
    asked(`${capital(aOne)} refers to a record that is not in agreement yet. What should happen?`, [
      ['wait 1 day, then ask', 'Concordat waits up to that long for the other record; then a person decides.'],
      [
        'wait 1 day, then skip field',
        'Concordat waits up to that long; then it syncs the record without the reference.',
      ],
      ['ask', 'A person decides at once.'],
      ['skip field', 'Concordat syncs the record at once, without the reference.'],
    ]),
  'edge_cases.invalid_value': ({ one, aOne }) =>
    asked(`${capital(aOne)} has an invalid value or lacks a required one. What should happen?`, [
      ['hold record', `The whole ${one} is held until someone corrects it.`],
      ['skip field', `Only that field is left out; the rest of the ${one} is synced.`],
    ]),
  'edge_cases.empty_in_master': ({ m, o }) =>
    asked(`Someone empties a field in its master (${m}). Should Concordat empty it in ${o} too?`, [
      ['keep', `No: ${o} keeps its value.`],
      ['erase', `Yes: the field is emptied everywhere.`],
    ]),
  'on_failure.retry': ({ many }) =>
    asked(`A write of ${many} fails. For how long should Concordat retry it?`, [
      ['for 6 hours', 'Any duration: minutes, hours or days.'],
    ]),
  'on_failure.then': ({ one, many }) =>
    asked(`The write still fails after that. What should happen?`, [
      ['quarantine', `The ${one} is quarantined until someone decides; all other ${many} continue.`],
      ['pause flow', `The flow pauses for all ${many} until someone resumes it.`],
    ]),
  'on_failure.alert': ({ many }) =>
    asked(`Who should be notified when ${many} fail, and when?`, [
      [
        '{ technical: at once, business: after 1 hour }',
        'The technical owner at once; the business owner if the problem lasts.',
      ],
      ['{ technical: at once }', 'Only the technical owner.'],
    ]),
  'limits.changes': ({ many }) => asked(`How many ${many} may one run change without asking?`, LIMITS),
  'limits.deletions': ({ many }) => asked(`How many ${many} may one run delete or archive without asking?`, LIMITS),
  history: ({ many }) =>
    asked(`How long should Concordat keep the log of changes to ${many}?`, [
      ['400 days', 'Any duration; a longer one needs more disk.'],
    ]),
} satisfies Record<string, (names: QuestionNames) => Asked>

const SCHEDULES: Answers = [
  ['real-time', 'Continuously; a change arrives within seconds.'],
  ['every 15 minutes', 'At that interval, day and night.'],
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
  decimal: 'A number with decimals.',
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
      `Two systems change ${field} of ${withArticle(oneOf(flow))}. Which change counts?`,
      conflictAnswers(oneOf(flow), systems),
    ),
}
