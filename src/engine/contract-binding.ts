import { listed } from '../contract/phrases.ts'
import { ConcordatError } from '../model/errors.ts'
import type { ContractBinding } from '../store/agreements/contract-binding.ts'

/*
 * A store belongs to one contract: what is known of `customers` is known of that contract's customers. Contracts are edited
 * all the time, so one is taken for another only when it speaks of another company, of none of the flows that are known, or
 * puts one system in another's place within a flow.
 */

/** Why a contract is not the one that the store belongs to; null when it is, or may be. */
export function foreignContract(known: ContractBinding | null, now: ContractBinding): string | null {
  if (known === null) return null
  const names = Object.keys(known.flows)
  const common = names.filter((name) => name in now.flows)
  if (plain(known.company) !== plain(now.company))
    return `it belongs to a contract of ${known.company}, and this one is of ${now.company}`
  if (names.length > 0 && Object.keys(now.flows).length > 0 && common.length === 0)
    return `it belongs to a contract with ${listed(names)}, and this one has none of these flows`
  for (const name of common) {
    const gone = known.flows[name]!.filter((system) => !now.flows[name]!.includes(system))
    const come = now.flows[name]!.filter((system) => !known.flows[name]!.includes(system))
    // A flow that nobody has decided yet names no systems.
    if (now.flows[name]!.length > 0 && gone.length > 0 && come.length > 0)
      return `it holds ${name} of ${listed(known.flows[name]!)}, and in this contract they are of ${listed(now.flows[name]!)}`
  }
  return null
}

const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase()

/** What a store is to know of its contract from now on: a flow that is not decided at the moment stays as it was. */
export function boundAs(known: ContractBinding | null, now: ContractBinding): ContractBinding {
  const flows = Object.fromEntries(
    Object.entries(now.flows).flatMap(([name, systems]) => {
      const own = systems.length > 0 ? systems : known?.flows[name]
      return own ? [[name, own]] : []
    }),
  )
  return { company: now.company, flows }
}

/** The store is another contract's: nothing is read from it or written to it. */
export const anotherContract = (why: string): ConcordatError =>
  new ConcordatError('store.another-contract', `This store is not that of this contract: ${why}.`, {
    cure: 'Give each contract a store of its own (DATABASE_URL, or CONCORDAT_HOME for the embedded one). If it is the same contract, changed, say so with `concordat store confirm`.',
  })
