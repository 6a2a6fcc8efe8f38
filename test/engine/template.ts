/*
 * The contract of `world.ts`: customers of an ERP and a CRM with the mildest answers, to which a test gives its own.
 */

type Tree = { readonly [key: string]: unknown }

/** What a test decides otherwise, by flow; `undefined` takes a setting out. */
export interface Overrides {
  readonly customers?: Tree
  /** Orders with lines are part of the contract only when a test names them. */
  readonly orders?: Tree
  /** The customers are in the shop, too. */
  readonly shop?: boolean
  /** Further flows, decided in full. */
  readonly flows?: Tree
  /** Ways to tell people; none unless a test names them. */
  readonly channels?: Tree
  /** More people. */
  readonly people?: Tree
  /** Other settings of a system. */
  readonly systems?: Tree
}

const EDGE_CASES = {
  created_outside_master: 'adopt',
  edited_outside_master: 'revert',
  existing_records: 'master wins',
  existing_unmatched: 'create',
  older_than: 'no limit',
  duplicates: 'ask',
  deleted_in_master: 'delete',
  deleted_elsewhere: 'restore',
  missing_reference: 'ask',
  invalid_value: 'hold record',
  empty_in_master: 'keep',
}

const COMMON = {
  owners: { business: 'ana', technical: 'tomas' },
  schedule: { erp: 'every 5 minutes', crm: 'every 5 minutes' },
  late_after: '30 minutes',
  on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once', business: 'after 1 hour' } },
  limits: { changes: '100%', deletions: '100%' },
  history: '400 days',
}

const CUSTOMERS = {
  ...COMMON,
  master: 'erp',
  direction: 'both',
  records: {
    erp: { table: 'customers', id: 'id', changed_at: 'updated_at', archive: { active: false } },
    crm: { table: 'accounts', id: 'id', changed_at: 'modified_at', archive: { is_active: false } },
  },
  match: [['vat'], ['email']],
  fields: {
    name: { type: 'text', required: true, erp: 'legal_name', crm: 'account_name' },
    vat: { type: 'text', erp: 'vat', crm: 'tax_id' },
    email: { type: 'email', master: 'shared', on_conflict: 'newest', erp: 'email', crm: 'email' },
    phone: { type: 'phone', country: 'ES', master: 'crm', erp: 'phone', crm: 'phone' },
    credit_limit: { type: 'money', currency: 'EUR', erp: 'credit_limit', crm: 'credit_limit' },
  },
  edge_cases: EDGE_CASES,
}

const ORDERS = {
  ...COMMON,
  master: 'erp',
  direction: 'erp to crm',
  records: {
    erp: { table: 'orders', id: 'id', changed_at: 'updated_at' },
    crm: { table: 'deals', id: 'id', changed_at: 'modified_at' },
  },
  match: [['number']],
  fields: {
    number: { type: 'text', required: true, erp: 'number', crm: 'deal_no' },
    customer: { type: 'reference(customers)', required: true, erp: 'customer_id', crm: 'account_id' },
    total: { type: 'money', currency: 'EUR', erp: 'total', crm: 'amount' },
    lines: {
      type: 'lines',
      key: ['position'],
      fields: {
        position: { type: 'integer', erp: 'line_no', crm: 'pos' },
        sku: { type: 'text', erp: 'sku', crm: 'code' },
        quantity: { type: 'decimal', scale: 3, erp: 'quantity', crm: 'qty' },
        price: { type: 'money', currency: 'EUR', erp: 'price', crm: 'price' },
      },
      erp: { table: 'order_lines', parent: 'order_id', id: 'line_no' },
      crm: { table: 'deal_items', parent: 'deal_id', id: 'id' },
    },
  },
  edge_cases: { ...EDGE_CASES, created_outside_master: 'leave alone' },
}

const SHOP = {
  schedule: { shop: 'every 5 minutes' },
  records: { shop: { table: 'buyers', id: 'id', changed_at: 'changed' } },
  fields: { name: { shop: 'name' }, vat: { shop: 'vat_id' }, email: { shop: 'mail' }, phone: { shop: 'telephone' } },
}

/** The contract `before` (empty: the template) with a test's own decisions. */
export function contractOf(
  before: Tree,
  { customers, orders, shop, channels, people, systems, flows }: Overrides,
): Tree {
  const contract = Object.keys(before).length > 0 ? before : START
  const three = shop
    ? { systems: { shop: { connector: 'postgres', url: '${env:SHOP_URL}' } }, flows: { customers: SHOP } }
    : {}
  const withOrders = orders && !(contract['flows'] as Tree)['orders'] ? { flows: { orders: ORDERS } } : {}
  const own = {
    ...(channels && { channels }),
    ...(people && { people }),
    ...(systems && { systems }),
    flows: { ...(customers && { customers }), ...(orders && { orders }), ...flows },
  }
  return [three, withOrders, own].reduce(merged, contract)
}

const START = {
  concordat: 1,
  company: 'Acme Instruments',
  timezone: 'Europe/Madrid',
  people: {
    ana: { name: 'Ana Ruiz', email: 'ana@acme.example' },
    tomas: { name: 'Tomás Vidal', email: 'tomas@acme.example' },
  },
  systems: {
    erp: { connector: 'postgres', url: '${env:ERP_URL}' },
    crm: { connector: 'postgres', url: '${env:CRM_URL}' },
  },
  flows: { customers: CUSTOMERS },
}

function merged(base: Tree, over: Tree): Tree {
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const old = result[key]
    if (value === undefined) delete result[key]
    else result[key] = isTree(old) && isTree(value) ? merged(old, value) : value
  }
  return result
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)
