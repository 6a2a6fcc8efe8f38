import type { Rights } from './right.ts'
import type { HeldRole } from './roles.ts'

/** Who makes a request. */
export interface Who {
  readonly kind: 'person' | 'token' | 'nobody'
  /** The account, of a token its owner's; empty for nobody. */
  readonly id: string
  /** Of a token: what it is called. */
  readonly name: string
  readonly email: string | null
  /** The browser's session. */
  readonly session: string | null
  /** When the person in the session last proved who they are; milliseconds since the epoch. */
  readonly provedAt: number
  readonly roles: readonly HeldRole[]
  readonly rights: Rights
}

/** Somebody who has not said who they are. */
export const NOBODY: Who = {
  kind: 'nobody',
  id: '',
  name: '',
  email: null,
  session: null,
  provedAt: 0,
  roles: [],
  rights: { may: (right) => right === 'public', flowsWith: () => [] },
}
