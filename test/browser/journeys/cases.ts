import { expect, test } from 'vitest'
import type { CaseDetail, CaseGroup } from '../../../src/api/v1/schemas/cases.ts'
import { ask } from '../pages.ts'
import type { Stage } from './stage.ts'

export function caseJourneys(stage: Stage): void {
  test('the business owner decides all cases alike after seeing what that would write', async () => {
    const page = await stage.open('berta', '/cases')
    const groups = await ask<{ items: CaseGroup[] }>(page, stage.base, '/cases/groups')
    const group = groups.items.find(({ count }) => count > 1)!
    expect(group.flow).toBe('customers')
    await page.getByRole('link', { name: group.sample.title }).first().click()
    await page.getByText('What should we do?').waitFor()
    const one = await ask<CaseDetail>(page, stage.base, `/cases/${group.sample.case}`)
    const { open } = one.alike.find((alike) => alike.open > 1)!
    await page
      .getByRole('radio')
      .nth(one.choices.findIndex(({ choice }) => one.alike.some((alike) => alike.choice === choice && alike.open > 1)))
      .check()
    await page.getByLabel(`Decide all ${open} similar cases the same way`).check()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText(/This would write|Nothing would be written/).waitFor()
    await page.getByRole('button', { name: `Decide ${open} cases` }).click()
    await page.getByText(`${open} cases decided.`).waitFor()
    await page.getByText(/^Decided:.*Berta/).waitFor()
    await expect
      .poll(async () => (await ask<CaseDetail>(page, stage.base, `/cases/${one.case}`)).state)
      .toBe('resolved')
    // What was decided is not asked again; a case that followed one of them may have become a decision of its own.
    const after = await ask<{ items: CaseGroup[] }>(page, stage.base, '/cases/groups')
    expect(after.items.map(({ sample }) => sample.case)).not.toContain(one.case)
    await page.close()
  }, 60_000)
}
