import { expect, test } from 'vitest'
import { settled } from '../pages.ts'
import type { Stage } from './stage.ts'

const SCREENS = [
  '/',
  '/cases',
  '/cases?view=list',
  '/records',
  '/log',
  '/runs',
  '/rules',
  '/rules/versions',
  '/systems',
  '/systems/erp',
  '/alerts',
  '/account',
  '/playground',
]

/** Everything that changes something for others. */
const ACTS =
  /^(Run now|Pause|Resume|Retry|Decide|Acknowledge|Mute|Unmute|Send a test|Test the connection|Sign$|Refuse|Give this|Invite|Preview|New row|Delete)/

export function restrictedJourneys(stage: Stage): void {
  test('the technical owner of one flow sees that flow alone, and every button that he sees works', async () => {
    const page = await stage.open('teo', '/')
    for (const path of [...SCREENS, '/flows/customers']) {
      await page.goto(`${stage.base}${path}`)
      await settled(page)
      expect(await page.getByText('products', { exact: true }).count(), path).toBe(0)
      expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
    }
    await page.goto(`${stage.base}/systems/crm`)
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByRole('button', { name: 'Test the connection' }).waitFor()
    await page.close()
  }, 90_000)

  test('a viewer of one flow sees no button that changes anything', async () => {
    const page = await stage.open('vera', '/')
    for (const path of [...SCREENS, '/flows/orders']) {
      await page.goto(`${stage.base}${path}`)
      await settled(page)
      expect(await page.getByRole('button', { name: ACTS }).allTextContents(), path).toEqual([])
      expect(await page.getByText('products', { exact: true }).count(), path).toBe(0)
    }
    await page.close()
  }, 90_000)

  test('to a viewer the tables of the playground are tables, and its switches words', async () => {
    const page = await stage.open('vera', '/playground')
    await page.getByText('You can view the rows of orders but not change them.').waitFor()
    const erp = page.getByRole('region', { name: 'erp', exact: true })
    expect(await erp.getByRole('row').count()).toBeGreaterThan(2)
    expect(await erp.getByRole('textbox').count()).toBe(0)
    expect(await erp.getByRole('combobox').count()).toBe(0)
    await erp.getByText('erp is up').waitFor()
    await page.close()
  }, 30_000)
}
