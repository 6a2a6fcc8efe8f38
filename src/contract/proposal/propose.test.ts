import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readContract } from '../reading/read-contract.ts'
import type { SourceCatalogue, SourceObject } from './catalogue.ts'
import { CRM, ERP, table } from '../../../test/fixtures/trading-catalogues.ts'
import type { Proposal } from './proposal.ts'
import { chooseFlows, propose } from './propose.ts'
import type { ContractDraft } from './contract-draft.ts'
import { writeContract } from './write-contract.ts'

const between = (erp: SourceCatalogue, crm: SourceCatalogue): Proposal =>
  propose([
    { name: 'erp', connector: 'postgres', catalogue: erp },
    { name: 'crm', connector: 'mysql', catalogue: crm },
  ])

const draft = (proposal: Proposal, more: Partial<ContractDraft> = {}): ContractDraft => ({
  company: 'Acme & Söhne: "Nord"',
  timezone: 'Europe/Madrid',
  proposal,
  people: [],
  defaults: {},
  answers: {},
  currency: null,
  ...more,
})

const check = (text: string) => readContract([{ name: 'concordat.yaml', text }])

const pairsOf = (proposal: Proposal, flow: string): Record<string, string> =>
  Object.fromEntries(
    proposal.flows
      .find((one) => one.name === flow)!
      .fields.map((field) => [`${field.columns[0]}=${field.columns[1]}`, field.type]),
  )

test('finds the same records under other names, parents first, and leaves other things alone', () => {
  const proposal = between(ERP, CRM)
  expect(proposal.flows.map((flow) => [flow.name, flow.tables[0].object, flow.tables[1].object])).toEqual([
    ['customers', 'customers', 'accounts'],
    ['products', 'products', 'items'],
    ['orders', 'orders', 'deals'],
  ])
  expect(proposal.flows[0]!.tables).toEqual([
    { object: 'customers', id: 'customer_id', changedAt: null },
    { object: 'accounts', id: 'id', changedAt: 'updated_at' },
  ])
  expect(proposal.flows[1]!.tables[1].changedAt).toBe('modified_on')
})

test('keeps to the database that the connection names', () => {
  const foreign = CRM.objects.map((object) => ({ ...object, name: `other.${object.name}` }))
  const proposal = between(ERP, { objects: [...foreign, ...CRM.objects] })
  expect(proposal.flows).toEqual(between(ERP, CRM).flows)
})

test('pairs columns by what they mean, with the type that names and columns speak for', () => {
  const proposal = between(ERP, CRM)
  expect(pairsOf(proposal, 'customers')).toEqual({
    'company_name=name': 'text',
    'contact_name=primary_contact': 'text',
    'address=billing_street': 'text',
    'city=billing_city': 'text',
    'region=billing_state': 'text',
    'postal_code=billing_zip': 'text',
    'country=billing_country': 'country',
    'phone=phone_number': 'phone',
    'fax=fax': 'phone',
  })
  expect(pairsOf(proposal, 'products')).toEqual({
    'product_name=item_name': 'text',
    'quantity_per_unit=pack_size': 'text',
    'unit_price=list_price': 'money',
    'units_in_stock=stock_qty': 'integer',
    'discontinued=discontinued': 'boolean',
  })
  expect(pairsOf(proposal, 'orders')).toMatchObject({
    'customer_id=account_id': 'reference',
    'order_date=placed_at': 'date',
    'required_date=due_date': 'date',
    'freight=shipping_cost': 'money',
    'ship_country=shipping_country': 'country',
    'order_details=deal_lines': 'lines',
  })
  const customers = proposal.flows[0]!
  expect(customers.unmapped).toEqual([['contact_title'], ['industry']])
})

test('takes child tables as lines, by foreign key on one side and by name on the other', () => {
  const lines = between(ERP, CRM)
    .flows.find((flow) => flow.name === 'orders')!
    .fields.find((field) => field.type === 'lines')!
  expect(lines.lines!.parents).toEqual(['order_id', 'deal_id'])
  expect(lines.lines!.key).toEqual(['product'])
  expect(lines.lines!.fields.map((field) => [field.name, field.type, ...field.columns])).toEqual([
    ['product', 'reference', 'product_id', 'item_id'],
    ['price', 'money', 'unit_price', 'unit_price'],
    ['quantity', 'integer', 'quantity', 'qty'],
    ['discount', 'decimal', 'discount', 'discount_pct'],
  ])
})

/** Documents and products whose lines could be either's, in the words of each system. */
const trading = (
  orders: string,
  lines: string,
  key: 'composite' | 'own',
  first: 'orders' | 'products',
): SourceCatalogue => {
  const [order, product] = ['doc_id', 'thing_id']
  const tables = [
    table(orders, ['id'], ['id integer!=', 'order_date date', 'note text']),
    table('products', ['id'], ['id integer!=', 'name text!', 'price decimal(2)', 'weight decimal(2)']),
  ]
  return {
    objects: [
      ...(first === 'orders' ? tables : tables.toReversed()),
      table(
        lines,
        key === 'own' ? ['id'] : [product, order],
        ['id integer!=', `${order} integer!`, `${product} integer!`, 'quantity integer!', 'unit_price decimal(2)'],
        { fk: { [product]: 'products', [order]: orders } },
      ),
    ],
  }
}

test.each([
  ['orders', 'order_details', 'deals', 'deal_lines'],
  ['orders', 'order_items', 'orders', 'positions'],
  ['invoices', 'invoice_lines', 'bills', 'bill_rows'],
  ['sales_orders', 'sales_order_lines', 'deals', 'deal_items'],
  ['quotes', 'contents', 'offers', 'offer_lines'],
])('lines go to the document and not to the product: %s with %s, %s with %s', (ordersA, linesA, ordersB, linesB) => {
  for (const first of ['orders', 'products'] as const) {
    const proposal = between(trading(ordersA, linesA, 'composite', first), trading(ordersB, linesB, 'own', first))
    const holders = proposal.flows.filter((flow) => flow.fields.some((field) => field.type === 'lines'))
    expect(holders.map((flow) => flow.tables.map((one) => one.object))).toEqual([[ordersA, ordersB]])
    const lines = holders[0]!.fields.find((field) => field.type === 'lines')!
    expect(lines.columns).toEqual([linesA, linesB])
    expect(lines.lines!.parents).toEqual(['doc_id', 'doc_id'])
    expect(lines.lines!.fields[0]).toMatchObject({ name: 'product', type: 'reference', flow: 'products' })
  }
})

test('lines whose document has no counterpart are nobody else’s', () => {
  const erp = trading('orders', 'order_details', 'composite', 'products')
  const crm = {
    objects: trading('deals', 'deal_lines', 'own', 'products').objects.filter((one) => one.name !== 'deals'),
  }
  const proposal = between(erp, crm)
  expect(proposal.flows.map((flow) => flow.name)).toEqual(['products'])
  expect(proposal.flows[0]!.fields.map((field) => field.type)).not.toContain('lines')
})

const named = (entity: string, columns: string[]): SourceCatalogue => ({
  objects: [table(entity, ['id'], ['id integer!=', 'price decimal(2)', 'city text', ...columns])],
})

test.each([
  [['product_name text!'], ['title text!'], 'product_name=title'],
  [['name text!'], ['item_name text', 'title text'], 'name=item_name'],
  [['label text!', 'notes text'], ['title text!'], 'label=title'],
  [['product_name text!'], ['description text'], 'product_name=description'],
  [['product_name text!', 'description text'], ['title text!', 'description text'], 'product_name=title'],
])('the name of a product is its name whatever it is called: %j and %j', (erp, crm, pair) => {
  expect(pairsOf(between(named('products', erp), named('items', crm)), 'products')).toHaveProperty([pair])
})

test('the title of a person is no name', () => {
  const pairs = pairsOf(between(named('customers', ['name text!']), named('accounts', ['title text'])), 'customers')
  expect(Object.keys(pairs)).toEqual(['price=price', 'city=city'])
})

const numbered = (entity: string, id: string, columns: string[], unique: string[] = []): SourceCatalogue => ({
  objects: [table(entity, ['id'], [id, 'order_date date', 'name text', ...columns], { unique })],
})

test('a key that is the number of a record finds the unique column that keeps it elsewhere', () => {
  const crm = numbered('deals', 'id integer!=', ['deal_no text'], ['deal_no'])
  const natural = between(numbered('orders', 'id integer!', []), crm)
  expect(natural.flows[0]!.fields[0]).toMatchObject({ name: 'number', columns: ['id', 'deal_no'], required: true })
  expect(natural.flows[0]!.match).toEqual(['number'])
  const text = writeContract(draft(natural))
  expect(text).toContain('number: { type: text, required: true, master: erp, erp: { read: id }, crm: deal_no }')
  expect(check(text).problems).toEqual([])
  // A key that the system gives itself is read and never written.
  const given = writeContract(draft(between(numbered('orders', 'id integer!=', []), crm)))
  expect(given).toContain('number: { type: text, master: erp, erp: { read: id }, crm: deal_no }')
  expect(check(given).problems).toEqual([])
  // Mirrored, and where nothing is unique or both sides have a number beside their key.
  const mirrored = between(crm, numbered('orders', 'id integer!', []))
  expect(mirrored.flows[0]!.fields[0]).toMatchObject({ name: 'number', columns: ['deal_no', 'id'] })
  const plain = between(numbered('orders', 'id integer!', []), numbered('deals', 'id integer!=', ['deal_no text']))
  expect(plain.flows[0]!.fields.map((field) => field.name)).not.toContain('number')
  const both = between(numbered('orders', 'id integer!=', ['order_number text'], ['order_number']), crm)
  expect(both.flows[0]!.fields.find((field) => field.columns[1] === 'deal_no')!.columns[0]).toBe('order_number')
})

test('a number follows the direction that was answered', () => {
  const crm = numbered('deals', 'id integer!=', ['deal_no text'], ['deal_no'])
  const towards = (id: string) =>
    writeContract(
      draft(between(numbered('orders', id, []), crm), {
        answers: { orders: { master: 'crm', direction: 'crm to erp' } },
      }),
    )
  expect(towards('id integer!')).toContain('number: { type: text, required: true, erp: { read: id }, crm: deal_no }')
  expect(towards('id integer!=')).not.toContain('number:')
  expect([towards('id integer!'), towards('id integer!=')].map((text) => check(text).problems)).toEqual([[], []])
})

test('countries are written by name where a column holds names, and phone numbers take the country beside them', () => {
  const erp = named('customers', ['name text!', 'country text', 'phone text'])
  const crm = named('accounts', ['account_name text!', 'country_name text', 'phone_no text'])
  const text = writeContract(draft(between(erp, crm)))
  expect(text).toContain('country: { type: country, erp: country, crm: { field: country_name, form: name } }')
  expect(text).toContain('crm: { field: phone_no, country_from: country_name }')
  expect(check(text).problems).toEqual([])
  const alone = writeContract(draft(between(named('customers', ['phone text']), named('accounts', ['phone text']))))
  expect(alone).toMatch(/type: phone, .*\}.*country: ES/)
})

test('a boolean that is kept as a number is written as one', () => {
  const text = writeContract(draft(between(ERP, CRM)))
  expect(text).toContain('erp: { field: discontinued, values: { "1": true, "0": false } }, crm: discontinued }')
})

test('a line number that both sides have identifies a line', () => {
  const side = (no: string): SourceCatalogue => ({
    objects: [
      table('orders', ['id'], ['id integer!=', 'order_date date']),
      table('order_lines', ['order_id', no], ['order_id integer!', `${no} integer!`, 'qty integer!'], {
        fk: { order_id: 'orders' },
      }),
    ],
  })
  const lines = between(side('line_no'), side('position')).flows[0]!.fields.find((field) => field.type === 'lines')!
  expect(lines.lines!.key).toEqual(['line'])
})

test('what is unique or names one company is proposed for matching, strongest first', () => {
  const side = (columns: string[], unique: string[]): SourceCatalogue => ({
    objects: [table('clients', ['id'], ['id integer!=', 'name text!', ...columns], { unique })],
  })
  const proposal = between(
    side(['mail text', 'tax_id text', 'client_no text'], []),
    side(['email text', 'vat_number text', 'code text'], ['code']),
  )
  expect(proposal.flows[0]!.match).toEqual(['vat', 'code', 'email'])
  expect(between(ERP, CRM).flows[0]!.match).toEqual([])
})

test('secrets, binary columns, views and tables without a key of one column are left out', () => {
  const text = writeContract(draft(between(ERP, CRM)))
  expect(text).not.toMatch(/password_hash|picture|open_deals|customer_customer_demo/)
})

test('references never go round in a circle', () => {
  const circular: SourceCatalogue = {
    objects: [
      table(
        'customers',
        ['id'],
        ['id integer!=', 'name text!', 'main_order_id integer', 'parent_customer_id integer'],
        {
          fk: { main_order_id: 'orders', parent_customer_id: 'customers' },
        },
      ),
      table('orders', ['id'], ['id integer!=', 'order_date date', 'customer_id integer'], {
        fk: { customer_id: 'customers' },
      }),
    ],
  }
  const report = check(writeContract(draft(between(circular, circular))))
  expect(report.problems).toEqual([])
  const references = between(circular, circular).flows.flatMap((flow) =>
    flow.fields.filter((field) => field.type === 'reference'),
  )
  expect(references).toHaveLength(1)
})

test('the written contract has open questions and no problems', () => {
  const report = check(writeContract(draft(between(ERP, CRM))))
  for (const { options } of report.questions) for (const { means } of options) expect(means).toMatch(/^[^a-z]/)
  expect(report.problems).toEqual([])
  expect(report.rulebook.map((flow) => [flow.flow, flow.decided])).toEqual([
    ['customers', false],
    ['products', false],
    ['orders', false],
  ])
  expect(report.questions.length).toBeGreaterThan(60)
})

test('every open question stands in the file with its answers, and taking off "# " answers it', () => {
  const text = writeContract(draft(between(ERP, CRM)))
  const answered = new Map<string, string>()
  // One answer a question, the first, as a person would do it; of a shared setting's alternatives only one counts.
  let asked = false
  const lines = text.split('\n').map((line) => {
    if (/^\s*#\?/.test(line)) {
      asked = !line.includes('Only with')
      return line
    }
    if (!asked || !/^\s*# /.test(line)) return line
    asked = false
    const uncommented = line.replace('# ', '')
    answered.set(line, uncommented)
    return uncommented
  })
  const report = check(lines.join('\n'))
  expect(report.problems).toEqual([])
  expect(report.questions).toEqual([])
  expect([...report.contract!.flows.keys()]).toEqual(['customers', 'products', 'orders'])
  expect(report.contract!.flows.get('orders')!.fields.map((field) => field.name)).toContain('lines')
})

test('answers given beforehand are written in place of their questions', () => {
  const proposal = chooseFlows(between(ERP, CRM), ['customers'])
  const text = writeContract(
    draft(proposal, {
      people: [{ key: 'ana', name: 'Ana: Ruiz', email: 'ana@acme.example' }],
      defaults: { 'owners.business': 'ana', 'owners.technical': 'ana', master: 'erp', direction: 'erp to crm' },
    }),
  )
  const report = check(text)
  expect(report.problems).toEqual([])
  const open = report.questions.map((question) => question.setting)
  expect(open).not.toContain('master')
  expect(open).not.toContain('direction')
  expect(open).not.toContain('owners.business')
  expect(report.questions.every((question) => question.owner === 'Ana: Ruiz')).toBe(true)
  expect(text).not.toContain('on_conflict')
})

test('choosing flows takes references to the others out, and lines that nothing tells apart any more', () => {
  const orders = chooseFlows(between(ERP, CRM), ['orders']).flows[0]!
  expect(orders.fields.map((field) => field.type)).not.toContain('reference')
  expect(orders.fields.map((field) => field.type)).not.toContain('lines')
  expect(check(writeContract(draft(chooseFlows(between(ERP, CRM), ['orders'])))).problems).toEqual([])
})

test('odd names survive the file', () => {
  const odd = (name: string): SourceCatalogue => ({
    objects: [table(name, ['no'], ['no integer!=', 'on text', 'name text', 'größe_mm decimal(2)'])],
  })
  const text = writeContract(draft(between(odd('sales.Order'), odd('ORDERS'))))
  const read = parse(text) as {
    company: string
    flows: { orders: { records: { erp: { table: string; id: string } } } }
  }
  expect(read.company).toBe('Acme & Söhne: "Nord"')
  expect(read.flows.orders.records.erp).toMatchObject({ table: 'sales.Order', id: 'no' })
  expect(check(text).problems).toEqual([])
})

test.each([
  [
    'English',
    [
      'api_key',
      'apiKey',
      'password_hash',
      'passwd',
      'user_pwd',
      'authToken',
      'salt',
      'client_secret',
      'reset_key',
      'otp',
    ],
  ],
  ['Spanish', ['contraseña', 'clave', 'clave_api', 'clave_acceso', 'secreto']],
  ['German', ['passwort', 'Kennwort', 'api_schlüssel', 'geheimnis']],
  ['French', ['mot_de_passe', 'mdp', 'jeton', 'clé_api']],
  ['Italian and Portuguese', ['parola', 'chiave_api', 'senha', 'chave_secreta', 'segredo']],
  [
    'others',
    ['wachtwoord', 'hasło'.replace('ł', 'l'), 'heslo', 'lösenord', 'adgangskode', 'passord', 'salasana', 'jelszó'],
  ],
])('secrets are neither fields nor match rules: %s', (_, columns) => {
  const catalogue = (name: string): SourceCatalogue => ({
    objects: [
      table(name, ['id'], ['id integer!=', 'name text!', ...columns.map((column) => `${column} text!`)], {
        unique: columns,
      }),
    ],
  })
  const [flow] = between(catalogue('users'), catalogue('employees')).flows
  expect(flow!.fields.map((field) => field.name)).toEqual(['name'])
  expect(flow!.match).toEqual([])
  expect(flow!.unmapped).toEqual([[], []])
})

const holding = (name: string, columns: readonly string[]): SourceCatalogue => ({
  objects: [table(name, ['id'], ['id integer!=', ...columns])],
})

test('words that only look like secrets are fields', () => {
  const names = [
    'customer_key text',
    'clave_cliente text',
    'pass_count integer',
    'compass text',
    'hashtag text',
    'keyword text',
  ]
  const [flow] = between(
    holding('customers', ['name text!', ...names.slice(0, 2), ...names.slice(3)]),
    holding('accounts', ['name text!', ...names.slice(0, 2), ...names.slice(3)]),
  ).flows
  expect(flow!.fields.map((field) => field.columns[0])).toEqual([
    'name',
    'customer_key',
    'clave_cliente',
    'compass',
    'hashtag',
    'keyword',
  ])
})

test('tables of secrets are no flows', () => {
  const both = (): SourceCatalogue => ({
    objects: ['access_tokens', 'user_passwords', 'api_keys'].map((name) =>
      table(name, ['id'], ['id integer!=', 'name text!']),
    ),
  })
  expect(between(both(), both()).flows).toEqual([])
})

test.each([
  'tms',
  'write_date',
  'date_modified',
  'SystemModstamp',
  'modstamp',
  'last_update',
  'lastUpdated',
  'last_upd',
  'modified_on',
  'date_upd',
  'date_mod',
  'updated',
  'updatedAt',
  'fecha_modificacion',
  'ultima_actualizacion',
  'geändert_am',
  'aenderungsdatum',
  'date_modification',
  'data_ultima_modifica',
  'dt_alteracao',
  'gewijzigd_op',
])('%s says when a record changed, and is no field', (column) => {
  const erp = holding('customers', ['name text!', 'datec instant', `${column} local timestamp`])
  const [flow] = between(erp, holding('accounts', ['name text!', `${column} local timestamp`])).flows
  expect(flow!.tables.map((one) => one.changedAt)).toEqual([column, column])
  expect(flow!.fields.map((field) => field.name)).toEqual(['name'])
})

describe('of several tables that could be the one', () => {
  const sized = (one: SourceObject, estimatedRows: number): SourceObject => ({ ...one, estimatedRows })
  const crm: SourceCatalogue = {
    objects: [
      table('accounts', ['id'], ['id integer!=', 'name text!', 'email text', 'phone text', 'city text', 'type text']),
    ],
  }

  test('customers are not the accounts of a ledger', () => {
    const erp: SourceCatalogue = {
      objects: [
        sized(
          table(
            'account_account',
            ['id'],
            ['id integer!=', 'name text!', 'code text!', 'account_type text', 'type text'],
          ),
          900,
        ),
        sized(
          table('res_partner', ['id'], ['id integer!=', 'display_name text', 'email text', 'phone text', 'city text']),
          12_000,
        ),
        table('account_move', ['id'], ['id integer!=', 'partner_id integer', 'name text'], {
          fk: { partner_id: 'res_partner' },
        }),
      ],
    }
    const flow = between(erp, crm).flows.find((one) => one.tables[1].object === 'accounts')
    expect(flow!.tables[0].object).toBe('res_partner')
  })

  test('the one with the rows, and that others point to, is it', () => {
    const columns = ['id integer!=', 'name text!', 'email text', 'phone text', 'city text']
    const erp: SourceCatalogue = {
      objects: [
        sized(table('accounts', ['id'], columns), 3),
        sized(table('clients', ['id'], columns), 40_000),
        table('orders', ['id'], ['id integer!=', 'client_id integer', 'number text'], { fk: { client_id: 'clients' } }),
        table('invoices', ['id'], ['id integer!=', 'client_id integer', 'number text'], {
          fk: { client_id: 'clients' },
        }),
      ],
    }
    const flow = between(erp, crm).flows.find((one) => one.tables[1].object === 'accounts')
    expect(flow!.tables[0].object).toBe('clients')
  })
})

test('flows have names of their own, however alike the tables are called', () => {
  const many = (): SourceCatalogue => ({
    objects: ['sale_orders', 'sale_order', 'sale_Order', 'Sale_orders'].map((name) =>
      table(name, ['id'], ['id integer!=', 'name text!']),
    ),
  })
  const names = between(many(), many()).flows.map((flow) => flow.name)
  expect(names).toHaveLength(4)
  expect(new Set(names).size).toBe(4)
})
