import { columns } from '../database/columns.ts'
import type { Session } from '../database/database.ts'

export type SignatureRole = 'business' | 'technical'

export interface SignatureRow {
  readonly flow: string
  readonly fingerprint: string
  readonly role: SignatureRole
  readonly email: string
  readonly name: string
  readonly verdict: 'signed' | 'refused'
  readonly comment: string | null
  readonly at: string
  readonly way: 'browser' | 'command line'
}

const COLUMNS = 'flow, fingerprint, role, email, name, verdict, comment, at, way'

/** Stores what an owner said of the rules of a flow. */
export async function addSignature(
  session: Session,
  { flow, fingerprint, role, email, name, verdict, comment, at, way }: Omit<SignatureRow, 'at'> & { at: Date },
): Promise<void> {
  await session.execute(`insert into signature (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
    flow,
    fingerprint,
    role,
    email,
    name,
    verdict,
    comment,
    at,
    way,
  ])
}

/** The newest word of each of these owners on these rules. */
export async function newestSignatures(
  session: Session,
  wanted: readonly Pick<SignatureRow, 'flow' | 'fingerprint' | 'role' | 'email'>[],
): Promise<SignatureRow[]> {
  if (wanted.length === 0) return []
  return session.query<SignatureRow>(
    `select s.* from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w(flow, fingerprint, role, email)
     cross join lateral (
       select ${COLUMNS} from signature s
       where s.flow = w.flow and s.fingerprint = w.fingerprint and s.role = w.role and lower(s.email) = lower(w.email)
       order by s.id desc limit 1) s`,
    columns(wanted, ({ flow, fingerprint, role, email }) => [flow, fingerprint, role, email]),
  )
}

/** What was said of the rules of a flow, whatever they were, newest first. */
export async function signaturesOf(session: Session, flow: string, limit: number): Promise<SignatureRow[]> {
  return session.query<SignatureRow>(`select ${COLUMNS} from signature where flow = $1 order by id desc limit $2`, [
    flow,
    limit,
  ])
}
