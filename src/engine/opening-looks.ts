import { listed, manyOf, systemTitle } from '../contract/phrases.ts'
import { canChange, canCreate, mayWriteTo, type Place, type Told } from './opening-place.ts'

/** So many rows say that a column is always filled. */
const ENOUGH_ROWS = 20

/** What only a look at the systems' data tells; nothing where nobody looked. */
export function closerFindings(place: Place): Told[] {
  return [...lengths(place), ...leftEmpty(place), ...unmoved(place), ...pooled(place)]
}

function lengths({ flow, system, object, all }: Place): Told[] {
  return flow.fields.flatMap((field): Told[] => {
    const mapping = field.mapping[system]
    if (mapping?.kind !== 'column' || !canChange(flow, system, field) || field.spec.type === 'lines') return []
    if (field.spec.type === 'text' && field.spec.maxLength !== undefined) return []
    const room = object.columns.find(({ name }) => name === mapping.column)?.maxLength ?? null
    if (room === null || mapping.values !== undefined || mapping.form !== undefined) return []
    for (const [other, facts] of all) {
      const theirs = field.mapping[other]
      if (other === system || theirs?.kind !== 'column') continue
      const longest = facts.looked?.longest.get(theirs.column) ?? 0
      if (longest <= room) continue
      return [
        {
          level: 'warning',
          code: 'too-long',
          setting: ['fields', field.name, system],
          message: `\`${field.name}\` is up to ${longest} characters long in ${systemTitle(other)}, and \`${mapping.column}\` of ${object.name} in ${systemTitle(system)} holds ${room}: longer ones are refused there.`,
          cure: `Make the column longer, or write \`max_length: ${room}\` to a field of type text.`,
        },
      ]
    }
    return []
  })
}

function leftEmpty({ flow, system, object, facts }: Place): Told[] {
  const { looked } = facts
  if (looked === undefined || looked.rows < ENOUGH_ROWS || !canCreate(flow, system)) return []
  const { createStamps = {}, updateStamps = {}, changedAt } = flow.records[system]!
  const always = [...looked.filled]
    .filter(([name, filled]) => filled === looked.rows && !(name in createStamps) && !(name in updateStamps))
    .filter(([name]) => name !== changedAt)
    .map(([name]) => `\`${name}\``)
  if (always.length === 0) return []
  return [
    {
      level: 'warning',
      code: 'always-filled',
      setting: ['records', system],
      message: `The last ${looked.rows} rows of ${object.name} in ${systemTitle(system)} all have ${listed(always)}, which stay empty in rows that the flow creates: the application seems to fill them itself.`,
      cure: 'Set them in `on_create`, map fields to them, or see whether the database is the right way into this system.',
    },
  ]
}

/** Our writes that nobody who asks for changes would see. */
function unmoved({ flow, system, object, facts }: Place): Told[] {
  const { changedAt, updateStamps = {} } = flow.records[system]!
  if (facts.looked === undefined || changedAt === undefined || !mayWriteTo(flow, system)) return []
  if (Object.hasOwn(updateStamps, changedAt) || (object.triggers ?? []).length > 0 || object.isView) return []
  const column = object.columns.find(({ name }) => name === changedAt)
  if (column === undefined || column.moves || column.readOnly) return []
  // A number may count writes of all rows, which only the application knows to continue.
  if (column.kind === 'integer' || column.kind === 'decimal') return []
  if (!flow.fields.some((field) => canChange(flow, system, field))) return []
  return [
    {
      level: 'warning',
      code: 'changes-unseen',
      setting: ['records', system],
      message: `Nothing moves \`${changedAt}\` of ${object.name} in ${systemTitle(system)} when the flow changes ${manyOf(flow.name)} there, so other programs that ask for changes do not see them.`,
      cure: `Add \`on_update: { ${changedAt}: now() }\` to the records of \`${system}\`.`,
    },
  ]
}

function pooled({ facts, system }: Place): Told[] {
  if (facts.looked?.pooled !== true) return []
  return [
    {
      level: 'warning',
      code: 'pooled',
      setting: ['records', system],
      message: `${systemTitle(system)} is reached through a pooler that gives every transaction another connection. Reading and writing work; a change feed does not.`,
      cure: 'Give the address of the database itself where the flow is to be `real-time` by a change feed.',
    },
  ]
}
