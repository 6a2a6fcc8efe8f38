import type { DescriptionEdit, Passport, Quirk, Quirks } from '../../model/passport.ts'
import { QUIRK_WORDS, quirkSentence, type QuirkWords } from '../../model/quirk-words.ts'
import type { Look, Terminal } from '../terminal.ts'
import { counted } from './figures.ts'
import { visible, wrap } from './text-width.ts'

const PROSE_WIDTH = 100
const LOOKS: Readonly<Record<QuirkWords['level'], Look>> = { loses: 'red', hinders: 'yellow', costs: 'dim' }

/** Prints what was measured of a system: what differs, what nobody knows, and what was left in it. */
export function printPassport(terminal: Terminal, system: string, passport: Passport, onlyRead: boolean): void {
  const { paint } = terminal
  terminal.out(
    `${paint('bold', system)} (${visible(passport.product)}): measured on ${passport.date}, in ${counted(passport.calls, 'call')}.`,
  )
  printQuirks(terminal, 'as a whole', passport.found)
  for (const [object, { found, written }] of Object.entries(passport.objects))
    printQuirks(terminal, written ? object : `${object} (only read)`, found)
  terminal.out('')
  terminal.out(paint('bold', 'Not measured:'))
  for (const [what, objects] of Map.groupBy(passport.unmeasured, ({ what, why }) => `${what}: ${why}`))
    prose(terminal, `- ${objects.flatMap(({ object }) => object ?? []).join(', ') || 'system'}: ${what}.`)
  if (onlyRead)
    prose(
      terminal,
      '  What becomes of writes is found out on test records, which are removed again: add --write with objects in which that may be done.',
    )
  if (passport.left.length === 0) return
  terminal.out('')
  terminal.out(paint('red', 'Test records that are still there; remove them by hand:'))
  for (const { object, id, why } of passport.left) prose(terminal, `- ${object} ${visible(id)}: ${visible(why)}.`)
}

/** Prints what would be written into the description. */
export function printEdits(
  terminal: Terminal,
  file: string,
  { edits }: Passport,
  byHand: readonly DescriptionEdit[],
): void {
  const { paint } = terminal
  terminal.out('')
  const written = edits.filter((edit) => !byHand.includes(edit))
  terminal.out(
    paint(
      'bold',
      written.length === 0
        ? `Into ${file} goes what was measured, with its date.`
        : `Into ${file} goes what was measured, with its date, and:`,
    ),
  )
  for (const edit of written) terminal.out(paint(edit.value === undefined ? 'red' : 'green', `  ${editText(edit)}`))
  if (byHand.length === 0) return
  terminal.out('Change this by hand, as the file is written in another way:')
  for (const edit of byHand) terminal.out(`  ${editText(edit)}`)
}

function printQuirks(terminal: Terminal, title: string, quirks: Quirks): void {
  const found = Object.entries(quirks) as [Quirk, readonly string[]][]
  terminal.out('')
  terminal.out(`${terminal.paint('bold', title)}${found.length === 0 ? ': as described' : ''}`)
  for (const [quirk, at] of found) {
    const { level, so } = QUIRK_WORDS[quirk]
    const [first, ...more] = wrap(`${visible(quirkSentence(quirk, at))} ${so}`, width(terminal) - 12)
    terminal.out(`  ${terminal.paint(LOOKS[level], level.padEnd(8))}  ${first ?? ''}`)
    for (const line of more) terminal.out(`            ${line}`)
  }
}

/** `- objects.accounts.version`, `+ objects.accounts.list.empty: 404`. */
function editText({ path, value, append }: DescriptionEdit): string {
  const name = path.join('.')
  if (value === undefined) return `- ${name}`
  const text =
    typeof value === 'object'
      ? `{ ${Object.entries(value)
          .map(([key, part]) => `${key}: ${part}`)
          .join(', ')} }`
      : String(value)
  return append ? `+ ${name}, first: ${text}` : `+ ${name}: ${text}`
}

const width = (terminal: Terminal): number => Math.min(terminal.width, PROSE_WIDTH)

function prose(terminal: Terminal, text: string): void {
  for (const [i, line] of wrap(text, width(terminal) - 2).entries()) terminal.out(i === 0 ? line : `  ${line}`)
}
