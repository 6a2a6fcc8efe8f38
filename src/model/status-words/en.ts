/** Why a flow stands as it does. */
export const en = {
  concordat: 'Concordat',
  paused: (by: string, reason: string | null): string => `${by} paused it${reason === null ? '.' : `: ${reason}`}`,
  /** The same where the service knows of the pause; it gives no name to its own. */
  pausedBy: (by: string | null, reason: string): string =>
    by === null ? reason : `Paused by ${by}${reason === '' ? '.' : `: ${reason}`}`,
  noRun: 'No run yet.',
  /** What the run itself said when it stopped; null: nothing. */
  limit: (message: string | null): string => message ?? 'A limit stopped the last run.',
  asked: 'The last run was asked to stop; the next run goes on where it ended.',
  cases: (count: number): string =>
    count === 1 ? '1 case waits for a decision.' : `${count} cases wait for a decision.`,
  running: 'A run is under way.',
  succeeded: 'The last run succeeded.',
  carriedOver: 'The last run succeeded; changes since then are carried over as they come.',
}
