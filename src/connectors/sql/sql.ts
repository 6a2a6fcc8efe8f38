import type { Raw } from '../../model/value.ts'

/*
 * Pieces of SQL that carry the values which they bind, so that no value ever becomes part of an SQL text:
 *
 *   sql`${quoteName(column)} = ${bind(value)}`
 *
 * Plain strings in such a text are SQL themselves: names from the catalogue in quotes, and pieces that we wrote.
 */

/** A value to bind: text, bytes, or a list of texts where the dialect has lists. */
export type Parameter = Raw | Buffer | readonly Raw[]

/** A text with gaps, and the value of each gap. */
export interface Sql {
  /** One more than values. */
  readonly texts: readonly string[]
  readonly values: readonly Parameter[]
}

/** The piece that a template writes; strings in it are SQL. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | string)[]): Sql {
  const texts = [strings[0]!]
  const values: Parameter[] = []
  parts.forEach((part, i) => {
    if (typeof part === 'string') texts[texts.length - 1] += part
    else {
      texts[texts.length - 1] += part.texts[0]!
      texts.push(...part.texts.slice(1))
      values.push(...part.values)
    }
    texts[texts.length - 1] += strings[i + 1]!
  })
  return { texts, values }
}

/** A value of a statement. */
export function bind(value: Parameter): Sql {
  return { texts: ['', ''], values: [value] }
}

/** Pieces with the same text between any two of them. */
export function joined(parts: readonly (Sql | string)[], between: string): Sql {
  const texts = ['']
  const values: Parameter[] = []
  parts.forEach((part, i) => {
    if (i > 0) texts[texts.length - 1] += between
    if (typeof part === 'string') texts[texts.length - 1] += part
    else {
      texts[texts.length - 1] += part.texts[0]!
      for (let at = 1; at < part.texts.length; at++) texts.push(part.texts[at]!)
      for (const value of part.values) values.push(value)
    }
  })
  return { texts, values }
}

/** All of some conditions; `true` where there are none. */
export function all(conditions: readonly (Sql | string)[]): Sql {
  return conditions.length === 0 ? sql`true` : joined(conditions, ' and ')
}

/** The text of a piece, with `place(i)` for its value `i`. */
export function textOf({ texts }: Sql, place: (i: number) => string): string {
  let text = texts[0]!
  for (let i = 1; i < texts.length; i++) text += place(i - 1) + texts[i]!
  return text
}
