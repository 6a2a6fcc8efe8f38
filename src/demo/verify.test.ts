import { expect, test } from 'vitest'
import type { Photo, Row } from './photograph.ts'
import { changedTables, verify } from './verify.ts'
import type { CustomerRules } from './verify-customers.ts'

const RULES: CustomerRules = { legacyBefore: '2018', awaitingApproval: new Set<string>() }

const customer: Row = {
  id: '1',
  legal_name: 'Talleres Ibáñez, S.L.',
  vat: 'B08421315',
  country_code: 'ES',
  phone: '961 23 45 67',
  email: 'info@ibanez.es',
  credit_limit: '6600.00',
  segment: 'C',
  street: 'Calle Mayor 1',
  postcode: '46001',
  city: 'Valencia',
  customer_since: '2019-01-01',
  status: 'active',
  updated_at: '2024-01-01 10:00:00+00',
}
const account: Row = {
  id: '10001',
  type: 'customer',
  account_name: 'TALLERES IBÁÑEZ',
  tax_id: 'ES-B08421315',
  country_name: 'Spain',
  phone: '+34961234567',
  email: 'info@ibanez.es',
  billing_address: 'Calle Mayor 1, Valencia',
  tier: null,
  credit_limit: '5000.0000',
  owner: 'Lucía',
  modified_at: '2024-02-01 10:00:00+00',
}
const loner: Row = {
  ...customer,
  id: '2',
  legal_name: 'Aguas Vidal, S.A.',
  vat: 'FR52643949225',
  country_code: 'FR',
  email: 'contact@vidal.fr',
  phone: '+33140564025',
}
const product: Row = {
  id: '1',
  sku: 'PG-1',
  description: 'Gauge',
  unit: 'pc',
  unit_price: '10.0000',
  weight_kg: '0.500',
  active: 't',
  updated_at: '2024',
}
const item: Row = {
  id: '500',
  code: 'PG-1',
  name: 'Gauge',
  sold_by: 'pc',
  list_price: '10.000000',
  weight: '0.5000',
  sellable: 't',
  catalogue: 'web',
  modified_at: '2024',
}
const deal: Row = {
  id: '7',
  deal_no: '0004711',
  account_id: '10001',
  closed_on: '2024-01-01',
  stage: 'won',
  amount: '20.0000',
  source: 'web',
  modified_at: '2024',
}
const dead: Row = { ...deal, id: '8', deal_no: '0004712', account_id: '999' }
const dealItem: Row = { id: '1', deal_id: '7', pos: '1', item_id: '500', qty: '2.000', price: '10.0000' }
const invoice: Row = {
  id: '3',
  invoice_number: 'F24/1',
  customer_id: '1',
  issued_on: '2024-02-01',
  due_on: null,
  total: '10.00',
  paid: 'f',
  ledger_account: '43',
  updated_at: '2024',
}
const invoiceLine: Row = {
  id: '1',
  invoice_id: '3',
  position: '1',
  product_id: '1',
  quantity: '1.000',
  unit_price: '10.0000',
}

const before: Photo = {
  erp: {
    customers: [customer, loner],
    products: [product],
    sales_orders: [],
    sales_order_lines: [],
    invoices: [invoice],
    invoice_lines: [invoiceLine],
  },
  crm: { accounts: [account], items: [item], deals: [deal, dead], deal_items: [dealItem], bills: [], bill_lines: [] },
}
const agreed = {
  ...account,
  account_name: customer['legal_name']!,
  tier: 'small',
  credit_limit: '6600.0000',
  modified_at: '2026',
}
const created: Row = {
  ...agreed,
  id: '10002',
  account_name: 'Aguas Vidal, S.A.',
  tax_id: 'FR52643949225',
  country_name: 'France',
  phone: '+33140564025',
  email: 'contact@vidal.fr',
}
const order: Row = {
  id: '20',
  order_number: '0004711',
  customer_id: '1',
  order_date: '2024-01-01',
  status: 'confirmed',
  total: '20.00',
  warehouse: 'Paterna',
  updated_at: '2026',
}
const orderLine: Row = { order_id: '20', line_no: '1', product_id: '1', quantity: '2.000', unit_price: '10.0000' }
const bill: Row = {
  id: '30',
  bill_no: 'F24/1',
  account_id: '10001',
  billed_on: '2024-02-01',
  due_on: null,
  amount: '10.0000',
  is_paid: 'f',
  modified_at: '2026',
}
const billLine: Row = { id: '9', bill_id: '30', pos: '1', item_id: '500', qty: '1.000', price: '10.0000' }
const after: Photo = {
  erp: { ...before.erp, sales_orders: [order], sales_order_lines: [orderLine] },
  crm: { ...before.crm, accounts: [agreed, created], bills: [bill], bill_lines: [billLine] },
}

/** What the comparison says when the CRM or the ERP holds something else in one table. */
function said(
  system: 'erp' | 'crm',
  table: string,
  rows: readonly Row[],
  from = before,
  rules: CustomerRules = RULES,
): string {
  const changed: Photo = { ...after, [system]: { ...after[system], [table]: rows } }
  return verify(from, changed, rules)
    .disagreements.map(({ flow, record, what }) => `${flow}: ${record} ${what}`)
    .join('; ')
}

test('two systems that agree are found to agree, whatever they look like', () => {
  expect(verify(before, after, RULES)).toEqual({
    compared: { customers: 2, products: 1, orders: 1, invoices: 1, lines: 2 },
    disagreements: [],
  })
})

test('a corrupted value is found, in every table', () => {
  expect(said('crm', 'accounts', [{ ...agreed, credit_limit: '6600.0100' }, created])).toMatch(
    /credit limit: the ERP says “6600”/,
  )
  expect(said('crm', 'accounts', [{ ...agreed, owner: 'Marc' }, created])).toMatch(/owner in the CRM was “Lucía”/)
  expect(said('erp', 'customers', [{ ...customer, city: 'Alicante' }, loner])).toMatch(/city in the ERP/)
  expect(said('crm', 'items', [{ ...item, list_price: '10.000100' }])).toMatch(/price/)
  expect(said('erp', 'products', [{ ...product, unit_price: '11.0000' }])).toMatch(/was changed or removed in the ERP/)
  expect(said('erp', 'sales_orders', [{ ...order, customer_id: '2' }])).toMatch(/0004711 customer/)
  expect(said('erp', 'sales_order_lines', [{ ...orderLine, quantity: '3.000' }])).toMatch(/line 1, quantity/)
  expect(said('crm', 'bills', [{ ...bill, is_paid: 't' }])).toMatch(/paid/)
  expect(said('crm', 'bill_lines', [{ ...billLine, price: '1.0000' }])).toMatch(/line 1, price/)
})

test('a value that was right and was written all the same is found', () => {
  expect(said('erp', 'customers', [{ ...customer, phone: '+34961234567' }, loner])).toMatch(
    /phone in the ERP was “961 23 45 67”/,
  )
})

test('a row that is missing is found', () => {
  expect(said('crm', 'accounts', [agreed])).toMatch(/Aguas Vidal, S.A. should have been created in the CRM/)
  expect(said('crm', 'accounts', [created])).toMatch(/is gone from the CRM/)
  expect(said('crm', 'items', [])).toMatch(/PG-1 is not in the CRM/)
  expect(said('erp', 'sales_orders', [])).toMatch(/0004711 is not in the ERP/)
  expect(said('crm', 'bill_lines', [])).toMatch(/number of lines/)
})

test('a row that is there twice is found', () => {
  expect(said('crm', 'accounts', [agreed, created, { ...created, id: '10003' }])).toMatch(/created in the CRM 2 times/)
  expect(said('crm', 'accounts', [agreed, created, { ...agreed, id: '10003' }])).toMatch(
    /is new in the CRM and should not be/,
  )
  expect(said('crm', 'items', [item, { ...item, id: '501' }])).toMatch(/is in the CRM 2 times/)
  expect(said('erp', 'sales_orders', [order, { ...order, id: '21' }])).toMatch(/is in the ERP 2 times/)
  expect(said('crm', 'bill_lines', [billLine, { ...billLine, id: '10' }])).toMatch(/line 1 is in the CRM 2 times/)
})

test('what should have waited is found', () => {
  expect(said('erp', 'sales_orders', [order, { ...order, id: '21', order_number: '0004712' }])).toMatch(
    /0004712 is in the ERP and should not be/,
  )
  expect(said('erp', 'sales_orders', [order, { ...order, id: '21', order_number: 'X' }])).toMatch(/X is new in the ERP/)
  const old = { ...loner, updated_at: '2015-01-01 10:00:00+00' }
  const started: Photo = { ...before, erp: { ...before.erp, customers: [customer, old] } }
  expect(said('erp', 'customers', [customer, old], started)).toMatch(
    /Aguas Vidal, S.A. is new in the CRM and should not be/,
  )
  const hand: Row = { ...created, id: '10009', tax_id: 'IT05835150375', email: 'a@b.it', account_name: 'Hand' }
  const typed: Photo = { ...before, crm: { ...before.crm, accounts: [account, hand] } }
  expect(said('crm', 'accounts', [agreed, created, hand], typed)).toMatch(/Hand should have been created in the ERP/)
  expect(
    said('crm', 'accounts', [agreed, created, hand], typed, { ...RULES, awaitingApproval: new Set(['10009']) }),
  ).toBe('')
})

test('of two e-mail addresses the newer one has to win', () => {
  const other: Photo = { ...before, crm: { ...before.crm, accounts: [{ ...account, email: 'new@ibanez.es' }] } }
  expect(said('crm', 'accounts', [agreed, created], other)).toMatch(
    /the e-mail should be the newer one, “new@ibanez.es”/,
  )
})

test('a run that wrote something is found by its tables', () => {
  expect(changedTables(after, after)).toEqual([])
  expect(changedTables(before, after)).toEqual([
    'erp.sales_orders',
    'erp.sales_order_lines',
    'crm.accounts',
    'crm.bills',
    'crm.bill_lines',
  ])
})
