import type { TypeSpec } from '../model/field-type.ts'
import type { FieldMapping } from './contract.ts'
import { checkExpression } from './check-expression.ts'
import type { Place } from './finding.ts'
import type { FlowContext } from './flow-context.ts'
import { didYouMean } from './near-miss.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, type Node, type ScalarNode, texts } from './node.ts'

/** How one system holds a field or sub-field; undefined when what is written was reported. */
export function readMapping(
  flow: FlowContext,
  field: string,
  place: Place,
  node: Node,
  spec: TypeSpec | undefined,
): FieldMapping | undefined {
  const wrong = (message: string, cure: string, at = place) => {
    flow.error(at, 'bad-mapping', message, cure)
    return undefined
  }
  if (spec?.type === 'lines') {
    const table = node.kind === 'map' ? (getScalar(node, 'table') ?? getScalar(node, 'object')) : undefined
    const parent = node.kind === 'map' ? getScalar(node, 'parent') : undefined
    if (
      node.kind !== 'map' ||
      table === undefined ||
      parent === undefined ||
      others(node, ['table', 'object', 'parent', 'id']).length > 0
    ) {
      return wrong(
        `The lines \`${field}\` need a child table and the column that points to the record.`,
        'Write e.g. `{ table: order_lines, parent: order_id }`.',
      )
    }
    const id = get(node, 'id')
    const columns = id?.kind === 'scalar' ? [id.text] : texts(id).map((column) => column.text)
    return { kind: 'lines', object: table.text, parent: parent.text, ...(columns.length === 0 ? {} : { id: columns }) }
  }
  if (node.kind === 'scalar') {
    return node.text === ''
      ? wrong(`\`${field}\` names no column.`, 'Write the name of the column.')
      : { kind: 'column', column: node.text }
  }
  if (node.kind === 'list') return undefined
  const ofLines = others(node, ['field', 'values', 'read', 'write'])
  if (ofLines.length > 0 && spec !== undefined) {
    return wrong(
      `\`${ofLines[0]}\` is only for fields of type lines; \`${field}\` is ${spec.type}.`,
      'Remove it, or correct the type.',
    )
  }
  const column = getScalar(node, 'field')
  const read = getScalar(node, 'read')
  if (column !== undefined && (read !== undefined || get(node, 'write') !== undefined)) {
    return wrong(`\`${field}\` has both a column and an expression.`, 'Keep `field`, or `read` and `write`.')
  }
  if (column !== undefined) {
    const values = readValues(flow, field, getMap(node, 'values'), spec)
    return { kind: 'column', column: column.text, ...(values === undefined ? {} : { values }) }
  }
  if (read === undefined) {
    return wrong(
      get(node, 'write') !== undefined
        ? `\`${field}\` is written by an expression but not read.`
        : `\`${field}\` names no column.`,
      get(node, 'write') !== undefined
        ? 'Add `read:` with the expression that gives the value.'
        : 'Add `field:` with its name, or `read:` with an expression.',
    )
  }
  if (get(node, 'values') !== undefined) {
    return wrong(
      `\`${field}\` has both a value table and an expression.`,
      'Use `field` with `values`, or put the cases into the expression.',
    )
  }
  return readExpression(flow, read, getMap(node, 'write'))
}

function readExpression(flow: FlowContext, read: ScalarNode, writeNode: MapNode | undefined): FieldMapping | undefined {
  let good = checkExpression(flow.findings, read, 'read')
  const write: Record<string, string> = {}
  for (const [column, entry] of entriesOf(writeNode)) {
    if (entry.value.kind !== 'scalar') continue
    good = checkExpression(flow.findings, entry.value, 'write') && good
    write[column] = entry.value.text
  }
  if (!good) return undefined
  return { kind: 'expression', read: read.text, ...(Object.keys(write).length === 0 ? {} : { write }) }
}

function readValues(
  flow: FlowContext,
  field: string,
  node: MapNode | undefined,
  spec: TypeSpec | undefined,
): ReadonlyMap<string, string> | undefined {
  if (node === undefined) return undefined
  const values = new Map<string, string>()
  const back = new Map<string, string>()
  for (const [from, { value, place }] of entriesOf(node)) {
    if (value.kind !== 'scalar') continue
    const to = value.text
    const twin = back.get(to)
    if (twin !== undefined) {
      flow.error(
        place,
        'not-one-to-one',
        `The value table of \`${field}\` gives \`${to}\` for both \`${twin}\` and \`${from}\`, so it cannot be read backwards.`,
        'Give each value its own counterpart.',
      )
    }
    if (spec?.type === 'choice' && spec.values !== undefined && !spec.values.includes(to)) {
      flow.error(
        value.place,
        'unknown-value',
        `\`${to}\` is not one of the values of \`${field}\`${didYouMean(to, spec.values) || '.'}`,
        `Write one of ${spec.values.map((v) => `\`${v}\``).join(', ')}, or add it to \`values\`.`,
      )
    }
    back.set(to, from)
    values.set(from, to)
  }
  return values
}

function others(node: MapNode, known: readonly string[]): string[] {
  return [...node.entries.keys()].filter((key) => !known.includes(key))
}
