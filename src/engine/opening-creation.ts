import type { CatalogueObject } from '../connector-kit/port.ts'
import type { Field } from '../contract/contract.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from '../contract/phrases.ts'
import { canCreate, type Place, type Told } from './opening-place.ts'

/** Whether a record can be created at all where the rules may create one. */
export function creationFindings(place: Place): Told[] {
  const { flow, system, object, facts } = place
  if (!canCreate(flow, system)) return []
  const records = flow.records[system]!
  const { onCreate, createStamps = {}, updateStamps = {} } = records
  const filled = new Set([...Object.keys(onCreate), ...Object.keys(createStamps), ...Object.keys(updateStamps)])
  const told = [
    ...idOf(place),
    ...missing(place, object, flow.fields, new Set([...filled, records.id]), ['records', system]),
  ]
  for (const field of flow.fields) {
    const child = facts.catalogue.lines.get(field.name)
    const mapping = field.mapping[system]
    if (child === undefined || mapping?.kind !== 'lines') continue
    const setting = ['fields', field.name, system]
    told.push(...missing(place, child, field.lines?.fields ?? [], new Set([mapping.parent]), setting))
  }
  return told
}

function idOf({ flow, system, object }: Place): Told[] {
  const { id, newId } = flow.records[system]!
  const column = object.columns.find(({ name }) => name === id)
  if (column === undefined || newId !== undefined || column.hasDefault || column.kind === 'uuid') return []
  const setting = ['records', system]
  const title = systemTitle(system)
  if (object.isView || object.triggers?.some(({ beforeInsert }) => beforeInsert))
    return [
      {
        level: 'warning',
        code: 'who-makes-ids',
        setting,
        message: `What makes \`${id}\` of a new row of ${object.name} in ${title} cannot be seen; a trigger${object.isView ? ', or the table below the view,' : ''} may.`,
        cure: `If nothing does, say with \`new_id\` in the records of \`${system}\` how ids are made.`,
      },
    ]
  return [
    {
      level: 'asked',
      code: 'who-makes-ids',
      setting,
      message: `${title} does not make \`${id}\` of a new row of ${object.name} by itself, so the flow can create no ${oneOf(flow.name)} there.`,
      cure: `Say in the records of \`${system}\` how ids are made: \`new_id: uuid\`, \`new_id: hex 24\`, \`new_id: { prefix: C-, sequence: … }\` or \`new_id: { from: <field> }\`.`,
    },
  ]
}

function missing(
  { flow, system }: Place,
  object: CatalogueObject,
  fields: readonly Field[],
  filled: ReadonlySet<string>,
  setting: readonly string[],
): Told[] {
  const mapped = new Map<string, Field>()
  for (const field of fields) {
    const mapping = field.mapping[system]
    if (mapping?.kind === 'column') mapped.set(mapping.column, field)
    else if (mapping?.kind === 'expression')
      for (const column of Object.keys(mapping.write ?? {})) mapped.set(column, field)
  }
  const demanded = object.columns.filter(
    ({ name, nullable, hasDefault, readOnly }) => !nullable && !hasDefault && !readOnly && !filled.has(name),
  )
  const title = systemTitle(system)
  const told: Told[] = []
  const never = demanded.filter(({ name }) => !mapped.has(name)).map(({ name }) => `\`${name}\``)
  const byTrigger = object.triggers?.some(({ beforeInsert }) => beforeInsert) === true
  if (never.length > 0)
    told.push({
      level: byTrigger ? 'warning' : 'refused',
      code: 'never-filled',
      setting,
      message: `A new row of ${object.name} in ${title} needs ${listed(never)}, which the flow does not fill${byTrigger ? '; unless a trigger does,' : ', so'} none can be created.`,
      cure: 'Map a field to it, set it in `on_create`, or give the column a default.',
    })
  // A text column takes an empty text; a field that is required is never empty.
  const sometimes = demanded.filter(({ name, kind }) => kind !== 'text' && mapped.get(name)?.required === false)
  for (const { name } of sometimes)
    told.push({
      level: 'warning',
      code: 'sometimes-empty',
      setting: ['fields', mapped.get(name)!.name],
      message: `\`${name}\` of ${object.name} in ${title} must have a value: ${withArticle(oneOf(flow.name))} without \`${mapped.get(name)!.name}\` cannot be created there and is set aside.`,
      cure: `Make \`${mapped.get(name)!.name}\` \`required\`, so that such ${manyOf(flow.name)} are held, or give the column a default.`,
    })
  return told
}
