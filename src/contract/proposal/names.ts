import { COLUMN_PHRASES } from './column-phrases.ts'
import { remembered } from '../../model/types/remembered.ts'

/*
 * What a table's or column's name is about, in one vocabulary for all systems: `tbl_SalesOrders`, `sales_order` and
 * `deals` are all `order`; `zip`, `postcode` and `postal_code` are all `postcode`.
 */

/** Words that name the same entity; the first is the one we use. */
const ENTITIES: readonly (readonly string[])[] = [
  [
    'customer',
    'account',
    'client',
    'company',
    'buyer',
    'debtor',
    'partner',
    'organization',
    'organisation',
    'cliente',
    'kunde',
    'kunden',
    'klant',
  ],
  [
    'product',
    'item',
    'article',
    'good',
    'sku',
    'material',
    'articulo',
    'artikel',
    'producto',
    'produkt',
    'produkte',
    'produit',
  ],
  [
    'order',
    'deal',
    'opportunity',
    'sale',
    'pedido',
    'auftrag',
    'auftrage',
    'auftraege',
    'bestellung',
    'bestellungen',
    'commande',
  ],
  ['invoice', 'bill', 'factura', 'rechnung', 'rechnungen', 'facture', 'fattura'],
  ['supplier', 'vendor', 'creditor', 'proveedor', 'lieferant', 'lieferanten', 'fournisseur', 'fornitore'],
  ['employee', 'staff', 'salesperson', 'rep', 'user', 'agent', 'empleado'],
  ['shipper', 'carrier', 'forwarder'],
  ['contact', 'person', 'people', 'contacto'],
  ['category', 'group', 'family', 'categoria'],
  ['warehouse', 'location', 'depot', 'store'],
  ['payment', 'receipt'],
  ['shipment', 'delivery', 'dispatch'],
  ['price', 'pricelist'],
  ['ticket', 'issue', 'incident'],
  ['subscription'],
  ['project'],
  ['quote', 'quotation', 'offer', 'estimate'],
]

/** Entities that are documents: what people write, number and date, with lines below. */
const DOCUMENTS: ReadonlySet<string> = new Set(['order', 'invoice', 'quote', 'shipment', 'payment', 'subscription'])

/** Whether an entity of our vocabulary is a document, such as an order or an invoice. */
export function isDocument(entity: string): boolean {
  return DOCUMENTS.has(entity)
}

/** Last words of a table that holds the rows of something else. */
const LINE_WORDS: ReadonlySet<string> = new Set([
  'line',
  'detail',
  'item',
  'position',
  'row',
  'entry',
  'linea',
  'product',
])

/** Words before the noun that make it another thing: a purchase order is no sales order. */
const OTHER_THING: ReadonlySet<string> = new Set([
  'purchase',
  'supplier',
  'vendor',
  'return',
  'internal',
  'draft',
  'old',
  'backup',
  'bak',
  'tmp',
  'temp',
  'archive',
  'log',
  'audit',
  'history',
])

/** Whether a noun names rows of something else and no thing of its own: `positions`, `details`, but not `items`. */
export function isLineWord(noun: string): boolean {
  return LINE_WORDS.has(noun) && !ENTITY_OF.has(noun)
}

const FILLER: ReadonlySet<string> = new Set([
  'tbl',
  'table',
  'tb',
  't',
  'dbo',
  'public',
  'erp',
  'crm',
  'app',
  'sale',
  'x',
  'the',
  'master',
  'data',
])

const ENTITY_OF: ReadonlyMap<string, string> = new Map(
  ENTITIES.flatMap((words) => words.map((word) => [word, words[0]!])),
)

const PHRASE_OF: ReadonlyMap<string, string> = new Map(
  COLUMN_PHRASES.flatMap((phrases) => phrases.map((phrase) => [phrase, phrases[0]!])),
)

/** Lower-case words of an identifier: `tblSalesOrders` → tbl, sales, orders. */
export const wordsOf = remembered(100_000, (name): readonly string[] =>
  name
    .replace(/^.*\./, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== ''),
)

/** A noun in the singular, as far as English plurals go. */
export function singular(word: string): string {
  if (word === 'people') return 'person'
  if (word.length > 4 && word.endsWith('ies')) return word.slice(0, -3) + 'y'
  if (/(?:ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return word.length > 3 && word.endsWith('s') && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word
}

/** What a table holds. */
export interface TableTopic {
  /** The entity in our vocabulary, else the table's own noun. */
  readonly entity: string
  /** The noun as the table says it, in the singular. */
  readonly noun: string
  /** Words before the noun that say something. */
  readonly qualifiers: readonly string[]
  /** All words before the noun, as they stand: whose rows these are, if they are somebody's lines. */
  readonly of: readonly string[]
  /** The table's noun is a line word: `order_details`, `deal_lines`. */
  readonly isLines: boolean
  /** A qualifier says that it is another thing than its noun alone. */
  readonly isOther: boolean
}

/** Reads a table's name. */
export function tableTopic(name: string): TableTopic {
  const words = wordsOf(name).map(singular)
  const telling = words.filter((word, place) => !FILLER.has(word) || (place === words.length - 1 && words.length === 1))
  const noun = telling.at(-1) ?? words.at(-1) ?? name
  const qualifiers = telling.slice(0, -1)
  const of = words.slice(0, Math.max(0, words.lastIndexOf(noun)))
  return {
    entity: ENTITY_OF.get(noun) ?? noun,
    noun,
    qualifiers,
    of,
    isLines: LINE_WORDS.has(noun) && of.some((word) => ENTITY_OF.has(word)),
    isOther: qualifiers.some((word) => OTHER_THING.has(word)) || OTHER_THING.has(noun),
  }
}

/** The entity that a word names, e.g. `accounts` → `customer`; undefined when it names none. */
export function entityOf(word: string): string | undefined {
  return ENTITY_OF.get(singular(word))
}

/**
 * What a column of a table is about, as a phrase of our vocabulary: `company_name` of `customers` is `name`,
 * `zip` is `postcode`.
 */
export function columnTopic(column: string, table: TableTopic): string {
  let topics = columnTopics.get(table)
  if (topics === undefined) columnTopics.set(table, (topics = new Map<string, string>()))
  let topic = topics.get(column)
  if (topic === undefined) topics.set(column, (topic = readColumn(column, table)))
  return topic
}

const columnTopics = new WeakMap<TableTopic, Map<string, string>>()

function readColumn(column: string, table: TableTopic): string {
  const words = wordsOf(column)
  const whole = PHRASE_OF.get(words.join(' '))
  if (whole !== undefined) return whole
  const isOwn = (word: string): boolean =>
    singular(word) === table.noun || ENTITY_OF.get(singular(word)) === table.entity
  const rest = words.length > 1 && isOwn(words[0]!) ? words.slice(1) : words
  const phrase = PHRASE_OF.get(rest.join(' '))
  if (phrase !== undefined) return phrase
  // A billing address is a record's address unless told otherwise.
  const plain = ['billing', 'bill', 'main', 'primary', 'default'].includes(rest[0] ?? '') ? rest.slice(1) : rest
  return PHRASE_OF.get(plain.join(' ')) ?? (plain.length > 0 ? plain : rest).join(' ')
}

/** The words of a phrase in the singular. */
export const phraseWords = remembered(
  100_000,
  (phrase): ReadonlySet<string> => new Set(phrase.split(' ').map(singular)),
)

/** How alike two phrases are, from 0 to 1, by the words that they share. */
export function phraseSimilarity(a: string, b: string): number {
  if (a === b) return 1
  const wordsA = phraseWords(a)
  const wordsB = phraseWords(b)
  const shared = [...wordsA].filter((word) => wordsB.has(word)).length
  return shared / (wordsA.size + wordsB.size - shared)
}

/** A name for the contract made of a phrase: `postal code` → `postal_code`. */
export function settingName(phrase: string): string {
  const words = wordsOf(phrase).map((word) => word.replaceAll(/[^a-z0-9]/g, ''))
  const name = words
    .filter((word) => word !== '')
    .join('_')
    .slice(0, 60)
  // Of a name in another script nothing is left.
  return name === '' ? 'unnamed' : /^[a-z]/.test(name) ? name : `f_${name}`
}

/** An English plural, for the name of a flow. */
export function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return word.slice(0, -1) + 'ies'
  return /(?:s|x|ch|sh)$/.test(word) ? word + 'es' : word + 's'
}
