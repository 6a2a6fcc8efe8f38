import { strFromU8, unzipSync } from 'fflate'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { LogPage } from '../../../src/api/v1/schemas/log.ts'
import { ask, settled } from '../pages.ts'
import type { Stage } from './stage.ts'

export function logJourneys(stage: Stage): void {
  test('the log is exported as it is filtered, as CSV and as XLSX', async () => {
    const page = await stage.open('berta', '/log')
    await page.getByLabel('Record, id or text').fill('Zeppelin')
    await expect.poll(() => page.url()).toContain('record=Zeppelin')
    await settled(page)
    const { items } = await ask<LogPage>(page, stage.base, '/log?record=Zeppelin&limit=200')
    expect(items.length).toBeGreaterThan(1)
    const csv = new TextDecoder().decode(await downloaded(page, 'CSV'))
    const [head, ...rows] = csv.trimEnd().split('\r\n')
    expect(head).toMatch(/record/)
    // A line for each field of an entry.
    expect(rows.length).toBe(items.reduce((sum, { fields }) => sum + Math.max(1, fields.length), 0))
    for (const row of rows) expect(row).toContain('customers')
    expect(csv).toContain('Zeppelin SL')
    const files = unzipSync(await downloaded(page, 'XLSX'))
    const sheet = strFromU8(files['xl/worksheets/sheet1.xml']!)
    expect(sheet.match(/<row /g)).toHaveLength(rows.length + 1)
    expect(sheet).toContain('Zeppelin SL')
    await page.close()
  })
}

async function downloaded(page: Page, name: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name, exact: true }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${name.toLowerCase()}$`))
  return readFile(await download.path())
}
