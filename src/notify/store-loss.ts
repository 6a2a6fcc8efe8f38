import { routeOf } from '../contract/channel.ts'
import type { Contract } from '../contract/contract.ts'
import { localTime } from '../contract/wording/local-time.ts'
import { listed } from '../contract/phrases.ts'
import type { MessageContent } from '../model/alert.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Outbox } from './outbox.ts'

/** A restart of the database is no alert. */
const GRACE_MS = 60_000

/**
 * Tells the technical owners that the store is gone, and that it is back. There is nothing to write that down in, so it
 * is kept in the process that watches and sent by the channels directly: once for each loss and process.
 */
export class StoreLoss {
  readonly #contract: Contract
  readonly #outbox: Outbox
  readonly #clock: () => number
  readonly #trouble: () => string | null
  #goneSince: number | null = null
  #told = false

  constructor(contract: Contract, outbox: Outbox, clock: () => number, trouble: () => string | null = () => null) {
    this.#contract = contract
    this.#outbox = outbox
    this.#clock = clock
    this.#trouble = trouble
  }

  /** Whether the store answered just now. */
  async seen(there: boolean): Promise<void> {
    const now = this.#clock()
    if (there) {
      const since = this.#goneSince
      this.#goneSince = null
      if (this.#told && since !== null) await this.#tell(since, true)
      this.#told = false
      return
    }
    this.#goneSince ??= now
    if (this.#told || now - this.#goneSince < GRACE_MS) return
    this.#told = await this.#tell(this.#goneSince, false)
  }

  /** True when somebody could be told. */
  async #tell(since: number, over: boolean): Promise<boolean> {
    const owners = new Set([...this.#contract.flows.values()].map((flow) => flow.owners.technical))
    const content = this.#content(since, over)
    let reached = false
    for (const person of owners) {
      for (const channel of routeOf(this.#contract, person, 'technical')) {
        try {
          const key = `${content.alert}/${content.event}/${person.key}`
          await this.#outbox.send(channel, { key, content, people: [person] })
          reached = true
          break
        } catch (error) {
          if (!(error instanceof ConcordatError)) throw error
        }
      }
    }
    return reached
  }

  #content(since: number, over: boolean): MessageContent {
    const time = localTime(since, this.#contract.timezone)
    const flows = [...this.#contract.flows.keys()]
    const trouble = this.#trouble()
    return {
      event: over ? 'recovery' : 'begin',
      alert: `store unreachable@${new Date(since).toISOString()}`,
      id: null,
      kind: 'store unreachable',
      severity: 'error',
      flows,
      system: null,
      since: new Date(since).toISOString(),
      subject: `[Concordat] ${over ? 'Over: the' : 'The'} store cannot be reached`,
      happened: over
        ? `This is over: the database that keeps Concordat's own state answers again. It had been gone since ${time}.`
        : `The database that keeps Concordat's own state has not answered since ${time}.${trouble === null ? '' : ` ${trouble}`}`,
      meaning: over
        ? ''
        : `No flow can run: ${listed(flows)}. Nothing is written to any system meanwhile, and nothing is lost.`,
      todo: over
        ? 'Nothing.'
        : 'Look after the database that DATABASE_URL names, or the embedded server. Everything goes on by itself.',
      count: 0,
      records: [],
      link: null,
    }
  }
}
