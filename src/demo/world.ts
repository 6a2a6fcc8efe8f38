import { generateCustomers } from './customers.ts'
import type { Customers } from './customers.ts'
import type { Mess } from './mess.ts'
import { Random } from './random.ts'
import type { Table } from './table.ts'
import { generateInvoices, generateOrders, generateProducts } from './trade.ts'

/** How much of everything. */
export interface Sizes {
  readonly customers: number
  readonly products: number
  readonly orders: number
  readonly invoices: number
}

/** What two systems of one company hold before they have ever met. */
export interface World {
  readonly seed: number
  readonly sizes: Sizes
  readonly erp: readonly Table[]
  readonly crm: readonly Table[]
  /** What is wrong with it, on purpose. */
  readonly mess: readonly Mess[]
  readonly featured: Customers['featured']
}

export const DEFAULT_SIZES: Sizes = { customers: 2000, products: 300, orders: 3000, invoices: 2500 }

/** The same seed and sizes give the same world, byte for byte. */
export function generateWorld(seed: number, sizes: Sizes = DEFAULT_SIZES): World {
  const customers = generateCustomers(sizes.customers, new Random(seed, 'customers'))
  const products = generateProducts(sizes.products, new Random(seed, 'products'))
  const orders = generateOrders(sizes.orders, customers, products, new Random(seed, 'orders'))
  const invoices = generateInvoices(sizes.invoices, customers, products, new Random(seed, 'invoices'))
  return {
    seed,
    sizes,
    erp: [customers.erp, products.erp, ...orders.erp, ...invoices.erp],
    crm: [customers.crm, products.crm, ...orders.crm],
    mess: [...customers.mess, ...products.mess, ...orders.mess, ...invoices.mess],
    featured: customers.featured,
  }
}
