import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import type { Language } from '../../model/language.ts'
import { xlsxOf } from './xlsx.ts'

async function sheetOf(language: Language, most: number): Promise<string> {
  const rows = (async function* () {
    yield* [['head'], ['first'], ['second'], ['third']]
  })()
  const chunks: Uint8Array[] = []
  for await (const chunk of xlsxOf(rows, language, most)) chunks.push(chunk)
  return strFromU8(unzipSync(Buffer.concat(chunks))['xl/worksheets/sheet1.xml']!)
}

test('a table that is too long ends with a row that says so, in the language of the reader', async () => {
  expect(await sheetOf('en', 4)).toMatch(/third<.*<\/sheetData>/)
  expect(await sheetOf('en', 2)).toMatch(/first<.*>There is more: export a shorter time\.<.*<\/sheetData>/)
  const spanish = await sheetOf('es', 2)
  expect(spanish).toContain('>Hay más: exporte un periodo más corto.<')
  expect(spanish).not.toContain('second')
})
