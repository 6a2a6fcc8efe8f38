import * as z from 'zod'
import { QUIRKS } from '../../model/passport.ts'
import { choice, duration, list, map, meta, named, pattern, scalar, text } from './schema-parts.ts'

/* The shape of `description` of a system with the connector `rest`: how its API is spoken to. */

export const FIELD_TYPES = ['text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'json'] as const
export const FIELD_FORMS = [
  'plain',
  'text',
  'minor units',
  'epoch seconds',
  'epoch milliseconds',
  'local time',
  'pair',
] as const
export const EMPTY_FORMS = ['null', 'empty text', 'false', 'left out'] as const
export const ANSWERS = [
  'ok',
  'exists',
  'conflict',
  'gone',
  'refused',
  'missing reference',
  'not allowed',
  'credentials',
  'wait',
  'again',
  'unsure',
] as const

const yesNo = (description: string) => z.boolean({ error: 'must be `true` or `false`' }).meta({ description })
const count = (description: string, example: string) =>
  z
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(0, { error: 'must not be below 0' })
    .meta(meta(description, [example]))
/** Names in objects and fields are the vendor's, whatever characters they have. */
const anyNames = <T extends z.ZodType>(value: T, description: string) =>
  z
    .record(z.string().min(1, { error: 'must not be empty' }), value, { error: 'must be a map of names' })
    .meta({ description })
const params = (description: string) => anyNames(scalar('Value of the parameter.'), description)

const field = z
  .union(
    [
      z.enum(FIELD_TYPES),
      map(
        {
          type: choice(FIELD_TYPES, 'What kind of value it is.'),
          path: text('Where it stands in the JSON of a record, with points between steps; its name unless given.', [
            'attributes.name',
          ]),
          required: yesNo('It may not be empty.'),
          read_only: yesNo('The system sets it, and it is never sent.'),
          default: yesNo('The system fills it in a new record when it is not sent.'),
          unique: yesNo('No two records have the same value.'),
          most: count('Most characters that it takes.', '60'),
          scale: count('`decimal`: digits after the point.', '2'),
          reference: text('Object whose id it holds.', ['countries']),
          as: z
            .union(
              [
                z.enum(FIELD_FORMS),
                map(
                  {
                    key: text('Name of the value in the object.', ['id']),
                    with: params('What else stands in the object when it is written.'),
                    write: choice(
                      ['object', 'bare'],
                      '`bare`: it is written without the object; `object` unless given.',
                    ),
                  },
                  'An object with the value in it.',
                ),
              ],
              {
                error: 'must be one of the forms, or `{ key: id }`',
              },
            )
            .meta(
              meta(
                'How the value is written. Numbers: `text` (in quotes), `minor units` (cents). Times: `epoch seconds`, `epoch milliseconds`, `local time` (of `timezone`, without one). References: `pair` (`[7, "Acme"]`, written as `7`). Any: `{ key: id }` (`{ "id": 7 }`), with more parts in `with`; `write: bare` writes it as `7`.',
                ['text', '{ key: id }'],
              ),
            ),
          empty: choice(EMPTY_FORMS, 'How no value is written; the one of the description unless given.'),
          search: z
            .union(
              [text('The parameter.'), params('Parameters with `{{ value }}`, or `{{ value_json }}` within JSON.')],
              {
                error: 'must be a parameter, or a map of parameters',
              },
            )
            .meta(
              meta(
                'Parameter of the listing that finds records by this value, or parameters with `{{ value }}` (`{{ value_json }}` within JSON).',
                ['email'],
              ),
            ),
        },
        'A field.',
      ),
    ],
    { error: 'must be a type, or a map such as `{ type: text, most: 60 }`' },
  )
  .meta({ description: 'A field: its type, or more about it.' })

const records = text('Where the list stands in the answer; the answer itself unless given.', ['data'])

const paging = map(
  {
    by: choice(['none', 'page', 'offset', 'cursor', 'link', 'keyset'], 'How the next page is asked for.'),
    param: text('`page`, `offset`, `cursor`: the parameter.', ['page']),
    first: count('`page`: number of the first page; 1 unless given.', '1'),
    at: text(
      '`cursor`, `link`: where the answer holds the next cursor, or the address of the next page. `link` without it: the header `Link`.',
      ['meta.next'],
    ),
    params: params('`keyset`: parameters that ask for what comes after `{{ last }}`, the last id of the page before.'),
    size: map(
      {
        param: text('Parameter for the size of a page.', ['limit']),
        most: count('Largest size that the system takes.', '100'),
      },
      'How large pages are.',
    ),
  },
  'How long lists come in pages.',
)

const write = (method: string) => ({
  [method]: text('Path of the call.', ['customers/{{ id }}']),
  params: params('Parameters of the call.'),
  wrap: text('Where the record stands in what is sent; it is what is sent unless given.', ['data']),
  record: text('Where the record stands in the answer.', ['data']),
  trusted: yesNo('The answer shows the record just as a listing would; otherwise it is read again.'),
})

const object = map(
  {
    id: z
      .union(
        [
          text('Field that identifies a record for ever.'),
          map(
            {
              field: text('The field.', ['id']),
              from: choice(['system', 'us'], 'Who makes the ids of new records; the system unless given.'),
              restorable: yesNo('A record that was deleted can be made again under its old id.'),
            },
            'The id.',
          ),
        ],
        { error: 'must be a field, or a map such as `{ field: id, from: us }`' },
      )
      .meta(meta('Field that identifies a record for ever.', ['id'])),
    changed_at: text('Field with the time of the last change.', ['updated_at']),
    version: map(
      {
        path: text('Where a record says which version it is: what changes with every write.', ['version']),
        send: text('`body`, or the header in which the system wants it back to refuse a write that comes too late.', [
          'If-Match',
        ]),
      },
      'What guards a record against writes that come too late; without one it is read again just before a write.',
    ),
    fields: anyNames(field, 'The fields of a record; only these are read and written.'),
    list: z
      .union(
        [
          text('Path of the listing.'),
          map(
            {
              get: text('Path of the listing.', ['customers']),
              params: params('Parameters of every listing.'),
              records,
              total: text('Where the answer holds how many records there are.', ['meta.total']),
              empty: z
                .literal(404, { error: 'must be 404' })
                .meta({ description: '404: that is what the system says when there is nothing to list.' }),
              ordered: yesNo('Records come in the order of their ids; otherwise they are sorted here.'),
              at_most: count('The system shows no more records of a listing.', '10000'),
              lag: duration('How long a record that was just written may be missing in a listing.', '5 seconds'),
            },
            'How records are listed.',
          ),
        ],
        { error: 'must be a path, or a map such as `{ get: customers, records: data }`' },
      )
      .meta({ description: 'How records are listed.' }),
    paging,
    changes: map(
      {
        params: params('Parameters that ask for what changed since `{{ since }}`.'),
        inclusive: yesNo('What changed at that very time comes, too; unless given, it does not.'),
        resolution: duration('Smallest step of the time that the system compares; 1 second unless given.', '1 second'),
      },
      'How changes are asked for; without it every run reads everything.',
    ),
    latest: params('Parameters with which the record that changed last comes first.'),
    ids: map(
      {
        params: params('Parameters that ask for the records `{{ ids }}`; within JSON `{{ ids_json }}`, a list.'),
        separator: text('What stands between two ids; `,` unless given.', [',']),
        most: count('Most ids in one call; 50 unless given.', '50'),
      },
      'How several records are read by their ids.',
    ),
    one: z
      .union(
        [
          text('Path of one record.'),
          map(
            {
              get: text('Path of one record.', ['customers/{{ id }}']),
              params: params('Parameters of the call.'),
              record: text('Where the record stands in the answer; the answer itself unless given.', ['data']),
            },
            'How one record is read.',
          ),
        ],
        { error: 'must be a path, or a map such as `{ get: customers/{{ id }} }`' },
      )
      .meta(meta('How one record is read.', ['customers/{{ id }}'])),
    create: map(
      {
        ...write('post'),
        put: text('Path of the call, with `{{ id }}` where ids are ours.', ['codes/{{ id }}']),
        at_once: count('Most records that are made at the same time; as many as there may be calls unless given.', '1'),
      },
      'How a record is made.',
    ),
    update: map(
      {
        ...write('patch'),
        put: text('Path of the call, which takes the whole record.', ['customers/{{ id }}']),
        partial: yesNo('`put`: it takes only what changes, too.'),
        post: text('Path of the call.', ['customers/{{ id }}']),
      },
      'How a record is changed: `patch` or `post` sends what changes, `put` the whole record.',
    ),
    delete: text('Path of the call that deletes a record.', ['customers/{{ id }}']),
    lines: anyNames(
      map(
        {
          path: text('Where the list of lines stands in the JSON of a record; its name unless given.', ['items']),
          id: text('Field that identifies a line within its record.', ['id']),
          parent: text('Name by which a contract calls the column with the id of the record; `parent` unless given.', [
            'order_id',
          ]),
          fields: anyNames(field, 'The fields of a line.'),
        },
        'Lines that stand inside their record.',
      ),
      'Lines that stand inside their record; they are written with it, all together.',
    ),
  },
  'One kind of record.',
)

const signIn = z
  .union(
    [
      z.literal('none'),
      map(
        {
          header: params('Headers of every request.'),
          basic: map(
            { user: text('The user.', ['{{ user }}']), password: text('The password.', ['{{ password }}']) },
            'User and password.',
          ),
          bearer: text('The token.', ['{{ token }}']),
          oauth2: map(
            {
              token_url: text('Where tokens are handed out, as a path or a whole address.', ['oauth/token']),
              client_id: text('Name of the client.', ['{{ client_id }}']),
              client_secret: text('Its secret.', ['{{ client_secret }}']),
              scope: text('What is asked for.', ['crm.read crm.write']),
              refresh_token: text('With it, access tokens are made from it.', ['{{ refresh_token }}']),
              credentials_in: choice(['header', 'body'], 'Where the client says who it is; in the body unless given.'),
            },
            'A token from an authorization server, by client credentials or a refresh token.',
          ),
          login: map(
            {
              post: text('Path of the call that signs in.', ['login']),
              body: params('What is sent.'),
              token: text('Where the answer holds the token; without it its cookies are kept.', ['data.token']),
              send: params(
                'Headers of every request, with `{{ token }}`; `Authorization: Bearer {{ token }}` unless given.',
              ),
              lasts: duration(
                'How long it lasts; it is renewed a little before, and whenever the system says 401.',
                '25 minutes',
              ),
            },
            'A call that signs in.',
          ),
        },
        'One way to sign in.',
      ),
    ],
    { error: 'must be `none`, or one way to sign in such as `{ bearer: "{{ token }}" }`' },
  )
  .meta({ description: 'How requests prove who we are. Secrets stand in the settings of the system.' })

const quirks = z
  .partialRecord(z.enum(QUIRKS), z.array(z.string()), { error: 'must be a map of what was found' })
  .meta({ description: 'What differs, each with the fields or lines at which it was found.' })

const measured = map(
  {
    date: pattern('\\d{4}-\\d\\d-\\d\\d', 'must be a day such as `2026-12-01`', 'Day of the measurement.', [
      '2026-12-01',
    ]),
    found: quirks,
    objects: anyNames(
      map(
        { written: yesNo('Test records were made, changed and deleted to find out.'), found: quirks },
        'What was found of an object.',
      ),
      'What was found, by object.',
    ),
  },
  'What the system was measured to do otherwise; written by `concordat systems test`.',
)

export const descriptionSchema = map(
  {
    product: text('Name of the system, for people.', ['Acme CRM']),
    verify: text('Path of a harmless call that needs the sign-in.', ['me']),
    tenant: text(
      'Where the answer to `verify` says whose data the API shows, so that a token of another company is noticed.',
      ['company.id'],
    ),
    sign_in: signIn,
    headers: params('Headers of every request.'),
    rate: map(
      {
        calls: count('Most calls in the period.', '6000'),
        per: duration('The period; 1 minute unless given.', '5 minutes'),
        at_once: count('Most calls at the same time of each process; 4 unless given.', '4'),
      },
      'How often the system may be called, by all workers together.',
    ),
    deadlines: map(
      {
        connect: duration('For a connection; 10 seconds unless given.', '10 seconds'),
        answer: duration('For an answer; 60 seconds unless given.', '60 seconds'),
      },
      'How long is waited.',
    ),
    most_megabytes: count('Largest answer; 20 unless given.', '20'),
    timezone: text('Zone of `local time` fields; UTC unless given.', ['Europe/Madrid']),
    settles_after: duration(
      'How long a write whose answer was lost may still land; 10 seconds unless given.',
      '10 seconds',
    ),
    empty: choice(EMPTY_FORMS, 'How no value is written; `null` unless given.'),
    errors: list(
      map(
        {
          when: text('Condition (CEL) over `op`, `status`, `headers` and `body`.', ['status == 409']),
          is: choice(ANSWERS, 'What the answer means.'),
          field: text('Where the body names the field at fault.', ['error.field']),
          message: text('Where the body says why.', ['error.message']),
        },
        'What an answer means.',
      ),
      'What answers mean, where their status does not say it; the first condition that holds counts.',
    ),
    paging,
    measured,
    objects: named(object, 'The kinds of records that are read and written.'),
  },
  'How the API of the system is spoken to (`connector: rest`).',
)
