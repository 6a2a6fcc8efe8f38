import type { Contract, Flow } from '../../contract/contract.ts'
import type { FlowRight, Right, Rights } from './right.ts'

export const ROLES = ['viewer', 'business owner', 'technical owner', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What each role may do, in its flow or in all. To sign, one must be the owner whom the contract names. */
export const RIGHTS_OF: Readonly<Record<Role, readonly (FlowRight | 'administer')[]>> = {
  viewer: ['view'],
  'business owner': ['view', 'decide'],
  'technical owner': ['view', 'decide', 'operate'],
  admin: ['view', 'decide', 'operate', 'administer'],
}

/** A role in one flow, or (null) in all. */
export interface HeldRole {
  readonly flow: string | null
  readonly role: Role
  /** Given by the contract, which names this person as the owner. */
  readonly byContract: boolean
}

/**
 * The roles that somebody holds: those that were given, and those that the contract gives its owners. Who becomes an owner by
 * rules that do not run yet sees their flow, and may sign them.
 */
export function heldRoles(
  given: readonly { readonly flow: string; readonly role: string }[],
  email: string,
  { contract, proposed }: { readonly contract: Pick<Contract, 'flows'>; readonly proposed: () => readonly Flow[] },
): readonly HeldRole[] {
  const known = new Set<string>(ROLES)
  const owned = ownedBy(email, [...contract.flows.values()])
  return [
    ...given.flatMap(({ flow, role }) =>
      known.has(role) ? [{ flow: flow === '*' ? null : flow, role: role as Role, byContract: false }] : [],
    ),
    ...owned.map(({ flow, side }): HeldRole => ({ flow, role: `${side} owner`, byContract: true })),
    ...ownedBy(email, proposed()).flatMap(({ flow }): HeldRole[] =>
      owned.some((one) => one.flow === flow) ? [] : [{ flow, role: 'viewer', byContract: true }],
    ),
  ]
}

const ownedBy = (email: string, flows: readonly Flow[]) =>
  flows.flatMap(({ name, owners }) =>
    (['business', 'technical'] as const).flatMap((side) =>
      sameEmail(owners[side].email, email) ? [{ flow: name, side }] : [],
    ),
  )

/** What the roles allow. */
export function rightsOf(roles: readonly HeldRole[]): Rights {
  const flowsWith = (right: FlowRight): 'all' | readonly string[] => {
    const fitting = roles.filter((held) => (right === 'sign' ? held.byContract : RIGHTS_OF[held.role].includes(right)))
    const flows = fitting.map(({ flow }) => flow)
    return flows.includes(null) ? 'all' : [...new Set(flows.filter((flow) => flow !== null))]
  }
  const administers = roles.some(({ flow, role }) => flow === null && role === 'admin')
  return {
    flowsWith,
    may: (right, flow) =>
      right === 'own account' ||
      (right === 'administer accounts' ? administers : allowed(right, flow, flowsWith, administers)),
  }
}

/** What a token allows: its scopes, in its flows, as far as its owner may. Nobody signs by a token. */
export function rightsOfToken(owner: Rights, scopes: readonly string[], flows: readonly string[] | null): Rights {
  const flowsWith = (right: FlowRight): 'all' | readonly string[] => {
    if (right === 'sign' || !scopes.includes(right)) return []
    const owned = owner.flowsWith(right)
    if (flows === null) return owned
    return owned === 'all' ? flows : flows.filter((flow) => owned.includes(flow))
  }
  const administers = scopes.includes('administer') && owner.may('administer', null)
  return { flowsWith, may: (right, flow) => allowed(right, flow, flowsWith, administers) }
}

function allowed(right: Right, flow: string | null, flowsWith: Rights['flowsWith'], administers: boolean): boolean {
  if (right === 'public' || right === 'signed-in') return true
  if (right === 'own account' || right === 'administer accounts') return false
  if (right === 'administer') return administers
  const flows = flowsWith(right)
  return flows === 'all' || (flow === null ? flows.length > 0 : flows.includes(flow))
}

/** E-mail addresses are compared without regard to case. */
export const sameEmail = (one: string, other: string): boolean => plainEmail(one) === plainEmail(other)

/** An e-mail address as accounts are known by it. */
export const plainEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase()
