import type { Mess } from './mess.ts'
import type { Customers } from './customers.ts'
import type { Random } from './random.ts'
import type { Cell, Table } from './table.ts'
import { addDays, day, moment } from './time.ts'

/*
 * What the company trades: products, the orders that the sales people enter in the CRM, the invoices that the ERP
 * writes, and what is wrong with them.
 */

export interface Products {
  readonly erp: Table
  readonly crm: Table
  /** Everything that the ERP sells. */
  readonly inErp: readonly Product[]
  /** What sales people can put in an order today. */
  readonly inCrm: readonly Product[]
  /** Typed in by hand in the CRM; the ERP has never heard of them. */
  readonly handMade: readonly Product[]
  readonly mess: readonly Mess[]
}

export interface Product {
  readonly erpId: number
  readonly crmId: number
  readonly price: number
  readonly unit: string
}

export interface Trade {
  readonly erp: readonly Table[]
  readonly crm: readonly Table[]
  readonly mess: readonly Mess[]
}

const WARES: readonly (readonly [name: string, code: string, from: number, to: number, unit: string])[] = [
  ['Pressure gauge', 'PG', 24, 380, 'pc'],
  ['Digital caliper', 'DC', 19, 240, 'pc'],
  ['Micrometer', 'MI', 45, 420, 'pc'],
  ['Data logger', 'DL', 89, 1450, 'pc'],
  ['Thermocouple', 'TC', 8, 95, 'pc'],
  ['Flow meter', 'FM', 210, 4800, 'pc'],
  ['Torque wrench', 'TW', 65, 690, 'pc'],
  ['pH electrode', 'PH', 38, 310, 'pc'],
  ['Load cell', 'LC', 55, 980, 'pc'],
  ['Signal cable', 'CB', 0.4, 9, 'm'],
  ['Calibration oil', 'CO', 6, 60, 'kg'],
  ['Laboratory balance', 'LB', 320, 5400, 'pc'],
]
const MODELS = ['basic', 'compact', 'industrial', 'precision', 'stainless', 'high-temperature', 'laboratory', 'field']

export function generateProducts(count: number, random: Random): Products {
  const erp: Cell[][] = []
  const crm: Cell[][] = []
  const inErp: Product[] = []
  const inCrm: Product[] = []
  const handMade: Product[] = []
  const staleEvery = 3
  let stale = 0
  for (let i = 0; i < count; i++) {
    const [ware, code, from, to, unit] = WARES[i % WARES.length]!
    const sku = `${code}-${String(100 + Math.floor(i / WARES.length)).padStart(4, '0')}`
    const name = `${ware} ${random.pick(MODELS)} ${random.integer(1, 90) * 10}`
    const price = money(from + random.next() * (to - from), unit === 'pc' ? 2 : 4)
    const weight = money(0.02 + random.next() * 12, 3)
    const active = !random.chance(0.05)
    const erpId = i + 1
    erp.push([erpId, sku, name, unit, price, weight, active, moment(random, 2022, 2026)])
    // Two of three are in the CRM already, a third of those with the price and name of some years ago.
    if (i % 3 === 2) {
      inErp.push({ erpId, crmId: 0, price, unit })
      continue
    }
    const old = crm.length % staleEvery === 0
    if (old) stale++
    const crmId = 500 + crm.length
    crm.push([
      crmId,
      sku,
      old ? ware : name,
      unit,
      old ? money(price * 0.93, 4) : price,
      weight,
      old || active,
      random.pick(['general', 'web', 'dealers']),
      moment(random, 2022, 2026),
    ])
    inErp.push({ erpId, crmId, price, unit })
    inCrm.push({ erpId, crmId, price, unit })
  }
  const notInCrm = count - crm.length
  for (const [code, name, price] of [
    ['SERV-HOUR', 'Service technician, hour', 68],
    ['TRAVEL', 'Travel expenses', 120],
    ['TRAINING', 'Training day', 890],
    ['MISC', 'Miscellaneous', 1],
  ] as const) {
    const crmId = 500 + crm.length
    crm.push([crmId, code, name, 'pc', price, null, true, 'general', moment(random, 2022, 2026)])
    handMade.push({ erpId: 0, crmId, price, unit: 'pc' })
  }
  return {
    erp: {
      name: 'products',
      columns: ['id', 'sku', 'description', 'unit', 'unit_price', 'weight_kg', 'active', 'updated_at'],
      rows: erp,
    },
    crm: {
      name: 'items',
      columns: ['id', 'code', 'name', 'sold_by', 'list_price', 'weight', 'sellable', 'catalogue', 'modified_at'],
      rows: crm,
    },
    inErp,
    inCrm,
    handMade,
    mess: [
      { key: 'products_only_in_erp', what: 'products that exist only in the ERP', count: notInCrm },
      { key: 'products_stale_in_crm', what: 'products with an old price and name in the CRM', count: stale },
      { key: 'products_typed_in_crm', what: 'products entered by hand in the CRM', count: handMade.length },
    ],
  }
}

/** Orders: in the CRM only, but for a few that somebody typed into the ERP by hand. */
export function generateOrders(count: number, customers: Customers, products: Products, random: Random): Trade {
  const share = (per3000: number) => Math.max(1, Math.round((per3000 * count) / 3000))
  const deals: Cell[][] = []
  const dealItems: Cell[][] = []
  const buyers = customers.trading.flatMap(({ crmId }) => (crmId === null ? [] : [crmId]))
  const dead = share(12)
  const undecided = share(10)
  const unknownProduct = share(4)
  const drafts = share(90)
  let asText = 0

  const special = random.shuffled(Array.from({ length: count }, (_, i) => i))
  const isDead = new Set(special.slice(0, dead))
  const isUndecided = new Set(special.slice(dead, dead + undecided))
  const isUnknown = new Set(special.slice(dead + undecided, dead + undecided + unknownProduct))
  const dates = Array.from({ length: count }, () => day(random, 2014, 2026)).toSorted()
  for (let i = 0; i < count + drafts; i++) {
    const id = 70001 + i
    const date = dates[i] ?? dates[count - 1]!
    // Until 2019 a bare number with leading zeros, which a spreadsheet would eat.
    const old = date < '2019'
    if (old) asText++
    const account = isDead.has(i)
      ? 900000 + random.integer(1, 999)
      : isUndecided.has(i)
        ? random.pick(customers.undecided).crmId
        : // The featured customer is the first of the trading ones, and buys.
          i < 4
          ? buyers[0]!
          : random.pick(buyers)
    let amount = 0
    const lines = random.integer(1, 8)
    for (let pos = 1; pos <= lines; pos++) {
      const product = isUnknown.has(i) && pos === 1 ? random.pick(products.handMade) : random.pick(products.inCrm)
      const [quantity, price] = sold(product, random)
      amount += quantity * price
      dealItems.push([dealItems.length + 1, id, pos, product.crmId, quantity, price])
    }
    deals.push([
      id,
      old ? String(4000 + i).padStart(7, '0') : `O-${date.slice(0, 4)}-${String(i).padStart(5, '0')}`,
      account,
      date,
      i >= count ? 'draft' : date < '2026-07' ? 'delivered' : 'won',
      money(amount, 2),
      random.pick(['sales', 'web', 'fair', 'phone']),
      moment(random, 2023, 2026),
    ])
  }

  const typed = share(8)
  const orders: Cell[][] = []
  const orderLines: Cell[][] = []
  const known = customers.trading.flatMap(({ erpId }) => (erpId === null ? [] : [erpId]))
  for (let id = 1; id <= typed; id++) {
    const [quantity, price] = sold(products.inErp[0]!, random)
    orders.push([
      id,
      `M-${String(id).padStart(4, '0')}`,
      random.pick(known),
      day(random, 2024, 2026),
      'confirmed',
      money(quantity * price, 2),
      'Paterna',
      moment(random, 2024, 2026),
    ])
    orderLines.push([id, 1, products.inErp[0]!.erpId, quantity, price])
  }
  return {
    erp: [
      {
        name: 'sales_orders',
        columns: ['id', 'order_number', 'customer_id', 'order_date', 'status', 'total', 'warehouse', 'updated_at'],
        rows: orders,
      },
      {
        name: 'sales_order_lines',
        columns: ['order_id', 'line_no', 'product_id', 'quantity', 'unit_price'],
        rows: orderLines,
      },
    ],
    crm: [
      {
        name: 'deals',
        columns: ['id', 'deal_no', 'account_id', 'closed_on', 'stage', 'amount', 'source', 'modified_at'],
        rows: deals,
      },
      { name: 'deal_items', columns: ['id', 'deal_id', 'pos', 'item_id', 'qty', 'price'], rows: dealItems },
    ],
    mess: [
      { key: 'orders_of_nobody', what: 'orders of customers that do not exist', count: dead },
      { key: 'orders_of_undecided', what: 'orders of companies with a duplicate in one system', count: undecided },
      {
        key: 'orders_with_unknown_product',
        what: 'orders of a product that is missing in the ERP',
        count: unknownProduct,
      },
      { key: 'orders_typed_in_erp', what: 'orders entered by hand in the ERP', count: typed },
      { key: 'order_numbers_as_text', what: 'order numbers with leading zeros', count: asText },
      { key: 'drafts', what: 'draft deals, which are not orders yet', count: drafts },
    ],
  }
}

/** Invoices: the ERP writes them, the CRM has none yet. */
export function generateInvoices(count: number, customers: Customers, products: Products, random: Random): Trade {
  const invoices: Cell[][] = []
  const invoiceLines: Cell[][] = []
  const undecided = Math.max(1, Math.round((6 * count) / 2500))
  const buyers = customers.trading.flatMap(({ erpId }) => (erpId === null ? [] : [erpId]))
  const isUndecided = new Set(random.shuffled(Array.from({ length: count }, (_, i) => i)).slice(0, undecided))
  const dates = Array.from({ length: count }, () => day(random, 2014, 2026)).toSorted()
  for (let i = 0; i < count; i++) {
    const id = i + 1
    const date = dates[i]!
    const buyer = isUndecided.has(i) ? random.pick(customers.undecided).erpId : i < 3 ? buyers[0]! : random.pick(buyers)
    let total = 0
    const lines = random.integer(1, 6)
    for (let position = 1; position <= lines; position++) {
      const product = random.pick(products.inErp)
      const [quantity, price] = sold(product, random)
      total += quantity * price
      invoiceLines.push([invoiceLines.length + 1, id, position, product.erpId, quantity, price])
    }
    invoices.push([
      id,
      `F${date.slice(2, 4)}/${String(id).padStart(5, '0')}`,
      buyer,
      date,
      random.chance(0.02) ? null : addDays(date, random.pick([30, 30, 60, 90])),
      money(total, 2),
      date < '2026-08' ? !random.chance(0.04) : random.chance(0.3),
      random.pick(['43000000', '43000001', '43009000']),
      moment(random, 2023, 2026),
    ])
  }
  return {
    erp: [
      {
        name: 'invoices',
        columns: [
          'id',
          'invoice_number',
          'customer_id',
          'issued_on',
          'due_on',
          'total',
          'paid',
          'ledger_account',
          'updated_at',
        ],
        rows: invoices,
      },
      {
        name: 'invoice_lines',
        columns: ['id', 'invoice_id', 'position', 'product_id', 'quantity', 'unit_price'],
        rows: invoiceLines,
      },
    ],
    crm: [],
    mess: [
      { key: 'invoices_of_undecided', what: 'invoices of companies with a duplicate in one system', count: undecided },
    ],
  }
}

function sold(product: Product, random: Random): [quantity: number, price: number] {
  const quantity = product.unit === 'pc' ? random.integer(1, 24) : money(0.5 + random.next() * 60, 3)
  return [quantity, money(product.price * (1 - random.pick([0, 0, 0.05, 0.1, 0.125])), 4)]
}

function money(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
