import { type ASTNode, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { Invalid, type Raw } from '../../model/value.ts'
import type { Why } from '../../model/why.ts'
import { ExactNumber } from './exact-number.ts'
import { ExpressionFailure } from './expression-failure.ts'
import {
  CALLABLE,
  CALLABLE_METHODS,
  EMPTY,
  isNullMacro,
  LONGEST_TEXT,
  type Macro,
  mappingEnvironment,
  nullMacro,
  pattern,
} from './expression-functions.ts'

/*
 * Mapping expressions: CEL over texts. What it promises:
 *
 *   columns   every column is text or empty; one whose name is no identifier is written column("order no")
 *   empty     what needs the value of an empty column is empty, so the whole expression is, unless x == null, x != null,
 *             isNull(x), orElse(x, y) or coalesce(x, y, …) looks at it; `empty || true` is true, as in SQL
 *   numbers   number(x) is exact (never a float) and calculates with other numbers; text(x) writes one.
 *             Whole numbers of CEL's own divide without remainder: number(7) / 2 is 3.5, 7 / 2 is 3
 *   cost      bounded: size and nesting of the expression, length of texts and lists, no loop within a loop, patterns
 *             by RE2 (re2(text, pattern); CEL's own matches() can take for ever and is refused)
 *   failure   an error while evaluating (a part that is not there, a text that is no number) is an Invalid, never thrown
 */

/** A compiled expression, or where and why it is none. */
export type CompiledExpression =
  | {
      readonly ok: true
      /** Names of the variables that it uses. */
      readonly columns: readonly string[]
      /** Value for a row whose `values[i]` belongs to `variables[i]`. */
      evaluate(values: readonly Raw[]): Raw | Invalid
    }
  | {
      readonly ok: false
      /** A sentence's worth, without place. */
      readonly message: string
      /** Place in the source, from 0. */
      readonly offset: number
    }

const LONGEST_SOURCE = 4_000
const LONGEST_TEXT_IN_LOOPS = 2_000
const LOOPS: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one'])
const RESULTS: ReadonlySet<string> = new Set(['string', 'int', 'double', 'bool', 'Number', 'dyn', 'null', 'null_type'])

/** Compiles an expression over the given variables, all texts that may be empty. Never throws. */
export function compileExpression(source: string, variables: readonly string[]): CompiledExpression {
  if (source.length > LONGEST_SOURCE)
    return refuse(`the expression is longer than ${LONGEST_SOURCE} characters`, LONGEST_SOURCE)
  const environment = mappingEnvironment().clone()
  try {
    const survey = new Survey()
    survey.visit(mappingEnvironment().parse(source).ast)
    if (survey.refusal) return survey.refusal
    for (const [name, { offset, identifier }] of survey.used) {
      if (!variables.includes(name)) return refuse(`there is no column "${name}"`, offset)
      if (identifier) environment.registerVariable(name, 'string')
    }
    const literals: Record<string, unknown> = {}
    environment.registerFunction(
      'column(ast): string',
      (call: { args: readonly ASTNode[] }) => columnMacro(call.args[0]!, literals),
      {
        async: false,
      },
    )

    const program = environment.parse(source)
    markNulls(program.ast)
    const checked = program.check()
    if (!checked.valid) return refuse(inWords(checked.error!), checked.error!.range?.start ?? 0)
    if (!RESULTS.has(checked.type!)) return refuse(`the expression gives a ${checked.type}, not a text or a number`, 0)

    const longest = survey.loops ? LONGEST_TEXT_IN_LOOPS : LONGEST_TEXT
    let row: readonly Raw[] = []
    const context = Object.create(null) as Record<string, unknown>
    for (const name of survey.used.keys()) {
      const place = variables.indexOf(name)
      const get = (): string => {
        const value = row[place]
        if (value === null || value === undefined) throw EMPTY
        if (value.length > longest) throw new ExpressionFailure(['longTextIn', longest])
        return value
      }
      Object.defineProperty(context, name, { get, enumerable: true })
      Object.defineProperty(literals, name, { get, enumerable: true })
    }
    return {
      ok: true,
      columns: [...survey.used.keys()],
      evaluate(values) {
        row = values
        try {
          return resultOf(program(context))
        } catch (error) {
          if (error === EMPTY) return null
          return new Invalid(whyFailed(error), null)
        } finally {
          row = []
        }
      },
    }
  } catch (error) {
    return refuse(inWords(error), error instanceof ParseError ? (error.range?.start ?? 0) : 0)
  }
}

/** Names of the columns that an expression refers to; none when it cannot be parsed. */
export function expressionColumns(source: string): readonly string[] {
  try {
    const survey = new Survey()
    survey.visit(mappingEnvironment().parse(source).ast)
    return [...survey.used.keys()]
  } catch {
    return []
  }
}

/** Walks a parsed expression: the columns it uses, and the first thing in it that we do not allow. */
class Survey {
  readonly used = new Map<string, { offset: number; identifier: boolean }>()
  refusal: Extract<CompiledExpression, { ok: false }> | undefined
  loops = false
  private readonly bound: string[] = []

  visit(node: ASTNode): void {
    switch (node.op) {
      case 'id':
        if (!this.bound.includes(node.args)) this.use(node.args, node.start, true)
        return
      case 'call':
        return this.call(node.args[0], node.args[1], node.start)
      case 'rcall':
        return this.method(node.args[0], node.args[1], node.args[2], node.start)
      default:
        for (const child of childrenOf(node)) this.visit(child)
    }
  }

  private call(name: string, args: readonly ASTNode[], offset: number): void {
    if (!CALLABLE.has(name)) return this.refuse(`there is no function "${name}"`, offset)
    if (name === 'column') {
      const literal = args.length === 1 && args[0]?.op === 'value' ? args[0].args : undefined
      if (typeof literal !== 'string')
        return this.refuse('column(…) takes the name of a column in quotation marks', offset)
      return this.use(literal, offset, false)
    }
    if (name === 're2') this.checkPattern(args[1])
    for (const arg of args) this.visit(arg)
  }

  private method(name: string, receiver: ASTNode, args: readonly ASTNode[], offset: number): void {
    if (name === 'matches')
      return this.refuse('matches() can take for ever on some texts; use re2(text, pattern)', offset)
    if (!CALLABLE_METHODS.has(name)) return this.refuse(`there is no function ".${name}"`, offset)
    this.visit(receiver)
    const variable = args[0]
    if (!LOOPS.has(name) || variable?.op !== 'id') {
      for (const arg of args) this.visit(arg)
      return
    }
    this.loops = true
    if (this.bound.length > 0) this.refuse(`.${name} stands within another loop`, offset)
    this.bound.push(variable.args)
    for (const arg of args.slice(1)) this.visit(arg)
    this.bound.pop()
  }

  private checkPattern(node: ASTNode | undefined): void {
    if (node?.op !== 'value' || typeof node.args !== 'string') return
    try {
      pattern(node.args)
    } catch (error) {
      this.refuse(inWords(error), node.start)
    }
  }

  private use(name: string, offset: number, identifier: boolean): void {
    const known = this.used.get(name)
    if (known) known.identifier ||= identifier
    else this.used.set(name, { offset, identifier })
  }

  private refuse(message: string, offset: number): void {
    this.refusal ??= { ok: false, message, offset }
  }
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect)
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as ASTNode)
  }
  if (node.op !== 'value') collect(node.args)
  return found
}

/** A node as the evaluator sees it: `macro` replaces how it is checked and run. */
interface Replaceable {
  setMeta(key: 'macro' | 'async', value: unknown): unknown
}

/** Lets `x == null`, `x != null` and `null` itself mean emptiness, which CEL's static types have no word for. */
function markNulls(node: ASTNode): void {
  const replace = (macro: Macro): void => {
    const replaceable = node as unknown as Replaceable
    replaceable.setMeta('macro', macro)
    replaceable.setMeta('async', false)
  }
  if (node.op === 'value' && node.args === null) return replace(nullMacro())
  if (node.op === '==' || node.op === '!=') {
    const [left, right] = node.args
    const other = isNullLiteral(right) ? left : isNullLiteral(left) ? right : undefined
    if (other !== undefined) replace(isNullMacro([other], node.op === '!='))
  }
  for (const child of childrenOf(node)) markNulls(child)
}

function isNullLiteral(node: ASTNode): boolean {
  return node.op === 'value' && node.args === null
}

function columnMacro(name: ASTNode, values: Record<string, unknown>): Macro {
  return {
    args: [],
    async: false,
    typeCheck: (checker) => checker.getType('string'),
    evaluate: () => values[name.args as string],
  }
}

function whyFailed(error: unknown): Why {
  if (error instanceof ExpressionFailure) return ['expressionFailed', new Invalid(error.why, null)]
  return ['expressionBroke', inWords(error)]
}

function resultOf(result: unknown): Raw | Invalid {
  switch (typeof result) {
    case 'string':
      return result.length <= LONGEST_TEXT ? result : new Invalid(['expressionGivesLongText'], null)
    case 'bigint':
    case 'boolean':
      return String(result)
    case 'number':
      return Number.isFinite(result)
        ? ExactNumber.of(String(result)).toString()
        : new Invalid(['expressionGivesNoNumber'], null)
    default:
      if (result === null || result === undefined) return null
      return result instanceof ExactNumber ? result.toString() : new Invalid(['expressionGivesNoText'], null)
  }
}

const TYPE_WORDS: readonly [RegExp, string][] = [
  [/\bstring\b/g, 'text'],
  [/\bint\b/g, 'whole number'],
  [/\bdouble\b/g, 'decimal number'],
  [/\bNumber\b/g, 'number'],
  [/\bbool\b/g, 'yes/no'],
]

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  AstNodes: 'parts',
  Depth: 'levels',
  ListElements: 'elements in a list',
  MapEntries: 'entries in a map',
  CallArguments: 'arguments of a function',
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  let message = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message
  if (error instanceof EvaluationError) return message
  const operands = /^no such overload: (.+) (\S+) (.+)$/.exec(message)
  if (operands)
    message = `"${operands[2]}" does not work on ${operands[1]} and ${operands[3]}; number(…) and text(…) convert`
  const limit = /^Exceeded max(\w+) \((\d+)\)$/.exec(message)
  if (limit) message = `the expression is too large: at most ${limit[2]} ${LIMIT_WORDS[limit[1]!] ?? limit[1]!}`
  message = message.replace(/^found no matching overload for '(.*)'$/, 'no function takes these arguments: $1')
  if ('summary' in error) for (const [type, word] of TYPE_WORDS) message = message.replace(type, word)
  return message
}

function refuse(message: string, offset: number): Extract<CompiledExpression, { ok: false }> {
  return { ok: false, message, offset }
}
