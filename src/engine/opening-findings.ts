import type { CatalogueObject } from '../connector-kit/port.ts'
import type { Contract, Field, Flow } from '../contract/contract.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from '../contract/phrases.ts'
import type { OpeningFinding } from '../model/opening.ts'
import { columnFindings } from './opening-columns.ts'
import { creationFindings } from './opening-creation.ts'
import type { OpeningFacts } from './opening-facts.ts'
import { guaranteeFindings } from './opening-guarantees.ts'
import { closerFindings } from './opening-looks.ts'
import { canCreate, canDelete, mayWriteTo, type Place, type Told } from './opening-place.ts'

/*
 * What the catalogues of the systems say about a flow, before anything is written. What would lose or corrupt data is
 * refused, or asked where an answer of the contract makes it right; the rest are warnings.
 */

/** `holds`: whether any flow of the contract keeps this object of this system in agreement. */
export function openingFindings(
  flow: Flow,
  facts: ReadonlyMap<string, OpeningFacts>,
  holds: (system: string, object: string) => boolean,
): readonly OpeningFinding[] {
  return [...facts].flatMap(([system, known]) => {
    const place: Place = { flow, system, facts: known, all: facts, object: known.catalogue.object }
    const told: readonly Told[] = [
      ...identity(place),
      ...hidden(place),
      ...columnFindings(place),
      ...creationFindings(place),
      ...deleting(place, holds),
      ...uniqueness(place),
      ...triggers(place),
      ...unreadBytes(place),
      ...closerFindings(place),
      ...guaranteeFindings(place),
    ]
    return told.map(({ cure, ...one }): OpeningFinding => ({ ...one, flow: flow.name, system, cure }))
  })
}

/** Whether any flow of the contract keeps an object of a system in agreement, as records or as lines. */
export const holdsObject =
  ({ flows }: Contract) =>
  (system: string, object: string): boolean =>
    [...flows.values()].some(
      (flow) =>
        flow.records[system]?.object === object ||
        flow.fields.some(({ mapping }) => {
          const lines = mapping[system]
          return lines?.kind === 'lines' && lines.object === object
        }),
    )

/** Findings that keep the flow from being opened. */
export const blocking = (findings: readonly OpeningFinding[]): readonly OpeningFinding[] =>
  findings.filter(({ level }) => level !== 'warning')

function identity({ flow, system, facts, object }: Place): Told[] {
  if (facts.sharedId === null) return []
  const { id, filter } = flow.records[system]!
  const setting = ['records', system, 'id']
  if (facts.sharedId)
    return [
      {
        level: 'refused',
        code: 'id-not-unique',
        setting,
        message: `Several rows of ${object.name} in ${systemTitle(system)} have the same \`${id}\`${filter ? ', `where` or not' : ''}, so it does not say which record is meant.`,
        cure: `Name a column as \`id\` that is unique in the whole table, or a view that holds only the rows in which \`${id}\` is unique.`,
      },
    ]
  return [
    {
      level: 'warning',
      code: 'id-not-kept-unique',
      setting,
      message: `Nothing in ${systemTitle(system)} keeps \`${id}\` of ${object.name} unique; as soon as two rows share one, the flow stops.`,
      cure: 'Add a unique index on it, or name another column as `id`.',
    },
  ]
}

function hidden({ flow, system, facts, object }: Place): Told[] {
  const answer = flow.records[system]!.hiddenRows
  const title = systemTitle(system)
  const by = ({ hides, name }: CatalogueObject) =>
    hides === 'policy' ? `a policy of row-level security on ${name}` : `the condition of the view ${name}`
  const told: Told[] = []
  if (object.hides && answer === undefined)
    told.push({
      level: 'asked',
      code: 'hidden-rows',
      setting: ['records', system],
      message: `In ${title} ${by(object)} hides rows from these credentials, and ${withArticle(oneOf(flow.name))} that becomes hidden would be taken for deleted.`,
      cure: `Add \`hidden_rows: may change\` to the records of \`${system}\`, so that what cannot be seen there never counts as deleted; or \`hidden_rows: never change\` if which rows are hidden is fixed for ever.`,
    })
  for (const [name, child] of facts.catalogue.lines)
    if (child.hides && answer !== 'never change')
      told.push({
        level: answer === undefined ? 'asked' : 'refused',
        code: 'hidden-lines',
        setting: ['fields', name, system],
        message: `In ${title} ${by(child)} hides lines from these credentials, and a line that becomes hidden would be taken out elsewhere.`,
        cure: `Grant these credentials all rows of ${child.name}, or add \`hidden_rows: never change\` to the records of \`${system}\` if which lines are hidden is fixed for ever.`,
      })
  return told
}

function deleting(place: Place, holds: (system: string, object: string) => boolean): Told[] {
  const { flow, system, object, facts } = place
  if (!canDelete(flow, system)) return []
  const title = systemTitle(system)
  const told: Told[] = []
  if (object.rights?.delete === false)
    told.push({
      level: 'refused',
      code: 'may-not-delete',
      setting: ['records', system],
      message: `These credentials may not delete from ${object.name} in ${title}, where the flow deletes ${manyOf(flow.name)}.`,
      cure: 'Grant it, or choose another answer than `delete` or `accept` for deletions.',
    })
  const lines = new Set([...facts.catalogue.lines.values()].map(({ name }) => name))
  const others = (object.cascades ?? []).filter(({ object: name }) => !lines.has(name) && !holds(system, name))
  const names = (does: string) => [...new Set(others.filter((one) => one.does === does).map((one) => one.object))]
  const gone = names('delete')
  if (gone.length > 0 && flow.records[system]!.cascades === undefined)
    told.push({
      level: 'asked',
      code: 'cascades',
      setting: ['records', system],
      message: `When the flow deletes ${withArticle(oneOf(flow.name))} in ${title}, its database deletes rows of ${listed(gone)} with it, which no flow holds.`,
      cure: `Add \`cascades: accept\` to the records of \`${system}\` if they may go, or choose \`archive\`, \`unlink\` or \`ask\` for deletions.`,
    })
  const emptied = names('empty')
  if (emptied.length > 0)
    told.push({
      level: 'warning',
      code: 'cascades',
      setting: ['records', system],
      message: `When the flow deletes ${withArticle(oneOf(flow.name))} in ${title}, its database empties what refers to it in ${listed(emptied)}.`,
      cure: 'Choose `archive`, `unlink` or `ask` for deletions if that must not be.',
    })
  return told
}

/** Unique keys that the flow writes and does not match by: two records may want the same value. */
function uniqueness({ flow, system, object }: Place): Told[] {
  if (!mayWriteTo(flow, system)) return []
  const column = (field: Field) => {
    const mapping = field.mapping[system]
    return mapping?.kind === 'column' && field.master !== system ? mapping.column : undefined
  }
  const written = new Map(
    flow.fields.flatMap((field) => (column(field) === undefined ? [] : [[column(field)!, field]])),
  )
  const matched = flow.match.flatMap((rule) => (rule.kind === 'exact' ? [rule.fields.toSorted().join(' ')] : []))
  const keys = [...object.uniqueKeys, ...(object.partialKeys ?? [])].filter((key) =>
    key.some((name) => written.has(name)),
  )
  return keys.flatMap((key): Told[] => {
    const fields = key.flatMap((name) => written.get(name)?.name ?? [])
    if (matched.includes(fields.toSorted().join(' '))) return []
    return [
      {
        level: 'warning',
        code: 'unique-key',
        setting: ['fields', fields[0]!, system],
        message: `${systemTitle(system)} keeps ${listed(key.map((name) => `\`${name}\``))} of ${object.name} unique: where two ${manyOf(flow.name)} are to hold the same, the second one is set aside.`,
        cure: `Match by ${listed(fields.map((name) => `\`${name}\``))}, or make sure that it is unique in the other systems, too.`,
      },
    ]
  })
}

/** Bytes that no field holds are not read, so they are not there to be given back. */
function unreadBytes(place: Place): Told[] {
  const { flow, system, object, facts } = place
  if (!mayWriteTo(flow, system)) return []
  const mappedIn = (fields: readonly Pick<Field, 'mapping'>[]): string[] =>
    fields.flatMap(({ mapping }) => {
      const held = mapping[system]
      return held?.kind === 'column' ? [held.column] : held?.kind === 'lines' ? [held.parent, ...(held.id ?? [])] : []
    })
  const tables = [{ table: object, mapped: [flow.records[system]!.id, ...mappedIn(flow.fields)] }]
  for (const field of flow.fields) {
    const table = field.lines && facts.catalogue.lines.get(field.name)
    if (table) tables.push({ table, mapped: [...mappedIn([field]), ...mappedIn(field.lines.fields)] })
  }
  return tables.flatMap(({ table, mapped }): Told[] => {
    const names = table.columns.filter(
      ({ name, kind, readOnly }) => kind === 'binary' && !readOnly && !mapped.includes(name),
    )
    if (names.length === 0) return []
    return [
      {
        level: 'warning',
        code: 'unread-bytes',
        setting: ['records', system],
        message: `What is deleted from ${table.name} in ${systemTitle(system)} and restored comes back without ${listed(names.map(({ name }) => `\`${name}\``))}: columns of bytes are read only where a field holds them.`,
        cure: 'Map a field of type `binary` to what must come back.',
      },
    ]
  })
}

function triggers(place: Place): Told[] {
  const { flow, system, object, facts } = place
  if (!mayWriteTo(flow, system) && !canCreate(flow, system)) return []
  return [object, ...facts.catalogue.lines.values()].flatMap((table): Told[] => {
    const names = (table.triggers ?? []).map(({ name }) => `\`${name}\``)
    if (names.length === 0) return []
    return [
      {
        level: 'warning',
        code: 'triggers',
        setting: ['records', system],
        message: `Writes to ${table.name} in ${systemTitle(system)} also run ${listed(names)}, which may change other tables.`,
        cure: 'See whether they do what is right for writes that are not made by the application.',
      },
    ]
  })
}
