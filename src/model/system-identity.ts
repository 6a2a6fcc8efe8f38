/*
 * Which database answers under a system's name. A copy has other traits than its original; a physical clone shares those
 * that a server carries with it, and a failover changes where it is, so any change is a question to a person.
 */

/** What a system says of itself, by name. Compared as it is; nothing of it is secret or personal. */
export interface SystemIdentity {
  /** What it carries with it: the server's own id, the database and its id. */
  readonly is: Readonly<Record<string, string>>
  /** Where it is: the address that its name led to, the branch of a server's history. */
  readonly at: Readonly<Record<string, string>>
  /** What could not be asked, in sentences. */
  readonly notes: readonly string[]
}

/** An identity that a person, or the first run, took for the system's own. */
export interface AcceptedIdentity {
  readonly identity: SystemIdentity
  /** Where it is does not count: replicas of one server, addresses that change. */
  readonly anywhere: boolean
}

/** Whether what answers is one of those that were accepted. What is told beyond an accepted identity does not count. */
export const isAccepted = (accepted: readonly AcceptedIdentity[], found: SystemIdentity): boolean =>
  accepted.some(({ identity, anywhere }) => holds(identity.is, found.is) && (anywhere || holds(identity.at, found.at)))

const holds = (wanted: Readonly<Record<string, string>>, found: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => found[name] === value)

/** An identity in words: `database shop (16384) on server 7312, at db.example:5432`. */
export function identityWords({ is, at }: SystemIdentity): string {
  return [...Object.entries(is), ...Object.entries(at)].map(([name, value]) => `${name} ${value}`).join(', ')
}

/** The traits in which an identity differs from another, with both values. */
export function identityDifferences(
  before: SystemIdentity,
  now: SystemIdentity,
): readonly { readonly trait: string; readonly before: string; readonly now: string | null }[] {
  return Object.entries({ ...before.is, ...before.at }).flatMap(([trait, value]) => {
    const today = now.is[trait] ?? now.at[trait] ?? null
    return today === value ? [] : [{ trait, before: value, now: today }]
  })
}
