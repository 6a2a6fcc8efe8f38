import { createHash } from 'node:crypto'
import type { Filter } from '../../model/filter.ts'
import type { Contract, Field, FieldMapping, Flow, Person, SystemDeclaration } from '../contract.ts'

/*
 * Same decisions, same fingerprint. What has no order (fields, people, values of a choice, parts of an `and`) is sorted;
 * what has one (match rules) stays. It is made from the typed contract, so comments, quoting, file layout and whether a
 * default was written out make no difference.
 */

/** Over all decisions of a contract; how people are reached is none. */
export function contractFingerprint(contract: Omit<Contract, 'fingerprint' | 'channels' | 'alerts'>): string {
  return hash({
    company: contract.company,
    timezone: contract.timezone,
    people: [...contract.people.values()].map(identity),
    systems: [...contract.systems.values()].map(withoutMeasured),
    flows: [...contract.flows.values()].map(({ fingerprint, ...flow }) => ({
      of: fingerprint,
      owners: { business: identity(flow.owners.business), technical: identity(flow.owners.technical) },
      schedule: flow.schedule,
      lateAfterMs: flow.lateAfterMs,
      alert: flow.onFailure.alert,
    })),
  })
}

/** What a system was measured to do is nobody's decision. */
function withoutMeasured({ description, ...system }: SystemDeclaration): unknown {
  if (description === undefined) return system
  const { measured: _, ...decided } = description
  return { ...system, description: decided }
}

/** A person, however reached. */
const identity = ({ key, name, email }: Person) => ({ key, name, email })

/** Over the decisions of one flow that can change data: without owners, schedule and alerts. */
export function flowFingerprint(flow: Omit<Flow, 'fingerprint'>): string {
  return hash({
    name: flow.name,
    systems: flow.systems,
    master: flow.master,
    direction: flow.direction,
    records: Object.fromEntries(
      Object.entries(flow.records).map(([system, { filter, ...rest }]) => [
        system,
        { ...rest, filter: filter === undefined ? null : normalFilter(filter) },
      ]),
    ),
    match: new Ordered(flow.match),
    fields: flow.fields.map(normalField),
    edgeCases: normalEdgeCases(flow.edgeCases),
    onFailure: { retryMs: flow.onFailure.retryMs, then: flow.onFailure.then },
    limits: flow.limits,
    historyMs: flow.historyMs,
  })
}

/** A flow's fingerprint together with what descriptions of APIs say of its objects, by system. */
export function describedFingerprint(fingerprint: string, described: Readonly<Record<string, unknown>>): string {
  return Object.keys(described).length === 0 ? fingerprint : hash({ flow: fingerprint, described })
}

/** What leaves a filter is left alone unless the contract says otherwise, as before it could say so. */
function normalEdgeCases({ leftFilter, ...edge }: Flow['edgeCases']): unknown {
  return leftFilter === null || leftFilter === 'leave alone' ? edge : { ...edge, leftFilter }
}

function normalField({ spec, lines, onConflict, mapping, ...field }: Field): unknown {
  return {
    ...field,
    mapping: Object.fromEntries(Object.entries(mapping).map(([system, one]) => [system, normalMapping(one)])),
    onConflict: Array.isArray(onConflict) ? new Ordered(onConflict) : onConflict,
    spec,
    lines: lines === undefined ? null : { key: lines.key, fields: lines.fields.map(normalField) },
  }
}

function normalMapping(mapping: FieldMapping): unknown {
  return mapping.kind === 'lines' && mapping.filter !== undefined
    ? { ...mapping, filter: normalFilter(mapping.filter) }
    : mapping
}

function normalFilter(filter: Filter): unknown {
  if (filter.op !== 'and' && filter.op !== 'or')
    return filter.op === 'not' ? { op: 'not', of: normalFilter(filter.of) } : filter
  // `a and (b and c)` is `a and b and c`.
  const { op } = filter
  const parts = (f: Filter): Filter[] => (f.op === op ? f.of.flatMap(parts) : [f])
  return { op, of: parts(filter).map(normalFilter) }
}

/** A list whose order is a decision. */
class Ordered {
  readonly items: readonly unknown[]
  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex')
}

/** JSON text with sorted keys and, unless `Ordered`, sorted lists; undefined counts as absent. */
function canonical(value: unknown): string {
  if (value instanceof Ordered) return `[${value.items.map(canonical).join(',')}]`
  if (Array.isArray(value)) return `{${value.map(canonical).toSorted().join(',')}}`
  if (value instanceof Map) return canonical(Object.fromEntries(value))
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return `{${entries
    .map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`)
    .toSorted()
    .join(',')}}`
}
