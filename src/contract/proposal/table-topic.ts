import type { SourceObject } from './catalogue.ts'
import { columnTopic, tableTopic, wordsOf, type TableTopic } from './names.ts'

const known = new WeakMap<SourceObject, TableTopic>()

/** What a table holds, by its name and where that is not enough by its columns; read once for each table. */
export function topicOf(table: SourceObject): TableTopic {
  let topic = known.get(table)
  if (topic === undefined) {
    topic = tableTopic(table.name)
    if (topic.noun === 'account' && isLedger(table, topic)) topic = { ...topic, entity: 'ledger account' }
    known.set(table, topic)
  }
  return topic
}

const OF_SOMEBODY = new Set([
  'email',
  'phone',
  'mobile',
  'fax',
  'address',
  'city',
  'postcode',
  'vat',
  'website',
  'contact',
  'industry',
  'segment',
])
const OF_A_LEDGER =
  /\b(?:debit|credit|balance|reconcil\w*|ledger|chart|fiscal|root type|(?:account|internal) (?:type|group)|is group|deprecated|cuenta contable|plan contable|sachkonto)\b/
const LEDGERS: ReadonlySet<string> = new Set([
  'account',
  'accounting',
  'ledger',
  'gl',
  'general',
  'bank',
  'chart',
  'analytic',
  'contable',
  'fiscal',
])

/** The accounts of a bookkeeping, which are nobody's: a customer has an address of some kind. */
function isLedger(table: SourceObject, topic: TableTopic): boolean {
  const { columns } = table
  if (columns.some((column) => OF_SOMEBODY.has(columnTopic(column.name, topic)))) return false
  return (
    topic.qualifiers.some((word) => LEDGERS.has(word)) ||
    columns.some((column) => OF_A_LEDGER.test(wordsOf(column.name).join(' ')))
  )
}
