import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { CasePage } from '../../../src/api/v1/schemas/cases.ts'
import { ask, serious } from '../pages.ts'
import type { Stage } from './stage.ts'

const NAME = 'Molinos del Júcar SL'

export function playJourneys(stage: Stage): void {
  test('a customer typed into the ERP arrives in the CRM, and once it is deleted again somebody is asked', async () => {
    const page = await stage.open('ana', '/playground?flow=customers')
    const side = (system: string) => page.getByRole('region', { name: system, exact: true })
    await page.getByLabel('Search both systems').fill(NAME)
    await side('crm').getByText('0 of 0 rows').waitFor()

    // By the keyboard alone.
    await side('erp').getByRole('button', { name: 'New row' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'New row in erp: customers' })
    await dialog.waitFor()
    expect(await dialog.getByText('required').allTextContents()).toEqual(['legal_name (required)'])
    expect(await dialog.getByLabel('ledger_account').count()).toBe(0)
    await dialog.getByLabel('legal_name').fill(NAME)
    await dialog.getByLabel('vat').fill('ESB12345674')
    await dialog.getByLabel('country_code').fill('ES')
    await dialog.getByLabel('credit_limit').fill('much')
    await page.keyboard.press('Enter')
    // What the system refuses is said where it was typed, and nothing of it is lost.
    await dialog.getByRole('alert').getByText('invalid input syntax for type numeric: "much"').waitFor()
    expect(await serious(page)).toEqual([])
    await dialog.getByLabel('credit_limit').fill('2500')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => values(side('erp'), 'legal_name')).toEqual([NAME])
    await expect.poll(() => focused(page)).toBe('New row')
    await expect.poll(() => values(side('crm'), 'account_name'), { timeout: 45_000 }).toEqual([NAME])
    expect(await values(side('crm'), 'credit_limit')).toEqual(['2500.0000'])

    const remove = side('erp').getByRole('button', { name: /^Delete row/ })
    await remove.click()
    // What takes something away is not what a hasty Enter does.
    await expect.poll(() => focused(page)).toBe('Cancel')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await values(side('erp'), 'legal_name')).toEqual([NAME])
    await remove.click()
    const asked = page.getByRole('dialog', { name: /^Delete row \d+ of erp\?/ })
    await asked.getByText(NAME).waitFor()
    expect(await serious(page)).toEqual([])
    await asked.getByRole('button', { name: 'Delete' }).click()
    await side('erp').getByText('0 of 0 rows').waitFor()
    await expect.poll(() => focused(page)).toBe('erp: customers')
    const cases = async () => (await ask<CasePage>(page, stage.base, `/cases?q=${encodeURIComponent(NAME)}`)).items
    await expect.poll(async () => (await cases()).map(({ kind }) => kind), { timeout: 45_000 }).toEqual(['held record'])
    await page.close()
  }, 150_000)

  test('a name that is changed in the CRM opens a case, and the name that is chosen there is the name everywhere', async () => {
    const page = await stage.open('ana', '/playground?flow=customers')
    const side = (system: string) => page.getByRole('region', { name: system, exact: true })
    const [customer] = await stage.erp.sql<{ name: string }>(
      `select legal_name as name from customers where vat is not null and status = 'active' order by id limit 1`,
    )
    const { name } = customer!
    await page.getByLabel('Search both systems').fill(name)
    await side('crm').getByText('1 of 1 rows').waitFor()
    const cell = side('crm').getByRole('textbox', { name: 'account_name' })
    const was = await cell.inputValue()
    await cell.fill(`${was} Norte`)
    await cell.press('Enter')
    const cases = async () =>
      (await ask<CasePage>(page, stage.base, `/cases?q=${encodeURIComponent(name)}`)).items.filter(
        ({ kind, field }) => kind === 'outside edit' && field === 'name',
      )
    await expect.poll(async () => (await cases()).length, { timeout: 45_000 }).toBe(1)
    const [one] = await cases()
    await page.goto(`${stage.base}/cases/${one!.case}`)
    await page.getByRole('radio', { name: /^crm/ }).check()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('This would write').waitFor()
    await page.getByRole('button', { name: 'Decide' }).click()
    await page.getByText(/^Decided:/).waitFor()
    // The page goes on with the record, without a reload.
    const agreed = page.getByRole('row', { name: /^name erp/ }).getByText(`${was} Norte`)
    await expect.poll(() => agreed.count(), { timeout: 20_000 }).toBe(3)
    const inErp = () => stage.erp.value(`select count(*)::int from customers where legal_name = '${was} Norte'`)
    await expect.poll(inErp, { timeout: 45_000 }).toBe(1)
    await page.close()
  }, 150_000)
}

/** What the cells of a column hold. */
const values = async (side: Locator, column: string): Promise<string[]> =>
  Promise.all((await side.getByRole('textbox', { name: column }).all()).map(async (cell) => cell.inputValue()))

/** The name of what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()',
  )
