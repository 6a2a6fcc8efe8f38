/*
 * Tables as CSV (RFC 4180). Spreadsheets take a cell that begins in certain ways for a formula, wherever its text came
 * from; such a cell is given an apostrophe, which they know as “this is text”.
 */

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** Chunks of a CSV file. */
export async function* csvOf(rows: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  // Without it Excel reads UTF-8 as something else.
  let text = '\uFEFF'
  for await (const row of rows) {
    text += `${row.map(cell).join(',')}\r\n`
    if (text.length < CHUNK) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

const CHUNK = 65_536

function cell(value: string): string {
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
