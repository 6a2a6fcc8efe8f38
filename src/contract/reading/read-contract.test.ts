import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readContract } from './read-contract.ts'

const COMPLETE = readFileSync(new URL('../../../test/fixtures/complete.yaml', import.meta.url), 'utf8')

/** The complete contract with one text replaced by another; fails when the text is not there. */
function edited(from: string, to: string): string {
  expect(COMPLETE).toContain(from)
  return COMPLETE.replace(from, () => to)
}

function check(text: string) {
  return readContract([{ name: 'concordat.yaml', text }], { connectors: ['postgres', 'mysql'] })
}

/** `line:column` of the first place where `needle` stands (or of `at` inside it). */
function placeOfText(text: string, needle: string, at = ''): { line: number; column: number } {
  const offset = text.indexOf(needle) + needle.indexOf(at)
  expect(text).toContain(needle)
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

interface Case {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly code: string
  /** Text whose beginning is the place of the problem, and a text inside it when the place is further in. */
  readonly at: string | readonly [around: string, at: string]
  readonly message: string | RegExp
  readonly cure?: string | RegExp
  /** Further problems that this edit causes by itself. */
  readonly also?: readonly string[]
}

const CASES: readonly Case[] = [
  {
    name: 'an unknown setting of a flow',
    from: '    master: erp\n    direction: both',
    to: '    maste: erp\n    direction: both',
    code: 'unknown-key',
    at: 'maste: erp',
    message: '`maste` is not a setting of a flow; did you mean `master`?',
    cure: 'Write `master`, or remove it.',
  },
  {
    name: 'an unknown setting of an edge case',
    from: 'deleted_elsewhere: restore',
    to: 'deleted_elsewere: restore',
    code: 'unknown-key',
    at: 'deleted_elsewere',
    message: '`deleted_elsewere` is not a setting of `edge_cases`; did you mean `deleted_elsewhere`?',
  },
  {
    name: 'a setting that is near nothing',
    from: 'company: Acme',
    to: 'colour_scheme: dark\ncompany: Acme',
    code: 'unknown-key',
    at: 'colour_scheme',
    message: '`colour_scheme` is not a setting of a contract.',
    cure: /^Remove it; the settings of a contract are concordat, company, timezone,/,
  },
  {
    name: 'an unknown answer',
    from: 'deleted_in_master: archive',
    to: 'deleted_in_master: achive',
    code: 'unknown-choice',
    at: ['deleted_in_master: achive', 'achive'],
    message: '`achive` is not an answer to `deleted_in_master`; did you mean `archive`?',
    cure: 'Write one of `delete`, `archive`, `unlink`, `ask`.',
  },
  {
    name: 'a value of the wrong kind',
    from: 'required: true, erp: legal_name',
    to: 'required: perhaps, erp: legal_name',
    code: 'wrong-type',
    at: 'perhaps',
    message: '`required` must be `true` or `false`, not `perhaps`.',
  },
  {
    name: 'a list where a map is needed',
    from: 'limits: { changes: 5% or 200 records, deletions: 10 records }',
    to: 'limits: [5%]',
    code: 'wrong-type',
    at: '[5%]',
    message: '`limits` must be a map of settings.',
  },
  {
    name: 'a bad duration',
    from: 'late_after: 30 minutes',
    to: 'late_after: 30 min',
    code: 'bad-format',
    at: '30 min',
    message: '`late_after` must be a duration such as `30 minutes`, `6 hours` or `400 days`, not `30 min`.',
  },
  {
    name: 'a bad limit',
    from: '5% or 200 records',
    to: 'about 5%',
    code: 'bad-format',
    at: 'about 5%',
    message: /^`changes` must be a limit such as `5%`, `200 records` or `5% or 200 records`/,
  },
  {
    name: 'a bad cron field',
    from: 'cron 30 6 * * 1-5',
    to: 'cron 30 26 * * 1-5',
    code: 'bad-schedule',
    at: 'cron 30 26',
    message: '`26` is not an hour of a cron schedule (0-23).',
  },
  {
    name: 'a cron schedule with too few fields',
    from: 'cron 30 6 * * 1-5',
    to: 'cron 30 6 *',
    code: 'bad-schedule',
    at: 'cron 30 6 *',
    message: /5 fields .* this one has 3/,
  },
  {
    name: 'a time zone that does not exist',
    from: 'timezone: Europe/Madrid',
    to: 'timezone: Madrid',
    code: 'unknown-timezone',
    at: 'Madrid',
    message: '`Madrid` is not a time zone; did you mean `Europe/Madrid`?',
  },
  {
    name: 'a currency that does not exist',
    from: 'currency: EUR, scale: 2, erp: credit_limit',
    to: 'currency: eur, scale: 2, erp: credit_limit',
    code: 'unknown-currency',
    at: ['currency: eur', 'eur'],
    message: '`eur` is not a currency; did you mean `EUR`?',
  },
  {
    name: 'a country that does not exist',
    from: 'type: vat, country: ES',
    to: 'type: vat, country: UK',
    code: 'unknown-country',
    at: ['country: UK', 'UK'],
    message: '`UK` is not the code of a country.',
    cure: /`GB`/,
  },
  {
    name: 'a type that does not exist',
    from: 'type: phone',
    to: 'type: phon',
    code: 'unknown-type',
    at: ['type: phon,', 'phon,'],
    message: '`phon` is not a type; did you mean `phone`?',
  },
  {
    name: 'a setting of another type',
    from: 'type: email, master: shared',
    to: 'type: email, currency: EUR, master: shared',
    code: 'setting-of-other-type',
    at: 'currency: EUR, master',
    message: '`currency` is a setting of `money` fields; `email` is email.',
  },
  {
    name: 'a master that is not among the systems of the flow',
    from: '    master: erp\n    direction: both',
    to: '    master: epr\n    direction: both',
    code: 'unknown-master',
    at: 'epr',
    message: '`epr` is not a system of this flow; did you mean `erp`?',
  },
  {
    name: 'a master that is a system but holds no records of the flow',
    from: '    master: crm\n    direction: crm to erp',
    to: '    master: shop\n    direction: crm to erp',
    code: 'unknown-master',
    at: 'shop\n',
    message: '`shop` is not a system of this flow.',
    cure: 'Write one of `crm`, `erp`, `shared`.',
  },
  {
    name: 'an unknown person',
    from: 'owners: { business: ana, technical: tomas }',
    to: 'owners: { business: anna, technical: tomas }',
    code: 'unknown-person',
    at: 'anna',
    message: '`anna` is not one of the people of this contract; did you mean `ana`?',
  },
  {
    name: 'an unknown system in the records',
    from: '      erp: { table: products, id: id',
    to: '      epr: { table: products, id: id',
    code: 'unknown-system',
    at: 'epr: { table: products',
    message: '`epr` is not a system of this contract; did you mean `erp`?',
  },
  {
    name: 'an unknown system in a field',
    from: 'phone: { type: phone, country: ES, master: crm, erp: phone, crm: phone }',
    to: 'phone: { type: phone, country: ES, master: crm, epr: phone, crm: phone }',
    code: 'unknown-key',
    at: 'epr: phone',
    message: '`epr` is not a setting of a field or a system of this flow; did you mean `erp`?',
    also: ['no-mapping'],
  },
  {
    name: 'an unknown connector',
    from: 'connector: mysql',
    to: 'connector: mysq',
    code: 'unknown-connector',
    at: ['connector: mysq', 'mysq'],
    message: '`mysq` is not a connector; did you mean `mysql`?',
  },
  {
    name: 'a field without a mapping',
    from: 'website: { type: url, master: crm, erp: web, crm: website }',
    to: 'website: { type: url, master: crm }',
    code: 'no-mapping',
    at: 'website: { type',
    message: '`website` has no mapping in any system.',
    cure: 'Add `erp: <column>` and `crm: <column>`.',
  },
  {
    name: 'a field with a mapping in one system',
    from: 'website: { type: url, master: crm, erp: web, crm: website }',
    to: 'website: { type: url, master: crm, crm: website }',
    code: 'no-mapping',
    at: 'website: { type',
    message: '`website` has a mapping in CRM only, so there is nothing to agree with.',
  },
  {
    name: 'a reference to a flow that does not exist',
    from: 'type: reference(products)',
    to: 'type: reference(product)',
    code: 'unknown-flow',
    at: ['reference(product)', 'product)'],
    message: '`product` is not a flow of this contract; did you mean `products`?',
  },
  {
    name: 'flows that refer to each other in a circle',
    from: '      currency: { type: text, crm: currency, erp: currency }',
    to: '      invoice: { type: reference(invoices), crm: invoice_id, erp: invoice_id }',
    code: 'reference-cycle',
    at: 'type: reference(invoices)',
    message: 'These flows refer to each other in a circle: orders → invoices → orders.',
  },
  {
    name: 'an expression that is no CEL',
    from: `read: "street + ', ' + city"`,
    to: `read: "street + + city"`,
    code: 'bad-expression',
    at: ['street + + city', '+ city'],
    message: /^This expression is not valid: /,
  },
  {
    name: 'an expression that does not type-check',
    from: `read: "street + ', ' + city"`,
    to: `read: "street + 1"`,
    code: 'bad-expression',
    at: 'street + 1',
    message: 'This expression is not valid: "+" does not work on text and whole number; number(…) and text(…) convert.',
    cure: /columns of the record/,
  },
  {
    name: 'an expression with a function that does not exist',
    from: `read: "street + ', ' + city"`,
    to: `read: "street + upperr(city)"`,
    code: 'bad-expression',
    at: 'upperr(city)',
    message: 'This expression is not valid: there is no function "upperr".',
  },
  {
    name: 'an expression of write that uses a column',
    from: 'weight_g: text(number(value) * 1000)',
    to: 'weight_g: text(number(weight) * 1000)',
    code: 'bad-expression',
    at: ['number(weight)', 'weight)'],
    message: 'This expression is not valid: there is no column "weight".',
    cure: /`value`, the agreed value/,
  },
  {
    name: 'L29 a pair of expressions that do not undo each other',
    from: 'weight_g: text(number(value) * 1000)',
    to: 'weight_g: text(number(value) * 100)',
    code: 'not-invertible',
    at: 'crm: { read: number(weight_g)',
    message: /^`weight` does not survive the way into CRM and back: for `1`, it is written as weight_g = "100"/,
  },
  {
    name: 'a shared field that one system only computes',
    from: `address: { type: text, erp: { read: "street + ', ' + city" }`,
    to: `address: { type: text, master: shared, on_conflict: ask, erp: { read: "street + ', ' + city" }`,
    code: 'one-way-mapping',
    at: 'erp: { read: "street',
    message: '`address` is computed in ERP, so it cannot be written there, but its master is shared.',
    cure: 'Write `master: erp`, or add `write` to the mapping.',
  },
  {
    name: 'an accepted edit of a field that its master only computes',
    from: `address: { type: text, erp:`,
    to: `address: { type: text, edited_outside_master: accept, erp:`,
    code: 'accept-impossible',
    at: ['edited_outside_master: accept, erp', 'erp'],
    message: 'An edit of `address` elsewhere cannot be accepted, because ERP only computes it.',
  },
  {
    name: 'two fields that write one column',
    from: 'website: { type: url, master: crm, erp: web, crm: website }',
    to: 'website: { type: url, master: crm, erp: phone, crm: website }',
    code: 'column-written-twice',
    at: 'erp: phone, crm: website',
    message: '`phone` and `website` both use the column `phone` of ERP, and what one writes the other would undo.',
  },
  {
    name: 'two fields of lines that write one column',
    from: 'quantity: { type: decimal, scale: 2, crm: quantity, erp: qty }',
    to: 'quantity: { type: decimal, scale: 2, crm: quantity, erp: product_id }',
    code: 'column-written-twice',
    at: ['crm: quantity, erp: product_id', 'erp'],
    message:
      '`product` and `quantity` both use the column `product_id` of ERP, and what one writes the other would undo.',
  },
  {
    name: 'on_conflict without a shared master',
    from: 'phone: { type: phone, country: ES, master: crm,',
    to: 'phone: { type: phone, country: ES, master: crm, on_conflict: newest,',
    code: 'conflict-without-shared',
    at: 'on_conflict: newest, erp',
    message: '`on_conflict` only means something with `master: shared`; the master of `phone` is CRM.',
  },
  {
    name: 'on_conflict with an unknown answer',
    from: 'on_conflict: newest',
    to: 'on_conflict: newst',
    code: 'unknown-choice',
    at: 'newst',
    message: '`newst` is not an answer to `on_conflict`; did you mean `newest`?',
  },
  {
    name: 'an order of preference with something that is no system',
    from: 'on_conflict: newest',
    to: 'on_conflict: [crm, epr]',
    code: 'unknown-choice',
    at: 'epr',
    message: '`epr` is not a system in the order of preference of `on_conflict`; did you mean `erp`?',
  },
  {
    name: 'an order of preference that names a system twice',
    from: 'on_conflict: newest',
    to: 'on_conflict: [crm, crm]',
    code: 'doubled-preference',
    at: ['[crm, crm]', 'crm]'],
    message: 'CRM is named twice in the order of preference of `on_conflict`.',
  },
  {
    name: 'an order of preference of one',
    from: 'on_conflict: newest',
    to: 'on_conflict: [crm]',
    code: 'wrong-type',
    at: '[crm]',
    message: '`on_conflict` must name two systems or more.',
  },
  {
    name: 'the newest change wins where a system has no time of change',
    from: 'erp: { table: customers, id: id, changed_at: updated_at, archive',
    to: 'erp: { table: customers, id: id, archive',
    code: 'newest-without-time',
    at: ['on_conflict: newest', 'newest'],
    message: 'The newest change cannot win, because the records of ERP have no `changed_at`.',
  },
  {
    name: 'a master that the direction forbids',
    from: 'stock: { type: integer,',
    to: 'stock: { type: integer, master: crm,',
    code: 'master-against-direction',
    at: ['master: crm, erp: on_hand', 'crm'],
    message: '`stock` cannot have the master `crm`, because this flow goes only from ERP to CRM.',
    cure: 'Remove this master, or write `direction: both`.',
  },
  {
    name: "a flow's master that its direction forbids",
    from: '    direction: crm to erp',
    to: '    direction: erp to crm',
    code: 'master-against-direction',
    at: 'master: crm\n',
    message: 'CRM cannot be master, because this flow goes only from ERP to CRM.',
  },
  {
    name: 'an unknown direction',
    from: '    direction: crm to erp',
    to: '    direction: crm to epr',
    code: 'unknown-direction',
    at: 'crm to epr',
    message: '`crm to epr` is not a direction of this flow; did you mean `crm to erp`?',
  },
  {
    name: 'archive without a way to mark a record as archived',
    from: ', archive: { discontinued: true }',
    to: '',
    code: 'archive-undefined',
    at: ['archive\n      deleted_elsewhere: restore\n      invalid_value: skip', 'archive'],
    message: 'Nothing says what marks a record as archived in CRM.',
    cure: /^Add `archive: \{ <column>: <value> \}` to the records of `crm`/,
  },
  {
    name: 'accept in a flow that goes one way',
    from: 'edited_outside_master: revert\n      existing_records: master wins\n      existing_unmatched: create\n      older_than: no limit',
    to: 'edited_outside_master: accept\n      existing_records: master wins\n      existing_unmatched: create\n      older_than: no limit',
    code: 'accept-impossible',
    at: ['edited_outside_master: accept', 'accept'],
    message:
      '`edited_outside_master: accept` is impossible, because this flow goes only from ERP to CRM and nothing is written to ERP.',
  },
  {
    name: 'adopt in a flow that goes one way',
    from: 'created_outside_master: hold for approval',
    to: 'created_outside_master: adopt',
    code: 'accept-impossible',
    at: ['created_outside_master: adopt\n      edited_outside_master: ask', 'adopt'],
    message:
      '`created_outside_master: adopt` is impossible, because this flow goes only from CRM to ERP and nothing is created in CRM.',
  },
  {
    name: 'a match by something that is no field',
    from: '- [vat_number]',
    to: '- [vat_numbr]',
    code: 'unknown-field',
    at: 'vat_numbr',
    message: '`vat_numbr` is not a field of this flow; did you mean `vat_number`?',
  },
  {
    name: 'a match by lines',
    from: '- [number]',
    to: '- [lines]',
    code: 'match-on-lines',
    at: ['- [lines]', 'lines'],
    message: 'Records cannot be matched by the lines `lines`.',
  },
  {
    name: 'a key of lines that is none of their fields',
    from: 'key: [position]',
    to: 'key: [positon]',
    code: 'unknown-field',
    at: 'positon',
    message: '`positon` is not a field of the lines `lines`; did you mean `position`?',
  },
  {
    name: 'lines without a child table',
    from: 'erp: { table: sales_order_lines, parent: order_id, id: [line_no] }',
    to: 'erp: sales_order_lines',
    code: 'bad-mapping',
    at: 'erp: sales_order_lines',
    message: 'The lines `lines` need a child table and the column that points to the record.',
    cure: 'Write e.g. `{ table: order_lines, parent: order_id }`.',
  },
  {
    name: 'a value table that is not one to one',
    from: '{ A: enterprise, B: mid-market, C: small }',
    to: '{ A: enterprise, B: small, C: small }',
    code: 'not-one-to-one',
    at: ['B: small, C: small', 'C'],
    message: 'The value table of `segment` gives `small` for both `B` and `C`, so it cannot be read backwards.',
  },
  {
    name: 'a value table with a value that is not listed',
    from: '{ A: enterprise, B: mid-market, C: small }',
    to: '{ A: enterprise, B: midmarket, C: small }',
    code: 'unknown-value',
    at: 'midmarket',
    message: '`midmarket` is not one of the values of `segment`; did you mean `mid-market`?',
  },
  {
    name: 'a condition that is none',
    from: `where: "status <> 'draft'"`,
    to: `where: "status <> draft"`,
    code: 'bad-filter',
    at: ['status <> draft', 'draft'],
    message: "Text stands in single quotes: 'draft'.",
  },
  {
    name: 'a system called like a setting of a field',
    from: '  crm: { connector: mysql',
    to: '  master: { connector: mysql, url: x }\n  crm: { connector: mysql',
    code: 'bad-name',
    at: 'master: { connector',
    message: 'A system cannot be called `master`, because fields have a setting of that name.',
  },
  {
    name: 'a person without an e-mail address',
    from: '{ name: Ana Ruiz, email: ana@acme.example }',
    to: '{ name: Ana Ruiz }',
    code: 'missing-setting',
    at: 'ana: {',
    message: '`ana` has no e-mail address.',
  },
  {
    name: 'a rule by similarity without a threshold',
    from: '{ similar: [name, postcode], at_least: 0.92, then: ask }',
    to: '{ similar: [name, postcode], then: ask }',
    code: 'missing-setting',
    at: '{ similar',
    message: 'A rule by similarity needs fields, a threshold and what happens then.',
  },
  {
    name: 'a key that is given twice',
    from: '    history: 400 days\n\n  products',
    to: '    history: 400 days\n    master: crm\n\n  products',
    code: 'duplicate-key',
    at: ['    master: crm\n\n', 'master'],
    message: /^`master` is given twice; the first one is in line \d+\.$/,
  },
  {
    name: 'a key that reaches into the language',
    from: 'company: Acme Instruments',
    to: 'company: Acme Instruments\n__proto__: { polluted: true }',
    code: 'forbidden-key',
    at: '__proto__',
    message: '`__proto__` cannot be used as a name.',
  },
  {
    name: 'a future version of the language',
    from: 'concordat: 1',
    to: 'concordat: 2',
    code: 'wrong-type',
    at: '2\ncompany',
    message: '`concordat` must be 1, the version of the contract language, not `2`.',
  },
]

test.each(CASES)('$name', ({ from, to, code, at, message, cure, also }) => {
  const text = edited(from, to)
  const { problems, contract } = check(text)
  const place = typeof at === 'string' ? placeOfText(text, at) : placeOfText(text, ...at)
  const found = problems.find((p) => p.code === code && p.line === place.line && p.column === place.column)
  expect(found, JSON.stringify(problems, null, 1)).toBeDefined()
  expect(found).toMatchObject({ file: 'concordat.yaml', severity: 'error' })
  if (typeof message === 'string') expect(found!.message).toBe(message)
  else expect(found!.message).toMatch(message)
  if (typeof cure === 'string') expect(found!.cure).toBe(cure)
  else if (cure !== undefined) expect(found!.cure).toMatch(cure)
  expect(contract).toBeNull()
  const others = new Set(problems.filter((p) => p !== found).map((p) => p.code))
  expect([...others].filter((other) => also?.includes(other) !== true)).toEqual([])
})

test('the complete contract has no problem and no open question', () => {
  const report = check(COMPLETE)
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()]).toEqual(['customers', 'products', 'orders', 'invoices'])
  expect(report.rulebook.every((flow) => flow.decided)).toBe(true)
})

test('all problems come at once, in the order of their places', () => {
  const text = COMPLETE.replace('late_after: 30 minutes', 'late_after: soon')
    .replace('type: phone', 'type: phon')
    .replace('deleted_elsewhere: ask', 'deleted_elsewhere: forget')
    .replace('timezone: Europe/Madrid', 'timezone: Nowhere')
  expect(check(text).problems.map((p) => p.code)).toEqual([
    'unknown-timezone',
    'bad-format',
    'unknown-type',
    'unknown-choice',
  ])
})

test('a self reference is no circle', () => {
  expect(COMPLETE).toContain('parent: { type: reference(customers)')
  expect(check(COMPLETE).problems).toEqual([])
})

test('a reference to a flow that does not cover the system is refused', () => {
  const text = edited('systems:\n', 'systems:\n  shop: { connector: postgres }\n')
    .replace(
      '      erp: { table: invoices, id: id',
      '      shop: { table: bills, id: id, changed_at: at }\n      erp: { table: invoices, id: id',
    )
    .replace(
      'customer: { type: reference(customers), required: true, erp',
      'customer: { type: reference(customers), required: true, shop: customer, erp',
    )
  const problem = check(text).problems.find((p) => p.code === 'reference-not-covered')
  expect(problem?.message).toBe('`customer` refers to customers in Shop, but the flow customers has no records there.')
})

test('a secret in clear is refused and never printed', () => {
  for (const line of [
    "erp: { connector: postgres, url: 'postgres://acme:hunter2@db/erp' }",
    "erp: { connector: postgres, host: db, password: 'hunter2' }",
    'erp: { connector: postgres, api_key: hunter2 }',
    'erp: { connector: postgres, url: "postgres://db/erp?user=a&password=hunter2" }',
    'erp: { connector: postgres, auth_token: hunter2 }',
  ]) {
    const report = check(edited("erp: { connector: postgres, url: '${env:ERP_URL}' }", line))
    expect(report.problems.map((p) => p.code)).toEqual(['secret-in-clear'])
    expect(report.contract).toBeNull()
    expect(JSON.stringify(report.problems)).not.toContain('hunter2')
    expect(report.problems[0]!.cure).toContain('${env:ERP_')
  }
})

test('secrets by reference are accepted', () => {
  for (const line of [
    "erp: { connector: postgres, url: 'postgres://${env:DB_USER}:${secret:DB_PASSWORD}@db:5432/erp' }",
    "erp: { connector: postgres, host: db, port: 5432, password: '${secret:ERP_PASSWORD}' }",
    'erp: { connector: postgres, url: "postgres://acme@db:5432/erp" }',
  ]) {
    expect(check(edited("erp: { connector: postgres, url: '${env:ERP_URL}' }", line)).problems).toEqual([])
  }
})

test('a reference to a secret that is malformed is refused', () => {
  const report = check(edited("'${env:ERP_URL}'", "'${ENV:ERP_URL}'"))
  expect(report.problems.map((p) => p.code)).toEqual(['bad-secret-reference'])
})

test('what is misspelt is not asked for as a missing decision', () => {
  const report = check(edited('deleted_in_master: archive', 'deleted_in_master: achive'))
  expect(report.questions).toEqual([])
})

test('an incomplete value table is a warning', () => {
  const report = check(
    edited(
      'erp: { field: segment, values: { A: enterprise, B: mid-market, C: small } }',
      'erp: { field: segment, values: { A: enterprise, B: mid-market } }',
    ),
  )
  expect(report.problems).toMatchObject([{ code: 'incomplete-values', severity: 'warning' }])
  expect(report.contract).not.toBeNull()
})

test('numbers and codes keep their spelling', () => {
  const report = check(
    edited('{ A: enterprise, B: mid-market, C: small }', '{ 01: enterprise, 0x2: mid-market, 3.0: small }'),
  )
  const mapping = report.contract!.flows.get('customers')!.fields.find((f) => f.name === 'segment')!.mapping['erp']
  expect(mapping?.kind === 'column' && [...mapping.values!.keys()]).toEqual(['01', '0x2', '3.0'])
})

test('on_create takes in what the condition demands', () => {
  const records = check(COMPLETE).contract!.flows.get('customers')!.records
  expect(records['crm']?.onCreate).toEqual({ type: 'customer', source: 'concordat' })
  expect(records['crm']?.archive).toEqual({ active: 'false' })
  expect(records['erp']?.overlapMs).toBe(60_000)
})

test('a folder is read as one contract: the file name names the flow', () => {
  const lines = COMPLETE.split('\n')
  const start = lines.indexOf('  products:')
  const end = lines.indexOf('  orders:')
  const products = lines
    .slice(start + 1, end)
    .map((line) => line.slice(4))
    .join('\n')
  const main = [...lines.slice(0, start), ...lines.slice(end)].join('\n')
  const split = readContract([
    { name: 'rules/concordat.yaml', text: main },
    { name: 'rules/products.yaml', text: products },
  ])
  expect(split.problems).toEqual([])
  expect(split.contract?.fingerprint).toBe(check(COMPLETE).contract!.fingerprint)
  const broken = readContract([
    { name: 'rules/concordat.yaml', text: main },
    { name: 'rules/products.yaml', text: products.replace('type: integer', 'type: intger') },
  ])
  expect(broken.problems).toMatchObject([{ file: 'rules/products.yaml', code: 'unknown-type' }])
})

test('the same flow in two files is refused', () => {
  const report = readContract([
    { name: 'a.yaml', text: COMPLETE },
    { name: 'b.yaml', text: 'flows:\n  products: { master: crm }\n' },
  ])
  expect(report.problems).toMatchObject([{ file: 'b.yaml', line: 2, column: 3, code: 'duplicate-key' }])
})

test('a folder on disk is read in order of name, other files are left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'))
  try {
    expect(() => readContract(folder)).toThrowError(/holds no \.yaml file/)
    writeFileSync(join(folder, 'concordat.yaml'), COMPLETE.split('  invoices:\n')[0]!)
    writeFileSync(join(folder, 'invoices.yml'), COMPLETE.split('  invoices:\n')[1]!.replaceAll(/^ {4}/gm, ''))
    writeFileSync(join(folder, 'README.md'), 'a: [')
    const report = readContract(folder)
    expect(report.problems).toEqual([])
    expect(report.contract?.fingerprint).toBe(check(COMPLETE).contract!.fingerprint)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('two reads of one column are fine', () => {
  const text = edited(
    'stock: { type: integer, erp: on_hand, crm: stock }',
    'stock: { type: integer, erp: item_no, crm: stock }',
  )
  expect(check(text).problems).toEqual([])
})

test('a contract without systems and flows says what is missing', () => {
  const codes = check('company: Acme\n').problems.map((p) => p.message)
  expect(codes).toEqual(['concordat', 'timezone', 'systems', 'flows'].map((key) => `The contract says no \`${key}\`.`))
})

test('a misspelt flow or a file that cannot be read causes no further complaints', () => {
  const report = readContract([
    { name: 'concordat.yaml', text: COMPLETE.split('  customers:\n')[0]! + '  other: { master: erp }\n' },
    { name: 'customers.yaml', text: 'master: [' },
    { name: 'orders.yaml', text: 'fields:\n  customer: { type: reference(customers), erp: a, crm: b }\n' },
  ])
  expect(new Set(report.problems.map((p) => p.code))).toEqual(new Set(['yaml-syntax']))
})

test('a path that does not exist says so', () => {
  expect(() => readContract('no/such/contract.yaml')).toThrowError(/no\/such\/contract\.yaml does not exist/)
})

test('a flow with an open question leaves the others complete', () => {
  const report = check(edited('    late_after: 30 minutes\n', ''))
  expect(report.problems).toEqual([])
  expect(report.questions.map((q) => `${q.flow}.${q.setting}`)).toEqual(['customers.late_after'])
  expect([...report.contract!.flows.keys()]).toEqual(['products', 'orders', 'invoices'])
})
