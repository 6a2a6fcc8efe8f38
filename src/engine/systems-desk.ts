import type { Connector } from '../connector-kit/port.ts'
import type { Contract } from '../contract/contract.ts'
import { listed } from '../contract/phrases.ts'
import type { Measured } from '../model/passport.ts'
import { ConcordatError } from '../model/errors.ts'
import { isSamePlace, placeWords, withPlace } from '../model/place.ts'
import { identityWords, isAccepted, type SystemIdentity } from '../model/system-identity.ts'
import { writeAudit, type Actor } from '../store/access/audit.ts'
import { retryNow } from '../store/service/flow-service.ts'
import { ensureFlows, type KnownFlow } from '../store/state/flows.ts'
import { passMark } from '../store/systems/marks.ts'
import { releaseLease } from '../store/service/leases.ts'
import { flowsOfSystems, retireFlow } from '../store/agreements/retire-flow.ts'
import { setPlaces, sidePlaces } from '../store/systems/side-places.ts'
import { addIdentity, endIdentities, forgetStranger, knownIdentities } from '../store/systems/system-identities.ts'
import type { FlowWork } from './flow-work.ts'
import { takeFlow, type Deps } from './run-flow.ts'
import { fits, sampleSystem, type Sample } from './sample-system.ts'
import { objectSpec } from './side.ts'
import { placesIn } from './trust-places.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'

/*
 * What people say when another database answers in a system's place: that it is the same system, moved, which is looked at
 * before it is believed; or that it is another one, and its flows start over.
 */

/** A system of the contract, as it was known and as it answers now. */
export interface SystemStanding {
  readonly system: string
  readonly connector: string
  /** `agreed`: one of the databases taken for it; `another`: none of them; `new`: none is taken yet; `unknown`: it cannot tell, or could not be asked. */
  readonly state: 'agreed' | 'another' | 'new' | 'unknown'
  /** Flows whose records the contract looks for elsewhere in the system than they were agreed. */
  readonly elsewhere: readonly { readonly flow: string; readonly agreed: readonly string[]; readonly now: string }[]
  readonly accepted: readonly {
    readonly identity: string
    readonly anywhere: boolean
    readonly since: string
    /** Null: noted by the first run or plan. */
    readonly by: string | null
  }[]
  /** What answers now; null where it could not be asked. */
  readonly now: string | null
  readonly notes: readonly string[]
  /** Why it could not be asked. */
  readonly error: string | null
  /** When it was measured, and in how much it does not do what its description says; null: never, or nothing is described. */
  readonly measured: { readonly date: string; readonly differs: number } | null
}

export interface Confirmed {
  readonly system: string
  readonly identity: string
  readonly anywhere: boolean
  readonly compared: readonly Sample[]
}

export interface StartedOver {
  readonly systems: readonly string[]
  readonly flows: readonly { readonly flow: string; readonly records: number }[]
}

export interface DeskParts {
  readonly deps: Deps
  readonly contract: Contract
  /** A connection of its own: those that flows work with lead only to what is trusted. */
  readonly connect: (system: string) => Promise<Connector>
}

/** Whom a decision about a system comes from. */
export interface Decider {
  readonly by: string
  readonly actor: Actor
}

export class SystemsDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Every system of the contract; asks each who it is. */
  async list(): Promise<readonly SystemStanding[]> {
    const { contract, deps } = this.#parts
    const known = await knownIdentities(deps.database)
    const flows = await ensureFlows(deps.database, [...contract.flows.values()])
    const standings: SystemStanding[] = []
    for (const { name, connector, description } of contract.systems.values()) {
      const accepted = known.filter(({ system }) => system === name)
      const { found, error } = await this.#ask(name)
      const state = !found
        ? 'unknown'
        : accepted.length === 0
          ? 'new'
          : isAccepted(accepted, found)
            ? 'agreed'
            : 'another'
      const elsewhere = state === 'another' || error !== null ? [] : await this.#elsewhere(name, flows)
      standings.push({
        system: name,
        connector,
        state,
        elsewhere,
        accepted: accepted.map(({ identity, anywhere, since, by }) => ({
          identity: identityWords(identity),
          anywhere,
          since: new Date(since).toISOString(),
          by,
        })),
        now: found && identityWords(found),
        notes: found?.notes ?? [],
        error,
        measured: measuredIn(description?.measured),
      })
    }
    return standings
  }

  /** Flows whose records the contract looks for where they were not agreed; what cannot be opened is told by `check --connect`. */
  async #elsewhere(system: string, flows: ReadonlyMap<string, KnownFlow>): Promise<SystemStanding['elsewhere']> {
    const { contract, deps, connect } = this.#parts
    const connector = await connect(system)
    try {
      const found = await placesIn(connector, contract, system, flows)
      const known = await sidePlaces(deps.database, [...found.keys()])
      return [...found].flatMap(([side, { flow, place }]) => {
        const { places, hasState } = known.get(side)!
        if (!hasState || places.length === 0 || places.some((one) => isSamePlace(one, place))) return []
        return [{ flow, agreed: places.map(placeWords), now: placeWords(place) }]
      })
    } catch (error) {
      if (!(error instanceof ConcordatError)) throw error
      return []
    } finally {
      await connector.close()
    }
  }

  /** Takes what answers for the system, moved, when it holds the linked records; throws `engine.does-not-fit` with figures. */
  async confirm(system: string, anywhere: boolean, { by, actor }: Decider): Promise<Confirmed> {
    const { contract, deps } = this.#parts
    this.#demandSystem(system)
    return this.#with(system, async (connector, identity) => {
      const flows = await ensureFlows(deps.database, [...contract.flows.values()])
      const compared = await sampleSystem(deps.database, contract, flows, connector, system)
      const looked = compared.filter((sample) => sample.looked > 0)
      const figures = looked.map(SYSTEM_WORDS.en.figures).join('; ')
      if (!fits(compared))
        throw new ConcordatError(
          'engine.does-not-fit',
          `What answers as ${system} does not hold the records that were agreed: ${figures}. Nothing was changed.`,
          {
            cure: `If it is another database, \`concordat systems start-over ${system}\` begins with a first sync; if it should be the same, look at where its URL leads.`,
          },
        )
      const places = await placesIn(connector, contract, system, flows)
      const now = new Date(deps.clock())
      const words = identityWords(identity)
      await deps.database.transaction(async (session) => {
        const taken = (await knownIdentities(session)).filter((one) => one.system === system)
        if (taken.length === 0 || !isAccepted(taken, identity) || anywhere)
          await addIdentity(session, system, { identity, anywhere, by, now })
        await passMark(session, await this.#largestMark(connector, system))
        const known = await sidePlaces(session, [...places.keys()])
        for (const [side, { place }] of places)
          await setPlaces(session, side, withPlace(known.get(side)!.places, place))
        await forgetStranger(session, [system])
        await retryNow(session, flowsWith(contract, [system]), now.getTime())
        const details = { by, identity: words, anywhere, compared: figures }
        await writeAudit(session, { actor, act: 'system confirmed', subject: system, details, at: now })
      })
      return { system, identity: words, anywhere, compared: looked }
    })
  }

  /** What an older store has written to a system without knowing. */
  async #largestMark(connector: Connector, system: string): Promise<string> {
    let largest = 0n
    for (const flow of this.#parts.contract.flows.values()) {
      if (!flow.systems.includes(system)) continue
      const marked = await (await connector.open(objectSpec(flow, system))).markedAs?.()
      if (BigInt(marked?.number ?? 0) > largest) largest = BigInt(marked!.number!)
    }
    return String(largest)
  }

  /** The flows that would start over with these systems. */
  async preview(systems: readonly string[], only: readonly string[] = []): Promise<StartedOver> {
    const flows = await this.#concerned(systems, only)
    return { systems, flows: flows.map(({ name, records }) => ({ flow: name, records })) }
  }

  /**
   * Takes what answers for these systems, and everything that was known of their flows' records out of use. `only`: these
   * flows, whose records are elsewhere in a system that stays the same; none: all that have one of the systems.
   */
  async startOver(
    systems: readonly string[],
    { by, actor }: Decider,
    only: readonly string[] = [],
  ): Promise<StartedOver> {
    const { deps, contract } = this.#parts
    const { database } = deps
    const flows = await this.#concerned(systems, only)
    const leases: FlowWork['lease'][] = []
    try {
      for (const { id, name } of flows) leases.push(await takeFlow(deps, id, name))
      const identities = new Map<string, SystemIdentity>()
      for (const system of only.length > 0 ? [] : systems) {
        const { found, error } = await this.#ask(system)
        if (error !== null) throw unasked(system, error)
        if (found) identities.set(system, found)
      }
      const now = new Date(deps.clock())
      const told = flows.map(({ name, records }) => ({ flow: name, records }))
      await database.transaction(async (session) => {
        for (const { id } of flows) await retireFlow(session, id, by, now)
        if (only.length === 0) await endIdentities(session, systems, now)
        for (const [system, identity] of identities)
          await addIdentity(session, system, { identity, anywhere: false, by, now })
        if (only.length === 0) await forgetStranger(session, systems)
        await retryNow(session, flowsWith(contract, systems), now.getTime())
        for (const system of systems) {
          const identity = identities.get(system)
          const details = { by, identity: identity ? identityWords(identity) : null, flows: told }
          await writeAudit(session, { actor, act: 'system started over', subject: system, details, at: now })
        }
      })
      return { systems, flows: told }
    } finally {
      for (const lease of leases) await releaseLease(database, lease).catch(() => {})
    }
  }

  /** Flows with one of these systems, and what refers to those. */
  async #concerned(systems: readonly string[], only: readonly string[]) {
    const { deps, contract } = this.#parts
    for (const system of systems) this.#demandSystem(system)
    const having = flowsWith(contract, systems)
    const unknown = only.find((name) => !having.includes(name))
    if (unknown !== undefined)
      throw new ConcordatError('engine.unknown-flow', `No flow ${unknown} has ${listed(systems)} among its systems.`, {
        cure: `Flows that have: ${listed(having)}.`,
      })
    await ensureFlows(deps.database, [...contract.flows.values()])
    if (only.length > 0) return flowsOfSystems(deps.database, [], referring(contract, only))
    return flowsOfSystems(deps.database, systems, referring(contract, having))
  }

  async #ask(system: string): Promise<{ readonly found: SystemIdentity | null; readonly error: string | null }> {
    try {
      return { found: await this.#with(system, async (_, identity) => identity), error: null }
    } catch (error) {
      if (!(error instanceof ConcordatError)) throw error
      if (error.code === 'connector.unsupported') return { found: null, error: null }
      return { found: null, error: error.message }
    }
  }

  async #with<T>(system: string, work: (connector: Connector, identity: SystemIdentity) => Promise<T>): Promise<T> {
    const connector = await this.#parts.connect(system)
    try {
      if (!connector.identity)
        throw new ConcordatError('connector.unsupported', `${system} cannot tell which database it is.`)
      return await work(connector, await connector.identity())
    } finally {
      await connector.close()
    }
  }

  #demandSystem(system: string): void {
    const { systems } = this.#parts.contract
    if (systems.has(system)) return
    throw new ConcordatError('connector.unknown', `The contract names no system ${system}.`, {
      cure: `It names: ${[...systems.keys()].join(', ')}.`,
    })
  }
}

const measuredIn = (measured: Measured | undefined): SystemStanding['measured'] =>
  measured === undefined
    ? null
    : {
        date: measured.date,
        differs: [measured.found, ...Object.values(measured.objects).map((one) => one.found)].flatMap(Object.keys)
          .length,
      }

const flowsWith = ({ flows }: Contract, systems: readonly string[]): string[] =>
  [...flows.values()].filter((flow) => flow.systems.some((name) => systems.includes(name))).map((flow) => flow.name)

/** Flows that refer to one of these, directly or not: their records name records that will not be known any more. */
function referring({ flows }: Contract, names: readonly string[]): string[] {
  const found = new Set(names)
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const flow of flows.values()) {
      const specs = flow.fields.flatMap(({ spec, lines }) => [spec, ...(lines?.fields.map((sub) => sub.spec) ?? [])])
      if (specs.some((spec) => spec.type === 'reference' && found.has(spec.flow))) found.add(flow.name)
    }
  }
  return [...found]
}

const unasked = (system: string, error: string): ConcordatError =>
  new ConcordatError('connector.unreachable', `${system} could not be asked which database it is: ${error}`, {
    retry: 'later',
    cure: 'Nothing was changed. Try again when it answers.',
  })
