import type { Session } from './database.ts'

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
