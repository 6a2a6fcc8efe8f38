import type { Flow } from '../contract/contract.ts'
import type { ErrorCode } from '../model/errors.ts'
import { backoff } from './backoff.ts'

/** What follows from how a run ended. */
export type Consequence =
  | { readonly kind: 'fine' }
  | { readonly kind: 'retry'; readonly failures: number; readonly failingSince: number; readonly retryAt: number }
  | { readonly kind: 'pause' }

/** Only a person can mend these, and trying again does harm: accounts are locked, half a schema is read. */
const NEEDS_PERSON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'config.missing-secret',
  'connector.refused-credentials',
  'connector.forbidden',
  'connector.no-such-object',
  'connector.no-such-field',
  'connector.schema-changed',
  'connector.unsupported',
])

/**
 * Decides what becomes of a flow whose run failed: trouble that passes is retried, ever more slowly, and when it has
 * lasted longer than the contract's `retry` a flow that is to pause pauses; trouble that needs a person pauses it at once.
 */
export function afterFailure(
  flow: Flow,
  before: { readonly failures: number; readonly failingSince: number | null },
  failure: { readonly code: ErrorCode; readonly retryAfterMs: number | null },
  now: number,
  chance: number,
): Consequence {
  if (NEEDS_PERSON.has(failure.code)) return { kind: 'pause' }
  const failures = before.failures + 1
  const failingSince = before.failingSince ?? now
  // It costs one question to see whether somebody has said what it is; no pause has to be ended then.
  const asks = failure.code === 'connector.another-system'
  if (!asks && flow.onFailure.then === 'pause flow' && now - failingSince >= flow.onFailure.retryMs)
    return { kind: 'pause' }
  const retryAt = now + Math.max(failure.retryAfterMs ?? 0, backoff(failures, chance))
  return { kind: 'retry', failures, failingSince, retryAt }
}
