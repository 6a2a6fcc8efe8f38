import { ConcordatError } from '../../model/errors.ts'
import type { ErrorCode, Retry } from '../../model/errors.ts'

/*
 * The errors of a database and of the socket in our words. A dialect says what kind of failure an error is; here stand the
 * sentences. Only names (column, key, constraint) and the error code go into a message: the server's own holds values.
 */

/** What the drivers say about an error. */
export interface DatabaseFailure {
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
  readonly message: string
  readonly column?: string
  readonly constraint?: string
  readonly where?: string
  readonly routine?: string
}

/** Where an error happened, for its sentence. */
export interface Place {
  /** `host:port/database`, never with credentials. */
  readonly server: string
  readonly object?: string
}

/** Why a call as a whole failed; `refused`: for the content of a record. */
export type FailureKind =
  | 'refused'
  | 'credentials'
  | 'forbidden'
  | 'read-only'
  | 'no database'
  | 'schema changed'
  | 'locked'
  | 'slow'
  | 'contended'
  | 'full'
  | 'silent'
  | 'lost'
  | 'other'

/** A failure that only one dialect has; the sentence has no full stop. */
export interface OwnFailure {
  readonly kind: ErrorCode
  readonly message: string
  readonly retry: Retry
  readonly cure: string
}

/** Why a record was refused, with the names that the server gave. */
export interface Refusal {
  readonly kind:
    | 'duplicate'
    | 'excluded'
    | 'reference'
    | 'empty'
    | 'rule'
    | 'too long'
    | 'too long or no choice'
    | 'out of range'
    | 'character'
    | 'computed'
    | 'trigger'
    | 'other'
  readonly column?: string | undefined
  /** The key, the constraint or the trigger, as it goes into the sentence. */
  readonly through?: string | undefined
}

/** How one dialect reads errors. `at` and `on` are the server and the table in words. */
export interface FailureReader {
  readonly product: string
  /** True when the connection broke, for errors that are not the socket's own. */
  isLoss(failure: DatabaseFailure): boolean
  isRefused(failure: DatabaseFailure): boolean
  isMissingTable(failure: DatabaseFailure): boolean
  kindOf(failure: DatabaseFailure, at: string, on: string): FailureKind | OwnFailure
  refusalOf(failure: DatabaseFailure): Refusal
  /** Row of the batch (from 0) that the server says it could not take; null: it says nothing. */
  failingRow(failure: DatabaseFailure): number | null
}

const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
])

/** The errors of one dialect. */
export class Failures {
  private readonly reader: FailureReader

  constructor(reader: FailureReader) {
    this.reader = reader
  }

  get product(): string {
    return this.reader.product
  }

  /** True when the connection broke, so that nothing is known about a statement that was under way. */
  isLoss(error: unknown): boolean {
    const failure = asFailure(error)
    return SOCKET.has(failure.code ?? '') || this.reader.isLoss(failure)
  }

  /** True when the statement failed because of the content of a record, so that other records may still land. */
  isRefused(error: unknown): boolean {
    return error instanceof ConcordatError
      ? error.code === 'connector.rejected-value'
      : this.reader.isRefused(asFailure(error))
  }

  isMissingTable(error: unknown): boolean {
    return this.reader.isMissingTable(asFailure(error))
  }

  /** Row of the failing batch (from 0) that the server could not take; null: it does not say which. */
  failingRow(error: unknown): number | null {
    return this.reader.failingRow(asFailure(error))
  }

  /** Any thrown thing as a ConcordatError. */
  translate(error: unknown, place: Place): ConcordatError {
    if (error instanceof ConcordatError) return error
    const failure = asFailure(error)
    const at = `${this.reader.product} at ${place.server}`
    const on = place.object === undefined ? at : `table ${place.object} on ${at}`
    const kind = this.reader.kindOf(failure, at, on)
    if (kind === 'refused') return refusal(this.reader.refusalOf(failure), failure.code ?? '', on)
    const { kind: code, message, retry, cure } = typeof kind === 'string' ? SENTENCES[kind](at, on) : kind
    const own = failure.code === undefined ? '' : ` (${failure.code})`
    return new ConcordatError(code, `${message}${own}.`, { retry, cure })
  }
}

const say = (kind: ErrorCode, message: string, retry: Retry, cure: string): OwnFailure => ({
  kind,
  message,
  retry,
  cure,
})

const SENTENCES: Readonly<Record<Exclude<FailureKind, 'refused'>, (at: string, on: string) => OwnFailure>> = {
  credentials: (at) =>
    say(
      'connector.refused-credentials',
      `${at} refused the user name or password`,
      'never',
      'Check the user and password in the connection URL.',
    ),
  forbidden: (_, on) =>
    say(
      'connector.forbidden',
      `The user has no right to do this on ${on}`,
      'never',
      'Grant select, insert, update and delete on the tables of the contract.',
    ),
  'read-only': (at) =>
    say('connector.forbidden', `${at} is read-only`, 'never', 'Connect to the primary server, not to a standby.'),
  'no database': (at) =>
    say(
      'connector.no-such-object',
      `${at} has no such database`,
      'never',
      'Check the database name in the connection URL.',
    ),
  'schema changed': (_, on) =>
    say(
      'connector.schema-changed',
      `Columns or types of ${on} are not what they were`,
      'never',
      'Run the check again: it names what is missing.',
    ),
  locked: (_, on) =>
    say(
      'connector.timeout',
      `A lock on ${on} was not released in time`,
      'later',
      'Look for long transactions that hold the records.',
    ),
  slow: (_, on) => say('connector.timeout', `A statement on ${on} took too long`, 'later', 'Look for a missing index.'),
  contended: (_, on) => say('connector.failed', `${on} was changed by others at the same moment`, 'now', 'Try again.'),
  full: (at) =>
    say('connector.unreachable', `${at} has no free connection`, 'later', 'Raise max_connections, or wait.'),
  silent: (at) =>
    say(
      'connector.timeout',
      `${at} did not answer in time`,
      'later',
      'Check that the server is up and that the network lets us through.',
    ),
  lost: (at) =>
    say(
      'connector.unreachable',
      `${at} cannot be reached`,
      'later',
      'Check that the server is up, and the host and port in the connection URL.',
    ),
  other: (_, on) =>
    say('connector.failed', `${on} answered with an error`, 'later', 'Look into the log of the server.'),
}

function refusal({ kind, column, through = '' }: Refusal, code: string, on: string): ConcordatError {
  const named = column === undefined ? `${on[0]!.toUpperCase()}${on.slice(1)}` : `Column ${column} of ${on}`
  const rejected = (text: string, cure: string) => make('connector.rejected-value', text, cure)
  const make = (error: ErrorCode, text: string, cure: string) =>
    new ConcordatError(error, `${text} (${code}).`, { cure })
  switch (kind) {
    case 'duplicate':
      return make(
        'connector.duplicate-key',
        `Another record of ${on} already has this unique key${through}`,
        'Find the record with the same key, and link or merge it.',
      )
    case 'excluded':
      return make(
        'connector.duplicate-key',
        `Another record of ${on} excludes this one${through}`,
        'Find the record that it overlaps, and correct one of the two.',
      )
    case 'reference':
      return make(
        'connector.broken-reference',
        `A reference of ${on} would point to nothing${through}`,
        'Create what it refers to first, or delete what still refers to it.',
      )
    case 'empty':
      return rejected(`${named} must have a value`, 'Map a field to it, set it in on_create, or give it a default.')
    case 'rule':
      return rejected(`A rule${through} of ${on} forbids this record`, 'Correct the record, or the rule.')
    case 'too long':
      return rejected(`A text is too long for ${named}`, 'Shorten it, or declare max_length for the field.')
    case 'too long or no choice':
      return rejected(
        `A value is too long for ${named}, or none of its choices`,
        'Shorten it, or declare max_length for the field.',
      )
    case 'out of range':
      return rejected(`A number is out of the range of ${named}`, 'Correct the value.')
    case 'character':
      return rejected(`A text has a character (such as NUL) that ${named} cannot store`, 'Remove the character.')
    case 'computed':
      return rejected(`${named} is computed by the database and cannot be written`, 'Map the field one way.')
    case 'trigger':
      return rejected(
        `A trigger of ${on} refused the record${through}`,
        'Ask the owner of the database what the trigger demands.',
      )
    default:
      return rejected(`${named} does not take this value${through}`, 'Correct the value, or the type of the field.')
  }
}

function asFailure(error: unknown): DatabaseFailure {
  return error instanceof Error ? error : { message: String(error) }
}
