import { expect, test } from 'vitest'
import type { LogPage } from '../../../src/api/v1/schemas/log.ts'
import { ask } from '../pages.ts'
import type { Stage } from './stage.ts'

interface Acts {
  readonly items: readonly { readonly act: string; readonly subject: string; readonly who: string }[]
}

export function operatingJourneys(stage: Stage): void {
  test('while changes do not arrive by themselves the page says so and asks for them; then they arrive again', async () => {
    const page = await stage.open('ana', '/')
    await page.route('**/api/v1/events', (route) => route.fulfill({ status: 502, body: '' }))
    await page.reload()
    const note = page.getByText('Live updates are interrupted')
    await note.waitFor({ timeout: 30_000 })
    await page.waitForRequest((request) => new URL(request.url()).pathname === '/api/v1/home', { timeout: 30_000 })
    await page.unroute('**/api/v1/events')
    await note.waitFor({ state: 'detached', timeout: 30_000 })
    await page.close()
  }, 120_000)

  test('the technical owner pauses a flow with a reason, lets it go on, and asks for a run', async () => {
    const page = await stage.open('teo', '/flows/customers')
    await page.getByRole('button', { name: 'Pause' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pause customers?' })
    await dialog.getByLabel('Reason').fill('stocktaking')
    await dialog.getByRole('button', { name: 'Pause' }).click()
    await page
      .getByText(/Paused by Teo.*: stocktaking/)
      .first()
      .waitFor()
    const reader = await stage.open('berta', '/')
    await reader.getByText('Paused', { exact: true }).first().waitFor()
    await reader.close()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.getByText('A run was requested').first().waitFor()
    await page.close()
    const admin = await stage.open('ana', '/audit')
    const acts = async () => {
      const { items } = await ask<Acts>(admin, stage.base, '/audit?limit=10')
      return items.slice(0, 3).map(({ act, subject, who }) => [act, subject, who.split(' ')[0]])
    }
    await expect.poll(acts, { timeout: 10_000 }).toEqual([
      ['run asked for', 'customers', 'Teo'],
      ['flow resumed', 'customers', 'Teo'],
      ['flow paused', 'customers', 'Teo'],
    ])
    await admin.close()
  }, 60_000)

  test('a refused write shows what was sent and what the system answered, and is tried again on request', async () => {
    const [pair] = await pairs(stage)
    await stage.crm.sql(`alter table accounts add constraint no_zeppelins check (account_name <> 'Zeppelin SL')`)
    await stage.erp.sql(`update customers set legal_name = 'Zeppelin SL' where id = $1`, pair!.customer)
    const page = await stage.open('teo', '/log')
    await page.getByLabel('Outcome').selectOption('refused')
    await page
      .getByRole('link', { name: /Zeppelin SL/ })
      .first()
      .waitFor({ timeout: 45_000 })
    const { items } = await ask<LogPage>(page, stage.base, '/log?outcome=refused&record=Zeppelin')
    await page.goto(`${stage.base}/runs/${items[0]!.run}`)
    await page.getByText(/Answer of the system:.*no_zeppelins/).waitFor()
    await page.getByText('Request').click()
    expect(await page.locator('dl.pairs').first().textContent()).toMatch(/account_name.*Zeppelin SL/)

    await stage.crm.sql('alter table accounts drop constraint no_zeppelins')
    await page.goto(`${stage.base}/flows/customers`)
    await page.getByRole('button', { name: 'Retry refused writes' }).click()
    await expect
      .poll(() => stage.crm.value('select account_name from accounts where id = $1', pair!.account), {
        timeout: 45_000,
      })
      .toBe('Zeppelin SL')
    await page.close()
  }, 120_000)
}

/** Customers that both systems know under the same name and VAT number, and no second time. */
function pairs({ erp, crm }: Stage): Promise<{ customer: unknown; account: unknown }[]> {
  return Promise.all([
    erp.sql<{ id: unknown; vat: string; name: string }>(
      'select id, vat, legal_name as name from customers where vat in (select vat from customers group by vat having count(*) = 1)',
    ),
    crm.sql<{ id: unknown; vat: string; name: string }>(
      `select id, tax_id as vat, account_name as name from accounts where type = 'customer'`,
    ),
  ]).then(([customers, accounts]) =>
    customers.flatMap(({ id, vat, name }) => {
      const found = accounts.filter((one) => one.vat === vat)
      return vat.length > 7 && found.length === 1 && found[0]!.name === name
        ? [{ customer: id, account: found[0]!.id }]
        : []
    }),
  )
}
