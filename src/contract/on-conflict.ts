/** Who wins when a shared field was changed in several systems: `newest`, `ask`, a system, or systems in order of preference. */
export type OnConflict = string | readonly string[]

/** The systems whose value wins a conflict, the preferred one first; none where the newest wins or a person decides. */
export function preferredSystems(answer: OnConflict | null): readonly string[] {
  if (answer === null || answer === 'newest' || answer === 'ask') return []
  return typeof answer === 'string' ? [answer] : answer
}
