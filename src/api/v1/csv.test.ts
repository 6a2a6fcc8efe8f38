import { expect, test } from 'vitest'
import { csvOf } from './csv.ts'

async function written(...rows: string[][]): Promise<string> {
  let text = ''
  for await (const chunk of csvOf(
    (async function* () {
      yield* rows
    })(),
  ))
    text += chunk
  return text
}

test('a cell that a spreadsheet would calculate is marked as text', async () => {
  for (const [cell, safe] of [
    ['=1+1', `"'=1+1"`],
    ['+34600', `"'+34600"`],
    ['-2', `"'-2"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['＝1', `"'＝1"`],
    ['a=1', 'a=1'],
    ['', ''],
  ])
    expect(await written([cell!])).toBe(`\uFEFF${safe}\r\n`)
})

test('commas, quotes and line ends stay within their cell', async () => {
  expect(await written(['a,b', 'say "no"', 'two\nlines'], ['x', '', 'ñ'])).toBe(
    '\uFEFF"a,b","say ""no""","two\nlines"\r\nx,,ñ\r\n',
  )
})
