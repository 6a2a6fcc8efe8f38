import { z } from 'zod'
import type { ConditionKind } from '../../../model/condition.ts'
import type { CaseKind, FlowStatus, OperationKind, Outcome, RunKind, RunStatus } from '../../../model/words.ts'
import type { Wire } from './plain.ts'

/* The words that flows, runs, writes and cases are described by, the same on every screen. */

export const flowStatus: Wire<FlowStatus> = z
  .enum(['On time', 'Late', 'Failing', 'Needs you', 'Paused', 'Never run'])
  .meta({ id: 'FlowStatus' })
export const runStatus = z.enum(['running', 'done', 'waiting', 'stopped', 'failed']) satisfies Wire<RunStatus>
export const runKind = z.enum(['incremental', 'full', 'real time']) satisfies Wire<RunKind>
export const operationKind = z.enum(['create', 'update', 'delete', 'archive', 'restore']) satisfies Wire<OperationKind>
export const outcome = z.enum([
  'intended',
  'done',
  'refused',
  'failed',
  'superseded',
  'not sent',
]) satisfies Wire<Outcome>
export const caseKind = z.enum([
  'conflict',
  'ambiguous match',
  'outside edit',
  'held record',
  'quarantined record',
  'breaker tripped',
  'mass deletion',
  'restored system',
]) satisfies Wire<CaseKind>
export const conditionKind: Wire<ConditionKind> = z.enum([
  'late',
  'failing',
  'needs you',
  'stopped',
  'paused',
  'system unreachable',
  'credentials refused',
  'schema changed',
  'scheduler dead',
  'repaired by scan',
])
