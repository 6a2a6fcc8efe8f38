import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../../test/harness/database.ts'
import { copyText, copyValue, SEPARATOR } from './copy-text.ts'
import { openDatabase } from './database.ts'

const nasty = ['\\', '\n', '\r', '\t', SEPARATOR, '\\N', '\\.', 'n', '', 'ñ', '😀', '\b', '\v', '\u007f']
const text = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'grapheme' })))
  .map((parts) => parts.join('').replaceAll('\0', ''))

test('what is copied in comes out the same', async () => {
  const scratch = await freshDatabase('copy')
  const database = await openDatabase(scratch.url)
  try {
    await database.execute('create table sample (n integer, a text, b text)')
    const rows = fc.sample(fc.tuple(text, fc.option(text)), 500)
    const lines = rows.map(([a, b], n) => `${n}${SEPARATOR}${copyText(a)}${SEPARATOR}${copyValue(b)}\n`)
    await database.copyIn('sample (n, a, b)', lines.join(''))
    const found = await database.query<{ a: string; b: string | null }>('select a, b from sample order by n')
    expect(found.map(({ a, b }) => [a, b])).toEqual(rows)
  } finally {
    await database.close()
    await scratch.drop()
  }
})
