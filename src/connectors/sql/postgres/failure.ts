import { ConcordatError } from '../../../model/errors.ts'
import type { ErrorCode, Retry } from '../../../model/errors.ts'

/*
 * PostgreSQL's and the socket's errors in our words. Only names (column, constraint, table) and the SQLSTATE go into a
 * message: PostgreSQL's own message and detail hold values.
 */

interface DatabaseFailure {
  readonly code?: string
  readonly message: string
  readonly column?: string
  readonly constraint?: string
  readonly table?: string
  readonly dataType?: string
  readonly where?: string
  readonly routine?: string
}

/** Where an error happened, for its sentence. */
export interface Place {
  /** `host:port/database`, never with credentials. */
  readonly server: string
  readonly object?: string
}

const SOCKET_CODES = new Set([
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

/** True when the connection broke, so that nothing is known about a statement that was under way. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = asFailure(error)
  if (code !== undefined && (SOCKET_CODES.has(code) || code.startsWith('08') || /^(57P0[123]|25P03)$/.test(code)))
    return true
  return /connection (terminated|ended|closed)|not queryable|client has encountered|timeout exceeded when trying to connect/i.test(
    message,
  )
}

/** True when the statement failed because of the content of a record, so that other records may still land. */
export function isRecordFailure(error: unknown): boolean {
  const { code, routine } = asFailure(error)
  if (code === undefined || code.length !== 5) return false
  if (code === '42501') return routine === 'ExecWithCheckOptions'
  return /^(22|23|P0)/.test(code) || code === '44000' || code === '428C9' || code === '54000'
}

/** Row of the failing batch (from 0) when PostgreSQL names the line of the COPY that it could not take. */
export function failingLine(error: unknown): number | null {
  const line = /^COPY .*, line (\d+)/m.exec(asFailure(error).where ?? '')
  return line === null ? null : Number(line[1]) - 1
}

/** Any thrown thing as a ConcordatError. */
export function translateFailure(error: unknown, place: Place): ConcordatError {
  if (error instanceof ConcordatError) return error
  const failure = asFailure(error)
  const { code = '' } = failure
  const at = `PostgreSQL at ${place.server}`
  // 55000 by itself is any wrong state of an object; this routine speaks of the database that one connects to.
  const closed = code === '55000' && failure.routine === 'CheckMyDatabase'
  const on = place.object === undefined ? at : `table ${place.object} on ${at}`
  const make = (kind: ErrorCode, message: string, retry: Retry, cure: string) =>
    new ConcordatError(kind, `${message}${code === '' ? '' : ` (${code})`}.`, { retry, cure })

  if (code === '28P01' || code === '28000' || /no password|SASL|client password/i.test(failure.message)) {
    return make(
      'connector.refused-credentials',
      `${at} refused the user name or password`,
      'never',
      'Check the user and password in the connection URL.',
    )
  }
  if (code === '3D000')
    return make(
      'connector.no-such-object',
      `${at} has no such database`,
      'never',
      'Check the database name in the connection URL.',
    )
  if (/does not support SSL/i.test(failure.message)) {
    return make(
      'connector.unreachable',
      `${at} does not speak TLS`,
      'never',
      'Remove sslmode from the connection URL, or switch TLS on at the server.',
    )
  }
  if (code.startsWith('CERT_') || /self.signed certificate|unable to verify/i.test(failure.message)) {
    return make(
      'connector.unreachable',
      `The TLS certificate of ${at} is not trusted`,
      'never',
      'Install its certificate authority (NODE_EXTRA_CA_CERTS), or check the host name.',
    )
  }
  if (code === 'ETIMEDOUT' || /timeout exceeded/i.test(failure.message)) {
    return make(
      'connector.timeout',
      `${at} did not answer in time`,
      'later',
      'Check that the server is up and that the network lets us through.',
    )
  }
  if (closed) {
    return make(
      'connector.unreachable',
      `${at} accepts no connections`,
      'later',
      'Open the database again: alter database … with allow_connections true.',
    )
  }
  if (isConnectionLoss(error) || code === '53300') {
    const what = code === '53300' ? `${at} has no free connection` : `${at} cannot be reached`
    return make(
      'connector.unreachable',
      what,
      'later',
      'Check that the server is up, and the host and port in the connection URL.',
    )
  }
  if (code === '57014' || code === '55P03') {
    const what = code === '55P03' ? `A lock on ${on} was not released in time` : `A statement on ${on} took too long`
    return make(
      'connector.timeout',
      what,
      'later',
      'Look for long transactions that hold the records, or for a missing index.',
    )
  }
  if (code === '40001' || code === '40P01')
    return make('connector.failed', `${on} was changed by others at the same moment`, 'now', 'Try again.')
  if (code === '25006')
    return make(
      'connector.forbidden',
      `${at} is read-only`,
      'never',
      'Connect to the primary server, not to a standby.',
    )
  if (isRecordFailure(error)) return refusal(failure, on)
  if (code === '42501') {
    return make(
      'connector.forbidden',
      `The user has no right to do this on ${on}`,
      'never',
      'Grant select, insert, update and delete on the tables of the contract.',
    )
  }
  if (/^42(703|P01|804|883|846|P02)$/.test(code)) {
    return make(
      'connector.schema-changed',
      `Columns or types of ${on} are not what they were`,
      'never',
      'Run the check again: it names what is missing.',
    )
  }
  if (code.startsWith('53'))
    return make('connector.failed', `${at} is short of disk or memory`, 'later', 'Make room on the server.')
  return make('connector.failed', `${on} answered with an error`, 'later', 'Look into the log of the server.')
}

function refusal(failure: DatabaseFailure, on: string): ConcordatError {
  const { code = '' } = failure
  const column = failure.column ?? /, column ("?)([^\n]+?)\1(?::|$)/m.exec(failure.where ?? '')?.[2]
  const named = column === undefined ? `${on[0]!.toUpperCase()}${on.slice(1)}` : `Column ${column} of ${on}`
  const constraint = failure.constraint === undefined ? '' : ` "${failure.constraint}"`
  const make = (kind: ErrorCode, message: string, cure: string) =>
    new ConcordatError(kind, `${message} (${code}).`, { cure })
  const rejected = 'connector.rejected-value'
  switch (code) {
    case '23505':
      return make(
        'connector.duplicate-key',
        `Another record of ${on} already has this unique key${constraint}`,
        'Find the record with the same key, and link or merge it.',
      )
    case '23503':
    case '23001':
      return make(
        'connector.broken-reference',
        `A reference of ${on} would point to nothing${constraint}`,
        'Create what it refers to first, or delete what still refers to it.',
      )
    case '23502':
      return make(
        rejected,
        `${named} must have a value`,
        'Map a field to it, set it in on_create, or give it a default.',
      )
    case '23514':
    case '44000':
      return make(rejected, `A rule${constraint} of ${on} forbids this record`, 'Correct the record, or the rule.')
    case '22001':
      return make(rejected, `A text is too long for ${named}`, 'Shorten it, or declare max_length for the field.')
    case '22003':
      return make(rejected, `A number is out of the range of ${named}`, 'Correct the value.')
    case '22021':
    case '22P05':
      return make(rejected, `A text has a character (such as NUL) that ${named} cannot store`, 'Remove the character.')
    case '428C9':
      return make(rejected, `${named} is computed by the database and cannot be written`, 'Map the field one way.')
    case 'P0001':
      return make(
        rejected,
        `A trigger of ${on} refused the record${triggerName(failure)}`,
        'Ask the owner of the database what the trigger demands.',
      )
    default:
      return make(
        rejected,
        `${named} does not take this value${constraint}`,
        'Correct the value, or the type of the field.',
      )
  }
}

function triggerName(failure: DatabaseFailure): string {
  const name = /function (\S+?)\(/.exec(failure.where ?? '')?.[1]
  return name === undefined ? '' : `: ${name}`
}

function asFailure(error: unknown): DatabaseFailure {
  return error instanceof Error ? error : { message: String(error) }
}
