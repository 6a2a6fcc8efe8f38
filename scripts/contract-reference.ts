import { QUIRKS } from '../src/model/passport.ts'
import { QUIRK_WORDS } from '../src/model/quirk-words.ts'
import type { QuestionFacts } from '../src/contract/question-names.ts'
import {
  FLOW_QUESTIONS,
  currencyQuestion,
  flowQuestion,
  typeQuestion,
  type FlowSetting,
} from '../src/contract/wording/questions.ts'
import { schemaText } from '../src/contract/schema/schema.ts'

/*
 * The tables of docs/contract.md and docs/connectors/rest.md, from what `check` itself works with. A block stands between two comments and is
 * replaced as a whole:
 *
 *   <!-- settings flows.*.records.* -->      the settings below this path of the schema
 *   <!-- answers edge_cases.duplicates -->   the question about a setting, and what each answer means
 *   <!-- types -->                           the types of a field
 *   <!-- quirks -->                          what a system may do otherwise than its description says
 *   <!-- end -->
 */

interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number
  readonly examples?: readonly string[]
  readonly anyOf?: readonly SchemaNode[]
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly $ref?: string
}

const BLOCK = /^<!-- (settings|answers|types|quirks) ?(\S*) ?-->\n[^]*?^<!-- end -->$/gm

/** Pages that have such tables. */
export const REFERENCE_PAGES = ['docs/contract.md', 'docs/connectors/rest.md'] as const

/** The flow that questions are asked about here. */
const FACTS: QuestionFacts = {
  flow: 'customers',
  systems: ['erp', 'crm'],
  master: 'erp',
  direction: 'both',
  people: [{ key: 'ana', name: 'Ana Ruiz', email: 'ana@acme.example' }],
}

/** The page with all its blocks written anew. */
export function withReference(page: string): string {
  return page.replace(BLOCK, (_, kind: string, subject: string) => {
    const body =
      kind === 'settings'
        ? settings(subject)
        : kind === 'answers'
          ? answers(subject)
          : kind === 'quirks'
            ? quirks()
            : types()
    return `<!-- ${[kind, subject].filter((part) => part !== '').join(' ')} -->\n\n${body}\n\n<!-- end -->`
  })
}

/** Paths of all settings of the contract language; `*` stands for a name. */
export function allSettings(): string[] {
  const found: string[] = []
  const walk = (node: SchemaNode, path: string): void => {
    for (const part of partsOf(node)) {
      for (const [name, child] of Object.entries(part.properties ?? {})) {
        found.push(`${path}${name}`)
        walk(child, `${path}${name}.`)
      }
      if (typeof part.additionalProperties === 'object') walk(part.additionalProperties, `${path}*.`)
      if (part.items !== undefined) walk(part.items, `${path}*.`)
    }
  }
  walk(root(), '')
  return [...new Set(found)]
}

/** Settings of a flow that `check` asks for. */
export const questions = Object.keys(FLOW_QUESTIONS)

function settings(path: string): string {
  let node = root()
  for (const step of path === 'contract' ? [] : path.split('.')) node = below(node, step)
  const rows = partsOf(node)
    .flatMap((part) => Object.entries(part.properties ?? {}))
    .map(([name, child]) => `| \`${name}\` | ${valuesOf(child)} | ${cell(child.description ?? '')} |`)
  if (rows.length === 0) throw new Error(`The contract has no settings at ${path}.`)
  return ['| setting | value | meaning |', '|---|---|---|', ...rows].join('\n')
}

function answers(setting: string): string {
  const { question, options, role } =
    setting === 'currency' ? currencyQuestion('credit_limit', FACTS) : flowQuestion(setting as FlowSetting, FACTS)
  return [
    `*${question}* (asked of the ${role} owner)`,
    '',
    '| answer | means |',
    '|---|---|',
    ...options.map(({ answer, means }) => `| \`${answer}\` | ${cell(means)} |`),
  ].join('\n')
}

function types(): string {
  const { options } = typeQuestion('name', FACTS)
  return [
    '| type | what it is |',
    '|---|---|',
    ...options.map(({ answer, means }) => `| \`${answer}\` | ${cell(means)} |`),
  ].join('\n')
}

function quirks(): string {
  const rows = QUIRKS.map((quirk) => {
    const { level, says, so } = QUIRK_WORDS[quirk]
    return `| \`${quirk}\` | ${level} | ${cell(says('a field'))} | ${cell(so)} |`
  })
  return ['| name | level | the system | so |', '|---|---|---|---|', ...rows].join('\n')
}

function root(): SchemaNode {
  return (JSON.parse(schemaText()) as { else: SchemaNode }).else
}

function resolved(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node
  const { $defs } = JSON.parse(schemaText()) as { $defs: Record<string, SchemaNode> }
  return $defs[node.$ref.replace('#/$defs/', '')]!
}

/** The node, or the alternatives that it is a union of. */
function partsOf(node: SchemaNode): readonly SchemaNode[] {
  const whole = resolved(node)
  return whole.anyOf?.flatMap(partsOf) ?? [whole]
}

function below(node: SchemaNode, step: string): SchemaNode {
  for (const part of partsOf(node)) {
    const child =
      step === '*'
        ? (part.additionalProperties ?? part.items)
        : (part.properties?.[step] ?? (part.items && below(part.items, step)))
    if (typeof child === 'object') return child
  }
  throw new Error(`The contract has nothing at ${step}.`)
}

function valuesOf(node: SchemaNode): string {
  if (node.examples !== undefined) return node.examples.map((example) => `\`${cell(example)}\``).join(', ')
  const kinds = partsOf(node).map((part) => {
    if (part.examples !== undefined) return part.examples.map((example) => `\`${cell(example)}\``).join(', ')
    if (part.const !== undefined) return `\`${part.const}\``
    if (part.enum !== undefined) return part.enum.map((value) => `\`${value}\``).join(', ')
    if (part.properties !== undefined || part.additionalProperties !== undefined) return 'a map'
    if (part.type === 'array') return 'a list'
    return part.type === 'boolean' ? '`true`, `false`' : part.type === 'string' ? 'text' : 'a number'
  })
  // "text, a number or yes and no" is any one value.
  if (kinds.includes('text') && kinds.includes('`true`, `false`'))
    return ['one value', ...kinds.filter((kind) => kind.startsWith('a ') && kind !== 'a number')].join(', or ')
  return [...new Set(kinds)].join(', or ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
