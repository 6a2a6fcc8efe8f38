import { textOf, type Parameter, type Sql } from '../sql.ts'

/*
 * COPY takes no parameters. Values travel as settings of the transaction instead, bound in a statement of their own,
 * and the query reads them with current_setting: no value ever becomes part of an SQL text.
 */

/** Needs no quotes in an array literal. */
const PLAIN = /^[0-9-]+$/

/** The text of a statement whose values are settings, and these settings; a value that comes several times is one. */
export function withSettings(statement: Sql): { readonly text: string; readonly settings: readonly string[] } {
  const numbers = new Map<string, number>()
  const places = statement.values.map((value) => {
    const setting = asSetting(value)
    const number = numbers.get(setting) ?? numbers.size + 1
    numbers.set(setting, number)
    return number
  })
  return {
    text: textOf(statement, (i) => `current_setting('concordat.p${places[i]}')`),
    settings: [...numbers.keys()],
  }
}

/** The statement that makes so many settings of the transaction. */
export function settingsOf(count: number): string {
  const calls = Array.from({ length: count }, (_, i) => `set_config('concordat.p${i + 1}', $${i + 1}, true)`)
  return `select ${calls.join(', ')}`
}

/** A list becomes an array literal. */
function asSetting(value: Parameter): string {
  if (typeof value === 'string') return value
  if (value === null || Buffer.isBuffer(value)) throw new Error('COPY is given texts only')
  let literal = '{'
  for (const text of value) {
    if (literal.length > 1) literal += ','
    literal += PLAIN.test(text ?? '') ? text : `"${(text ?? '').replace(/["\\]/g, '\\$&')}"`
  }
  return `${literal}}`
}
