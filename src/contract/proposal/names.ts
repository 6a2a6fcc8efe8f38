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

/** Phrases of columns that mean the same; the first is the one we use. Longer phrases win. */
const COLUMN_PHRASES: readonly (readonly string[])[] = [
  [
    'name',
    'full name',
    'display name',
    'legal name',
    'nombre',
    'title name',
    'label',
    'firma',
    'bezeichnung',
    'nom',
    'nome',
    'naam',
    'razon social',
    'denominacion',
  ],
  ['email', 'e mail', 'mail', 'email address', 'mail address', 'correo'],
  [
    'phone',
    'telephone',
    'tel',
    'phone number',
    'phone no',
    'telephone number',
    'main phone',
    'office phone',
    'telefono',
    'telefon',
    'telefonnummer',
    'telefoon',
  ],
  ['mobile', 'movil', 'handy', 'mobil', 'mobile phone', 'cell', 'cell phone', 'mobile number'],
  ['fax', 'fax number', 'telefax'],
  [
    'vat',
    'vat number',
    'vat no',
    'vat id',
    'vat code',
    'vatin',
    'tax id',
    'tax number',
    'tax no',
    'tin',
    'nif',
    'cif',
    'ust id',
    'ustid',
    'ust idnr',
    'btw nummer',
    'partita iva',
    'fiscal code',
  ],
  [
    'address',
    'street',
    'street address',
    'address line',
    'address line 1',
    'address 1',
    'address1',
    'line 1',
    'direccion',
    'strasse',
    'straße',
    'adresse',
    'rue',
    'calle',
    'indirizzo',
  ],
  ['city', 'town', 'locality', 'ciudad', 'poblacion', 'ort', 'stadt', 'ville', 'citta', 'plaats'],
  ['region', 'state', 'province', 'county', 'state province'],
  [
    'postcode',
    'postal code',
    'post code',
    'zip',
    'zip code',
    'postal',
    'plz',
    'codigo postal',
    'cp',
    'postleitzahl',
    'code postal',
    'cap',
  ],
  ['country', 'country code', 'country name', 'country iso', 'iso country', 'nation', 'pais', 'land', 'pays', 'paese'],
  ['website', 'homepage', 'home page', 'url', 'web', 'web site', 'web page'],
  [
    'contact',
    'contact name',
    'contact person',
    'primary contact',
    'main contact',
    'contact full name',
    'ansprechpartner',
    'contacto',
  ],
  ['contact title', 'contact job title', 'job title', 'contact role', 'contact position'],
  [
    'code',
    'sku',
    'number',
    'no',
    'nr',
    'num',
    'ref',
    'reference',
    'external id',
    'external ref',
    'external reference',
    'external code',
  ],
  [
    'price',
    'unit price',
    'list price',
    'sales price',
    'sale price',
    'selling price',
    'rate',
    'precio',
    'preis',
    'vk preis',
    'verkaufspreis',
    'prix',
    'prezzo',
  ],
  ['cost', 'unit cost', 'cost price', 'purchase price', 'standard cost'],
  ['quantity', 'qty', 'units', 'amount ordered', 'cantidad', 'menge', 'anzahl', 'quantite', 'quantita'],
  ['discount', 'discount rate', 'discount percent', 'discount pct', 'rebate'],
  [
    'stock',
    'units in stock',
    'quantity in stock',
    'qty in stock',
    'stock quantity',
    'stock level',
    'stock qty',
    'on hand',
    'qty on hand',
    'quantity on hand',
    'inventory',
    'lagerbestand',
    'bestand',
    'existencias',
  ],
  ['on order', 'units on order', 'qty on order', 'quantity on order'],
  ['reorder level', 'reorder point', 'min stock', 'minimum stock'],
  ['package', 'quantity per unit', 'pack size', 'packaging', 'unit size', 'pack', 'package size'],
  ['discontinued', 'is discontinued', 'retired', 'obsolete'],
  ['active', 'is active', 'enabled', 'is enabled'],
  [
    'date',
    'ordered at',
    'ordered on',
    'placed at',
    'placed on',
    'issued at',
    'issued on',
    'issue date',
    'document date',
    'closed on',
    'close date',
    'closed at',
    'booked on',
    'fecha',
    'datum',
    'data',
  ],
  [
    'due date',
    'required date',
    'due on',
    'due at',
    'required on',
    'needed by',
    'deadline',
    'requested date',
    'payment due',
    'delivery due',
  ],
  [
    'shipped date',
    'shipped at',
    'shipped on',
    'shipping date',
    'ship date',
    'delivered at',
    'delivered on',
    'delivery date',
    'dispatched at',
  ],
  ['paid date', 'paid at', 'paid on', 'payment date'],
  [
    'freight',
    'freight cost',
    'freight amount',
    'shipping cost',
    'shipping amount',
    'shipping fee',
    'shipping charge',
    'delivery cost',
    'delivery fee',
  ],
  [
    'total',
    'total amount',
    'amount',
    'grand total',
    'value',
    'total value',
    'amount total',
    'importe',
    'gesamt',
    'summe',
    'betrag',
    'gesamtbetrag',
    'montant',
  ],
  ['net', 'net amount', 'subtotal', 'net total', 'amount net', 'total net'],
  ['tax', 'tax amount', 'vat amount', 'total tax'],
  ['currency', 'currency code', 'curr'],
  ['credit limit', 'credit line', 'credit'],
  ['status', 'state code', 'stage'],
  ['notes', 'note', 'comment', 'comments', 'remark', 'remarks', 'memo'],
  ['description', 'descr', 'desc', 'details'],
  ['segment', 'tier', 'class'],
  ['industry', 'sector', 'branch'],
  ['line', 'line no', 'line number', 'line nr', 'position', 'pos', 'sequence', 'seq', 'row no', 'sort order'],
  ['unit', 'uom', 'unit of measure'],
  ['barcode', 'ean', 'gtin', 'upc', 'ean code'],
  ['weight', 'weight kg', 'net weight'],
  ['ship name', 'shipping name', 'delivery name', 'ship to name', 'recipient', 'recipient name'],
  [
    'ship address',
    'shipping address',
    'shipping street',
    'delivery address',
    'delivery street',
    'ship to address',
    'ship street',
    'ship to street',
  ],
  ['ship city', 'shipping city', 'delivery city', 'ship to city', 'shipping town', 'delivery town'],
  [
    'ship region',
    'shipping region',
    'shipping state',
    'delivery region',
    'ship state',
    'ship to region',
    'shipping province',
  ],
  [
    'ship postcode',
    'ship postal code',
    'ship zip',
    'shipping postcode',
    'shipping postal code',
    'shipping zip',
    'delivery postcode',
    'delivery zip',
    'delivery postal code',
    'shipping zip code',
  ],
  [
    'ship country',
    'shipping country',
    'delivery country',
    'ship to country',
    'shipping country code',
    'delivery country code',
  ],
  ['payment terms', 'terms', 'payment term'],
  ['language', 'lang', 'locale', 'language code'],
]

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
