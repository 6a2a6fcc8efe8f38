import type { Marked, RemoteObject } from '../connector-kit/port.ts'
import type { Contract } from '../contract/contract.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'
import { ConcordatError } from '../model/errors.ts'
import { inEach } from '../model/language.ts'
import { issuedMark, landedMarks } from '../store/systems/marks.ts'
import { noteStranger } from '../store/systems/system-identities.ts'
import type { TrustParts } from './trust-systems.ts'

/*
 * What the watermark in a system says of its past and of ours (law L35). Behind what is known to have landed: the system was
 * restored. Ahead of all that was ever given out: the store was.
 */

/** The system's mark where it was restored, else null; throws `connector.another-system` where our store was. */
export async function readWatermark(
  { database, connectors, clock }: TrustParts,
  contract: Contract,
  system: string,
  remote: RemoteObject,
): Promise<Marked | null> {
  if (contract.systems.get(system)?.settings['mark'] === undefined || !remote.markedAs) return null
  // Others write meanwhile: what has landed is asked before the system, what was given out after it.
  const landed = await landedMarks(database, system)
  const marked = await remote.markedAs()
  if (marked === null) return null
  const { object, number, highest } = marked
  // Any table of the system tells, before other flows give out numbers that lie ahead of this.
  if (highest !== null && BigInt(highest) > BigInt(await issuedMark(database))) {
    const { en, ...others } = inEach((language) => SYSTEM_WORDS[language].olderStore(system))
    const identity = await connectors.get(system)!.identity!()
    await noteStranger(database, { system, identity, sentence: en, sentenceIn: others }, new Date(clock()))
    const error = new ConcordatError('connector.another-system', en, {
      retry: 'later',
      cure: SYSTEM_WORDS.en.cure([system]),
      in: { es: `${others.es} ${SYSTEM_WORDS.es.cure([system])}` },
    })
    error.system = system
    throw error
  }
  return BigInt(landed.get(object) ?? 0) > BigInt(number ?? 0) ? marked : null
}
