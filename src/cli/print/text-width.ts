import stringWidth from 'string-width'

/*
 * How many terminal columns a text takes, and how to make it fit. Values come from other people's systems, so control
 * characters (which could move the cursor or start an escape sequence) are made visible before anything is printed.
 */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const PLAIN = /^[\x20-\x7e]*$/
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** The text on one line, with control characters shown instead of obeyed. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(CONTROL, (c) => (c === '\n' || c === '\u2028' || c === '\u2029' ? '⏎' : c === '\t' ? ' ' : '·'))
}

/** Terminal columns that the text takes. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  // One by one, so that a text is as wide as its parts, wherever it is cut.
  for (const { segment } of graphemes.segment(text)) width += stringWidth(segment)
  return width
}

/** The text cut to `width` columns, with `…` where something is missing. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width <= 0) return ''
  let used = 0
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    const w = textWidth(segment)
    if (used + w > width - 1) break
    used += w
    kept += segment
  }
  return kept + '…'
}

/** The text filled up with blanks to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** The text in lines of at most `width` columns, broken at blanks where possible. */
export function wrap(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : line + ' ' + word
    while (textWidth(line) > width) {
      const head = headOf(line, width)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

function headOf(text: string, width: number): string {
  let used = 0
  let head = ''
  for (const { segment } of graphemes.segment(text)) {
    const w = textWidth(segment)
    if (head !== '' && used + w > width) break
    used += w
    head += segment
  }
  return head
}
