import { strToU8, Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import type { Language } from '../../model/language.ts'

/*
 * Tables as XLSX (ECMA-376), written row by row: nothing of a table is kept that has been sent. Every cell is a text, so that
 * none is a formula; those that look like one are marked, so that they stay texts when somebody edits them.
 */

/** A sheet holds 1,048,576 rows; what is more is left out, and the last row says so. */
const MOST_ROWS = 1_000_000
/** Longest text that a cell holds. */
const MOST_CHARACTERS = 32_767
const CHUNK = 65_536

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/
/** Places in `cellXfs` of the styles. */
const [BOLD, QUOTED] = [1, 2]

const THERE_IS_MORE: Readonly<Record<Language, string>> = {
  en: 'There is more: export a shorter time.',
  es: 'Hay más: exporte un periodo más corto.',
}

/** Chunks of an XLSX file; the first row is the head of the table. */
export async function* xlsxOf(
  rows: AsyncIterable<readonly string[]>,
  language: Language,
  most = MOST_ROWS,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    if (chunk.length > 0) ready.push(chunk)
  })
  for (const [name, text] of PARTS) {
    const part = new ZipPassThrough(name)
    zip.add(part)
    part.push(strToU8(text), true)
  }
  const sheet = new ZipDeflate('xl/worksheets/sheet1.xml', { level: 3 })
  zip.add(sheet)
  let text = SHEET_HEAD
  let count = 0
  for await (const cells of rows) {
    if (++count > most) {
      text += rowOf(count, [THERE_IS_MORE[language]])
      break
    }
    text += rowOf(count, cells)
    if (text.length < CHUNK) continue
    sheet.push(strToU8(text))
    text = ''
    yield* ready.splice(0)
  }
  sheet.push(strToU8(`${text}</sheetData></worksheet>`), true)
  zip.end()
  yield* ready
}

const rowOf = (row: number, cells: readonly string[]): string =>
  `<row r="${row}">${cells.map((cell, column) => cellOf(cell, row, column)).join('')}</row>`

/** Columns of a table that has at most 26. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function cellOf(value: string, row: number, column: number): string {
  if (value === '') return ''
  const style = row === 1 ? ` s="${BOLD}"` : FORMULA.test(value) ? ` s="${QUOTED}"` : ''
  const cut = value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS - 2)} …` : value
  return `<c r="${LETTERS[column]}${row}" t="inlineStr"${style}><is><t xml:space="preserve">${escaped(cut)}</t></is></c>`
}

// oxlint-disable-next-line no-control-regex
const UNTOLD = /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What XML cannot hold stands as `_x0001_`, the way spreadsheets write it; so does what only looks like that. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(UNTOLD, (c) => `_x${c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`)
    .replaceAll(/[&<>]/g, (c) => XML[c]!)

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const SHEET_HEAD = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`

const PARTS: readonly (readonly [name: string, text: string])[] = [
  [
    '[Content_Types].xml',
    `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  ],
  [
    'xl/styles.xml',
    `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs></styleSheet>`,
  ],
]
