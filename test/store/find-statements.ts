import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseSync } from 'vite'

/*
 * Finds the SQL that product code gives to a session, by reading the code and without running it: the first argument of
 * `query`, `execute` and `copyIn` is worked out from the constants, templates and small functions that it is made of. Where a
 * piece can be one of several texts (`a ? x : y`), each of them is a statement.
 */

/** A text that code gives to the store, or the place of one that cannot be told by reading. */
export interface Statement {
  /** File and line, e.g. `src/store/log/log.ts:46`. */
  readonly place: string
  readonly file: string
  /** `copyIn` is given a table with columns, not a statement. */
  readonly method: 'query' | 'execute' | 'copyIn' | 'transaction'
  /** All that it can be; null: what it is, is known only when the code runs. */
  readonly texts: readonly string[] | null
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

interface Source {
  readonly path: string
  readonly text: string
  readonly body: Node
  /** Local name → the file and the name that it is imported as. */
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>
}

/** Names with what they stand for, the innermost last. */
type Scope = readonly ReadonlyMap<string, Value>[]
type Value =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'node'; readonly node: Node; readonly scope: Scope; readonly source: Source }
  /** One of these, and it does not matter which. */
  | { readonly kind: 'one of'; readonly values: readonly Value[] }

/** More ways than this is no statement any more. */
const MOST = 200

/** Methods of a session, and which of their arguments is SQL. */
const METHODS: Readonly<Record<string, number>> = { query: 0, execute: 0, copyIn: 0, transaction: 1 }
const sources = new Map<string, Source>()

/** All statements of some files and of the files below some folders. */
export function findStatements(root: string, places: readonly string[]): Statement[] {
  const files = places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : readdirSync(posix.join(root, place), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
          .toSorted()
          .map((name) => posix.join(place, name)),
  )
  return files.flatMap((file) => statementsOf(sourceOf(root, file), root))
}

function sourceOf(root: string, path: string): Source {
  const known = sources.get(path)
  if (known) return known
  const text = readFileSync(posix.join(root, path), 'utf8')
  const body = parseSync(path, text).program as unknown as Node
  const imports = new Map<string, { path: string; name: string }>()
  for (const statement of listOf(body, 'body')) {
    if (statement.type !== 'ImportDeclaration') continue
    const from = (statement['source'] as { value: string }).value
    if (!from.startsWith('.')) continue
    for (const one of listOf(statement, 'specifiers')) {
      if (one.type !== 'ImportSpecifier') continue
      const name = (one['imported'] as { name: string }).name
      imports.set((one['local'] as { name: string }).name, { path: posix.join(posix.dirname(path), from), name })
    }
  }
  const source = { path, text, body, imports }
  sources.set(path, source)
  return source
}

function statementsOf(source: Source, root: string): Statement[] {
  const found: Statement[] = []
  const calls = callsIn(source)
  walk(source, calls, (node, scope) => {
    if (node.type !== 'CallExpression') return
    const callee = node['callee'] as Node
    const method = callee.type === 'MemberExpression' ? ((callee['property'] as { name?: string }).name ?? '') : ''
    const sql = Object.hasOwn(METHODS, method) ? listOf(node, 'arguments')[METHODS[method]!] : undefined
    if (sql === undefined) return
    const line = source.text.slice(0, sql.start).split('\n').length
    const texts = textsOf(sql, scope, source, root)
    found.push({
      place: `${source.path}:${line}`,
      file: source.path,
      method: method as Statement['method'],
      texts: texts && [...new Set(texts)],
    })
  })
  return found
}

/** Calls of the functions of a file within it, by their names. */
type Calls = ReadonlyMap<string, readonly { readonly given: readonly Node[]; readonly scope: Scope }[]>

function callsIn(source: Source): Calls {
  const calls = new Map<string, { given: readonly Node[]; scope: Scope }[]>()
  walk(source, calls, (node, scope) => {
    if (node.type !== 'CallExpression') return
    const callee = node['callee'] as Node
    if (callee.type !== 'Identifier') return
    const name = callee['name'] as string
    calls.set(name, [...(calls.get(name) ?? []), { given: listOf(node, 'arguments'), scope }])
  })
  return calls
}

/** Goes through a file, knowing at each place what the names stand for. */
function walk(source: Source, calls: Calls, see: (node: Node, scope: Scope) => void): void {
  const go = (node: Node, scope: Scope): void => {
    see(node, scope)
    const inner = [...scope, ...namesOf(node, scope)]
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(child)) go(child, inner)
  }
  const namesOf = (node: Node, scope: Scope): Map<string, Value>[] => {
    if (node.type === 'BlockStatement') return [declared(listOf(node, 'body'), scope, source)]
    if (node.type === 'FunctionDeclaration') return [parametersOf(node, calls, source)]
    if (node.type === 'ForOfStatement') return [eachOf(node, scope, source)]
    return []
  }
  go(source.body, [topOf(source)])
}

/** What the parameters of a function are wherever its own file calls it; one that others call is not told by that. */
function parametersOf(node: Node, calls: Calls, source: Source): Map<string, Value> {
  const names = new Map<string, Value>()
  const made = calls.get((node['id'] as { name: string }).name) ?? []
  for (const [i, parameter] of listOf(node, 'params').entries()) {
    const id = (parameter.type === 'AssignmentPattern' ? parameter['left'] : parameter) as Node
    if (id.type !== 'Identifier') continue
    const values = made.flatMap(({ given, scope }): Value[] => {
      const argument = given[i] ?? (parameter.type === 'AssignmentPattern' ? (parameter['right'] as Node) : undefined)
      return argument ? [{ kind: 'node', node: argument, scope, source }] : []
    })
    names.set(id['name'] as string, { kind: 'one of', values })
  }
  return names
}

/** What stands at the places of a list's lists: `for (const [text, ...values] of [[…], […]])`. */
function eachOf(node: Node, scope: Scope, source: Source): Map<string, Value> {
  const names = new Map<string, Value>()
  const left = node['left'] as Node
  const pattern = left.type === 'VariableDeclaration' ? (listOf(left, 'declarations')[0]!['id'] as Node) : null
  const over = node['right'] as Node
  const list =
    over.type === 'Identifier' ? scope.toReversed().find((all) => all.has(over['name'] as string)) : undefined
  const value = list?.get(over['name'] as string)
  if (pattern?.type !== 'ArrayPattern' || value?.kind !== 'node' || value.node.type !== 'ArrayExpression') return names
  takeApart(pattern, listOf(value.node, 'elements'), value.scope, source, names)
  return names
}

/** Names of `[a, b]` with what they are in any of some lists. */
function takeApart(
  pattern: Node,
  lists: readonly Node[],
  scope: Scope,
  source: Source,
  names: Map<string, Value>,
): void {
  if (lists.some((list) => list.type !== 'ArrayExpression')) return
  for (const [i, id] of listOf(pattern, 'elements').entries()) {
    if (!isNode(id) || id.type !== 'Identifier') continue
    const nodes = lists.map((list) => listOf(list, 'elements')[i])
    const values = nodes.flatMap((node): Value[] => (node ? [{ kind: 'node', node, scope, source }] : []))
    names.set(id['name'] as string, { kind: 'one of', values })
  }
}

/** What a list of statements declares. */
function declared(statements: readonly Node[], outer: Scope, source: Source): Map<string, Value> {
  const names = new Map<string, Value>()
  const scope = [...outer, names]
  for (const written of statements) {
    const statement =
      written.type === 'ExportNamedDeclaration' && isNode(written['declaration']) ? written['declaration'] : written
    if (statement.type === 'FunctionDeclaration')
      names.set((statement['id'] as { name: string }).name, { kind: 'node', node: statement, scope, source })
    if (statement.type !== 'VariableDeclaration' || statement['kind'] !== 'const') continue
    for (const one of listOf(statement, 'declarations')) {
      const id = one['id'] as Node
      if (id.type === 'Identifier' && isNode(one['init']))
        names.set(id['name'] as string, { kind: 'node', node: one['init'], scope, source })
      if (id.type === 'ArrayPattern' && isNode(one['init'])) {
        const init = one['init']
        const ways = init.type === 'ConditionalExpression' ? [init['consequent'], init['alternate']] : [init]
        takeApart(id, ways as Node[], scope, source, names)
      }
    }
  }
  return names
}

const tops = new Map<string, Map<string, Value>>()
function topOf(source: Source): Map<string, Value> {
  const known = tops.get(source.path) ?? declared(listOf(source.body, 'body'), [], source)
  tops.set(source.path, known)
  return known
}

/** All texts that an expression can be; null when reading does not tell. */
function textsOf(node: Node, scope: Scope, source: Source, root: string): readonly string[] | null {
  switch (node.type) {
    case 'Literal': {
      const value = node['value']
      return typeof value === 'string' || typeof value === 'number' ? [String(value)] : null
    }
    case 'TemplateLiteral': {
      const parts = listOf(node, 'quasis').map((part) => (part['value'] as { cooked: string }).cooked)
      let texts: readonly string[] | null = [parts[0]!]
      for (const [i, expression] of listOf(node, 'expressions').entries())
        texts = joined(texts, joined(textsOf(expression, scope, source, root), [parts[i + 1]!]))
      return texts
    }
    case 'BinaryExpression':
      return node['operator'] === '+'
        ? joined(
            textsOf(node['left'] as Node, scope, source, root),
            textsOf(node['right'] as Node, scope, source, root),
          )
        : null
    case 'ConditionalExpression': {
      const [one, other] = [node['consequent'], node['alternate']].map((way) =>
        textsOf(way as Node, scope, source, root),
      )
      return one && other ? [...new Set([...one, ...other])] : null
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return textsOf(node['expression'] as Node, scope, source, root)
    case 'Identifier':
      return valueTexts(named(node['name'] as string, scope, source, root), root)
    case 'CallExpression':
      return callTexts(node, scope, source, root)
    default:
      return null
  }
}

function valueTexts(value: Value | null, root: string): readonly string[] | null {
  if (value === null) return null
  if (value.kind === 'texts') return value.texts
  if (value.kind === 'node') return textsOf(value.node, value.scope, value.source, root)
  const all = value.values.map((one) => valueTexts(one, root))
  return all.length === 0 || all.includes(null) ? null : all.flatMap((texts) => texts ?? [])
}

function named(name: string, scope: Scope, source: Source, root: string): Value | null {
  const own = scope.toReversed().find((names) => names.has(name))
  if (own) return own.get(name)!
  const imported = source.imports.get(name)
  if (!imported || !existsSync(posix.join(root, imported.path))) return null
  return topOf(sourceOf(root, imported.path)).get(imported.name) ?? null
}

/** A call of a small function: its result with the arguments in their places. */
function callTexts(node: Node, scope: Scope, source: Source, root: string): readonly string[] | null {
  const callee = node['callee'] as Node
  if (callee.type !== 'Identifier') return null
  const value = named(callee['name'] as string, scope, source, root)
  if (value?.kind !== 'node') return null
  const made = value.node
  if (made.type !== 'ArrowFunctionExpression' && made.type !== 'FunctionDeclaration') return null
  const given = listOf(node, 'arguments')
  const names = new Map<string, Value>()
  for (const [i, parameter] of listOf(made, 'params').entries()) {
    const hasDefault = parameter.type === 'AssignmentPattern'
    const id = (hasDefault ? parameter['left'] : parameter) as Node
    if (id.type !== 'Identifier') continue
    const argument = given[i]
    const texts = argument
      ? textsOf(argument, scope, source, root)
      : hasDefault
        ? textsOf(parameter['right'] as Node, value.scope, value.source, root)
        : null
    if (texts) names.set(id['name'] as string, { kind: 'texts', texts })
  }
  const inner = [...value.scope, names]
  const body = made['body'] as Node
  if (body.type !== 'BlockStatement') return textsOf(body, inner, value.source, root)
  const statements = listOf(body, 'body')
  const end = statements.at(-1)
  if (end?.type !== 'ReturnStatement' || !isNode(end['argument'])) return null
  return textsOf(end['argument'], [...inner, declared(statements, inner, value.source)], value.source, root)
}

function joined(before: readonly string[] | null, after: readonly string[] | null): readonly string[] | null {
  if (!before || !after || before.length * after.length > MOST) return null
  return before.flatMap((one) => after.map((other) => one + other))
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

const listOf = (node: Node, key: string): readonly Node[] => (node[key] as readonly Node[] | undefined) ?? []
