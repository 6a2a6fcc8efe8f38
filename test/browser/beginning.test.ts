import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import type { RunItem } from '../../src/api/v1/schemas/runs.ts'
import { startBeginning, type Started } from '../harness/beginning.ts'
import { describeBrowser } from '../harness/browser.ts'
import { ask, choosePassword, DESKTOP, PASSWORD, PHONE, serious, settled } from './pages.ts'

/*
 * From an empty folder to a signed contract and a run that writes nothing, without seeing the file: two people, each in a
 * browser of their own. Screenshots of every step are left in `concordat-screens` of the temporary folder.
 */

const SHOTS = join(tmpdir(), 'concordat-screens')

describeBrowser('a contract is begun in the browser', (browser) => {
  let started: Started
  let base: string
  let ana: BrowserContext
  let page: Page
  let untouched: unknown
  const broken: string[] = []

  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true })
    started = await startBeginning()
    untouched = await started.image()
  })
  afterAll(async () => {
    await ana?.close()
    await started?.end()
  })

  /** The step as it is on a desktop and a phone, in light and dark: nothing is too wide, and axe finds nothing serious. */
  const looked = async (name: string): Promise<string[]> => {
    const found: string[] = []
    for (const [shape, { viewport }] of [['desktop', DESKTOP] as const, ['phone', PHONE] as const])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
        await page.screenshot({ path: join(SHOTS, `begin-${name}-${shape}-${colorScheme}.png`), fullPage: true })
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        if (wide > 0) found.push(`${name} ${shape}: ${wide} pixels too wide`)
        for (const one of await serious(page)) found.push(`${name} ${shape} ${colorScheme}: ${one}`)
      }
    await page.setViewportSize(DESKTOP.viewport)
    await page.emulateMedia({ colorScheme: 'light' })
    return found
  }

  test('the printed link makes the first account, which then begins a contract; without it nothing is shown', async () => {
    const link = await started.link()
    base = link.base
    expect((await fetch(`${base}/api/v1/begin`)).status).toBe(401)
    expect((await fetch(`${base}/ready`)).status).toBe(503)
    ana = await browser().newContext({ ...DESKTOP, locale: 'en-GB', colorScheme: 'light' })
    page = await ana.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => broken.push(error.message))
    await page.goto(`${base}/setup?token=${link.token}`)
    await page.getByLabel('Name').fill('Ana Ruiz')
    await page.getByLabel('E-mail').fill('ana@acme.example')
    await choosePassword(page)
    await page.getByRole('heading', { level: 1, name: 'Begin a contract' }).waitFor()
  }, 60_000)

  test('two systems are connected to; what is wrong is said, and asked again', async () => {
    const first = page.getByRole('form', { name: 'First system' })
    await first.getByLabel('What the contract calls it').fill('shop')
    await first.getByLabel('URL of its database').fill('http://169.254.169.254/latest')
    await first.getByRole('button', { name: 'Connect' }).click()
    await first.getByRole('alert').getByText('not the URL of a database').waitFor()
    await first.getByLabel('URL of its database').fill('postgres://nobody:wrong@127.0.0.1:1/nothing')
    await first.getByRole('button', { name: 'Connect' }).click()
    await first.getByRole('alert').getByText('not the URL of a database').waitFor({ state: 'detached' })
    await first.getByRole('alert').waitFor()
    expect(await first.getByRole('alert').textContent()).not.toContain('wrong')
    await first.getByLabel('URL of its database').fill(started.store.url)
    await first.getByRole('button', { name: 'Connect' }).click()
    await first.getByText('keeps its own state').waitFor()
    await first.getByLabel('URL of its database').fill(started.shop.url)
    await first.getByRole('button', { name: 'Connect' }).click()
    await page.getByText(/PostgreSQL .*, 3 tables/).waitFor()
    const second = page.getByRole('form', { name: 'Second system' })
    await second.getByLabel('What the contract calls it').fill('crm')
    await second.getByLabel('URL of its database').fill(started.crm.url)
    await second.getByRole('button', { name: 'Connect' }).click()
    await page.getByText(/PostgreSQL .*, 2 tables/).waitFor()
    expect(await looked('systems')).toEqual([])
    await page.getByRole('button', { name: 'Continue' }).click()
  }, 90_000)

  test('tables are paired, also those that do not look alike', async () => {
    await page.getByRole('heading', { name: 'Which tables hold the same records?' }).waitFor()
    const pair = page.getByRole('checkbox', { name: /customer ↔ contacts|customers/ })
    await pair.waitFor()
    await pair.check()
    expect(await looked('tables')).toEqual([])
    await page.getByRole('button', { name: 'Continue with these tables' }).click()
  }, 90_000)

  test('fields are looked over with the values of both sides, left out and added', async () => {
    await page.getByRole('heading', { name: 'Which fields hold the same?' }).waitFor()
    const fields = page
      .getByRole('region')
      .filter({ has: page.getByRole('columnheader', { name: 'Equal' }) })
      .first()
    // The records that differ come first.
    await fields.getByText('differs').first().waitFor()
    await fields.getByText('+34 91 777 0000').waitFor()
    expect(await page.getByRole('main').textContent()).not.toContain('never shown')
    expect(await fields.getByText('26 of 28').count()).toBe(1)
    expect(await looked('fields')).toEqual([])
    await page.getByRole('button', { name: 'Next record' }).click()
    await page.getByText('Record 2 of').waitFor()
    await page.getByRole('button', { name: 'Leave out city' }).click()
    await page.getByRole('button', { name: 'Leave out city' }).waitFor({ state: 'detached' })
    await page.getByLabel('Column of shop').selectOption('city')
    await page.getByLabel('Column of crm').selectOption('town')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'Leave out city' }).waitFor()
    expect(await page.getByRole('checkbox', { name: /^email finds 28, 0 ambiguous/ }).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Continue with these fields' }).click()
  }, 120_000)

  test('a starting point answers every question; the weightiest come first, with what the rows say', async () => {
    await page.getByLabel('Company').fill('Acme')
    await page.getByRole('checkbox', { name: 'The same person' }).uncheck()
    const technical = page.getByRole('group', { name: 'Technical owner: looks after the technology' })
    await technical.getByLabel('Name').fill('Tomás Vidal')
    await technical.getByLabel('E-mail').fill('tomas@acme.example')
    await page.getByRole('radio', { name: /^shop to crm/ }).check()
    await page.getByRole('radio', { name: /leads, automatic/ }).check()
    await page.getByRole('button', { name: 'Show the questions' }).click()
    await page.getByText('All questions are answered').waitFor()
    const questions = page.locator('details')
    expect(await questions.first().textContent()).toMatch(/delete/)
    await page
      .getByText(/2 of 28 that belong together differ in a field; most often in phone \(2\)/)
      .first()
      .waitFor()
    await page
      .getByText(/2 of Shop and 0 of CRM have no counterpart/)
      .first()
      .waitFor()
    // An answer of one's own, and one that is none.
    const limits = questions
      .filter({ hasText: 'limits.changes' })
      .or(questions.filter({ hasText: '5% or 200 records' }))
      .first()
    await limits.locator('summary').click()
    await limits.getByLabel('Another answer').fill('perhaps')
    await limits.getByRole('button', { name: 'Give this answer' }).click()
    await page.getByRole('alert').waitFor()
    await limits.getByLabel('Another answer').fill('20% or 100 records')
    await limits.getByRole('button', { name: 'Give this answer' }).click()
    await limits.locator('summary').getByText('20% or 100 records').waitFor()
    expect(await looked('rules')).toEqual([])
    await page.getByRole('button', { name: 'Read the rules' }).click()
  }, 120_000)

  test('the rules are read as sentences and written; no system was touched, and no password is in the file', async () => {
    await page.getByRole('heading', { name: 'Read what the owners will sign' }).waitFor()
    expect(await looked('write')).toEqual([])
    await page.getByRole('button', { name: 'Write the contract' }).click()
    await page.getByRole('heading', { name: 'What is next' }).waitFor({ timeout: 60_000 })
    expect(await started.image()).toEqual(untouched)
    const path = join(started.folder, 'concordat.yaml')
    const text = await readFile(path, 'utf8')
    expect(text).toContain('# The rules by which shop and crm are kept in agreement.')
    expect(text).not.toContain(new URL(started.shop.url).password || 'postgres://')
    expect(readContract(path)).toMatchObject({ problems: [], questions: [] })
    expect(await readFile(join(started.folder, '.env'), 'utf8')).toContain('SHOP_URL=')
    expect((await page.request.get(`${base}/ready`)).status()).toBe(200)
  }, 120_000)

  test('the other owner is invited, both try the rules and sign them, and the second run writes nothing', async () => {
    await settled(page)
    await page.getByRole('button', { name: 'Invite Tomás Vidal' }).click()
    const link = await page.locator('code').filter({ hasText: '/setup?token=' }).first().textContent()
    await page.getByRole('button', { name: 'Start a dry run' }).click()
    await page.getByRole('status').getByText('Read', { exact: true }).waitFor({ timeout: 60_000 })
    expect(await looked('next')).toEqual([])
    await page.getByRole('button', { name: 'Sign', exact: true }).click()
    await page.getByText('Tomás Vidal (technical owner) must sign').waitFor()
    const other = await browser().newContext({ ...DESKTOP, locale: 'es-ES' })
    const his = await other.newPage()
    his.setDefaultTimeout(20_000)
    await his.goto(link!)
    await his.getByLabel('Contraseña nueva').fill(PASSWORD)
    await his.getByRole('button', { name: 'Continuar' }).click()
    await his.waitForURL((url) => url.pathname !== '/setup')
    // Whose link somebody else made waits a day before signing.
    await started.store.sql(`update account set reset_at = reset_at - interval '1 day'`)
    await his.goto(`${base}/rules`)
    await his.getByRole('button', { name: 'Firmar', exact: true }).click()
    const runs = async (): Promise<readonly RunItem[]> =>
      (await ask<{ items: readonly RunItem[] }>(page, base, '/runs')).items
    await page.getByRole('button', { name: 'Run now' }).click()
    await expect.poll(async () => (await runs())[0]?.status, { timeout: 60_000 }).toBe('done')
    expect(await started.crm.value('select count(*)::int from contacts')).toBe(30)
    const agreed = await started.image()
    const [{ flow }] = (await runs()) as [RunItem]
    await page.goto(`${base}/flows/${flow}`)
    await settled(page)
    await page.getByRole('button', { name: 'Run now' }).click()
    await expect
      .poll(async () => (await runs()).filter(({ status }) => status === 'done').length, { timeout: 60_000 })
      .toBe(2)
    expect((await runs())[0]!.writes).toEqual({ crm: 0, shop: 0 })
    expect(await started.image()).toEqual(agreed)
    await other.close()
    expect(broken).toEqual([])
  }, 240_000)
})
