import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'

const TRUE = 'true t 1 yes y on si sí s sim oui o ja j wahr vrai verdadero verdadeiro vero tak x'.split(' ')
const FALSE = 'false f 0 no n off não nao non nein falsch faux falso nee nie'.split(' ')
const WORDS: ReadonlyMap<string, string> = new Map([
  ...TRUE.map((word): [string, string] => [word, 'true']),
  ...FALSE.map((word): [string, string] => [word, 'false']),
  // A one-bit column as MySQL's drivers hand it over.
  ['\u0001', 'true'],
  ['\u0000', 'false'],
])

/** The type `boolean`: `true` or `false`, from the words of databases and of several languages. */
export function booleanType(): FieldType {
  return {
    name: 'boolean',
    parse(raw) {
      if (raw === null) return null
      const known = WORDS.get(raw)
      if (known !== undefined) return known
      const word = raw.trim().toLowerCase().normalize('NFC')
      if (word === '') return null
      return (
        WORDS.get(word) ??
        (/^[01]\.0+$/.test(word)
          ? word.startsWith('1')
            ? 'true'
            : 'false'
          : new Invalid(['neitherYesNorNo', quoted(raw)], raw))
      )
    },
    render: (value): Raw => value,
  }
}
