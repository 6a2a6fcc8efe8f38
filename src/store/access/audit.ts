import type { Session } from '../database/database.ts'

/** Who acted, as it stands in the audit log. */
export interface Actor {
  readonly kind: 'person' | 'token' | 'nobody' | 'command line' | 'service'
  /** The account, or that of the token's owner. */
  readonly account: string | null
  /** For people: name and e-mail, or what the token is called. */
  readonly who: string
  /** Where from: an address, or the machine. */
  readonly address: string
}

export interface Act {
  readonly actor: Actor
  /** E.g. `flow paused`. */
  readonly act: string
  readonly subject: string
  readonly details: Readonly<Record<string, unknown>>
  readonly at: Date
}

/** Writes an act into the audit log. */
export async function writeAudit(session: Session, { actor, act, subject, details, at }: Act): Promise<void> {
  await session.execute(
    `insert into audit (at, kind, account, who, act, subject, details, address) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [at, actor.kind, actor.account, actor.who, act, subject, JSON.stringify(details), actor.address],
  )
}

export interface AuditRow {
  readonly id: string
  readonly at: string
  readonly kind: Actor['kind']
  readonly account: string | null
  readonly who: string
  readonly act: string
  readonly subject: string
  readonly details: Readonly<Record<string, unknown>>
  readonly address: string
}

export interface AuditFilter {
  readonly account?: string | undefined
  readonly act?: string | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
  /** Only what is older than this row. */
  readonly before?: string | undefined
}

/** Acts, newest first. */
export async function listAudit(session: Session, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  return session.query<AuditRow>(
    `select id, at, kind, account, who, act, subject, details, address from audit
     where ($1::bigint is null or account = $1) and ($2::text is null or act = $2)
       and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
       and ($5::bigint is null or id < $5)
     order by id desc limit $6`,
    [filter.account, filter.act, filter.since, filter.until, filter.before, limit],
  )
}
