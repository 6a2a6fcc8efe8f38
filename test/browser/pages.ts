/** What all tests of the dashboard do with its pages. */
import { source as axeSource, type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

export const PASSWORD = 'four words of a stranger'
export const DESKTOP = { viewport: { width: 1360, height: 900 } } as const
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** Waits until a page shows what it was opened for. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor({ timeout: 20_000 })
  await page.locator('.bone').first().waitFor({ state: 'detached', timeout: 20_000 })
}

/** What the API answers whoever is signed in on the page. */
export async function ask<T>(page: Page, base: string, path: string): Promise<T> {
  return (await (await page.request.get(`${base}/api/v1${path}`)).json()) as T
}

/** Follows a link that makes an account or takes up an invitation. */
export async function choosePassword(page: Page): Promise<void> {
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL((url) => url.pathname !== '/setup', { timeout: 20_000 })
  await settled(page)
}

/** What axe finds on a page that keeps people out, each with the element. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 160)}`)
}
