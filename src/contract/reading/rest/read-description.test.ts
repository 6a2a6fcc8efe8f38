import { describe, expect, test } from 'vitest'
import { readContract } from '../read-contract.ts'

const contract = (
  description: string,
  settings = "url: https://crm.example\n    token: '${env:T}'",
): string => `concordat: 1
systems:
  crm:
    connector: rest
    ${settings}
    description:
${description}
`

const GOOD = `      sign_in: { bearer: '{{ token }}' }
      objects:
        accounts:
          id: id
          fields:
            id: integer
            name: { type: text, most: 80 }
          list: { get: accounts, records: data }
`

/** What is wrong with the system, with places. */
function faults(text: string): string[] {
  const { problems } = readContract([{ name: 'c.yaml', text }], { connectors: ['rest', 'postgres'] })
  return problems.filter(({ line }) => line > 1).map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test('a description that says enough has no fault, and becomes part of the system', () => {
  expect(faults(contract(GOOD))).toEqual([])
})

describe('what is wrong is said at its place', () => {
  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a setting that is none',
      GOOD.replace('records: data', 'record: data'),
      ['15:34 `record` is not a setting of `list`; did you mean `records`?'],
    ],
    [
      'a type that is none',
      GOOD.replace('type: text', 'type: txt'),
      ['14:27 `txt` is not an answer to `type`; did you mean `text`?'],
    ],
    [
      'an id that is no field',
      GOOD.replace('id: id', 'id: key'),
      ['11:11 `key` is not one of the `fields` of accounts.'],
    ],
    ['no list', GOOD.replace(/ *list.*\n/, ''), ['10:9 The object `accounts` does not say how records are listed.']],
    ['no sign-in', GOOD.replace(/ *sign_in.*\n/, ''), ['8:7 The description does not say how to sign in.']],
    [
      'two sign-ins',
      GOOD.replace("{ bearer: '{{ token }}' }", "{ bearer: '{{ token }}', header: { X: '{{ token }}' } }"),
      ['8:7 `sign_in` names not exactly one way to sign in.'],
    ],
    ['a secret in clear', GOOD.replace('{{ token }}', 'abcdef123456'), ['8:18 `bearer` holds a secret in clear.']],
    [
      'a place that stands for nothing',
      GOOD.replace('{{ token }}', '{{ tokn }}'),
      ['8:18 `{{ tokn }}` stands for nothing here; did you mean `token`?'],
    ],
    [
      'a path to elsewhere',
      GOOD.replace('get: accounts', 'get: https://evil.example/x'),
      ['15:19 `https://evil.example/x` is not a path below the `url` of the system.'],
    ],
    [
      'a condition that is none',
      `      errors: [{ when: 'status = 409', is: exists }]\n${GOOD}`,
      ['8:18 This condition is not valid: Unexpected character: =.'],
    ],
    [
      'a condition about what is not there',
      `      errors: [{ when: 'state == 409', is: exists }]\n${GOOD}`,
      ['8:18 This condition is not valid: Unknown variable: state.'],
    ],
    [
      'changes without a place for the time',
      `${GOOD}          changed_at: name\n          changes: { params: { since: now } }\n`,
      ['17:11 `changes` has no parameter with `{{ since }}`.'],
    ],
    [
      'paging that says too little',
      `      paging: { by: cursor }\n${GOOD}`,
      ['8:7 `paging` needs `param`.', '8:7 `paging` needs `at`.'],
    ],
    [
      'a reference to nothing',
      GOOD.replace('most: 80', 'reference: account'),
      ['14:33 `account` is not one of the `objects`; did you mean `accounts`?'],
    ],
    [
      'cents of nobody knows what',
      GOOD.replace('most: 80', 'as: minor units'),
      ['14:33 `minor units` of `name` needs to know how many of them make a whole.'],
    ],
    [
      'two ways to write',
      `${GOOD}          update: { put: 'a/{{ id }}', patch: 'a/{{ id }}' }\n`,
      ['16:11 `update` names not exactly one path to send to.'],
    ],
    [
      'lines that nothing tells apart',
      `${GOOD}          lines: { items: { fields: { no: integer } } }\n`,
      ['16:20 The lines `items` do not say which of their fields tells them apart.'],
    ],
    [
      'a duration that is none',
      GOOD.replace('      objects', '      deadlines: { answer: soon }\n      objects'),
      ['9:28 `answer` must be a duration such as `30 minutes`, `6 hours` or `400 days`, not `soon`.'],
    ],
    [
      'a zone that is none',
      `      timezone: Madrid\n${GOOD}`,
      ['8:17 `Madrid` is not a time zone; did you mean `Europe/Madrid`?'],
    ],
    ['no object', '      sign_in: none\n', ['8:7 The description names no `objects`.']],
  ]
  test.each(wrong)('%s', (_, description, expected) => {
    expect(faults(contract(description))).toEqual(expected)
  })

  test('a description is needed, and taken by no other connector', () => {
    expect(faults('concordat: 1\nsystems:\n  crm: { connector: rest }\n')).toEqual([
      '3:3 The system `crm` names no `url`.',
      '3:3 The system `crm` has no `description` of its API.',
    ])
    expect(faults(contract(GOOD).replace('connector: rest', 'connector: postgres'))).toEqual([
      '7:5 The connector `postgres` takes no `description`.',
    ])
  })
})
