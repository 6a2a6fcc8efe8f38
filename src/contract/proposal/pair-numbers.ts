import type { SourceColumn, SourceObject } from './catalogue.ts'
import { columnTopic, isDocument, wordsOf } from './names.ts'
import type { Both, ProposedField, Side } from './proposal.ts'
import { isSecret } from './secret-names.ts'
import { topicOf } from './table-topic.ts'

/**
 * The number by which people know a record, where one side's own key is that number and the other side keeps it in a
 * unique column beside its own: `orders.order_id` and `deals.deal_no`. Null where there is none, or where `paired`
 * columns hold it on both sides already.
 */
export function pairNumbers(tables: Both<SourceObject>, paired: readonly ProposedField[]): ProposedField | null {
  for (const side of [0, 1] as const) {
    const keeper: Side = side === 0 ? 1 : 0
    const key = tables[side].columns.find((column) => column.name === tables[side].primaryKey[0])
    const number = numberColumn(tables[keeper])
    if (key === undefined || number === undefined || !canBeNumber(key)) continue
    if (numberColumn(tables[side]) !== undefined) continue
    if (paired.some((field) => field.columns[keeper] === number.name)) continue
    // A key that the system gives itself is only read: nobody else can choose it.
    const given = key.hasDefault || key.readOnly
    return {
      name: numberName(tables[keeper], number),
      type: key.kind === 'integer' && number.kind === 'integer' ? 'integer' : 'text',
      required: !given,
      columns: side === 0 ? [key.name, number.name] : [number.name, key.name],
      keyOf: { side, given },
    }
  }
  return null
}

/** A unique column with a number, code or reference that is not the table's own key. */
function numberColumn(table: SourceObject): SourceColumn | undefined {
  const topic = topicOf(table)
  return table.columns.find(
    (column) =>
      canBeNumber(column) &&
      !column.readOnly &&
      !isSecret(column.name) &&
      columnTopic(column.name, topic) === 'code' &&
      table.uniqueKeys.some((key) => key.length === 1 && key[0] === column.name) &&
      !table.primaryKey.includes(column.name),
  )
}

const canBeNumber = (column: SourceColumn): boolean => column.kind === 'text' || column.kind === 'integer'

function numberName(table: SourceObject, column: SourceColumn): string {
  if (isDocument(topicOf(table).entity)) return 'number'
  return wordsOf(column.name).includes('sku') ? 'sku' : 'code'
}
