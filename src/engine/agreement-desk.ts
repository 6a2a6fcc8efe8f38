import { setTimeout as sleep } from 'node:timers/promises'
import type { Agreement } from '../model/report.ts'
import { agreements, type FlowSystems } from '../store/state/agreement.ts'
import type { Session } from '../store/database/database.ts'

/** An answer stays good for so many times as long as it took to find, so that counting never takes more of the store. */
const SHARE = 20
/** What is counted faster is counted each time. */
const FAST_MS = 50

/** How far the records of the flows agree, counted at most as often as the store can afford: in small stores, each time. */
export class AgreementDesk {
  readonly #session: Session
  readonly #flows: readonly FlowSystems[]
  #counted: Promise<ReadonlyMap<string, Agreement>> | null = null

  constructor(session: Session, flows: readonly FlowSystems[]) {
    this.#session = session
    this.#flows = flows
  }

  /** By flow. */
  now(): Promise<ReadonlyMap<string, Agreement>> {
    return (this.#counted ??= this.#count())
  }

  /** What was counted is out of date. */
  forget(): void {
    this.#counted = null
  }

  #count(): Promise<ReadonlyMap<string, Agreement>> {
    const began = performance.now()
    const counted = agreements(this.#session, this.#flows)
    const forget = (): void => {
      if (this.#counted === counted) this.forget()
    }
    const took = (): number => performance.now() - began
    counted
      .then(async () => (took() < FAST_MS ? undefined : sleep(took() * SHARE, undefined, { ref: false })))
      .then(forget, forget)
    return counted
  }
}
