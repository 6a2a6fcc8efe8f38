import type { ClientBase } from 'pg'

/*
 * COPY takes no parameters. Values travel as settings of the transaction instead, bound in a statement of their own,
 * and the query reads them with current_setting: no value ever becomes part of an SQL text.
 */

/** Needs no quotes in an array literal. */
const PLAIN = /^[0-9-]+$/

/** Values of one COPY query. */
export class Bindings {
  private readonly values: string[] = []

  /** Binds a value; gives the SQL expression that yields it as text. */
  add(value: string): string {
    this.values.push(value)
    return `current_setting('concordat.p${this.values.length}')`
  }

  /** Binds a list of texts; gives the SQL expression that yields it as text[]. */
  addList(values: Iterable<string>): string {
    let literal = '{'
    for (const value of values) {
      if (literal.length > 1) literal += ','
      literal += PLAIN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
    }
    return `${this.add(`${literal}}`)}::text[]`
  }

  /** Hands the values to the transaction that `client` is in. */
  async apply(client: ClientBase): Promise<void> {
    if (this.values.length === 0) return
    const calls = this.values.map((_, i) => `set_config('concordat.p${i + 1}', $${i + 1}, true)`)
    await client.query(`select ${calls.join(', ')}`, this.values)
  }
}
