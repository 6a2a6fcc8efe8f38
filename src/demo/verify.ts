import type { Disagreement } from './disagreement.ts'
import { Findings } from './disagreement.ts'
import type { Photo, Row } from './photograph.ts'
import { plainNumber, plainText } from './plain-form.ts'
import { verifyCustomers } from './verify-customers.ts'
import type { CustomerRules } from './verify-customers.ts'

/** What comparing the two databases found, without asking the engine. */
export interface Verification {
  /** Pairs of records, and of lines, that were compared field by field. */
  readonly compared: {
    readonly customers: number
    readonly products: number
    readonly orders: number
    readonly invoices: number
    readonly lines: number
  }
  /** Empty when the systems agree wherever they should, and only there. */
  readonly disagreements: readonly Disagreement[]
}

/** Holds what a run made of the two databases against what the contract promises; knows nothing of how it was done. */
export function verify(before: Photo, after: Photo, rules: CustomerRules): Verification {
  const customers = verifyCustomers(before, after, rules)
  const products = verifyProducts(before, after)
  const orders = verifyDocuments(
    before,
    after,
    {
      flow: 'orders',
      from: {
        system: 'crm',
        table: 'deals',
        number: 'deal_no',
        customer: 'account_id',
        lines: 'deal_items',
        parent: 'deal_id',
        pos: 'pos',
        item: 'item_id',
        qty: 'qty',
        price: 'price',
      },
      to: {
        system: 'erp',
        table: 'sales_orders',
        number: 'order_number',
        customer: 'customer_id',
        lines: 'sales_order_lines',
        parent: 'order_id',
        pos: 'line_no',
        item: 'product_id',
        qty: 'quantity',
        price: 'unit_price',
      },
      belongs: (deal) => deal['stage'] === 'won' || deal['stage'] === 'delivered',
      fields: [
        ['date', (row) => row['closed_on']!, (row) => row['order_date']!],
        ['status', (row) => (row['stage'] === 'won' ? 'confirmed' : row['stage']!), (row) => row['status']!],
        ['total', (row) => plainNumber(row['amount']!), (row) => plainNumber(row['total']!)],
      ],
    },
    customers.erpOf,
    products.erpOf,
  )
  const invoices = verifyDocuments(
    before,
    after,
    {
      flow: 'invoices',
      from: {
        system: 'erp',
        table: 'invoices',
        number: 'invoice_number',
        customer: 'customer_id',
        lines: 'invoice_lines',
        parent: 'invoice_id',
        pos: 'position',
        item: 'product_id',
        qty: 'quantity',
        price: 'unit_price',
      },
      to: {
        system: 'crm',
        table: 'bills',
        number: 'bill_no',
        customer: 'account_id',
        lines: 'bill_lines',
        parent: 'bill_id',
        pos: 'pos',
        item: 'item_id',
        qty: 'qty',
        price: 'price',
      },
      belongs: () => true,
      fields: [
        ['date', (row) => row['issued_on']!, (row) => row['billed_on']!],
        ['due date', (row) => row['due_on']!, (row) => row['due_on']!],
        ['total', (row) => plainNumber(row['total']!), (row) => plainNumber(row['amount']!)],
        ['paid', (row) => row['paid']!, (row) => row['is_paid']!],
      ],
    },
    customers.crmOf,
    products.crmOf,
  )
  return {
    compared: {
      customers: customers.compared,
      products: products.erpOf.size,
      orders: orders.compared,
      invoices: invoices.compared,
      lines: orders.lines + invoices.lines,
    },
    disagreements: [customers, products, orders, invoices].flatMap(({ findings }) => findings.disagreements),
  }
}

function verifyProducts(before: Photo, after: Photo) {
  const findings = new Findings('products')
  const erpOf = new Map<string, string>()
  const crmOf = new Map<string, string>()
  findUnchanged(findings, before.erp['products']!, after.erp['products']!, (row) => row['sku']!, 'ERP')
  const skus = new Set(after.erp['products']!.map((row) => plainText(row['sku']!)))
  const onlyInCrm = (rows: readonly Row[]) => rows.filter((row) => !skus.has(plainText(row['code']!)))
  findUnchanged(findings, onlyInCrm(before.crm['items']!), onlyInCrm(after.crm['items']!), (row) => row['code']!, 'CRM')
  const catalogues = new Map(before.crm['items']!.map((row) => [row['id']!, row['catalogue']!]))
  const items = Map.groupBy(after.crm['items']!, (row) => plainText(row['code']!))
  for (const product of after.erp['products']!) {
    const sku = plainText(product['sku']!)
    const found = items.get(sku) ?? []
    const item = found[0]
    if (found.length > 1) findings.add(sku!, `is in the CRM ${found.length} times`)
    if (!item) {
      findings.add(sku!, 'is not in the CRM')
      continue
    }
    erpOf.set(item['id']!, product['id']!)
    crmOf.set(product['id']!, item['id']!)
    findings.agree(sku!, 'name', plainText(product['description']!), plainText(item['name']!))
    findings.agree(sku!, 'unit', product['unit']!, item['sold_by']!)
    findings.agree(sku!, 'price', plainNumber(product['unit_price']!), plainNumber(item['list_price']!))
    findings.agree(sku!, 'weight', plainNumber(product['weight_kg']!), plainNumber(item['weight']!))
    findings.agree(sku!, 'active', product['active']!, item['sellable']!)
    const catalogue = catalogues.get(item['id']!)
    if (catalogue !== undefined) findings.same(sku!, 'catalogue in the CRM', catalogue, item['catalogue']!)
  }
  return { findings, erpOf, crmOf }
}

interface DocumentTable {
  readonly system: 'erp' | 'crm'
  readonly table: string
  readonly number: string
  readonly customer: string
  readonly lines: string
  readonly parent: string
  readonly pos: string
  readonly item: string
  readonly qty: string
  readonly price: string
}

interface Documents {
  readonly flow: string
  readonly from: DocumentTable
  readonly to: DocumentTable
  readonly belongs: (row: Row) => boolean
  readonly fields: readonly (readonly [
    name: string,
    from: (row: Row) => string | null,
    to: (row: Row) => string | null,
  ])[]
}

/** Orders and invoices with their lines: from one system, exactly once in the other, and nothing else there. */
function verifyDocuments(
  before: Photo,
  after: Photo,
  { flow, from, to, belongs, fields }: Documents,
  customerOf: ReadonlyMap<string, string>,
  productOf: ReadonlyMap<string, string>,
) {
  const findings = new Findings(flow)
  const there = from.system === 'erp' ? 'CRM' : 'ERP'
  for (const table of [from.table, from.lines]) {
    findUnchanged(
      findings,
      before[from.system][table]!,
      after[from.system][table]!,
      (row) => row[from.number] ?? `line ${row['id']}`,
      from.system.toUpperCase(),
    )
  }
  const fromLines = Map.groupBy(after[from.system][from.lines]!, (row) => row[from.parent]!)
  const toLines = Map.groupBy(after[to.system][to.lines]!, (row) => row[to.parent]!)
  const arrived = Map.groupBy(after[to.system][to.table]!, (row) => plainText(row[to.number]!)!)
  let compared = 0
  let linesCompared = 0
  for (const document of after[from.system][from.table]!) {
    const number = plainText(document[from.number]!)!
    const lines = fromLines.get(document['id']!) ?? []
    const found = arrived.get(number) ?? []
    arrived.delete(number)
    const customer = customerOf.get(document[from.customer]!)
    const complete = customer !== undefined && lines.every((line) => productOf.has(line[from.item]!))
    if (!belongs(document) || !complete) {
      if (found.length > 0) findings.add(number, `is in the ${there} and should not be`)
      continue
    }
    const copy = found[0]
    if (found.length > 1) findings.add(number, `is in the ${there} ${found.length} times`)
    if (!copy) {
      findings.add(number, `is not in the ${there}`)
      continue
    }
    compared++
    const agree = (field: string, one: string | null, other: string | null): void =>
      from.system === 'erp' ? findings.agree(number, field, one, other) : findings.agree(number, field, other, one)
    agree('customer', customer, copy[to.customer]!)
    for (const [name, one, other] of fields) agree(name, one(document), other(copy))
    const copies = toLines.get(copy['id']!) ?? []
    agree('number of lines', String(lines.length), String(copies.length))
    for (const line of lines) {
      const match = copies.filter((row) => row[to.pos] === line[from.pos])
      if (match.length !== 1) {
        findings.add(number, `line ${line[from.pos]} is in the ${there} ${match.length} times`)
        continue
      }
      linesCompared++
      agree(`line ${line[from.pos]}, product`, productOf.get(line[from.item]!)!, match[0]![to.item]!)
      agree(`line ${line[from.pos]}, quantity`, plainNumber(line[from.qty]!), plainNumber(match[0]![to.qty]!))
      agree(`line ${line[from.pos]}, price`, plainNumber(line[from.price]!), plainNumber(match[0]![to.price]!))
    }
  }
  // What is left was there before by itself, and must be as it was.
  const left = [...arrived.values()].flat()
  const known = new Map(before[to.system][to.table]!.map((row) => [row['id']!, row]))
  for (const row of left) {
    const was = known.get(row['id']!)
    if (was) findUnchanged(findings, [was], [row], () => row[to.number]!, there)
    else findings.add(row[to.number]!, `is new in the ${there} and should not be`)
  }
  return { findings, compared, lines: linesCompared }
}

/** Every row that was there still is, to the letter, and none has come. */
function findUnchanged(
  findings: Findings,
  before: readonly Row[],
  after: readonly Row[],
  name: (row: Row) => string,
  system: string,
): void {
  const text = (row: Row) => JSON.stringify(row)
  const now = new Map(after.map((row) => [text(row), row]))
  for (const row of before)
    if (!now.delete(text(row))) findings.add(name(row), `was changed or removed in the ${system}`)
  for (const row of now.values()) findings.add(name(row), `is new or changed in the ${system} and should not be`)
}

/** Tables whose rows differ between two moments; none after a run that wrote nothing. */
export function changedTables(before: Photo, after: Photo): string[] {
  return (['erp', 'crm'] as const).flatMap((system) =>
    Object.keys(before[system])
      .filter((table) => JSON.stringify(before[system][table]) !== JSON.stringify(after[system][table]))
      .map((table) => `${system}.${table}`),
  )
}
