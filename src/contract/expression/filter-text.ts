import type { Filter } from '../../model/filter.ts'

/*
 *   condition := all ('or' all)*            all  := one ('and' one)*
 *   one       := 'not' one | '(' condition ')' | column test
 *   test      := ('=' | '<>' | '<' | '<=' | '>' | '>=') value | [not] 'in' '(' value, … ')' | [not] 'like' value
 *              | 'is' ['not'] 'null'
 *   value     := 'text' ('' is one quote) | number | true | false
 */

export interface FilterError {
  /** Offset in the text from 0. */
  readonly at: number
  /** A sentence without its full stop. */
  readonly message: string
}

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'like', 'is', 'null', 'true', 'false'])
const TOKEN =
  /\s*(?:([A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*)|"([^"]+)"|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w.])|(<=|>=|<>|!=|[=<>(),]))/y
const MAX_DEPTH = 50
const MAX_LENGTH = 4000

class Wrong extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** The text of `where` → a filter, or where and why it is none. */
export function parseFilter(source: string): { readonly filter: Filter } | { readonly error: FilterError } {
  try {
    if (source.length > MAX_LENGTH) throw new Wrong(0, `The condition is longer than ${MAX_LENGTH} characters`)
    return { filter: new Parser(tokens(source)).all() }
  } catch (error) {
    if (error instanceof Wrong) return { error: { at: error.at, message: error.message } }
    throw error
  }
}

function tokens(source: string): Token[] {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  for (;;) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (match === null) {
      const at = from + /^\s*/.exec(source.slice(from))![0].length
      if (at >= source.length) return [...found, { kind: 'end', text: '', at: source.length }]
      if (source[at] === "'") throw new Wrong(at, 'This text has no closing quote')
      throw new Wrong(at, `\`${source[at]}\` has no place in a condition`)
    }
    const at = from + /^\s*/.exec(match[0])![0].length
    const [, word, quoted, text, number, sign] = match
    if (word !== undefined && KEYWORDS.has(word.toLowerCase()))
      found.push({ kind: 'sign', text: word.toLowerCase(), at })
    else if (word !== undefined || quoted !== undefined) found.push({ kind: 'word', text: (word ?? quoted)!, at })
    else if (text !== undefined) found.push({ kind: 'text', text: text.replaceAll("''", "'"), at })
    else if (number !== undefined) found.push({ kind: 'number', text: number, at })
    else found.push({ kind: 'sign', text: sign === '!=' ? '<>' : sign!, at })
  }
}

class Parser {
  private readonly tokens: readonly Token[]
  private next = 0
  private depth = 0

  constructor(found: readonly Token[]) {
    this.tokens = found
  }

  all(): Filter {
    const filter = this.or()
    const rest = this.peek()
    if (rest.kind !== 'end')
      throw new Wrong(rest.at, `Here \`and\`, \`or\` or the end is expected, not \`${rest.text}\``)
    return filter
  }

  private peek(): Token {
    return this.tokens[this.next]!
  }

  private take(text: string): boolean {
    const token = this.peek()
    if (token.kind !== 'sign' || token.text !== text) return false
    this.next++
    return true
  }

  private need(text: string, what: string): void {
    if (!this.take(text)) throw new Wrong(this.peek().at, `Here ${what} is expected`)
  }

  private or(): Filter {
    if (++this.depth > MAX_DEPTH) throw new Wrong(this.peek().at, 'The condition has too many parentheses')
    const of = [this.and()]
    while (this.take('or')) of.push(this.and())
    this.depth--
    return of.length === 1 ? of[0]! : { op: 'or', of }
  }

  private and(): Filter {
    const of = [this.one()]
    while (this.take('and')) of.push(this.one())
    return of.length === 1 ? of[0]! : { op: 'and', of }
  }

  private one(): Filter {
    let negated = false
    while (this.take('not')) negated = !negated
    const filter = this.take('(') ? this.group() : this.test()
    return negated ? { op: 'not', of: filter } : filter
  }

  private group(): Filter {
    const filter = this.or()
    this.need(')', '`)`')
    return filter
  }

  private test(): Filter {
    const column = this.peek()
    if (column.kind !== 'word') throw new Wrong(column.at, 'Here the name of a column is expected')
    this.next++
    const field = column.text
    for (const op of ['=', '<>', '<', '<=', '>', '>='] as const) {
      if (this.take(op)) {
        if (this.peek().text === 'null' && this.peek().kind === 'sign') {
          throw new Wrong(
            this.peek().at,
            `Nothing is ever \`${op} null\`; write \`is ${op === '=' ? '' : 'not '}null\``,
          )
        }
        return { op, field, value: this.value() }
      }
    }
    if (this.take('is')) {
      const not = this.take('not')
      this.need('null', '`null`')
      return { op: not ? 'is not null' : 'is null', field }
    }
    const not = this.take('not')
    let filter: Filter
    if (this.take('in')) filter = { op: 'in', field, values: this.list() }
    else if (this.take('like')) filter = { op: 'like', field, value: this.value() }
    else
      throw new Wrong(
        this.peek().at,
        'Here a comparison is expected: `=`, `<>`, `<`, `<=`, `>`, `>=`, `in`, `like` or `is null`',
      )
    return not ? { op: 'not', of: filter } : filter
  }

  private list(): string[] {
    this.need('(', '`(`')
    const values = [this.value()]
    while (this.take(',')) values.push(this.value())
    this.need(')', '`)`')
    return values
  }

  private value(): string {
    const token = this.peek()
    if (token.kind === 'word') throw new Wrong(token.at, `Text stands in single quotes: '${token.text}'`)
    if (token.kind === 'text' || token.kind === 'number' || token.text === 'true' || token.text === 'false') {
      this.next++
      return token.text
    }
    throw new Wrong(token.at, 'Here a value is expected: text in single quotes, a number, `true` or `false`')
  }
}

/** Column values that a record must have to pass: the equalities that the filter demands on its top level. */
export function demandedValues(filter: Filter): Record<string, string> {
  const demanded: Record<string, string> = {}
  for (const part of filter.op === 'and' ? filter.of : [filter]) {
    if (part.op === '=') demanded[part.field] = part.value
    else if (part.op === 'and') Object.assign(demanded, demandedValues(part))
  }
  return demanded
}

/** A filter as its text; `parseFilter` of it gives the same filter. */
export function printFilter(filter: Filter): string {
  const column = (name: string) =>
    /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*$/.test(name) && !KEYWORDS.has(name.toLowerCase()) ? name : `"${name}"`
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.of
        .map((part) => (part.op === 'and' || part.op === 'or' ? `(${printFilter(part)})` : printFilter(part)))
        .join(` ${filter.op} `)
    case 'not':
      return `not (${printFilter(filter.of)})`
    case 'in':
      return `${column(filter.field)} in (${filter.values.map(text).join(', ')})`
    case 'is null':
    case 'is not null':
      return `${column(filter.field)} ${filter.op}`
    default:
      return `${column(filter.field)} ${filter.op} ${text(filter.value)}`
  }
}
