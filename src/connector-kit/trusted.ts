import { ConcordatError } from '../model/errors.ts'
import type { SystemIdentity } from '../model/system-identity.ts'

/** Whom a connector's connections may lead to. A connection's identity is asked once: it does not change while it lasts. */
export class Trusted<Connection extends object> {
  private readonly known = new WeakMap<Connection, SystemIdentity>()
  private trusts: ((identity: SystemIdentity) => boolean) | null = null

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.trusts = trusts
  }

  /** Throws `connector.another-system` for a connection that leads to a database which is not trusted. */
  async demand(connection: Connection, read: () => Promise<SystemIdentity>, server: string): Promise<void> {
    if (this.trusts === null) return
    let identity = this.known.get(connection)
    if (identity === undefined) this.known.set(connection, (identity = await read()))
    if (this.trusts(identity)) return
    throw new ConcordatError(
      'connector.another-system',
      `Another database answers at ${server} than the one that these records were agreed with.`,
      { retry: 'later', cure: '`concordat systems` says which one it is, and what you can do.' },
    )
  }
}
