import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'

export function alertJourneys(stage: Stage): void {
  test('a channel is tried out from the page', async () => {
    const page = await stage.open('ana', '/alerts')
    await page.getByRole('row', { name: /^desk/ }).getByRole('button', { name: 'Send a test' }).click()
    await expect.poll(() => stage.messages.join('\n'), { timeout: 20_000 }).toMatch(/test/i)
    await page.close()
  })

  test('an ERP that is switched off begins an alert, which is acknowledged and muted, and ends with the ERP', async () => {
    const play = await stage.open('ana', '/playground')
    const page = await stage.open('ana', '/alerts')
    await play.getByLabel('erp is').selectOption('down')
    await play.getByText('erp is down now.').waitFor()
    const alert = page
      .locator('section.card')
      .filter({ has: page.getByRole('heading', { name: /erp/i }) })
      .first()
    await alert.waitFor({ timeout: 60_000 })
    const headline = (await alert.getByRole('heading').textContent())!
    const mine = page
      .locator('section.card')
      .filter({ has: page.getByRole('heading', { name: headline, exact: true }) })
    await mine.getByRole('button', { name: 'Acknowledge' }).click()
    await mine.getByText('acknowledged by Ana Ruiz').waitFor()
    await mine.getByRole('button', { name: 'Mute for a day' }).click()
    await mine.getByText('muted by Ana Ruiz').waitFor()
    await mine.getByRole('button', { name: 'Unmute' }).waitFor()
    await play.getByLabel('erp is').selectOption('up')
    await mine.getByText('Ended', { exact: true }).first().waitFor({ timeout: 60_000 })
    expect(await mine.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
    await page.close()
    await play.close()
  }, 150_000)
}
