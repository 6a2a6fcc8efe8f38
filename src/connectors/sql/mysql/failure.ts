import { ConcordatError } from '../../../model/errors.ts'
import type { ErrorCode, Retry } from '../../../model/errors.ts'

/*
 * The errors of MySQL, MariaDB and the socket in our words. Only names (column, key, constraint) and the error number
 * go into a message: the server's own message holds values.
 */

interface DatabaseFailure {
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
  readonly message: string
}

/** Where an error happened, for its sentence. */
export interface Place {
  /** `host:port/database`, never with credentials. */
  readonly server: string
  readonly object?: string
}

const LOSSES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
])
/** Content of a record: value, key, reference, check, trigger. */
const REFUSALS = new Set([
  1048, 1062, 1169, 1216, 1217, 1263, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1441, 1451, 1452, 1525, 1526,
  1557, 1586, 1644, 1690, 1761, 1762, 1907, 3105, 3140, 3156, 3157, 3819, 3903, 4025,
])

/** True when the connection broke, so that nothing is known about a statement that was under way. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message, errno } = asFailure(error)
  if (code !== undefined && LOSSES.has(code)) return true
  return (
    errno === 1053 ||
    errno === 1927 ||
    errno === 2006 ||
    errno === 2013 ||
    /closed state|Connection lost/i.test(message)
  )
}

/** True when the statement failed because of the content of a record, so that other records may still land. */
export function isRecordFailure(error: unknown): boolean {
  const { errno, sqlState } = asFailure(error)
  return errno !== undefined && (REFUSALS.has(errno) || sqlState === '45000')
}

/** Row of the INSERT (from 0) that the server says it could not take. */
export function failingRow(error: unknown): number | null {
  const row = / at row (\d+)$/.exec(asFailure(error).message)
  return row === null ? null : Number(row[1]) - 1
}

/** Any thrown thing as a ConcordatError. */
export function translateFailure(error: unknown, place: Place): ConcordatError {
  if (error instanceof ConcordatError) return error
  const failure = asFailure(error)
  const { errno, code = '' } = failure
  const at = `MySQL at ${place.server}`
  const on = place.object === undefined ? at : `table ${place.object} on ${at}`
  const make = (kind: ErrorCode, message: string, retry: Retry, cure: string) =>
    new ConcordatError(kind, `${message}${code === '' ? '' : ` (${code})`}.`, { retry, cure })

  if (isRecordFailure(error)) return refusal(failure, on)
  switch (errno ?? 0) {
    case 1045:
    case 1698:
      return make(
        'connector.refused-credentials',
        `${at} refused the user name or password`,
        'never',
        'Check the user and password in the connection URL.',
      )
    case 1044:
    case 1142:
    case 1143:
    case 1227:
    case 1370:
      return make(
        'connector.forbidden',
        `The user has no right to do this on ${on}`,
        'never',
        'Grant select, insert, update and delete on the tables of the contract.',
      )
    case 1290:
    case 1792:
    case 1836:
      return make(
        'connector.forbidden',
        `${at} is read-only`,
        'never',
        'Connect to the primary server, not to a replica.',
      )
    case 1049:
      return make(
        'connector.no-such-object',
        `${at} has no such database`,
        'never',
        'Check the database name in the connection URL.',
      )
    case 1054:
    case 1146:
      return make(
        'connector.schema-changed',
        `Columns of ${on} are not what they were`,
        'never',
        'Run the check again: it names what is missing.',
      )
    case 1205:
      return make(
        'connector.timeout',
        `A lock on ${on} was not released in time`,
        'later',
        'Look for long transactions that hold the records.',
      )
    case 1317:
    case 1969:
    case 3024:
      return make('connector.timeout', `A statement on ${on} took too long`, 'later', 'Look for a missing index.')
    case 1020:
    case 1213:
      return make('connector.failed', `${on} was changed by others at the same moment`, 'now', 'Try again.')
    case 1040:
    case 1203:
    case 1226:
      return make('connector.unreachable', `${at} has no free connection`, 'later', 'Raise max_connections, or wait.')
    case 1153:
      return make(
        'connector.rejected-value',
        `A value for ${on} is larger than the server takes`,
        'never',
        'Raise max_allowed_packet, or shorten the value.',
      )
  }
  if (code === 'ETIMEDOUT')
    return make(
      'connector.timeout',
      `${at} did not answer in time`,
      'later',
      'Check that the server is up and that the network lets us through.',
    )
  if (
    code === 'HANDSHAKE_SSL_ERROR' ||
    code === 'HANDSHAKE_NO_SSL_SUPPORT' ||
    code.startsWith('CERT_') ||
    code.startsWith('ERR_TLS_') ||
    /self.signed|unable to verify|does not match certificate/i.test(failure.message)
  ) {
    return make(
      'connector.unreachable',
      `TLS with ${at} failed`,
      'never',
      'Name the authority of the certificate with sslrootcert in the connection URL; sslmode=no-verify takes any certificate.',
    )
  }
  if (isConnectionLoss(error)) {
    return make(
      'connector.unreachable',
      `${at} cannot be reached`,
      'later',
      'Check that the server is up, and the host and port in the connection URL.',
    )
  }
  return make('connector.failed', `${on} answered with an error`, 'later', 'Look into the log of the server.')
}

function refusal({ errno, code = '', message }: DatabaseFailure, on: string): ConcordatError {
  const column =
    /(?:for )?[Cc]olumn (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`']/.exec(message)?.[1] ??
    /^Field '([^']+)'/.exec(message)?.[1]
  const named = column === undefined ? `${on[0]!.toUpperCase()}${on.slice(1)}` : `Column ${column} of ${on}`
  const make = (kind: ErrorCode, text: string, cure: string) => new ConcordatError(kind, `${text} (${code}).`, { cure })
  const rejected = 'connector.rejected-value'
  switch (errno) {
    case 1062:
    case 1169:
    case 1557:
    case 1586: {
      const key = / for key '([^']+)'$/.exec(message)?.[1]
      return make(
        'connector.duplicate-key',
        `Another record of ${on} already has this unique key${key === undefined ? '' : ` "${key}"`}`,
        'Find the record with the same key, and link or merge it.',
      )
    }
    case 1216:
    case 1217:
    case 1451:
    case 1452:
    case 1761:
    case 1762: {
      const reference = /FOREIGN KEY \((.+?)\) REFERENCES (\S+)/.exec(message)
      const through = reference === null ? '' : ` (${reference[1]} to ${reference[2]})`
      return make(
        'connector.broken-reference',
        `A reference of ${on} would point to nothing${through}`,
        'Create what it refers to first, or delete what still refers to it.',
      )
    }
    case 1048:
    case 1263:
    case 1364:
      return make(
        rejected,
        `${named} must have a value`,
        'Map a field to it, set it in on_create, or give it a default.',
      )
    case 1406:
    case 1265:
      return make(
        rejected,
        `A value is too long for ${named}, or none of its choices`,
        'Shorten it, or declare max_length for the field.',
      )
    case 1264:
    case 1690:
      return make(rejected, `A number is out of the range of ${named}`, 'Correct the value.')
    case 3819:
    case 4025:
      return make(rejected, `A rule of ${on} forbids this record`, 'Correct the record, or the rule.')
    case 1644:
      return make(
        rejected,
        `A trigger of ${on} refused the record`,
        'Ask the owner of the database what the trigger demands.',
      )
    case 3105:
    case 1907:
      return make(rejected, `${named} is computed by the database and cannot be written`, 'Map the field one way.')
    default:
      return make(rejected, `${named} does not take this value`, 'Correct the value, or the type of the field.')
  }
}

function asFailure(error: unknown): DatabaseFailure {
  return error instanceof Error ? error : { message: String(error) }
}
