import { Environment, TypeError as CelTypeError } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { ExactNumber } from './exact-number.ts'
import { ExpressionFailure } from './expression-failure.ts'

/*
 * What mapping expressions can call beside CEL's own operators. Empty (null) values travel by the exception EMPTY:
 * whatever needs the value of an empty column is empty itself, up to the first isNull, orElse or coalesce.
 */

class Empty extends Error {}

/** Thrown, once made, wherever an expression needs a value that is empty. */
export const EMPTY = new Empty('the value is empty')

/** No text inside an expression may grow beyond this many characters. */
export const LONGEST_TEXT = 32_768

const LONGEST_PATTERN = 500
const patterns = new Map<string, RE2JS>()

type Node = unknown
interface Checker {
  check(node: Node, scope: unknown): { readonly name: string }
  getType(name: string): { readonly name: string }
}
interface Runner {
  run(node: Node, scope: unknown): unknown
}
interface MacroCall {
  readonly args: readonly Node[]
}

/** A CEL macro: sees its arguments unevaluated. */
export interface Macro {
  readonly args: readonly Node[]
  readonly async: false
  typeCheck(checker: Checker, macro: Macro, scope: unknown): { readonly name: string }
  evaluate(runner: Runner, macro: Macro, scope: unknown): unknown
}

/** Whether evaluating a node gives no value. */
function isEmpty(runner: Runner, node: Node, scope: unknown): boolean {
  try {
    return runner.run(node, scope) === null
  } catch (error) {
    if (error === EMPTY) return true
    throw error
  }
}

/** The macro behind `isNull(x)` and `x == null` (`negated`: `x != null`). */
export function isNullMacro(args: readonly Node[], negated = false): Macro {
  return {
    args,
    async: false,
    typeCheck(checker, macro, scope) {
      checker.check(macro.args[0], scope)
      return checker.getType('bool')
    },
    evaluate: (runner, macro, scope) => isEmpty(runner, macro.args[0], scope) !== negated,
  }
}

/** The macro behind a literal `null`: fits any type and is empty. */
export function nullMacro(): Macro {
  return {
    args: [],
    async: false,
    typeCheck: (checker) => checker.getType('dyn'),
    evaluate() {
      throw EMPTY
    },
  }
}

function firstValueMacro(args: readonly Node[]): Macro {
  return {
    args,
    async: false,
    typeCheck(checker, macro, scope) {
      let type = checker.check(macro.args[0], scope)
      for (const arg of macro.args.slice(1)) {
        const next = checker.check(arg, scope)
        if (type.name === 'dyn') type = next
        else if (next.name !== type.name && next.name !== 'dyn') {
          throw new CelTypeError({
            code: 'incompatible_alternatives',
            message: `the alternatives must be of one kind, got '${type.name}' and '${next.name}'`,
            node: arg as { pos: number; start: number; end: number },
          })
        }
      }
      return type
    },
    evaluate(runner, macro, scope) {
      for (const arg of macro.args) {
        try {
          const value = runner.run(arg, scope)
          if (value !== null) return value
        } catch (error) {
          if (error !== EMPTY) throw error
        }
      }
      throw EMPTY
    },
  }
}

/** The pattern, compiled once; throws an ExpressionFailure when it is none. */
export function pattern(source: string): RE2JS {
  let compiled = patterns.get(source)
  if (compiled) return compiled
  if (source.length > LONGEST_PATTERN) throw new ExpressionFailure(['longPattern', LONGEST_PATTERN])
  try {
    compiled = RE2JS.compile(source)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new ExpressionFailure(['brokenPattern', detail], { cause: error })
  }
  if (patterns.size >= 200) patterns.clear()
  patterns.set(source, compiled)
  return compiled
}

function bounded(length: number): void {
  if (length > LONGEST_TEXT) throw new ExpressionFailure(['textGrew', LONGEST_TEXT])
}

function replaced(text: string, from: string, to: string): string {
  if (from === '') return text
  const parts = text.split(from)
  bounded(text.length + (parts.length - 1) * (to.length - from.length))
  return parts.join(to)
}

function joined(parts: readonly string[], between: string): string {
  let length = 0
  for (const part of parts) bounded((length += part.length + between.length))
  return parts.join(between)
}

function numberOf(text: string): ExactNumber {
  if (text.trim() === '') throw EMPTY
  return ExactNumber.of(text)
}

function textOfDouble(value: number): string {
  if (!Number.isFinite(value)) throw new ExpressionFailure(['notFinite'])
  return ExactNumber.of(String(value)).toString()
}

/** The functions by signature, besides the macros. */
const FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  'number(string): Number': numberOf,
  'number(int): Number': (value: bigint) => new ExactNumber(value, 0),
  'number(double): Number': (value: number) => ExactNumber.of(String(value)),
  'number(Number): Number': (value: ExactNumber) => value,
  'round(Number, int): Number': (value: ExactNumber, scale: bigint) => value.rounded(Number(scale)),
  'text(string): string': (value: string) => value,
  'text(int): string': (value: bigint) => String(value),
  'text(double): string': textOfDouble,
  'text(bool): string': (value: boolean) => String(value),
  'text(Number): string': (value: ExactNumber) => value.toString(),
  'upper(string): string': (value: string) => value.toUpperCase(),
  'lower(string): string': (value: string) => value.toLowerCase(),
  'trim(string): string': (value: string) => value.trim(),
  'replace(string, string, string): string': replaced,
  'split(string, string): list<string>': (value: string, at: string) => value.split(at),
  'join(list<string>, string): string': joined,
  'left(string, int): string': (value: string, count: bigint) => value.slice(0, Math.max(0, Number(count))),
  're2(string, string): bool': (value: string, source: string) => pattern(source).matcher(value).find(),
  'string.upper(): string': (value: string) => value.toUpperCase(),
  'string.lower(): string': (value: string) => value.toLowerCase(),
  'string.replace(string, string): string': replaced,
}

/** Names that an expression may call as a function, and as a method; everything else of CEL is refused. */
export const CALLABLE: ReadonlySet<string> = new Set(
  'number round text upper lower trim replace split join left re2 isNull orElse coalesce column size int double string bool'.split(
    ' ',
  ),
)
export const CALLABLE_METHODS: ReadonlySet<string> = new Set(
  'upper lower trim replace split join size startsWith endsWith contains indexOf lastIndexOf substring lowerAscii upperAscii map filter all exists exists_one'.split(
    ' ',
  ),
)

/** A CEL environment with our functions and without variables; clone it to add some. */
export function mappingEnvironment(): Environment {
  return (shared ??= build())
}

let shared: Environment | undefined

function build(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 },
  })
  const sync = { async: false }
  environment.registerType('Number', { ctor: ExactNumber, fields: {} })
  for (const [signature, run] of Object.entries(FUNCTIONS)) environment.registerFunction(signature, run, sync)
  environment.registerFunction('isNull(ast): bool', (call: MacroCall) => isNullMacro(call.args), sync)
  environment.registerFunction('orElse(ast, ast): dyn', (call: MacroCall) => firstValueMacro(call.args), sync)
  for (let count = 2; count <= 8; count++) {
    const signature = `coalesce(${Array(count).fill('ast').join(', ')}): dyn`
    environment.registerFunction(signature, (call: MacroCall) => firstValueMacro(call.args), sync)
  }
  registerArithmetic(environment)
  return environment
}

function registerArithmetic(environment: Environment): void {
  type Operand = ExactNumber | bigint | number
  const exact = (value: Operand): ExactNumber =>
    value instanceof ExactNumber
      ? value
      : typeof value === 'bigint'
        ? new ExactNumber(value, 0)
        : ExactNumber.of(String(value))
  const operators: Readonly<Record<string, (a: ExactNumber, b: ExactNumber) => unknown>> = {
    '+': (a, b) => a.plus(b),
    '-': (a, b) => a.minus(b),
    '*': (a, b) => a.times(b),
    '/': (a, b) => a.over(b),
    '==': (a, b) => a.compare(b) === 0,
    '<': (a, b) => a.compare(b) < 0,
    '<=': (a, b) => a.compare(b) <= 0,
    '>': (a, b) => a.compare(b) > 0,
    '>=': (a, b) => a.compare(b) >= 0,
  }
  for (const [operator, run] of Object.entries(operators)) {
    const result = '+-*/'.includes(operator) ? 'Number' : 'bool'
    for (const [left, right] of [
      ['Number', 'Number'],
      ['Number', 'int'],
      ['int', 'Number'],
      ['Number', 'double'],
      ['double', 'Number'],
    ]) {
      // CEL mirrors equality by itself.
      if (operator === '==' && left !== 'Number') continue
      environment.registerOperator(`${left} ${operator} ${right}: ${result}`, (a: Operand, b: Operand) =>
        run(exact(a), exact(b)),
      )
    }
  }
}
