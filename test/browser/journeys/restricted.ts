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
]

/** Everything that changes something for others. */
const ACTS =
  /^(Run now|Pause|Resume|Retry|Decide|Acknowledge|Mute|Tell again|Send a test|Test the connection|Sign$|Refuse|Give this|Invite|Show the effect)/

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
}
