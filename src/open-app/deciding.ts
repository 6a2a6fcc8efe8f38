import type { Deciding } from '../application.ts'
import { named } from '../connector-kit/named.ts'
import { previewDecision } from '../engine/preview-decision.ts'
import { openCase, resolveCase } from '../engine/resolve-case.ts'
import { SystemsDesk } from '../engine/systems-desk.ts'
import type { Parts } from './parts.ts'

/** What people decide: rules, cases, which database a system is. */
export function deciding({ contract, deps, systems, rules, bind, reopen }: Parts): Deciding {
  const { database, clock } = deps
  return {
    rules,
    signings: (language) => rules.signings(language),
    giveWord: (word, language) => rules.giveWord(word, language),
    async planFile(flow, limit, language) {
      const other = await reopen()
      try {
        return await other.plan({ flows: [flow], limit, ...(language && { language }) })
      } finally {
        await other.close()
      }
    },
    resolve: (id, decision) => resolveCase(database, contract, id, decision, new Date(clock())),
    async previewDecision(id, decision, language = 'en') {
      const { flow } = await openCase(database, id)
      await systems.reach(contract.flows.get(flow)?.systems ?? [])
      return previewDecision(deps, contract, id, decision, language)
    },
    systems: new SystemsDesk({
      deps,
      contract,
      connect: async (name) => named(name, await systems.connectTo(name)),
    }),
    confirmContract: bind,
  }
}
