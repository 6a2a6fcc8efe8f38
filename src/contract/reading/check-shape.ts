import type * as z from 'zod'
import type { Problem } from '../finding.ts'
import { didYouMean, nearMiss } from '../text/near-miss.ts'
import { type MapNode, type Node, placeOf, plainPlace } from '../text/node.ts'
import { contractSchema } from '../schema/schema.ts'

/*
 * Holds a tree against the schema. What does not fit is reported and taken out of the tree, so that the readers go on
 * with the rest and all problems come at once; its path is remembered, so that nobody asks for it as a missing decision.
 */

type Path = readonly (string | number)[]
type Schema = z.core.$ZodType
type Issue = z.core.$ZodIssue

export interface ShapeCheck {
  readonly problems: readonly Problem[]
  /** Paths joined by `.` of what was taken out. */
  readonly broken: ReadonlySet<string>
}

/** Reports everything in `root` that is not of the contract's shape, and takes it out of `root`. */
export function checkShape(root: MapNode): ShapeCheck {
  const problems: Problem[] = []
  const broken = new Set<string>()
  const result = contractSchema.safeParse(toData(root, false))
  const found: { path: Path; known?: readonly string[] }[] = []
  for (const issue of flatten(result.error?.issues ?? [], [])) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(contractSchema, path)
      for (const key of issue.keys) {
        const at = [...path, key]
        const name = settingOf(path)
        problems.push({
          ...plainPlace(placeOf(root, at)),
          code: 'unknown-key',
          severity: 'error',
          message: `\`${key}\` is not a setting of ${name}${didYouMean(key, known) || '.'}`,
          cure:
            nearMiss(key, known) === null
              ? `Remove it; the settings of ${name} are ${known.join(', ')}.`
              : `Write \`${nearMiss(key, known)}\`, or remove it.`,
        })
        found.push({ path: at })
      }
      continue
    }
    const node = nodeAt(root, path)
    const name = lastName(path)
    const problem = describe(issue, name, node)
    problems.push({ ...plainPlace(node?.place ?? placeOf(root, path)), severity: 'error', ...problem })
    found.push({ path })
  }
  for (const { path } of found) {
    broken.add(path.join('.'))
    remove(root, path)
  }
  return { problems, broken }
}

function describe(issue: Issue, name: string, node: Node | undefined): { code: string; message: string; cure: string } {
  const written = node === undefined ? null : node.kind === 'scalar' ? node.text : null
  if (issue.code === 'invalid_key') {
    return {
      code: 'bad-name',
      message: `\`${name}\` ${issue.issues[0]?.message ?? 'is not a name'}.`,
      cure: 'Rename it, e.g. `sales_orders`.',
    }
  }
  if (issue.code === 'invalid_value' && issue.values.length > 1) {
    const options = issue.values.map(String)
    const near = written === null ? null : nearMiss(written, options)
    return {
      code: 'unknown-choice',
      message: `${quote(written)} is not an answer to \`${name}\`${near === null ? '.' : `; did you mean \`${near}\`?`}`,
      cure: `Write one of ${options.map((o) => `\`${o}\``).join(', ')}.`,
    }
  }
  const expected = issue.message.startsWith('must')
    ? issue.message
    : issue.code === 'invalid_value'
      ? `must be \`${String(issue.values[0])}\``
      : 'has a value of the wrong kind'
  return {
    code: issue.code === 'invalid_format' ? 'bad-format' : 'wrong-type',
    message: `\`${name}\` ${expected}${written === null ? '' : `, not ${quote(written)}`}.`,
    cure: `Correct the value of \`${name}\`.`,
  }
}

const quote = (written: string | null) =>
  written === null ? 'This' : `\`${written.length > 60 ? `${written.slice(0, 60)}…` : written}\``

/** The tree as plain data; keys without a value are left out, as if they were not there. */
function toData(node: Node, keepNulls: boolean): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map((item) => toData(item, false))
  const data: Record<string, unknown> = {}
  for (const [key, { value }] of node.entries) {
    if (!keepNulls && value.kind === 'scalar' && value.value === null) continue
    data[key] = toData(value, key === 'archive' || key === 'deleted' || key === 'on_create' || key === 'on_update')
  }
  return data
}

/** Of a union's issues, those of the branch whose kind (map, list, text) is the one that was written. */
function flatten(issues: readonly Issue[], around: Path): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...around, ...issue.path] as (string | number)[]
    const whole = { ...issue, path } as Issue
    if (issue.code !== 'invalid_union') return [whole]
    const meant = issue.errors.find(
      (branch) => !branch.some((i) => i.path.length === 0 && i.code !== 'unrecognized_keys'),
    )
    return meant === undefined ? [whole] : flatten(meant, path)
  })
}

/** Names of the settings that the schema knows at a path. */
function knownKeys(schema: Schema, path: Path): readonly string[] {
  let at: Schema | undefined = schema
  for (const step of path) at = at && child(at, step)
  const shape = at && objectOf(at)
  return shape === undefined ? [] : Object.keys(shape)
}

function child(schema: Schema, step: string | number): Schema | undefined {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> & { type: string } }
  switch (def.type) {
    case 'optional':
      return child(def['innerType'] as Schema, step)
    case 'object':
      return (def['shape'] as Record<string, Schema>)[step] ?? (def['catchall'] as Schema | undefined)
    case 'record':
      return def['valueType'] as Schema
    case 'array':
      return def['element'] as Schema
    case 'union':
      return (def['options'] as Schema[]).map((option) => child(option, step)).find((found) => found !== undefined)
    default:
      return undefined
  }
}

function objectOf(schema: Schema): Record<string, Schema> | undefined {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> & { type: string } }
  if (def.type === 'optional') return objectOf(def['innerType'] as Schema)
  if (def.type === 'union') return (def['options'] as Schema[]).map(objectOf).find((found) => found !== undefined)
  return def.type === 'object' ? (def['shape'] as Record<string, Schema>) : undefined
}

function settingOf(path: Path): string {
  if (path.length === 0) return 'a contract'
  const [top, , second] = path
  if (path.length === 2 && top === 'flows') return 'a flow'
  if (path.length === 2 && top === 'people') return 'a person'
  if (path.length === 2 && top === 'channels') return 'a channel'
  if (path.length === 4 && second === 'records') return '`records` of a system'
  if (path.length === 4 && second === 'match') return 'a match rule'
  if (top === 'flows' && second === 'fields') return 'a mapping'
  return `\`${lastName(path)}\``
}

function lastName(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'number' ? lastName(path.slice(0, -1)) : (last ?? 'the contract')
}

function nodeAt(root: MapNode, path: Path): Node | undefined {
  let node: Node | undefined = root
  for (const step of path) {
    node =
      node?.kind === 'map'
        ? node.entries.get(String(step))?.value
        : node?.kind === 'list'
          ? node.items[Number(step)]
          : undefined
  }
  return node
}

function remove(root: MapNode, path: Path): void {
  const parent = nodeAt(root, path.slice(0, -1))
  const last = path.at(-1)
  if (parent?.kind === 'map') parent.entries.delete(String(last))
  // Places of a list's other items must not move: an item becomes an empty one.
  else if (parent?.kind === 'list') {
    const item = parent.items[Number(last)]
    if (item !== undefined)
      parent.items[Number(last)] = { kind: 'scalar', place: item.place, value: null, text: '', textColumn: null }
  }
}
