/**
 * What a route demands. `public`: nothing; `signed-in`: anybody who is known; `own account`: a person, whose account it is
 * about, and no token; the others by role, in one flow or in any; `administer`: accounts and everything that is of no flow.
 */
export type Right = 'public' | 'signed-in' | 'own account' | FlowRight | 'administer'

/** Rights that are given flow by flow. */
export type FlowRight = 'view' | 'decide' | 'operate' | 'sign'
