import type { Person } from '../contract.ts'
import type { ContractDraft } from './contract-draft.ts'

/** The two owners of the flows, who may be one person. */
export interface Owners {
  readonly business: Person
  readonly technical: Person
}

/** A person as one writes them. */
export interface Named {
  readonly name: string
  readonly email: string
}

/** Reads `Ana Ruiz <ana@company.example>`; null: it names no person. */
export function readPerson(text: string): Named | null {
  const [, name, email] = /^\s*"?([^<>"]*?)"?\s*<?\s*([^\s<>@"]+@[^\s<>@"]+)\s*>?\s*$/.exec(text) ?? []
  if (name === undefined || email === undefined) return null
  return { name: name.replace(/[,;:]$/, '').trim() || email.split('@')[0]!, email }
}

/** The two owners, each with the key by which the contract names them. */
export function ownersOf(business: Named, technical: Named): Owners {
  const first = { key: keyOf(business.name), ...business }
  if (technical.email.toLowerCase() === business.email.toLowerCase()) return { business: first, technical: first }
  const key = keyOf(technical.name)
  return { business: first, technical: { key: key === first.key ? `${key}2` : key, ...technical } }
}

function keyOf(name: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
  return /[a-z][a-z0-9]*/.exec(plain)?.[0] ?? 'person'
}

/** The draft with its owners, who answer for every flow. */
export function withOwners(draft: ContractDraft, { business, technical }: Owners): ContractDraft {
  return {
    ...draft,
    people: business.key === technical.key ? [business] : [business, technical],
    defaults: { ...draft.defaults, 'owners.business': business.key, 'owners.technical': technical.key },
  }
}
