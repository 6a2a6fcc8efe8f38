import { expect, test } from 'vitest'
import type { Rules } from '../../../src/api/v1/schemas/rules.ts'
import { ask } from '../pages.ts'
import type { Stage } from './stage.ts'

/** Owners of the customers who are owners of nothing else. */
const NEW_OWNERS = `  tomas: { name: Tomás Vidal, email: tomas@levante.example }
  berta: { name: Berta Gil, email: berta@levante.example }
  teo:   { name: Teo Mas, email: teo@levante.example }
`

/* The address stands in the environment of the demo. */
const CHANNEL = `\nchannels:\n  desk: { kind: slack, url: '\${env:DESK_URL}' }\n\npeople:`

export function ruleJourneys(stage: Stage): void {
  test('a contract that does not check is shown with line and column; the rules of before go on', async () => {
    const page = await stage.open('ana', '/rules?flow=customers')
    await stage.edit('edited_outside_master: revert ', 'edited_outside_master: perhaps ')
    await page.getByText('The contract file was changed').waitFor()
    await page.getByText('Until they are fixed, the previous rules stay in force').waitFor()
    expect(await page.getByText(/concordat\.yaml:\d+:\d+/).count()).toBe(1)
    await stage.edit('edited_outside_master: perhaps ', 'edited_outside_master: revert ')
    await page.getByText('The contract file was changed').waitFor({ state: 'detached' })
    await page.close()
  }, 60_000)

  test('an open question is answered into the file, and its rules then wait for both owners', async () => {
    const page = await stage.open('ana', '/rules?flow=customers')
    await stage.edit(/ {2}tomas: .*\n/, NEW_OWNERS)
    await stage.edit('\npeople:', CHANNEL)
    await stage.edit('    direction: both\n', '    owners: { business: berta, technical: teo }\n    direction: both\n')
    // The others keep the answer that was the default; that of the customers is open.
    await stage.edit(/ {4}empty_in_master: keep .*\n/, '')
    for (const beginning of [
      '    records:\n      erp: { table: products',
      '    records:\n      erp: { table: invoices',
      '    master: crm\n',
    ])
      await stage.edit(beginning, `    edge_cases: { empty_in_master: keep }\n${beginning}`)
    await page.getByText('The file has open questions').waitFor()
    const question = page.locator('form').filter({ hasText: 'Open question' })
    await question.getByRole('radio', { name: /^erase/ }).check()
    await question.getByRole('button', { name: 'Answer' }).click()
    await question.waitFor({ state: 'detached' })
    await page.getByText('New rules are waiting for signatures').waitFor()
    // Ana owned these rules, but not the new ones.
    expect(await page.getByRole('button', { name: 'Sign', exact: true }).count()).toBe(0)
    await page.close()
  }, 60_000)

  test('the business owner reads what is new, tries it on the real records and signs; the service waits', async () => {
    const page = await stage.open('berta', '/rules')
    const tabs = page.getByRole('navigation', { name: 'Flow' }).getByRole('link')
    await tabs.filter({ hasText: 'customers (1)' }).waitFor()
    expect(await tabs.count()).toBe(1)
    const news = page.getByRole('region', { name: 'New rules', exact: true })
    await news.getByText('After').first().waitFor()
    expect(await news.textContent()).toMatch(/Berta Gil/)
    await page.getByRole('button', { name: 'Start a dry run' }).first().click()
    await page.getByRole('status').getByText('Read', { exact: true }).waitFor({ timeout: 60_000 })
    const signing = page.getByRole('region', { name: 'New rules: Signatures' })
    expect(await signing.textContent()).toMatch(/Berta Gil .*and Teo Mas .*must sign/)
    // Ana made the links by which both got their passwords, and nobody else can say that it is them.
    await signing.getByText('Berta chose a password with a link from ana@levante.example').waitFor()
    await stage.store.sql(`update account set reset_at = reset_at - interval '1 day'`)
    await signing.getByRole('button', { name: 'Sign', exact: true }).click()
    await signing.getByRole('button', { name: 'Sign', exact: true }).waitFor({ state: 'detached' })
    await signing.getByText('Teo Mas (technical owner) must sign').waitFor()
    expect(await signing.getByText('Berta Gil (business owner)').count()).toBe(0)
    await page.close()
  }, 60_000)

  test('the technical owner refuses with a reason, signs after all, and the rules are taken up without a restart', async () => {
    const page = await stage.open('teo', '/rules?flow=customers')
    const signing = page.getByRole('region', { name: 'New rules: Signatures' })
    const refuse = signing.getByRole('button', { name: 'Refuse' })
    expect(await refuse.isDisabled()).toBe(true)
    await signing.getByLabel('Comment').fill('not before the audit')
    await refuse.click()
    await signing.getByText('Teo Mas (technical owner) refused these rules: not before the audit').waitFor()
    expect((await ask<Rules>(page, stage.base, '/rules')).file.waits_for).toBe('signatures')
    await signing.getByLabel('Comment').fill('the audit is over')
    await signing.getByRole('button', { name: 'Sign', exact: true }).click()
    await page.getByText('The contract file was changed').waitFor({ state: 'detached', timeout: 40_000 })
    const signed = page.getByRole('region', { name: 'Signatures', exact: true })
    await signed.getByText('the audit is over').first().waitFor()
    expect(await signed.textContent()).toMatch(/Signed.*Berta Gil.*Teo Mas/)
    const rules = await ask<Rules>(page, stage.base, '/rules')
    expect(rules.flows).toMatchObject([{ flow: 'customers', owners: { business: { key: 'berta' } } }])
    await page.close()
  }, 90_000)
}
