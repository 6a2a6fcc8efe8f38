import type { LineInsert } from '../../../connector-kit/port.ts'
import type { RestField } from '../../../model/rest-description.ts'
import type { Raw } from '../../../model/value.ts'
import type { Values } from './probe.ts'

/* What test records hold: values that are nobody's, and that say themselves what they are. */

/** Where values that must be others' come from. */
export interface Sources {
  /** Tells the records of this measurement from all others. */
  readonly token: string
  /** Values that were given for the test. */
  readonly given: Readonly<Record<string, string>>
  /** Id of a record of an object; null where there is none. */
  readonly referred: (object: string) => string | null
}

export const writableFields = (fields: readonly RestField[], id: string, changedAt?: string): readonly RestField[] =>
  fields.filter(({ name, readOnly }) => !readOnly && name !== id && name !== changedAt)

/** Values for some fields; `number` makes those of one record other than those of the next. */
export function sampleValues(fields: readonly RestField[], sources: Sources, number: number): Values {
  return Object.fromEntries(
    fields.flatMap((field): [string, Raw][] => {
      const value = sources.given[field.name] ?? sampleValue(field, sources, number)
      return value === null ? [] : [[field.name, value]]
    }),
  )
}

/** Two lines. */
export function sampleLines(fields: readonly RestField[], id: string, sources: Sources): readonly LineInsert[] {
  return [1, 2].map((number) => ({
    values: sampleValues(writableFields(fields, id), { ...sources, given: {} }, number),
  }))
}

/** A value for a field; null where none can be made up. */
export function sampleValue(field: RestField, { token, referred }: Sources, number: number): Raw {
  if (field.reference !== undefined) return referred(field.reference)
  switch (field.type) {
    case 'text':
      return sampleText(field, token, number)
    case 'integer':
      return String(number)
    case 'decimal':
      return `1${number}.${'5'.padEnd(field.scale ?? 1, '0').slice(0, field.scale ?? 1)}`.replace(/\.$/, '')
    case 'boolean':
      return 'true'
    case 'date':
      return `2020-03-0${(number % 9) + 1}`
    case 'instant':
      return `2020-03-0${(number % 9) + 1}T12:00:00Z`
    case 'json':
      return null
  }
}

function sampleText(field: RestField, token: string, number: number): string {
  const name = field.name.toLowerCase()
  const text = /e-?mail/.test(name)
    ? `${token}-${number}@example.com`
    : /url|website/.test(name)
      ? `https://example.com/${token}/${number}`
      : /phone|mobile|fax/.test(name)
        ? `+3460000000${number % 10}`
        : `${token} ${number}`
  // What is cut must still be another for each record.
  return field.maxLength !== undefined && text.length > field.maxLength
    ? `${number}${token.replaceAll(/\W/g, '')}`.slice(0, field.maxLength)
    : text
}
