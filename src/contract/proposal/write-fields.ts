import type { ProposedField, ProposedFlow, Side } from './proposal.ts'
import { type ContractDraft, questionFacts } from './contract-draft.ts'
import { scalar } from './yaml-scalar.ts'

/* The fields of a flow as lines of a contract file. */

/** The lines of one field, with what the rows said about it. */
export function fieldLines(draft: ContractDraft, flow: ProposedFlow, field: ProposedField, blanks: string): string[] {
  const lines = plainLines(draft, flow, field, blanks)
  const seen = seenText(field)
  if (seen === null) return lines
  return lines.length === 1
    ? [`${lines[0]}${lines[0]!.includes('   # ') ? '; ' : '   # '}${seen}`]
    : [`${blanks}# ${seen}`, ...lines]
}

function seenText({ seen, values, composed }: ProposedField): string | null {
  if (seen === undefined || seen.of === 0) return null
  const said = `equal in ${seen.equal} of ${seen.of} records`
  if (values !== undefined)
    return `values that go together in ${seen.equal} of ${seen.of} records; add those that are missing`
  return composed === undefined ? said : `${said} when read together`
}

function plainLines(draft: ContractDraft, flow: ProposedFlow, field: ProposedField, blanks: string): string[] {
  const [left, right] = draft.proposal.systems
  const type = field.type === 'reference' ? `reference(${field.flow})` : field.type
  const settings = [
    `type: ${field.values === undefined ? type : 'choice'}`,
    ...(field.values === undefined ? [] : [`values: [${field.values.map(([a]) => scalar(a)).join(', ')}]`]),
    ...(field.required ? ['required: true'] : []),
    ...(field.scale === undefined ? [] : [`scale: ${field.scale}`]),
    ...(field.type === 'money' && draft.currency !== null ? [`currency: ${scalar(draft.currency)}`] : []),
  ]
  if (field.lines !== undefined) {
    const { parents, key, fields } = field.lines
    return [
      `${blanks}${scalar(field.name)}:`,
      ...settings.map((setting) => `${blanks}  ${setting}`),
      `${blanks}  ${scalar(left.name)}: { table: ${scalar(field.columns[0])}, parent: ${scalar(parents[0])} }`,
      `${blanks}  ${scalar(right.name)}: { table: ${scalar(field.columns[1])}, parent: ${scalar(parents[1])} }`,
      `${blanks}  key: [${key.map(scalar).join(', ')}]   # what tells two lines of a record apart`,
      `${blanks}  fields:`,
      ...fields.flatMap((one) => fieldLines(draft, { ...flow, fields }, one, `${blanks}    `)),
    ]
  }
  const columns = [
    `${scalar(left.name)}: ${mappingText(flow, field, 0)}`,
    `${scalar(right.name)}: ${mappingText(flow, field, 1)}`,
  ]
  if (field.composed !== undefined) {
    const { name } = draft.proposal.systems[field.composed.side]
    return [
      `${blanks}# ${name} keeps this in ${field.composed.columns.length} columns, which are read together and not written.`,
      `${blanks}${scalar(field.name)}: { ${[...settings, `master: ${scalar(name)}`, ...columns].join(', ')} }`,
    ]
  }
  if (field.keyOf !== undefined) {
    const { name } = draft.proposal.systems[field.keyOf.side]
    const { direction } = questionFacts(draft, flow.name)
    const receives = typeof direction === 'object' && direction.to === name
    return [
      `${blanks}# ${field.columns[field.keyOf.side]} is the key of ${flow.tables[field.keyOf.side].object}. Leave this out if it is no number that the other side knows${field.keyOf.given && typeof direction !== 'object' ? `, or if the direction is only to ${name}` : ''}.`,
      `${blanks}${scalar(field.name)}: { ${[...settings, ...(receives ? [] : [`master: ${scalar(name)}`]), ...columns].join(', ')} }`,
    ]
  }
  if (field.type === 'phone' && countryBeside(flow, field) === undefined) {
    return [
      `${blanks}${scalar(field.name)}: { ${[...settings, ...columns].join(', ')} }   # numbers without +… are of no country; if they are all of one, add country: ES`,
    ]
  }
  if (field.type === 'money' && draft.currency === null) {
    return [
      `${blanks}${scalar(field.name)}:`,
      ...settings.map((setting) => `${blanks}  ${setting}`),
      `${blanks}  #? In which currency are these amounts?`,
      `${blanks}  # currency: EUR`,
      ...columns.map((column) => `${blanks}  ${column}`),
    ]
  }
  return [`${blanks}${scalar(field.name)}: { ${[...settings, ...columns].join(', ')} }`]
}

/** The field with the country of a phone number: `ship_country` for `ship_phone`, else the record's own. */
function countryBeside(flow: ProposedFlow, field: ProposedField): ProposedField | undefined {
  const countries = flow.fields.filter((one) => one.type === 'country')
  const own = `${field.name.replace(/(?:phone|mobile|fax)$/, '')}country`
  return countries.find((one) => one.name === own) ?? countries.find((one) => one.name === 'country')
}

/** How one side holds a field: the column, and how values are written there where the column's name says so. */
function mappingText(flow: ProposedFlow, field: ProposedField, side: Side): string {
  const column = field.columns[side]
  if (field.composed?.side === side) {
    const parts = field.composed.columns.map((name) => `orElse(${columnText(name)}, '')`)
    return `{ read: ${JSON.stringify(`trim(${parts.join(" + ' ' + ")})`)} }`
  }
  if (field.values !== undefined && side === 1) {
    const values = field.values.map(([agreed, own]) => `${JSON.stringify(own)}: ${scalar(agreed)}`)
    return `{ field: ${scalar(column)}, values: { ${values.join(', ')} } }`
  }
  if (field.keyOf?.side === side) return `{ read: ${scalar(columnText(column))} }`
  if (field.asNumber?.[side]) return `{ field: ${scalar(column)}, values: { "1": true, "0": false } }`
  if (field.type === 'country' && /name/i.test(column)) return `{ field: ${scalar(column)}, form: name }`
  if (field.type === 'country' && /(?:3|iso_?alpha_?3)$/i.test(column))
    return `{ field: ${scalar(column)}, form: code3 }`
  const country = field.type === 'phone' ? countryBeside(flow, field) : undefined
  if (country !== undefined) return `{ field: ${scalar(column)}, country_from: ${scalar(country.columns[side])} }`
  return scalar(column)
}

/** A column as an expression names it. */
function columnText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `column(${JSON.stringify(name)})`
}
