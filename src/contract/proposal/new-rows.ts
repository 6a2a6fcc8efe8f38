import type { Proposal, ProposedFlow, Side } from './proposal.ts'

/** Columns that a new row of a side needs and no field of the flow fills; where there are any, nothing can be created there. */
export function unfilledColumns({ systems }: Proposal, flow: ProposedFlow, side: Side): readonly string[] {
  const { object, id } = flow.tables[side]
  const table = systems[side].catalogue.objects.find(({ name }) => name === object)
  const filled = new Set(
    flow.fields.filter((field) => field.composed?.side !== side).map((field) => field.columns[side]),
  )
  return (table?.columns ?? [])
    .filter(
      ({ name, nullable, hasDefault, readOnly }) =>
        !nullable && !hasDefault && !readOnly && name !== id && !filled.has(name),
    )
    .map(({ name }) => name)
}
