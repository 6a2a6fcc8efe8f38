import { Failures, type DatabaseFailure, type FailureKind, type OwnFailure, type Refusal } from '../failure.ts'

/** The errors of MySQL and MariaDB, by their number. */
export const failures = new Failures({
  product: 'MySQL',
  isLoss,
  isRefused,
  isMissingTable,
  kindOf,
  refusalOf,
  failingRow,
})

/** Content of a record: value, key, reference, check, trigger. */
const REFUSALS = new Set([
  1048, 1062, 1169, 1216, 1217, 1263, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1441, 1451, 1452, 1525, 1526,
  1557, 1586, 1644, 1690, 1761, 1762, 1907, 3105, 3140, 3156, 3157, 3819, 3903, 4025,
])

function isLoss({ code = '', errno = 0, message }: DatabaseFailure): boolean {
  if (code === 'PROTOCOL_CONNECTION_LOST' || code === 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR') return true
  return [1053, 1927, 2006, 2013].includes(errno) || /closed state|Connection lost/i.test(message)
}

function isRefused({ errno, sqlState }: DatabaseFailure): boolean {
  return errno !== undefined && (REFUSALS.has(errno) || sqlState === '45000')
}

function isMissingTable({ errno }: DatabaseFailure): boolean {
  return errno === 1146
}

function failingRow({ message }: DatabaseFailure): number | null {
  const row = / at row (\d+)$/.exec(message)
  return row === null ? null : Number(row[1]) - 1
}

function kindOf(failure: DatabaseFailure, at: string, on: string): FailureKind | OwnFailure {
  const { code = '', errno = 0, message } = failure
  if (isRefused(failure)) return 'refused'
  switch (errno) {
    case 1045:
    case 1698:
      return 'credentials'
    case 1044:
    case 1142:
    case 1143:
    case 1227:
    case 1370:
      return 'forbidden'
    case 1290:
    case 1792:
    case 1836:
      return 'read-only'
    case 1049:
      return 'no database'
    case 1054:
    case 1146:
      return 'schema changed'
    case 1205:
      return 'locked'
    case 1317:
    case 1969:
    case 3024:
      return 'slow'
    case 1020:
    case 1213:
      return 'contended'
    case 1040:
    case 1203:
    case 1226:
      return 'full'
    case 1153:
      return {
        kind: 'connector.rejected-value',
        message: `A value for ${on} is larger than the server takes`,
        retry: 'never',
        cure: 'Raise max_allowed_packet, or shorten the value.',
      }
  }
  if (code === 'ETIMEDOUT') return 'silent'
  if (
    /^(HANDSHAKE_(SSL_ERROR|NO_SSL_SUPPORT)|(CERT|ERR_TLS)_.*)$/.test(code) ||
    /self.signed|unable to verify|does not match certificate/i.test(message)
  )
    return {
      kind: 'connector.unreachable',
      message: `TLS with ${at} failed`,
      retry: 'never',
      cure: 'Name the authority of the certificate with sslrootcert in the connection URL; sslmode=no-verify takes any certificate.',
    }
  return failures.isLoss(failure) ? 'lost' : 'other'
}

function refusalOf({ errno, message }: DatabaseFailure): Refusal {
  const column =
    /(?:for )?[Cc]olumn (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`']/.exec(message)?.[1] ??
    /^Field '([^']+)'/.exec(message)?.[1]
  switch (errno) {
    case 1062:
    case 1169:
    case 1557:
    case 1586: {
      const key = / for key '([^']+)'$/.exec(message)?.[1]
      return { kind: 'duplicate', through: key === undefined ? undefined : ` "${key}"` }
    }
    case 1216:
    case 1217:
    case 1451:
    case 1452:
    case 1761:
    case 1762: {
      const reference = /FOREIGN KEY \((.+?)\) REFERENCES (\S+)/.exec(message)
      return { kind: 'reference', through: reference === null ? undefined : ` (${reference[1]} to ${reference[2]})` }
    }
    case 1048:
    case 1263:
    case 1364:
      return { kind: 'empty', column }
    case 1406:
    case 1265:
      return { kind: 'too long or no choice', column }
    case 1264:
    case 1690:
      return { kind: 'out of range', column }
    case 3819:
    case 4025:
      return { kind: 'rule' }
    case 1644:
      return { kind: 'trigger' }
    case 3105:
    case 1907:
      return { kind: 'computed', column }
    default:
      return { kind: 'other', column }
  }
}
