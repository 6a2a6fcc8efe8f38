import type { Connector } from '../connector-kit/port.ts'
import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import { inEach, type InEach, type Language } from '../model/language.ts'
import { identityDifferences, isAccepted, type SystemIdentity } from '../model/system-identity.ts'
import type { Database } from '../store/database/database.ts'
import type { KnownFlow } from '../store/state/flows.ts'
import {
  addIdentity,
  forgetStranger,
  hasState,
  knownIdentities,
  noteStranger,
  type KnownIdentity,
} from '../store/systems/system-identities.ts'
import { fits, sampleSystem, type Sample } from './sample-system.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'

/*
 * Law L30: what is known of records belongs to the databases that they were agreed with. Each time a flow's systems are
 * opened – by a run, for hints, for a shard, for a rehearsal – each is asked who it is, before anything else is asked of it.
 */

export interface TrustParts {
  readonly database: Database
  readonly connectors: ReadonlyMap<string, Connector>
  readonly clock: () => number
}

/** Makes sure that these systems are those that the records were agreed with; throws `connector.another-system` otherwise. */
export async function trustSystems(
  parts: TrustParts,
  contract: Contract,
  systems: readonly string[],
  flows: ReadonlyMap<string, KnownFlow>,
): Promise<void> {
  const { database, connectors } = parts
  const telling = systems.filter((system) => connectors.get(system)!.identity !== undefined)
  if (telling.length === 0) return
  const known = Map.groupBy(await knownIdentities(database), ({ system }) => system)
  const wrong: Strange[] = []
  for (const system of telling) {
    const connector = connectors.get(system)!
    const found = await connector.identity!()
    const { accepted, sentence } = await judge(parts, contract, system, found, known.get(system) ?? [], flows)
    if (sentence === null) {
      connector.trust?.((identity) => isAccepted(accepted, identity))
      if (accepted.some(({ estranged }) => estranged)) await forgetStranger(database, [system])
      continue
    }
    wrong.push({ system, flow: null, sentence })
    const { en, ...others } = sentence
    const stranger = { system, identity: found, sentence: en, sentenceIn: others }
    await noteStranger(database, stranger, new Date(parts.clock()))
  }
  if (wrong.length > 0) throw anotherSystem(wrong)
}

/** `sentence`: why it cannot be taken for the system; null: it is the system. */
async function judge(
  parts: TrustParts,
  contract: Contract,
  system: string,
  found: SystemIdentity,
  known: readonly KnownIdentity[],
  flows: ReadonlyMap<string, KnownFlow>,
): Promise<{ readonly accepted: readonly KnownIdentity[]; readonly sentence: InEach | null }> {
  if (known.length > 0)
    return { accepted: known, sentence: isAccepted(known, found) ? null : whyAnother(system, known, found) }
  const { database, clock } = parts
  // A store from before identities were taken down, or a new one.
  if (await hasState(database, system)) {
    const samples = await sampleSystem(database, contract, flows, parts.connectors.get(system)!, system)
    if (!fits(samples)) return { accepted: [], sentence: whyUnfit(system, samples) }
  }
  await addIdentity(database, system, { identity: found, anywhere: false, by: null, now: new Date(clock()) })
  // Another process may have met another database in the same moment, and was first.
  const accepted = (await knownIdentities(database)).filter((one) => one.system === system)
  return { accepted, sentence: isAccepted(accepted, found) ? null : whyAnother(system, accepted, found) }
}

/** Compared with the accepted identity that it is most like. */
function whyAnother(system: string, known: readonly KnownIdentity[], found: SystemIdentity): InEach {
  const [nearest] = known
    .map(({ identity }) => identityDifferences(identity, found))
    .toSorted((a, b) => a.length - b.length)
  return inEach((language) => SYSTEM_WORDS[language].another(system, nearest!))
}

const whyUnfit = (system: string, samples: readonly Sample[]): InEach =>
  inEach((language) => {
    const words = SYSTEM_WORDS[language]
    return words.unfit(
      system,
      samples
        .filter(({ looked }) => looked > 0)
        .map(words.figures)
        .join('; '),
    )
  })

/** What is not what the records were agreed with: a whole system, or what one flow has in it. */
export interface Strange {
  readonly system: string
  readonly flow: string | null
  readonly sentence: InEach
}

/** The error that stops a flow until a person has said what it is. */
export function anotherSystem(wrong: readonly Strange[]): ConcordatError {
  const systems = wrong.map(({ system }) => system)
  const flow = wrong.every((one) => one.flow !== null) ? wrong[0]!.flow : null
  const say = (language: Language): string => wrong.map(({ sentence }) => sentence[language]).join(' ')
  const error = new ConcordatError('connector.another-system', say('en'), {
    retry: 'later',
    cure: SYSTEM_WORDS.en.cure(systems, flow),
    in: { es: `${say('es')} ${SYSTEM_WORDS.es.cure(systems, flow)}` },
  })
  error.system = systems[0]
  return error
}
