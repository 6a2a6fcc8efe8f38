import { childFields } from '../../connector-kit/child-fields.ts'
import { filterFields } from '../../connector-kit/filter-fields.ts'
import { keysOf } from '../../connector-kit/in-turns.ts'
import { nearMiss } from '../../connector-kit/near-miss.ts'
import { additions } from '../../connector-kit/stamping.ts'
import type { CatalogueColumn, CatalogueObject, Layout, LinesSpec, ObjectSpec } from '../../connector-kit/port.ts'
import { factsOf } from '../../model/column-facts.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import type { RestDescription, RestField, RestLines, RestObjectDescription } from '../../model/rest-description.ts'

/* An object of a description as a flow needs it: names are looked up, and everything has its place in a row. */

export interface OpenedLines {
  readonly name: string
  readonly description: RestLines
  readonly id: RestField
  /** In the order of the layout. */
  readonly fields: readonly RestField[]
  readonly filter: Filter | null
}

export interface OpenedObject {
  readonly spec: ObjectSpec
  readonly description: RestObjectDescription
  readonly fields: ReadonlyMap<string, RestField>
  readonly id: RestField
  readonly changedAt: RestField | null
  readonly version: RestField | null
  readonly lines: readonly OpenedLines[]
  readonly layout: Layout
  readonly catalogue: CatalogueObject
}

/** Finds what a flow names in the description. Throws where it names what is not there. */
export function openObject(description: RestDescription, spec: ObjectSpec): OpenedObject {
  const object = description.objects.find(({ name }) => name === spec.object)
  if (object === undefined) {
    const meant = nearMiss(
      spec.object,
      description.objects.map(({ name }) => name),
    )
    throw new ConcordatError(
      'connector.no-such-object',
      `The description of ${description.product} has no object ${JSON.stringify(spec.object)}.`,
      { cure: meant === null ? 'Add it to `objects` of the description.' : `Did you mean ${JSON.stringify(meant)}?` },
    )
  }
  const fields = new Map(object.fields.map((field) => [field.name, field]))
  const field = (name: string): RestField => fieldOf(fields, name, object.name)
  for (const name of [...spec.fields, ...filterFields(spec.filter)]) field(name)
  if (spec.id !== object.id.field) {
    field(spec.id)
    throw new ConcordatError(
      'connector.unsupported',
      `The records of ${object.name} are known by ${object.id.field}, and the contract calls ${spec.id} their id.`,
      { cure: `Write \`id: ${object.id.field}\` in the records of the flow.` },
    )
  }
  const unable =
    spec.newId?.kind === 'sequence'
      ? '`new_id` with a sequence'
      : additions(spec.updateStamps).length > 0
        ? '`on_update` that counts on'
        : spec.newId !== undefined && object.id.from === 'system'
          ? '`new_id`, as the system makes ids itself'
          : null
  if (unable !== null)
    throw new ConcordatError('connector.unsupported', `Records of ${object.name} cannot have ${unable}.`, {
      cure: 'Take it out of the records of the flow.',
    })
  const changedAt = spec.changedAt === undefined ? null : field(spec.changedAt)
  if (changedAt && changedAt.type !== 'instant' && changedAt.type !== 'integer')
    throw new ConcordatError(
      'connector.unsupported',
      `The field ${changedAt.name} of ${object.name} is no time of change.`,
      {
        cure: 'Name a field of the type `instant`, or a number that grows with every write.',
      },
    )
  const version = spec.version === undefined ? null : field(spec.version)
  const lines = (spec.lines ?? []).map((one) => openLines(object, one))
  const names = [...fields.keys()]
  const computed = object.fields.filter(({ readOnly }) => readOnly).map(({ name }) => name)
  const catalogue = catalogueOf(object, description)
  return {
    spec,
    description: object,
    fields,
    id: field(object.id.field),
    changedAt,
    version,
    lines,
    catalogue,
    layout: {
      columns: [...names, ...lines.map(({ name }) => name)],
      id: names.indexOf(spec.id),
      changedAt: spec.changedAt === undefined ? -1 : names.indexOf(spec.changedAt),
      version: spec.version === undefined ? -1 : names.indexOf(spec.version),
      ...(computed.length > 0 && { computed: new Set(computed) }),
      lines: new Map(
        lines.map((one, i) => [
          one.name,
          {
            place: names.length + i,
            columns: ['', ...one.fields.map(({ name }) => name)],
            facts: factsOf(one.fields.map((own) => columnOf(own))),
            computed: new Set(one.fields.filter(({ readOnly }) => readOnly).map(({ name }) => name)),
          },
        ]),
      ),
      facts: factsOf(catalogue.columns),
      ...keysOf(
        {
          columns: new Map(catalogue.columns.map((column) => [column.name, column])),
          keys: catalogue.uniqueKeys,
          foreignKeys: catalogue.foreignKeys,
          name: object.name,
        },
        spec.id,
      ),
    },
  }
}

/** The field of this name. Throws `connector.no-such-field`. */
export function fieldOf(fields: ReadonlyMap<string, RestField>, name: string, object: string): RestField {
  const found = fields.get(name)
  if (found !== undefined) return found
  const meant = nearMiss(name, fields.keys())
  throw new ConcordatError('connector.no-such-field', `The object ${object} has no field ${JSON.stringify(name)}.`, {
    cure:
      meant === null
        ? 'Add it to `fields` of the object in the description.'
        : `Did you mean ${JSON.stringify(meant)}?`,
  })
}

function openLines(object: RestObjectDescription, spec: LinesSpec): OpenedLines {
  const description = object.lines.find(({ name }) => name === spec.object)
  if (description === undefined)
    throw new ConcordatError(
      'connector.no-such-object',
      `The records of ${object.name} have no lines ${JSON.stringify(spec.object)}.`,
      {
        cure: 'Add them to `lines` of the object in the description.',
      },
    )
  const fields = new Map(description.fields.map((field) => [field.name, field]))
  for (const name of [...spec.fields, ...(spec.id ?? []), ...filterFields(spec.filter)])
    fieldOf(fields, name, description.name)
  if (spec.parent !== description.parent) fieldOf(fields, spec.parent, description.name)
  const columns = new Map(
    description.fields.map((field) => [field.name, { name: field.name, kind: kindOf(field), readable: true }] as const),
  )
  return {
    name: spec.name,
    description,
    id: fieldOf(fields, description.id, description.name),
    fields: childFields(spec, columns).map(({ name }) => fields.get(name)!),
    filter: spec.filter ?? null,
  }
}

/** What a description says of an object, as a catalogue. */
export function catalogueOf(object: RestObjectDescription, { objects }: RestDescription): CatalogueObject {
  return {
    name: object.name,
    columns: object.fields.map((field) => columnOf(field, object)),
    primaryKey: [object.id.field],
    uniqueKeys: object.fields.filter(({ unique }) => unique).map(({ name }) => [name]),
    foreignKeys: object.fields.flatMap(({ name, reference }) =>
      reference === undefined
        ? []
        : [
            {
              columns: [name],
              object: reference,
              references: [objects.find((other) => other.name === reference)?.id.field ?? 'id'],
            },
          ],
    ),
    estimatedRows: 0,
    isView: false,
    rights: { insert: object.create !== undefined, delete: object.delete !== undefined },
  }
}

/** The lines inside the records of an object, as a catalogue has child tables. */
export function linesCatalogueOf(lines: RestLines, object: RestObjectDescription): CatalogueObject {
  return {
    name: lines.name,
    columns: [
      {
        name: lines.parent,
        nativeType: 'parent',
        kind: 'text',
        nullable: false,
        maxLength: null,
        scale: null,
        hasDefault: true,
        readOnly: false,
      },
      ...lines.fields.map((field) => columnOf(field)),
    ],
    primaryKey: [lines.parent, lines.id],
    uniqueKeys: [],
    foreignKeys: [{ columns: [lines.parent], object: object.name, references: [object.id.field] }],
    estimatedRows: 0,
    isView: false,
  }
}

function columnOf(field: RestField, object?: RestObjectDescription): CatalogueColumn {
  const isId = object?.id.field === field.name
  return {
    name: field.name,
    nativeType: field.type,
    kind: kindOf(field),
    nullable: !field.required && !isId,
    maxLength: field.maxLength ?? null,
    scale: field.scale ?? null,
    hasDefault: field.hasDefault || (isId && object?.id.from === 'system'),
    readOnly: field.readOnly,
  }
}

const kindOf = (field: RestField): CatalogueColumn['kind'] => field.type
