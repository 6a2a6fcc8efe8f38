import type { FieldDraft, FlowDraft } from '../draft.ts'
import type { ContractContext } from './flow-context.ts'
import { placeOf } from '../text/node.ts'
import { systemTitle } from '../phrases.ts'

interface Reference {
  readonly from: FlowDraft
  /** Path below the flow. */
  readonly at: readonly string[]
  readonly name: string
  readonly to: string
  readonly systems: readonly string[]
}

/**
 * References between flows: the flow that is pointed to must cover the systems that hold the reference, and flows must
 * not wait for each other in a circle. A flow may point to itself (a customer's parent company).
 */
export function checkReferences(drafts: readonly FlowDraft[], context: ContractContext): void {
  const { root, findings } = context
  const references = drafts.flatMap(referencesOf)
  const byName = new Map(drafts.map((draft) => [draft.name, draft]))
  for (const { from, at, name, to, systems } of references) {
    const target = byName.get(to)
    if (target === undefined || Object.keys(target.records).length === 0) continue
    const without = systems.filter((system) => !target.systems.includes(system))
    if (without.length > 0) {
      findings.error(
        placeOf(root, ['flows', from.name, ...at, 'type']),
        'reference-not-covered',
        `\`${name}\` refers to ${to} in ${without.map(systemTitle).join(' and ')}, but the flow ${to} has no records there.`,
        `Add the records of ${without.map((s) => `\`${s}\``).join(', ')} to the flow ${to}, or remove the mapping.`,
      )
    }
  }
  const outgoing = Map.groupBy(references, (reference) => reference.from.name)
  const reported = new Set<string>()
  for (const draft of drafts) {
    const cycle = cycleFrom(draft.name, outgoing)
    if (cycle === null || cycle.some((step) => reported.has(step.from.name))) continue
    for (const step of cycle) reported.add(step.from.name)
    const first = cycle[0]!
    findings.error(
      placeOf(root, ['flows', first.from.name, ...first.at, 'type']),
      'reference-cycle',
      `These flows refer to each other in a circle: ${[...cycle.map((step) => step.from.name), first.from.name].join(' → ')}.`,
      'Remove one of the references, or map it as plain text.',
    )
  }
}

function referencesOf(from: FlowDraft): Reference[] {
  const one = (field: FieldDraft, at: readonly string[], name: string): Reference[] =>
    field.spec?.type === 'reference'
      ? [{ from, at, name, to: field.spec.flow, systems: Object.keys(field.mapping) }]
      : []
  return from.fields.flatMap((field) => [
    ...one(field, ['fields', field.name], field.name),
    ...(field.lines?.fields ?? []).flatMap((sub) =>
      one(sub, ['fields', field.name, 'fields', sub.name], `${field.name}.${sub.name}`),
    ),
  ])
}

/** The references that lead from a flow back to it through other flows, or null. */
function cycleFrom(start: string, references: ReadonlyMap<string, readonly Reference[]>): readonly Reference[] | null {
  const seen = new Set<string>()
  const walk = (flow: string, way: readonly Reference[]): readonly Reference[] | null => {
    for (const reference of references.get(flow) ?? []) {
      if (reference.to === flow) continue
      if (reference.to === start) return [...way, reference]
      if (seen.has(reference.to)) continue
      seen.add(reference.to)
      const found = walk(reference.to, [...way, reference])
      if (found !== null) return found
    }
    return null
  }
  return walk(start, [])
}
