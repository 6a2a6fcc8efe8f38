/**
 * A company between a PostgreSQL database and a REST API that is known by its description alone, with the real commands,
 * connectors and store; what came of it is compared past the engine.
 */
import { expect, onTestFinished, test, vi } from 'vitest'
import { checkContract, introspectSystem, lookAtContract, measureSystem, openApp, sampleSystem } from '../../src/app.ts'
import type { Backend } from '../../src/cli/backend.ts'
import { type Typed, type } from '../fixtures/command-line.ts'
import type { Fault } from '../harness/rest-server.ts'
import { openSigned } from '../harness/sign.ts'
import { bothSides, demandAgreement } from './both-sides.ts'
import { type Company, restCompany } from './company.ts'

// Runs wait for what may still land, and a busy machine is slow.
vi.setConfig({ testTimeout: 240_000 })

const BACKEND: Backend = {
  check: (options) => Promise.resolve(checkContract(options)),
  look: lookAtContract,
  open: openApp,
  introspect: introspectSystem,
  sample: sampleSystem,
  measure: measureSystem,
  serve: () => Promise.reject(new Error('The test serves nothing.')),
  serveBeginning: () => Promise.reject(new Error('nothing is begun here')),
}

const FILL = (customers = 60, orders = 40): string => `
  insert into customers (name, email, vat, credit, active) select 'Customer ' || i, 'c' || i || '@acme.example', 'ES' || i, i + 0.5, i % 2 = 0
    from generate_series(1, ${customers}) i;
  insert into products (sku, title, price) select 'P-' || i, 'Product ' || i, i * 1.25 from generate_series(1, 30) i;
  insert into orders (number, customer_id, placed) select 'O-' || i, i, '2026-03-01' from generate_series(1, ${orders}) i;
  insert into order_lines (order_id, position, product_id, quantity, price)
    select o, p, 1 + (o + p) % 30, p, p * 1.5 from generate_series(1, ${orders}) o, generate_series(1, 3) p;`

async function opened(company: Company) {
  const app = await openSigned(company.options)
  onTestFinished(() => app.close())
  return app
}

test('a newcomer describes an API, and customers, products and orders with lines agree both ways', async () => {
  const company = await restCompany()
  const { erp, crm, server } = company
  await erp.query(FILL())
  crm.insert('accounts', { label: 'Only in the CRM', tax_id: 'CRM1', ceiling: '12.34' })
  const given = { backend: BACKEND, env: company.env }
  const typed = (...argv: string[]): Promise<Typed> =>
    type([...argv, '--contract', company.options.contract!, '--json'], given)
  expect((await typed('check')).json()).toMatchObject({ ok: true, problems: [] })
  expect((await typed('check', '--connect')).json()).toMatchObject({ ok: true })
  const flowsOf = (run: Typed) => (run.json() as { flows: { flow: string; writes: Record<string, number> }[] }).flows
  const plan = await typed('plan')
  expect(flowsOf(plan).map(({ writes }) => writes)).toEqual([
    { erp: 1, crm: 60 },
    { erp: 0, crm: 30 },
    { erp: 0, crm: 40 },
  ])
  expect(server.asked.filter(({ method }) => method !== 'GET')).toEqual([])
  for (const flow of ['customers', 'products', 'orders'])
    for (const as of ['business', 'technical'])
      expect((await typed('approve', flow, '--as', as, '--by', 'ana')).status).toBe(0)
  const run = await typed('run')
  expect(run.status, run.out).toBe(0)
  expect(flowsOf(run).map(({ writes }) => writes)).toEqual(flowsOf(plan).map(({ writes }) => writes))
  await demandAgreement(company)

  server.asked.length = 0
  expect(flowsOf(await typed('run')).flatMap(({ writes }) => Object.values(writes))).toEqual([0, 0, 0, 0, 0, 0])
  expect(server.asked.filter(({ method }) => method !== 'GET')).toEqual([])

  await erp.query(`update customers set credit = 1000.01, email = null where vat = 'ES7';
    update products set title = 'Renamed' where sku = 'P-3';
    update order_lines set quantity = 99 where order_id = 5 and position = 2;
    delete from order_lines where order_id = 6 and position = 1;
    insert into order_lines (order_id, position, product_id, quantity, price) values (6, 4, 1, 7, 0.10);
    update orders set placed = '2026-04-01' where id in (5, 6)`)
  const item = crm.table('items').where(new Map([['code', 'P-4']]))[0]!
  crm.updateRow(
    crm.table('items'),
    item,
    new Map([
      ['price', '77.70'],
      ['remark', 'mine'],
    ]),
  )
  const deal = crm.table('deals').where(new Map([['reference', 'O-9']]))[0]!
  crm.updateRow(crm.table('deals'), deal, new Map([['placed', '2026-05-05']]))
  crm.insert('deal_rows', { deal: deal.get('id')!, no: '9', item: item.get('id')!, amount: '3', price: '1.00' })
  expect((await typed('run')).status).toBe(0)
  await demandAgreement(company)
  expect((await erp.query(`select price from products where sku = 'P-4'`)).rows).toEqual([{ price: '77.70' }])
  expect((await erp.query(`select * from order_lines where order_id = 9`)).rows).toHaveLength(4)
  await erp.query(`update products set title = 'Renamed, too' where sku = 'P-4'`)
  expect((await typed('run')).status).toBe(0)
  const after = crm.table('items').where(new Map([['code', 'P-4']]))[0]!
  expect([after.get('name'), after.get('remark')]).toEqual(['Renamed, too', 'mine'])

  await erp.query(`delete from orders where number = 'O-1'`)
  const gone = crm.table('deals').where(new Map([['reference', 'O-2']]))[0]!
  for (const line of crm.table('deal_rows').where(new Map([['deal', gone.get('id')!]])))
    crm.deleteRow(crm.table('deal_rows'), line)
  crm.deleteRow(crm.table('deals'), gone)
  expect((await typed('run', '--full')).status).toBe(0)
  await demandAgreement(company)
  expect((await bothSides(company))[0].filter((row) => row.startsWith('O-'))).toHaveLength(38)
})

/** What a system does to one in so many writes. */
const MISBEHAVIOUR: readonly (readonly [string, Fault])[] = [
  ['answers too late, with its effect', { delayMs: 3000, drop: 'after' }],
  ['breaks the connection off after the effect', { drop: 'after' }],
  ['breaks the connection off before the effect', { drop: 'before' }],
  [
    'says 500 with a page after the effect',
    { status: 500, type: 'text/html', body: '<h1>Oops</h1>', afterEffect: true },
  ],
  ['says 429 with a time', { status: 429, headers: { 'retry-after': '1' }, body: '{}' }],
  ['says 429 without one', { status: 429, body: '{}' }],
  ['says 503 from a proxy after the effect', { status: 503, type: 'text/html', body: 'later', afterEffect: true }],
]

test.each(MISBEHAVIOUR)('L16 a system that %s loses and doubles nothing', async (_, fault) => {
  const company = await restCompany()
  await company.erp.query(FILL(30, 20))
  let writes = 0
  company.server.fault = ({ method }) => (method === 'GET' || ++writes % 17 !== 0 ? null : fault)
  const app = await opened(company)
  for (let i = 0; i < 12; i++) {
    const reports = await app.run().catch(() => null)
    if (reports?.every(({ status }) => status === 'done') && (await agree(company))) break
  }
  company.server.fault = () => null
  await app.run({ full: true })
  await demandAgreement(company)
  expect(company.crm.table('accounts').rows.size).toBe(30)
})

async function agree(company: Company): Promise<boolean> {
  const [ours, theirs] = await bothSides(company)
  return JSON.stringify(ours) === JSON.stringify(theirs)
}
