import type { ColumnKind, SourceColumn, SourceObject } from './catalogue.ts'
import { columnTopic, phraseSimilarity, phraseWords, settingName, type TableTopic, wordsOf } from './names.ts'
import type { Both, ProposedField, Side } from './proposal.ts'
import { isSecret } from './secret-names.ts'
import { topicOf } from './table-topic.ts'

/** Two columns that seem to hold the same thing. */
export interface ColumnPair {
  readonly topic: string
  readonly columns: Both<SourceColumn>
}

const BOOKKEEPING =
  /^(?:(?:last )?(?:created|updated|modified|changed|inserted|deleted|synced|imported)(?: (?:at|on|by|date|time|ts))?|(?:create|write|update|insert) (?:date|time|uid)|last (?:modified|updated|changed?|synced?)(?: (?:at|on|by|date|time))?|date (?:created|creation|modified|updated|entered|add)|datec|(?:row|lock|record) ?version|version|rev|etag|mtime|ctime|fk user (?:creat|modif|author)|creado (?:en|el|por)|modificado por|erstellt (?:am|von)|(?:geandert|geaendert) von)$/
/** In English, Spanish, German, French, Italian, Portuguese and Dutch, and what well known applications call it. */
const CHANGED_AT =
  /^(?:(?:last )?(?:updated|modified|changed)(?: (?:at|on|date|time|ts|utc))?|(?:write|update|upd|modification|modify|change) ?(?:date|time|at|ts|timestamp)|last (?:upd(?:ate)?|change|modification|modified|mod|write)(?: (?:at|on|date|time|ts|timestamp))?|date (?:last )?(?:modified|updated|upd|changed|modification|mod|maj)|date ?mod|lastmod(?:ified)?|tms|(?:sys(?:tem)? ?)?mod ?stamp|mtime|utime|timestamp (?:modified|updated)|(?:updated|modified) ?(?:at|on|date)|(?:fecha|hora) (?:de )?(?:modificacion|actualizacion|ultima modificacion|ultimo cambio)|ultima (?:modificacion|actualizacion)|ultimo cambio|(?:modificado|actualizado) (?:en|el|at)|(?:geandert|geaendert|aktualisiert|bearbeitet)(?: (?:am|um))?|(?:anderungs|aenderungs|aktualisierungs) ?(?:datum|zeit)|letzte (?:anderung|aenderung)|(?:date )?derniere (?:modification|maj)|modifie le|mis a jour le|data (?:di )?(?:modifica|ultima modifica|alteracao|atualizacao|de alteracao)|dt (?:alteracao|atualizacao)|ultima (?:modifica|alteracao|atualizacao)|(?:modificato|aggiornato) il|(?:alterado|atualizado) em|(?:gewijzigd|bijgewerkt)(?: op)?|wijzigingsdatum)$/
const ALIKE_ENOUGH = 0.6

/** Columns that say something about a record itself: not its keys, not the system's own bookkeeping. */
export function tellingColumns(table: SourceObject, aside: ReadonlySet<string>): readonly SourceColumn[] {
  return table.columns.filter((column) => {
    const words = wordsOf(column.name).join(' ')
    return (
      !aside.has(column.name) &&
      !column.readOnly &&
      column.readable !== false &&
      familyOf(column.kind) !== null &&
      !BOOKKEEPING.test(words) &&
      !(familyOf(column.kind) === 'time' && CHANGED_AT.test(words)) &&
      !isSecret(column.name)
    )
  })
}

/** The column that says when a record was last changed; null when there is none. */
export function changedAtColumn(table: SourceObject): string | null {
  const found = table.columns.find(
    (column) =>
      (column.kind === 'instant' || column.kind === 'local timestamp') &&
      CHANGED_AT.test(wordsOf(column.name).join(' ')),
  )
  return found?.name ?? null
}

/** Pairs the columns of two tables, each at most once, the most alike first; in the order of the first table. */
export function pairColumns(
  tables: Both<SourceObject>,
  candidates: Both<readonly SourceColumn[]>,
): readonly ColumnPair[] {
  const topics = [topicOf(tables[0]), topicOf(tables[1])] as const
  // Only columns that share a word can be alike: compared with these alone, large tables take no time.
  const others = candidates[1].map((column) => ({ column, topic: columnTopic(column.name, topics[1]) }))
  const byWord = new Map<string, number[]>()
  others.forEach(({ topic }, place) => {
    for (const word of phraseWords(topic)) {
      const places = byWord.get(word)
      if (places) places.push(place)
      else byWord.set(word, [place])
    }
  })
  const scored = candidates[0].flatMap((a) => {
    const topicA = columnTopic(a.name, topics[0])
    const places = new Set([...phraseWords(topicA)].flatMap((word) => byWord.get(word) ?? []))
    return [...places]
      .toSorted((x, y) => x - y)
      .flatMap((place) => {
        const { column: b, topic } = others[place]!
        const score = compatibility(a.kind, b.kind) * alike(topicA, topic, a.name, b.name)
        return score >= ALIKE_ENOUGH ? [{ topic: topicA, columns: [a, b] as const, score }] : []
      })
  })
  scored.sort((x, y) => y.score - x.score)
  const taken: [Set<string>, Set<string>] = [new Set(), new Set()]
  const pairs: ColumnPair[] = []
  for (const { topic, columns } of scored) {
    if (taken[0].has(columns[0].name) || taken[1].has(columns[1].name)) continue
    taken[0].add(columns[0].name)
    taken[1].add(columns[1].name)
    pairs.push({ topic, columns })
  }
  const rest = candidates.map((columns, side) => columns.filter((column) => !taken[side as Side].has(column.name)))
  const named = pairNames(topics, rest as [SourceColumn[], SourceColumn[]])
  if (named !== null && !pairs.some((pair) => pair.topic === 'name')) pairs.push(named)
  const order = new Map(candidates[0].map((column, place) => [column.name, place]))
  return pairs.toSorted((x, y) => order.get(x.columns[0].name)! - order.get(y.columns[0].name)!)
}

/** What the column with a record's own name is called, the likeliest first. */
const NAME_TOPICS = ['name', 'title', 'subject', 'description']

/** Entities whose records are people or have some: there a title is that of a person. */
const HAVE_TITLES: ReadonlySet<string> = new Set(['customer', 'supplier', 'employee', 'contact', 'shipper'])

/** The columns that hold the records' own names, where the two tables call that differently. */
function pairNames(topics: Both<TableTopic>, rest: Both<readonly SourceColumn[]>): ColumnPair | null {
  const found = rest.map((columns, side) => {
    const topic = topics[side as Side]
    const texts = columns.filter((column) => column.kind === 'text')
    return NAME_TOPICS.filter((name) => name !== 'title' || !HAVE_TITLES.has(topic.entity)).flatMap((name, rank) => {
      const column = texts.find((one) => columnTopic(one.name, topic) === name)
      return column === undefined ? [] : [{ column, rank }]
    })[0]
  })
  const [a, b] = found
  // Without a name on either side, two texts of different kinds are no name together.
  if (a === undefined || b === undefined || (a.rank > 0 && b.rank > 0)) return null
  return { topic: 'name', columns: [a.column, b.column] }
}

/** A ship address is no address: words that set a phrase apart must be on both sides. */
const SETS_APART = ['ship', 'shipping', 'delivery', 'billing', 'contact', 'min', 'max', 'due', 'tax', 'net', 'total']

function alike(topicA: string, topicB: string, nameA: string, nameB: string): number {
  if (topicA === topicB) return nameA.toLowerCase() === nameB.toLowerCase() ? 1.01 : 1
  const likeness = phraseSimilarity(topicA, topicB)
  if (likeness < ALIKE_ENOUGH) return 0
  const wordsA = topicA.split(' ')
  const wordsB = topicB.split(' ')
  return SETS_APART.some((word) => wordsA.includes(word) !== wordsB.includes(word)) ? 0 : likeness
}

type Family = 'text' | 'number' | 'boolean' | 'time'

function familyOf(kind: ColumnKind): Family | null {
  switch (kind) {
    case 'text':
    case 'uuid':
      return 'text'
    case 'integer':
    case 'decimal':
    case 'float':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'date':
    case 'instant':
    case 'local timestamp':
      return 'time'
    case 'time':
    case 'json':
    case 'binary':
    case 'other':
      return null
  }
}

function compatibility(a: ColumnKind, b: ColumnKind): number {
  const families = [familyOf(a), familyOf(b)]
  if (families[0] === families[1]) return 1
  if (families.includes('boolean') && (a === 'integer' || b === 'integer')) return 0.9
  // Numbers kept as text are common in the wild; dates as text come in too many forms to guess.
  return families.includes('text') && families.includes('number') ? 0.75 : 0
}

const MONEY = /\b(?:price|cost|amount|total|net|tax|freight|fee|charge|balance|limit|revenue|turnover|salary|budget)\b/

/** The canonical type that a pair's names and columns speak for. */
export function typedField(pair: ColumnPair): ProposedField {
  const { topic, columns } = pair
  const [a, b] = columns
  const kinds = [a.kind, b.kind]
  const families = kinds.map(familyOf)
  const base = {
    name: settingName(topic),
    required: columns.some((column) => !column.nullable && !column.hasDefault),
    columns: [a.name, b.name] as const,
  }
  if (families.includes('text')) {
    const last = topic.split(' ').at(-1)
    if (last === 'email') return { ...base, type: 'email' }
    if (last === 'phone' || last === 'mobile' || last === 'fax') return { ...base, type: 'phone' }
    if (last === 'country') return { ...base, type: 'country' }
    if (topic === 'vat') return { ...base, type: 'vat' }
    if (topic === 'website') return { ...base, type: 'url' }
    if (families[0] === families[1]) return { ...base, type: 'text' }
  }
  if (families.includes('time')) return { ...base, type: kinds.includes('date') ? 'date' : 'instant' }
  if (families.includes('boolean'))
    return { ...base, type: 'boolean', asNumber: [families[0] === 'number', families[1] === 'number'] }
  if (kinds.every((kind) => kind === 'integer')) return { ...base, type: 'integer' }
  const scales = columns.flatMap((column) => (column.kind === 'decimal' && column.scale !== null ? [column.scale] : []))
  const scale = scales.length > 0 ? { scale: Math.min(...scales) } : {}
  if (MONEY.test(topic)) return { ...base, type: 'money' }
  return { ...base, type: 'decimal', ...scale }
}
