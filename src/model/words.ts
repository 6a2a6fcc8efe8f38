/** The field's words as unions; every switch over them is exhaustive. */

/** `real time`: what hints were about over a stretch of time. */
export type RunKind = 'incremental' | 'full' | 'real time'

/** `waiting`: done, and cases wait for a person. `stopped`: a limit tripped before the first write, or somebody asked it to end. */
export type RunStatus = 'running' | 'done' | 'waiting' | 'stopped' | 'failed'

export type OperationKind = 'create' | 'update' | 'delete' | 'archive' | 'restore'

/** `intended`: stored before the call, result not known yet. */
export type Outcome = 'intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent'

export type CaseKind =
  | 'conflict'
  | 'ambiguous match'
  | 'outside edit'
  | 'held record'
  | 'quarantined record'
  | 'breaker tripped'
  | 'mass deletion'
  | 'restored system'

/** What a flow's card says. */
export type FlowStatus = 'On time' | 'Late' | 'Failing' | 'Needs you' | 'Paused' | 'Never run'

/** How far a record agrees across the systems; what is in agreement may have differences that a decision allows. */
export const STANDINGS = ['in agreement', 'allowed differences', 'waiting', 'needs a decision', 'left out'] as const
export type Standing = (typeof STANDINGS)[number]
