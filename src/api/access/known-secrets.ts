/*
 * Which secrets (of tokens and of sessions) are good, as far as it is known without asking the store for each: so many wrong
 * ones cost next to nothing, and the right ones that come from the same address are told from them.
 */

/** So often the store is asked for all of them at most. */
const RELOAD_MS = 1_000

export interface KnownSecrets {
  /** Whether a secret with this hash was good when it was last looked at. */
  has(hash: Buffer): boolean
  /** The same, after looking again where that was not a moment ago. */
  find(hash: Buffer): Promise<boolean>
  /** Takes down that one is good. */
  add(hash: Buffer): void
}

/** `load`: the hashes of all that are good, in base64. */
export function knownSecrets(load: () => Promise<readonly string[]>): KnownSecrets {
  let known = new Set<string>()
  let loadedAt = 0
  let loading: Promise<void> | null = null
  const reload = async (): Promise<void> => {
    const at = Date.now()
    known = new Set(await load())
    loadedAt = at
  }
  return {
    has: (hash) => known.has(hash.toString('base64')),
    async find(hash) {
      if (this.has(hash)) return true
      if (Date.now() - loadedAt < RELOAD_MS) return false
      loading ??= reload().finally(() => (loading = null))
      await loading
      return this.has(hash)
    },
    add: (hash) => void known.add(hash.toString('base64')),
  }
}
