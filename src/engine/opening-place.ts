import type { CatalogueObject } from '../connector-kit/port.ts'
import type { Flow } from '../contract/contract.ts'
import type { OpeningFinding } from '../model/opening.ts'
import type { OpeningFacts } from './opening-facts.ts'

/** One system of a flow that is looked at. */
export interface Place {
  readonly flow: Flow
  readonly system: string
  readonly facts: OpeningFacts
  /** Of all systems of the flow. */
  readonly all: ReadonlyMap<string, OpeningFacts>
  readonly object: CatalogueObject
}

export type Told = Omit<OpeningFinding, 'flow' | 'system'>

export const mayWriteTo = (flow: Flow, system: string): boolean =>
  flow.direction === 'both' || flow.direction.to === system

/** Whether the rules may ever create a record in the system. */
export function canCreate(flow: Flow, system: string): boolean {
  if (!mayWriteTo(flow, system)) return false
  if (flow.master !== system) return true
  const { createdOutsideMaster, existingUnmatched } = flow.edgeCases
  return createdOutsideMaster !== 'leave alone' || existingUnmatched !== 'leave alone'
}

/** Whether the rules delete in the system without asking anybody. */
export function canDelete(flow: Flow, system: string): boolean {
  // Where columns say that a row is deleted, the row stays.
  if (!mayWriteTo(flow, system) || flow.records[system]?.deleted !== undefined) return false
  const { deletedInMaster, deletedElsewhere, leftFilter } = flow.edgeCases
  const follows = deletedInMaster === 'delete' || leftFilter === 'delete'
  if (flow.master === 'shared') return follows
  return flow.master === system ? deletedElsewhere === 'accept' : follows
}

/** Whether the rules may ever change a field in the system. */
export function canChange(flow: Flow, system: string, field: Flow['fields'][number]): boolean {
  return mayWriteTo(flow, system) && (field.master !== system || field.editedOutsideMaster === 'accept')
}
