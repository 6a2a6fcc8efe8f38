import { expect } from 'vitest'
import type { Company } from './company.ts'

/** All that both systems hold, in the same words; equal texts mean that they agree. */
export async function bothSides({ erp, crm }: Company): Promise<readonly [string[], string[]]> {
  const rows = async (sql: string): Promise<string[]> =>
    (await erp.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row).map(String).join('|'))
  const ours = [
    ...(await rows('select name, email, vat, credit, active from customers')),
    ...(await rows('select sku, title, price from products')),
    ...(await rows(`select o.number, c.vat, to_char(o.placed, 'YYYY-MM-DD'), coalesce((select string_agg(l.position || ':' || p.sku || ':' || l.quantity || ':' || coalesce(l.price::text, ''), ',' order by l.position)
      from order_lines l join products p on p.id = l.product_id where l.order_id = o.id), '') from orders o join customers c on c.id = o.customer_id`)),
  ]
  const all = (name: string) => [...crm.table(name).rows.values()]
  const of = (name: string, id: string, column: string) =>
    crm
      .table(name)
      .where(new Map([['id', id]]))[0]
      ?.get(column)
  const theirs = [
    ...all('accounts').map((row) =>
      [...['label', 'mail', 'tax_id', 'ceiling'].map((name) => row.get(name)), row.get('enabled') === 't']
        .map(String)
        .join('|'),
    ),
    ...all('items').map((row) => ['code', 'name', 'price'].map((name) => String(row.get(name))).join('|')),
    ...all('deals').map((row) => {
      const lines = crm
        .table('deal_rows')
        .where(new Map([['deal', row.get('id')!]]))
        .toSorted((a, b) => Number(a.get('no')) - Number(b.get('no')))
        .map((line) =>
          [line.get('no'), of('items', line.get('item')!, 'code'), line.get('amount'), line.get('price')].join(':'),
        )
      return [row.get('reference'), of('accounts', row.get('account')!, 'tax_id'), row.get('placed'), lines.join(',')]
        .map(String)
        .join('|')
    }),
  ]
  return [ours.toSorted(), theirs.toSorted()]
}

/** Fails unless both systems hold the same. */
export async function demandAgreement(company: Company): Promise<void> {
  const [ours, theirs] = await bothSides(company)
  expect(theirs).toEqual(ours)
}
