import type { CatalogueColumn, CatalogueObject } from '../connector-kit/port.ts'
import type { Field, FieldMapping } from '../contract/contract.ts'
import { listed, systemTitle } from '../contract/phrases.ts'
import type { TypeName } from '../model/field-type.ts'
import { canChange, canCreate, type Place, type Told } from './opening-place.ts'

type Kind = CatalogueColumn['kind']

const NO_NUMBER: readonly Kind[] = ['date', 'instant', 'local timestamp', 'time', 'binary', 'json', 'uuid']
const NO_TIME: readonly Kind[] = ['integer', 'decimal', 'float', 'boolean', 'time', 'binary', 'json', 'uuid']
const NO_WORDS: readonly Kind[] = ['date', 'instant', 'local timestamp', 'time', 'boolean', 'binary', 'json', 'uuid']

/** Kinds of column that cannot hold the values of a type, or would change what they mean. */
const WRONG: Readonly<Partial<Record<TypeName, readonly Kind[]>>> = {
  text: ['binary'],
  choice: ['binary'],
  integer: NO_NUMBER,
  decimal: NO_NUMBER,
  money: NO_NUMBER,
  boolean: ['date', 'instant', 'local timestamp', 'time', 'binary', 'json', 'uuid'],
  date: NO_TIME,
  // A day would cut the time off.
  instant: [...NO_TIME, 'date'],
  email: NO_WORDS,
  phone: NO_WORDS,
  url: NO_WORDS,
  vat: NO_WORDS,
  country: NO_WORDS,
  reference: ['date', 'instant', 'local timestamp', 'time', 'boolean', 'json'],
}

/** What each mapped column is and allows. */
export function columnFindings(place: Place): Told[] {
  const { flow, system, facts, object } = place
  const told = flow.fields.flatMap((field): Told[] => {
    if (field.lines === undefined)
      return ofField(place, field, object, ['fields', field.name, system], (other) => other.catalogue.object)
    const child = facts.catalogue.lines.get(field.name)
    if (child === undefined) return []
    return field.lines.fields.flatMap((sub) =>
      ofField(
        place,
        { ...sub, master: field.master },
        child,
        ['fields', field.name, 'fields', sub.name, system],
        (other) => other.catalogue.lines.get(field.name),
      ),
    )
  })
  return [...told, ...rights(place), ...timeOfChange(place)]
}

function ofField(
  place: Place,
  field: Field,
  object: CatalogueObject,
  setting: readonly string[],
  tableIn: (facts: Place['facts']) => CatalogueObject | undefined,
): Told[] {
  const { system, all, flow } = place
  const mapping = field.mapping[system]
  const title = systemTitle(system)
  const told: Told[] = []
  const computed = written(mapping).filter((name) => columnOf(object, name)?.readOnly)
  if (computed.length > 0 && field.master !== system && canChange(flow, system, field))
    told.push({
      level: 'warning',
      code: 'computed',
      setting,
      message: `${title} computes ${listed(computed.map((name) => `\`${name}\``))} of ${object.name} by itself: \`${field.name}\` is read there and never written, and where it comes to another value, the difference stays.`,
      cure: `Nothing need be done; or make ${title} the master of \`${field.name}\`.`,
    })
  if (mapping?.kind !== 'column' || mapping.values !== undefined) return told
  const column = columnOf(object, mapping.column)
  if (column === undefined) return told
  if (field.spec.type === 'boolean') told.push(...yesAndNo(place, field, column, setting))
  if (column.nativeType === 'money' && ['integer', 'decimal', 'money'].includes(field.spec.type))
    return [
      ...told,
      {
        level: 'refused',
        code: 'kind-of-column',
        setting,
        message: `\`${field.name}\` is ${field.spec.type}, and \`${column.name}\` of ${object.name} in ${title} is money, which PostgreSQL prints and reads by the locale of the server: \`1234.50\` may be 123450.00 there.`,
        cure: `Make it a column of type numeric (\`alter column ${column.name} type numeric(19, 2)\`), or map another one.`,
      },
    ]
  if (!WRONG[field.spec.type]?.includes(column.kind)) return told
  // Bytes against bytes are bytes.
  const bytes = Object.entries(field.mapping).every(([name, other]) => {
    const facts = all.get(name)
    const table = facts && tableIn(facts)
    return table !== undefined && other.kind === 'column' && columnOf(table, other.column)?.kind === 'binary'
  })
  if (field.spec.type === 'text' && bytes) return told
  const day = field.spec.type === 'instant' && column.kind === 'date'
  told.push({
    level: 'refused',
    code: 'kind-of-column',
    setting,
    message: `\`${field.name}\` is ${field.spec.type}, and \`${column.name}\` of ${object.name} in ${title} is ${column.nativeType}${day ? ', which keeps no time of day' : ''}.`,
    cure: day
      ? `Write \`type: date\` if the day is what counts, or map a column that keeps the time.`
      : column.kind === 'binary'
        ? 'Write `type: binary` where every system holds bytes, or map another column.'
        : 'Give the field another type, map another column, or convert it with `read` and `write`.',
  })
  return told
}

/** Words, letters, a choice: nobody but the contract can say which of them an application takes for yes and no. */
function yesAndNo(
  { flow, system, object }: Place,
  field: Field,
  column: CatalogueColumn,
  setting: readonly string[],
): Told[] {
  if (!canChange(flow, system, field) && !canCreate(flow, system)) return []
  const choice = column.kind === 'other' && !/^bit(\(1\)|$)/.test(column.nativeType)
  if (column.kind !== 'text' && !choice) return []
  const fits = !choice && (column.maxLength === null || column.maxLength >= 'false'.length)
  return [
    {
      level: fits ? 'warning' : 'refused',
      code: 'yes-and-no',
      setting,
      message: `\`${field.name}\` is yes or no, and \`${column.name}\` of ${object.name} in ${systemTitle(system)} is ${column.nativeType}${fits ? ': Concordat writes `true` and `false` there.' : ', which takes neither `true` nor `false`.'}`,
      cure: `Say how the system writes yes and no: \`{ field: ${column.name}, values: { Y: true, N: false } }\`.`,
    },
  ]
}

/** What these credentials may not do. */
function rights({ flow, system, object }: Place): Told[] {
  const title = systemTitle(system)
  const denied = (may: 'insert' | 'update', fields: readonly Field[]) => [
    ...new Set(
      fields
        .flatMap((field) => written(field.mapping[system]))
        .filter((name) => {
          const column = columnOf(object, name)
          return column?.rights?.[may] === false && !column.readOnly
        }),
    ),
  ]
  const told: Told[] = []
  const change = denied(
    'update',
    flow.fields.filter((field) => canChange(flow, system, field)),
  )
  if (change.length > 0)
    told.push({
      level: 'refused',
      code: 'may-not-write',
      setting: ['records', system],
      message: `These credentials may not change ${listed(change.map((name) => `\`${name}\``))} of ${object.name} in ${title}.`,
      cure: 'Grant it, or make this system the master of the fields.',
    })
  if (!canCreate(flow, system)) return told
  const create = object.rights?.insert === false ? [] : denied('insert', flow.fields)
  if (object.rights?.insert === false || create.length > 0)
    told.push({
      level: 'refused',
      code: 'may-not-create',
      setting: ['records', system],
      message:
        create.length === 0
          ? `These credentials may not create rows of ${object.name} in ${title}, where the flow creates records.`
          : `These credentials may not fill ${listed(create.map((name) => `\`${name}\``))} of new rows of ${object.name} in ${title}.`,
      cure: 'Grant it, or answer `created_outside_master` and `existing_unmatched` so that nothing is created there.',
    })
  return told
}

function timeOfChange({ flow, system, object }: Place): Told[] {
  const { changedAt } = flow.records[system]!
  const column = changedAt === undefined ? undefined : columnOf(object, changedAt)
  if (column === undefined) return []
  const { olderThan } = flow.edgeCases
  const compared = olderThan !== null || flow.fields.some((field) => field.onConflict === 'newest')
  const setting = ['records', system, 'changed_at']
  const title = systemTitle(system)
  if (column.kind === 'date')
    return [
      {
        level: 'warning',
        code: 'changed-at-day',
        setting,
        message: `\`${column.name}\` of ${object.name} in ${title} is a day: changes of one day are read again all day long, and which of two is newer is not known.`,
        cure: 'Name a column with the time of the change, if there is one.',
      },
    ]
  if ((column.kind === 'integer' || column.kind === 'decimal') && olderThan !== null)
    return [
      {
        level: 'warning',
        code: 'changed-at-number',
        setting,
        message: `\`${column.name}\` of ${object.name} in ${title} is a number, so no record is ever as old as \`older_than\` says.`,
        cure: 'Name a column with the time of the change, or write `older_than: no limit`.',
      },
    ]
  if (column.kind === 'local timestamp' && compared && flow.records[system]!.timezone === undefined)
    return [
      {
        level: 'warning',
        code: 'changed-at-without-zone',
        setting,
        message: `\`${column.name}\` of ${object.name} in ${title} keeps no time zone, so its times are read as those of ${flow.timezone}.`,
        cure: `Write \`timezone:\` to the records of \`${system}\` if they are those of another place, e.g. \`UTC\`.`,
      },
    ]
  return []
}

const columnOf = (object: CatalogueObject, name: string): CatalogueColumn | undefined =>
  object.columns.find((column) => column.name === name)

function written(mapping: FieldMapping | undefined): readonly string[] {
  if (mapping?.kind === 'column') return [mapping.column]
  return mapping?.kind === 'expression' ? Object.keys(mapping.write ?? {}) : []
}
