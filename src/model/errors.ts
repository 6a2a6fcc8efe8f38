import type { InOthers } from './language.ts'

/** Every way in which something of ours can fail, `area.what`. Callers switch on it; people read the message. */
export type ErrorCode =
  | 'contract.invalid'
  | 'contract.undecided'
  | 'contract.unreadable'
  | 'contract.begun'
  | 'contract.unwritable'
  | 'contract.unsigned'
  | 'contract.changed'
  | 'contract.not-the-owner'
  | 'contract.no-reason'
  | 'contract.unknown-version'
  | 'contract.bad-answer'
  | 'config.missing-secret'
  | 'config.bad-address'
  | 'connector.unknown'
  | 'connector.unreachable'
  | 'connector.refused-credentials'
  | 'connector.forbidden'
  | 'connector.rate-limited'
  | 'connector.timeout'
  | 'connector.no-such-object'
  | 'connector.no-such-field'
  | 'connector.schema-changed'
  | 'connector.unsupported'
  | 'connector.rejected-value'
  | 'connector.duplicate-key'
  | 'connector.broken-reference'
  | 'connector.lost-response'
  | 'connector.feed-missing'
  | 'connector.another-system'
  | 'connector.failed'
  | 'store.unreachable'
  | 'store.unwritable'
  | 'store.pooled'
  | 'store.start-failed'
  | 'store.migration-failed'
  | 'store.another-contract'
  | 'engine.busy'
  | 'engine.stopped'
  | 'engine.paused'
  | 'engine.lease-lost'
  | 'engine.not-ready'
  | 'engine.unknown-flow'
  | 'engine.does-not-fit'
  | 'engine.unknown-record'
  | 'engine.unknown-case'
  | 'engine.bad-choice'
  | 'engine.case-resolved'
  | 'engine.cases-changed'
  | 'engine.unknown-run'
  | 'engine.unknown-entry'
  | 'notify.undelivered'
  | 'notify.unknown-channel'
  | 'notify.unknown-alert'
  | 'api.bad-cursor'
  | 'service.no-port'
  | 'access.signed-out'
  | 'access.forbidden'
  | 'access.throttled'
  | 'access.cross-site'
  | 'access.wrong-password'
  | 'access.bad-password'
  | 'access.code-needed'
  | 'access.wrong-code'
  | 'access.not-fresh'
  | 'access.unconfirmed'
  | 'access.crowded'
  | 'access.bad-link'
  | 'access.bad-role'
  | 'access.account-exists'
  | 'access.last-admin'
  | 'access.unknown'
  | 'access.provider-refused'
  | 'access.provider-unreachable'
  | 'demo.unknown'
  | 'demo.bad-value'
  | 'cli.usage'
  | 'bug'

/** `never`: a person must act; `later`: try again after a while; `now`: try again at once. */
export type Retry = 'never' | 'later' | 'now'

export interface ErrorDetails {
  retry?: Retry
  cause?: unknown
  /** What the reader can do about it, one sentence. */
  cure?: string
  /** Seconds the other side asked us to wait. */
  retryAfter?: number
  /** The message in other languages, where it says what its code alone does not. */
  in?: InOthers
}

/** The one error class. `message` is a sentence for a person and never holds a secret or a record's personal data. */
export class ConcordatError extends Error {
  readonly code: ErrorCode
  readonly retry: Retry
  readonly cure: string | undefined
  readonly retryAfter: number | undefined
  readonly in: InOthers | undefined
  /** The system that it came from; said by who knows, on the way up. */
  system: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ConcordatError'
    this.code = code
    this.retry = details.retry ?? 'never'
    this.cure = details.cure
    this.retryAfter = details.retryAfter
    this.in = details.in
  }
}
