import type { BeforeCommit, Marked, Marking } from '../../connector-kit/port.ts'
import { Trusted } from '../../connector-kit/trusted.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { SystemIdentity } from '../../model/system-identity.ts'
import { ANSWER_MS } from './deadline.ts'
import type { Dialect } from './dialect.ts'
import type { Place } from './failure.ts'
import type { Driver, Link, Purpose } from './link.ts'
import { readMark, setMark } from './mark.ts'

/*
 * How one connector uses its connections: each query and each transaction borrows one, whose errors come in our words.
 */

/** What a transaction writes to, and what is asked before it is committed. */
interface Writing {
  readonly object: string
  readonly beforeCommit: BeforeCommit | undefined
  /** The object cannot take a statement back. */
  readonly landsAtOnce: boolean
}

/** The connections of one connector to one database. */
export class Session {
  readonly dialect: Dialect
  /** Set where the contract allows a mark. */
  marking: Marking | null = null
  private readonly driver: Driver
  private readonly trusted = new Trusted<object>()

  constructor(dialect: Dialect, url: string, answerMs = ANSWER_MS) {
    this.dialect = dialect
    this.driver = dialect.connect(url, answerMs)
  }

  /** `host:port/database`. */
  get server(): string {
    return this.driver.server
  }

  /** Which database answers now, whether or not it is trusted. */
  async identity(): Promise<SystemIdentity> {
    const link = await this.borrow()
    try {
      const identity = await this.dialect.identity(link)
      link.release()
      return identity
    } catch (error) {
      link.release(true)
      throw this.translate(error)
    }
  }

  trust(trusts: (identity: SystemIdentity) => boolean): void {
    this.trusted.trust(trusts)
  }

  /** A connection to a trusted database, to be released by the caller. */
  async lease(): Promise<Link> {
    const link = await this.borrow()
    try {
      await this.trusted.demand(link.connection, () => this.dialect.identity(link), this.server)
      return link
    } catch (error) {
      link.release(true)
      throw this.translate(error)
    }
  }

  private async borrow(): Promise<Link> {
    try {
      return await this.driver.borrow()
    } catch (error) {
      throw this.translate(error)
    }
  }

  /** Whether a pooler stands between us and the server, and gives our connections to others. */
  async isPooled(): Promise<boolean> {
    const link = await this.lease()
    link.release()
    return link.opening !== null
  }

  /** Runs `work` on a connection, outside a transaction where the session is ours. */
  async query<T>(work: (link: Link) => Promise<T>, object?: string): Promise<T> {
    const link = await this.lease()
    const { opening } = link
    let broken = false
    try {
      if (opening !== null) await link.run(opening)
      const result = await work(link)
      if (opening !== null) await link.run('commit')
      return result
    } catch (error) {
      broken = this.isLoss(error) || (opening !== null && !(await rolledBack(link)))
      throw this.translate(error, object)
    } finally {
      link.release(broken)
    }
  }

  /** Runs `work` in a transaction that only reads. */
  read<T>(work: (link: Link) => Promise<T>, object: string, whole = false): Promise<T> {
    return this.transaction(work, { mode: 'read', object, whole })
  }

  /** Runs `work` in a transaction that writes, and answers what it has written; where `beforeCommit` rejects, it is taken back. */
  async write(
    work: (link: Link) => Promise<{ length: number }>,
    { object, beforeCommit, landsAtOnce }: Writing,
  ): Promise<void> {
    const { marking } = this
    let number: string | null = null
    const whole = async (link: Link): Promise<void> => {
      // What lands at once cannot be taken back.
      if (landsAtOnce) await beforeCommit?.()
      const { length } = await work(link)
      if (marking && length > 0) {
        number = await marking.next()
        await setMark(link, this.dialect, marking, object, number)
      }
      await beforeCommit?.()
    }
    await this.transaction(whole, { mode: 'write', object })
    if (number !== null) await marking?.landed(object, number)
  }

  /** The numbers that stand for an object, and for any; null: none does. */
  async markedAs(object: string): Promise<Pick<Marked, 'number' | 'highest'>> {
    const marking = this.marking!
    return this.query((link) => readMark(link, this.dialect, marking, object), marking.table)
  }

  /** Runs `work` in a transaction; a connection that is lost while a write commits is `connector.lost-response`. */
  async transaction<T>(work: (link: Link) => Promise<T>, purpose: Purpose): Promise<T> {
    const { object } = purpose
    const link = await this.lease()
    let ended = (): void => {}
    let result: T
    try {
      ended = await this.driver.begin(link, purpose)
      result = await work(link)
    } catch (error) {
      const broken = this.isLoss(error) || !(await rolledBack(link))
      if (!broken) ended()
      link.release(broken)
      throw this.translate(error, object)
    }
    try {
      await link.run('commit')
      ended()
      link.release()
      return result
    } catch (error) {
      link.release(true)
      if (this.isLoss(error) && purpose.mode === 'write') {
        throw new ConcordatError(
          'connector.lost-response',
          `The connection to ${this.dialect.failures.product} at ${this.server} broke while a write to ${object} was being committed.`,
          {
            retry: 'later',
            cure: 'The next run reads the records and finds out whether the write landed.',
          },
        )
      }
      throw this.translate(error, object)
    }
  }

  /** Begins a transaction on a leased connection; for streams, which outlive a callback. */
  async begin(link: Link, purpose: Purpose): Promise<void> {
    await this.driver.begin(link, purpose)
  }

  /** Waits until every transaction of ours that writes to the object has ended, also one whose connection we lost. */
  async awaitWrites(object: string): Promise<void> {
    await this.query((link) => this.driver.awaitWrites(link, object), object)
  }

  /** Any thrown thing as a ConcordatError that names the server and the object. */
  translate(error: unknown, object?: string): ConcordatError {
    const place: Place = object === undefined ? { server: this.server } : { server: this.server, object }
    return this.dialect.failures.translate(error, place)
  }

  private isLoss(error: unknown): boolean {
    return this.dialect.failures.isLoss(error)
  }

  close(): Promise<void> {
    return this.driver.close()
  }
}

async function rolledBack(link: Link): Promise<boolean> {
  try {
    await link.run('rollback')
    return true
  } catch {
    return false
  }
}
