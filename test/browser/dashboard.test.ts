import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CasePage } from '../../src/api/v1/schemas/cases.ts'
import type { LogPage } from '../../src/api/v1/schemas/log.ts'
import type { RecordPage } from '../../src/api/v1/schemas/records.ts'
import { describeBrowser } from '../harness/browser.ts'
import { type Demo, startDemo } from '../harness/demo.ts'
import { ask, DESKTOP, PASSWORD, PHONE, serious, settled } from './pages.ts'

/*
 * The dashboard as its owners have it: the demo’s server, its link, a real browser. Screenshots of every screen are left in
 * `concordat-screens` of the temporary folder, to be looked at.
 */

const SHOTS = join(tmpdir(), 'concordat-screens')

describeBrowser('dashboard', (browser) => {
  let demo: Demo
  let base: string
  let owner: BrowserContext
  const broken: string[] = []

  beforeAll(async () => {
    await rm(SHOTS, { recursive: true, force: true })
    await mkdir(SHOTS)
    demo = await startDemo(150)
  })

  afterAll(async () => {
    await owner?.close()
    await demo.remove()
  })

  /** A page whose every complaint is kept. */
  const watched = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    page.on('pageerror', (error) => broken.push(`${page.url()}: ${error.message}`))
    page.on('console', (line) => {
      if (/Content Security Policy|Warning:/.test(line.text())) broken.push(`${page.url()}: ${line.text()}`)
    })
    return page
  }
  const at = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${base}${path}`)
    await settled(page)
  }

  test('the printed link makes the first account, and shows how everything stands', async () => {
    const link = await demo.link()
    base = link.base
    owner = await browser().newContext({ ...DESKTOP, locale: 'en-GB', colorScheme: 'light' })
    const page = await watched(owner)
    await page.goto(`${base}/setup?token=${link.token}`)
    await page.getByLabel('Name').fill('Ana')
    await page.getByLabel('E-mail').fill('ana@levante.example')
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { level: 1, name: /in agreement/i }).waitFor()
    await settled(page)
    expect(await page.getByRole('main').textContent()).toMatch(/need a decision.*cases are open/)
    await page.close()
  }, 150_000)

  test('every screen is accessible, fits its window and complains of nothing', async () => {
    const screens = await screensOf(owner, base)
    const state = await owner.storageState()
    const shapes: [string, BrowserContextOptions][] = [
      ['desktop-light', { ...DESKTOP, colorScheme: 'light' }],
      ['desktop-dark', { ...DESKTOP, colorScheme: 'dark' }],
      ['phone-light', { ...PHONE, colorScheme: 'light' }],
      ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ]
    const found: string[] = []
    for (const [shape, options] of shapes) {
      const context = await browser().newContext({ ...options, locale: 'en-GB', storageState: state })
      const page = await watched(context)
      for (const [name, path] of screens) {
        await at(page, path)
        await page.screenshot({ path: join(SHOTS, `${name}-${shape}.png`), fullPage: true })
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        if (wide > 0) found.push(`${name} ${shape}: ${wide} pixels too wide`)
        for (const one of await serious(page)) found.push(`${name} ${shape}: ${one}`)
      }
      await context.close()
    }
    expect(found).toEqual([])
    expect(broken).toEqual([])
  }, 900_000)

  test('the business owner sees what an answer does before it is given', async () => {
    const page = await watched(owner)
    await at(page, '/')
    await page
      .getByRole('link', { name: /^Cases/ })
      .first()
      .click()
    await page.getByRole('link', { name: 'One by one' }).click()
    const [one] = await ask<CasePage>(page, base, '/cases?flow=customers').then(({ items }) => items)
    await at(page, `/cases/${one!.case}`)
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: /^Decide/ }).click()
    await page.getByText(/^Decided:/).waitFor()
    expect(await ask<{ state: string }>(page, base, `/cases/${one!.case}`)).toMatchObject({ state: 'resolved' })
    await page.close()
  })

  test('the technical owner finds why a phone has its value', async () => {
    const page = await watched(owner)
    await at(page, '/records?flow=customers')
    await page.getByRole('listitem').getByRole('link').first().click()
    const row = page.getByRole('row').filter({ hasText: /^phone/ })
    await row.first().waitFor()
    expect(await row.first().textContent()).toMatch(/owned by|shared/)
    await page.close()
  })

  test('an edit of the playground arrives in the other system without a reload', async () => {
    const page = await watched(owner)
    await at(page, '/playground?flow=customers')
    const side = (system: string) => page.getByRole('region', { name: system, exact: true })
    const erp = side('erp').getByRole('textbox', { name: 'legal_name' }).first()
    await erp.fill('Quesería del Turia SL')
    await erp.press('Enter')
    await expect
      .poll(
        async () => {
          const cells = await side('crm').getByRole('textbox', { name: 'account_name' }).all()
          return Promise.all(cells.map(async (cell) => cell.inputValue()))
        },
        { timeout: 30_000 },
      )
      .toContain('Quesería del Turia SL')
    await page.close()
  })

  test('an edit where the value is not owned becomes a question, shown side by side and decided', async () => {
    const page = await watched(owner)
    await at(page, '/playground?flow=customers')
    const crm = page.getByRole('region', { name: 'crm', exact: true }).getByRole('textbox', { name: 'account_name' })
    // The latest change is the first row: the one that arrived a moment ago.
    expect(await crm.first().inputValue()).toBe('Quesería del Turia SL')
    await crm.first().fill('Renamed by sales')
    await crm.first().press('Enter')
    const asked = async () => (await ask<CasePage>(page, base, '/cases?field=name&q=Renamed')).items
    await expect.poll(async () => (await asked()).length, { timeout: 45_000 }).toBe(1)
    const [one] = await asked()
    await at(page, `/cases/${one!.case}`)
    const text = await page.getByRole('main').textContent()
    expect(text).toContain('Renamed by sales')
    expect(text).toContain('Quesería del Turia SL')
    await page.screenshot({ path: join(SHOTS, 'case-outside-edit.png'), fullPage: true })
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: /^Decide/ }).waitFor()
    await page.screenshot({ path: join(SHOTS, 'case-effect.png'), fullPage: true })
    await page.getByRole('button', { name: /^Decide/ }).click()
    await page.getByText(/^Decided:/).waitFor()
    await page.close()
  }, 90_000)

  test('it speaks Spanish to who asks for it', async () => {
    const context = await browser().newContext({
      ...DESKTOP,
      locale: 'es-ES',
      storageState: await owner.storageState(),
    })
    const page = await watched(context)
    await at(page, '/')
    await page
      .getByRole('link', { name: /^Casos/ })
      .first()
      .waitFor()
    expect(await page.evaluate<string>('document.documentElement.lang')).toBe('es')
    await context.close()
  })

  test('the filters of a list are in its address', async () => {
    const page = await watched(owner)
    await at(page, '/log')
    await page.getByLabel('Outcome').selectOption('refused')
    await expect.poll(() => page.url()).toContain('outcome=refused')
    await page.reload()
    await settled(page)
    expect(await page.getByLabel('Outcome').inputValue()).toBe('refused')
    await page.close()
  })
})

/** One address of every screen, with what the demo holds. */
async function screensOf(context: BrowserContext, base: string): Promise<readonly (readonly [string, string])[]> {
  const page = await context.newPage()
  const [one] = (await ask<CasePage>(page, base, '/cases?flow=customers')).items
  const [record] = (await ask<RecordPage>(page, base, '/records?flow=customers')).items
  const [entry] = (await ask<LogPage>(page, base, '/log?kind=operation')).items
  await page.close()
  return [
    ['home', '/'],
    ['flow', '/flows/customers'],
    ['cases', '/cases'],
    ['cases-list', '/cases?view=list'],
    ['case', `/cases/${one!.case}`],
    ['records', '/records'],
    ['record', `/flows/customers/records/${record!.record}`],
    ['log', '/log'],
    ['log-entry', `/log/${entry!.kind}/${entry!.id}`],
    ['runs', '/runs'],
    ['run', `/runs/${entry!.run}`],
    ['rules', '/rules'],
    ['rule-versions', '/rules/versions'],
    ['systems', '/systems'],
    ['system', '/systems/erp'],
    ['alerts', '/alerts'],
    ['people', '/people'],
    ['account', '/account'],
    ['audit', '/audit'],
    ['playground', '/playground'],
  ]
}
