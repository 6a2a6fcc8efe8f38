import type { Contract, Flow } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import { type Actor, writeAudit } from '../store/access/audit.ts'
import type { Database } from '../store/database/database.ts'
import { addNotice } from '../store/access/notices.ts'
import { watchAnew } from '../store/alerts/watch-facts.ts'
import { addSignature } from '../store/agreements/signatures.ts'

/** What an owner says of the rules of a flow. */
export interface Word {
  readonly flow: string
  readonly as: 'business' | 'technical'
  /** Key or e-mail of the person in the contract. */
  readonly by: string
  readonly verdict: 'signed' | 'refused'
  /** A refusal says why. */
  readonly comment?: string | undefined
  /** The rules that were looked at; absent: as the contract has them. */
  readonly fingerprint?: string | undefined
  readonly way: 'browser' | 'command line'
  /** Who acts, for the audit log. */
  readonly actor: Actor
}

/**
 * Stores an owner's signature under the rules of a flow, or the refusal of it. Only that owner can give it, and only for
 * rules that one of these contracts has.
 */
export async function giveWord(database: Database, contracts: readonly Contract[], word: Word): Promise<Flow> {
  const flows = contracts.flatMap((contract) => contract.flows.get(word.flow) ?? [])
  if (flows.length === 0)
    throw new ConcordatError('engine.unknown-flow', `The contract has no decided flow named ${word.flow}.`, {
      cure: 'See `concordat check`.',
    })
  const by = word.by.trim().toLowerCase()
  const owns = ({ owners }: Flow): boolean =>
    by === owners[word.as].key.toLowerCase() || by === owners[word.as].email.toLowerCase()
  const fitting = flows.filter(({ fingerprint }) => word.fingerprint === undefined || fingerprint === word.fingerprint)
  // The same rules may have another owner in another contract.
  const flow = fitting.find(owns) ?? fitting[0]
  if (!flow)
    throw new ConcordatError(
      'contract.changed',
      `The rules of ${word.flow} are not those any more that you looked at.`,
      {
        cure: 'Look at them anew, then sign.',
      },
    )
  const owner = flow.owners[word.as]
  if (!owns(flow))
    throw new ConcordatError(
      'contract.not-the-owner',
      `${word.by} is not the ${word.as} owner of ${flow.name}: that is ${owner.name} (${owner.key}).`,
      { cure: 'Let that person sign, or name another owner in the contract.' },
    )
  const comment = word.comment?.trim() || null
  if (word.verdict === 'refused' && comment === null)
    throw new ConcordatError('contract.no-reason', 'A refusal needs a comment.', { cure: 'Give a comment.' })
  const now = new Date()
  await database.transaction(async (session) => {
    const { name, email } = owner
    const { fingerprint } = flow
    const { as: role, verdict, way } = word
    const row = { flow: flow.name, fingerprint, role, email, name, verdict, comment, at: now, way }
    await addSignature(session, row)
    const details = { as: role, fingerprint, ...(comment !== null && { comment }) }
    // On the command line nobody signs in: who signs is who is named, and where it was typed stands beside it.
    const actor = way === 'browser' ? word.actor : { ...word.actor, who: `${name} <${email}>` }
    await writeAudit(session, { actor, act: `rules ${verdict}`, subject: flow.name, details, at: now })
    // Whoever reaches the store is trusted with it; the owner hears of it all the same.
    if (way === 'command line')
      await addNotice(session, {
        email: email.trim().normalize('NFC').toLowerCase(),
        kind: 'signed on the command line',
        by: word.actor.address,
        subject: flow.name,
        at: now,
      })
    // Nobody is late with what could not run until now.
    if (verdict === 'signed') await watchAnew(session, flow.name, now)
  })
  return flow
}
