import type { Contract, Flow } from '../contract/contract.ts'
import { signCure } from '../contract/wording/sign-cure.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import type { FlowSigning, OwnerWord } from '../model/report.ts'
import type { Session } from '../store/database/database.ts'
import { newestSignatures, type SignatureRow } from '../store/agreements/signatures.ts'
import { en } from './words/signing-en.ts'
import { es } from './words/signing-es.ts'

const WORDS = { en, es }
const ROLES = ['business', 'technical'] as const

/** What the owners of each flow have said of its rules as they are in this contract. Only signed rules run. */
export async function tellSignings(
  session: Session,
  { flows }: Pick<Contract, 'flows'>,
  language: Language = 'en',
): Promise<ReadonlyMap<string, FlowSigning>> {
  const all = [...flows.values()]
  const rows = await newestSignatures(
    session,
    all.flatMap((flow) =>
      ROLES.map((role) => ({
        flow: flow.name,
        fingerprint: flow.fingerprint,
        role,
        email: flow.owners[role].email,
      })),
    ),
  )
  return new Map(all.map((flow) => [flow.name, signingOf(flow, rows, language)]))
}

/** The flows whose rules you sign. */
export async function signedFlows(session: Session, contract: Pick<Contract, 'flows'>): Promise<ReadonlySet<string>> {
  const signings = [...(await tellSignings(session, contract)).values()]
  return new Set(signings.flatMap(({ signed, flow }) => (signed ? [flow] : [])))
}

/** Throws `contract.unsigned`, with who has to sign and how, unless the rules of all these flows are signed. */
export async function demandSigned(
  session: Session,
  contract: Pick<Contract, 'flows'>,
  names: readonly string[],
): Promise<void> {
  const signings = await tellSignings(session, contract)
  const unsigned = names.map((name) => signings.get(name)!).filter(({ signed }) => !signed)
  if (unsigned.length === 0) return
  throw new ConcordatError('contract.unsigned', unsigned.map(({ flow, why }) => `${flow}: ${why}`).join(' '), {
    cure: signCure(unsigned),
  })
}

function signingOf(flow: Flow, rows: readonly SignatureRow[], language: Language): FlowSigning {
  const wordOf = (role: 'business' | 'technical'): OwnerWord => {
    const { key, name, email } = flow.owners[role]
    const row = rows.find((one) => one.flow === flow.name && one.role === role)
    const said = row && { verdict: row.verdict, comment: row.comment, at: new Date(row.at).toISOString(), way: row.way }
    return { person: key, name, email, said: said ?? null }
  }
  const [business, technical] = [wordOf('business'), wordOf('technical')]
  const signed = business.said?.verdict === 'signed' && technical.said?.verdict === 'signed'
  return {
    flow: flow.name,
    fingerprint: flow.fingerprint,
    signed,
    why: signed ? null : whyUnsigned(business, technical, language),
    business,
    technical,
  }
}

/** Who has to sign, or why somebody did not want to. */
function whyUnsigned(business: OwnerWord, technical: OwnerWord, language: Language): string {
  const words = WORDS[language]
  const both = [
    { ...business, who: `${business.name} (${words.owner.business})` },
    { ...technical, who: `${technical.name} (${words.owner.technical})` },
  ]
  const refused = both.find(({ said }) => said?.verdict === 'refused')
  if (refused) return words.refused(refused.who, refused.said?.comment ?? '')
  return words.missing(both.flatMap(({ said, who }) => (said === null ? [who] : [])))
}
