import type { Proposal, ProposedFlow, Side } from './proposal.ts'

/** Columns that a new row of a side needs and no field of the flow fills; where there are any, nothing can be created there. */
export function unfilledColumns({ systems }: Proposal, flow: ProposedFlow, side: Side): readonly string[] {
  const { object, id } = flow.tables[side]
  const table = systems[side].catalogue.objects.find(({ name }) => name === object)
  const filled = new Set(
    flow.fields.filter((field) => field.composed?.side !== side).map((field) => field.columns[side]),
  )
  // A key that people give is a number that a field knows, or it is missing; any UUID is as good as another.
  const given = flow.fields.some(({ keyOf }) => keyOf?.side === side)
  return (table?.columns ?? [])
    .filter(
      ({ name, kind, nullable, hasDefault, readOnly }) =>
        !nullable && !hasDefault && !readOnly && (name === id ? !given && kind !== 'uuid' : !filled.has(name)),
    )
    .map(({ name }) => name)
}
