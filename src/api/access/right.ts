/**
 * What a route demands. `public`: nothing; `signed-in`: anybody who is known; `own account`: a person, whose account it is
 * about, and no token; the others by role, in one flow or in any; `administer`: everything that is of no flow; `administer accounts`: the same for a person, and no
 * token: whoever makes a link to an account can become that account.
 */
export type Right = 'public' | 'signed-in' | 'own account' | FlowRight | 'administer' | 'administer accounts'

/** Rights that are given flow by flow. */
export type FlowRight = 'view' | 'decide' | 'operate' | 'sign'

/** What somebody may do. */
export interface Rights {
  /** Whether the right is held in this flow; `null`: in any flow. */
  may(right: Right, flow: string | null): boolean
  /** The flows in which the right is held. */
  flowsWith(right: FlowRight): 'all' | readonly string[]
}
