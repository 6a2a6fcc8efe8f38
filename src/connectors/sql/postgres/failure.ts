import { Failures, type DatabaseFailure, type FailureKind, type OwnFailure, type Refusal } from '../failure.ts'

/** PostgreSQL's errors, by their SQLSTATE. */
export const failures = new Failures({
  product: 'PostgreSQL',
  isLoss,
  isRefused,
  isMissingTable,
  kindOf,
  refusalOf,
  failingRow,
})

function isLoss({ code = '', message }: DatabaseFailure): boolean {
  if (code.startsWith('08') || /^(57P0[123]|25P03)$/.test(code)) return true
  return /connection (terminated|ended|closed)|not queryable|client has encountered|timeout exceeded when trying to connect/i.test(
    message,
  )
}

function isRefused({ code, routine }: DatabaseFailure): boolean {
  if (code === undefined || code.length !== 5) return false
  if (code === '42501') return routine === 'ExecWithCheckOptions'
  return /^(22|23|P0)/.test(code) || code === '44000' || code === '428C9' || code === '54000'
}

/** PostgreSQL names the line of the COPY that it could not take. */
function isMissingTable({ code }: DatabaseFailure): boolean {
  return code === '42P01'
}

function failingRow({ where = '' }: DatabaseFailure): number | null {
  const line = /^COPY .*, line (\d+)/m.exec(where)
  return line === null ? null : Number(line[1]) - 1
}

function kindOf(failure: DatabaseFailure, at: string): FailureKind | OwnFailure {
  const { code = '', message } = failure
  if (code === '28P01' || code === '28000' || /no password|SASL|client password/i.test(message)) return 'credentials'
  if (code === '3D000') return 'no database'
  if (/does not support SSL/i.test(message))
    return {
      kind: 'connector.unreachable',
      message: `${at} does not speak TLS`,
      retry: 'never',
      cure: 'Remove sslmode from the connection URL, or switch TLS on at the server.',
    }
  if (code.startsWith('CERT_') || /self.signed certificate|unable to verify/i.test(message))
    return {
      kind: 'connector.unreachable',
      message: `The TLS certificate of ${at} is not trusted`,
      retry: 'never',
      cure: 'Install its certificate authority (NODE_EXTRA_CA_CERTS), or check the host name.',
    }
  if (code === 'ETIMEDOUT' || /timeout exceeded/i.test(message)) return 'silent'
  // 55000 by itself is any wrong state of an object; this routine speaks of the database that one connects to.
  if (code === '55000' && failure.routine === 'CheckMyDatabase')
    return {
      kind: 'connector.unreachable',
      message: `${at} accepts no connections`,
      retry: 'later',
      cure: 'Open the database again: alter database … with allow_connections true.',
    }
  if (code === '53300') return 'full'
  if (failures.isLoss(failure)) return 'lost'
  if (code === '57014') return 'slow'
  if (code === '55P03') return 'locked'
  if (code === '40001' || code === '40P01') return 'contended'
  if (code === '25006') return 'read-only'
  if (isRefused(failure)) return 'refused'
  if (code === '42501') return 'forbidden'
  if (/^42(703|P01|804|883|846|P02)$/.test(code)) return 'schema changed'
  if (code.startsWith('53'))
    return {
      kind: 'connector.failed',
      message: `${at} is short of disk or memory`,
      retry: 'later',
      cure: 'Make room on the server.',
    }
  return 'other'
}

function refusalOf(failure: DatabaseFailure): Refusal {
  const column = failure.column ?? /, column ("?)([^\n]+?)\1(?::|$)/m.exec(failure.where ?? '')?.[2]
  const through = failure.constraint === undefined ? undefined : ` "${failure.constraint}"`
  const trigger = /function (\S+?)\(/.exec(failure.where ?? '')?.[1]
  switch (failure.code) {
    case '23505':
      return { kind: 'duplicate', through }
    case '23P01':
      return { kind: 'excluded', through }
    case '23503':
    case '23001':
      return { kind: 'reference', through }
    case '23502':
      return { kind: 'empty', column }
    case '23514':
    case '44000':
      return { kind: 'rule', through }
    case '22001':
      return { kind: 'too long', column }
    case '22003':
      return { kind: 'out of range', column }
    case '22021':
    case '22P05':
      return { kind: 'character', column }
    case '428C9':
      return { kind: 'computed', column }
    case 'P0001':
      return { kind: 'trigger', through: trigger === undefined ? undefined : `: ${trigger}` }
    default:
      return { kind: 'other', column, through }
  }
}
