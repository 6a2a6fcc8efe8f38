import type { OpenOptions } from '../application.ts'
import type { ChangeFeed } from '../connector-kit/change-feed.ts'
import { gated } from '../connector-kit/gated.ts'
import { named } from '../connector-kit/named.ts'
import type { Connector } from '../connector-kit/port.ts'
import type { Contract } from '../contract/contract.ts'
import { resolveSettings, type SecretSource } from '../contract/settings/secrets.ts'
import { connectorSettings, parseRate } from '../contract/settings/system-settings.ts'
import { watchedBy } from '../engine/flow-feed.ts'
import { ConcordatError } from '../model/errors.ts'
import { sharedBudget, systemGate } from '../service/system-gate.ts'
import { systemRecovered } from '../service/system-recovered.ts'
import type { Database } from '../store/database/database.ts'
import { installationName } from '../store/systems/installation.ts'
import { markLanded, nextMark } from '../store/systems/marks.ts'
import { connect } from './kinds.ts'

interface Reaching {
  readonly contract: Contract
  readonly database: Database
  readonly secrets: SecretSource
  readonly clock: () => number
  readonly tamper: OpenOptions['tamper']
}

/** Connectors to the systems of a contract, made when first needed: looking things up needs no secret and no system. */
export class ReachedSystems {
  /** Those that have been made, each behind its gate. */
  readonly connectors = new Map<string, Connector>()
  readonly #parts: Reaching
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(parts: Reaching) {
    this.#parts = parts
  }

  async reach(systems: Iterable<string>): Promise<void> {
    for (const name of systems) {
      if (this.connectors.has(name)) continue
      // Flows that begin at the same moment share the connection.
      const made = this.#underWay.get(name) ?? this.#reachOne(name).finally(() => this.#underWay.delete(name))
      this.#underWay.set(name, made)
      await made
    }
  }

  /** The connector of a system; throws `connector.unknown` when the contract names no such system. */
  async connectorOf(name: string): Promise<Connector> {
    this.demandKnown(name)
    await this.reach([name])
    return this.connectors.get(name)!
  }

  demandKnown(name: string): void {
    const { systems } = this.#parts.contract
    if (systems.has(name)) return
    throw new ConcordatError('connector.unknown', `The contract names no system ${name}.`, {
      cure: `It names: ${[...systems.keys()].join(', ')}.`,
    })
  }

  /** A connection of its own that stands behind no gate. */
  async connectTo(name: string): Promise<Connector> {
    const { contract, database, secrets } = this.#parts
    const system = contract.systems.get(name)!
    const settings = resolveSettings(connectorSettings(system), secrets)
    const connector = await connect(system.connector, settings, system.description)
    connector.budget?.share(sharedBudget(database, name, connector.budget.callsPerSecond))
    const table = system.settings['mark']
    if (table !== undefined)
      connector.mark?.({
        table,
        installation: await installationName(database),
        next: () => nextMark(database),
        landed: (object, number) => markLanded(database, name, object, number),
      })
    return connector
  }

  /** The change feed of a system, installed or not; null where there can be none. */
  async feedOf(name: string): Promise<ChangeFeed | null> {
    const { contract, database } = this.#parts
    const connector = await this.connectorOf(name)
    return (await connector.feed?.(watchedBy(contract, name), await installationName(database))) ?? null
  }

  async installedFeed(name: string): Promise<ChangeFeed | null> {
    const feed = await this.feedOf(name)
    return feed && (await feed.inspect()).state !== 'absent' ? feed : null
  }

  async close(): Promise<void> {
    for (const connector of this.connectors.values()) await connector.close()
  }

  async #reachOne(name: string): Promise<void> {
    const { contract, database, clock, tamper } = this.#parts
    const gate = systemGate({
      database,
      system: name,
      callsPerSecond: parseRate(contract.systems.get(name)!.settings['rate_limit'] ?? ''),
      clock,
      chance: Math.random,
      onRecovery: (recovered) => systemRecovered({ database, contract, clock }, recovered),
    })
    const connector = await this.connectTo(name)
    const inner = tamper ? gated(connector, tamper(name)) : connector
    this.connectors.set(name, named(name, gated(inner, gate)))
  }
}
