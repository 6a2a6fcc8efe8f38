/** The service between a database and a REST API, as processes that are killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSigned } from '../harness/sign.ts'
import { bothSides, demandAgreement } from './both-sides.ts'
import { type Company, contractText, restCompany } from './company.ts'

const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')

function start({ folder, env, options }: Company): ChildProcess {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', '--contract', options.contract!], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const FILL = `
  insert into customers (name, vat) select 'Customer ' || i, 'ES' || i from generate_series(1, 60) i;
  insert into products (sku, title, price) values ('P-1', 'Product', 1.25);
  insert into orders (number, customer_id) select 'O-' || i, i from generate_series(1, 20) i;
  insert into order_lines (order_id, position, product_id, quantity) select i, 1, 1, 2 from generate_series(1, 20) i;`

test('L16 a service that is killed while it creates by an API doubles nothing, and follows edits of both sides', async () => {
  const company = await restCompany(contractText(undefined, 'real-time'))
  await company.erp.query(FILL)
  await (await openSigned(company.options)).close()
  const accounts = () => company.crm.table('accounts').rows.size
  company.server.fault = ({ method }) => (method === 'GET' ? null : { delayMs: 15 })
  for (const enough of [7, 31]) {
    const killed = start(company)
    await expect.poll(accounts, { timeout: 40_000, interval: 5 }).toBeGreaterThanOrEqual(enough)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
  }
  const serve = start(company)
  const agree = async (): Promise<boolean> => {
    const [ours, theirs] = await bothSides(company)
    return ours.length > 80 && JSON.stringify(ours) === JSON.stringify(theirs)
  }
  await expect.poll(agree, { timeout: 90_000, interval: 250 }).toBe(true)
  expect(accounts()).toBe(60)

  await company.erp.query(`update customers set name = 'Renamed' where vat = 'ES3'`)
  const one = company.crm.table('accounts').where(new Map([['tax_id', 'ES4']]))[0]!
  company.crm.updateRow(company.crm.table('accounts'), one, new Map([['label', 'Renamed, too']]))
  const renamed = async (): Promise<unknown> =>
    (await company.erp.query(`select count(*)::int as n from customers where name like 'Renamed%'`)).rows[0]
  await expect.poll(renamed, { timeout: 30_000, interval: 250 }).toEqual({ n: 2 })
  await expect.poll(agree, { timeout: 30_000, interval: 250 }).toBe(true)
  serve.kill('SIGTERM')
  expect(await once(serve, 'exit')).toEqual([0, null])
  await demandAgreement(company)
}, 240_000)
