/** Accounts and tokens for tests, made in the store: what the tests are about begins after that. */
import { addAccount, setRoles } from '../../src/store/access/accounts.ts'
import { addToken } from '../../src/store/access/api-tokens.ts'
import type { Database } from '../../src/store/database/database.ts'
import { hashPassword } from '../../src/api/access/password.ts'
import { hashOf, newSecret } from '../../src/api/access/secret-token.ts'

export interface GivenRole {
  /** Absent: in all flows. */
  readonly flow?: string
  readonly role: string
}

/** The password of every account made here. */
export const PASSWORD = 'four words of a stranger'

let stored: Promise<string> | null = null

/** Makes an account that can sign in; answers its id. */
export async function addPerson(database: Database, email: string, roles: readonly GivenRole[] = []): Promise<string> {
  stored ??= hashPassword(PASSWORD)
  const id = await addAccount(database, { email, name: email.split('@')[0]!, password: await stored, now: new Date() })
  await setRoles(
    database,
    id!,
    roles.map(({ flow = '*', role }) => ({ flow, role })),
  )
  return id!
}

/** Makes a token of an account; answers its secret. */
export async function addSecret(
  database: Database,
  account: string,
  rights: readonly string[],
  flows: readonly string[] | null = null,
): Promise<string> {
  const secret = newSecret()
  const now = new Date()
  const tokenHash = hashOf(secret)
  await addToken(database, { tokenHash, account, name: 'test', rights, flows, expires: null, now, madeIn: null })
  return secret
}

/** The secret of a token that may do everything that a token can. */
export const adminSecret = async (database: Database): Promise<string> =>
  addSecret(database, await addPerson(database, 'admin@acme.example', [{ role: 'admin' }]), [
    'view',
    'decide',
    'operate',
    'administer',
  ])
