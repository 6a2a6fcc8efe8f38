/*
 * A change feed: the system itself says at once which records may have changed. Part of the Connector port.
 *
 *   feed.listen(signal) ──► { hints, token } ── the engine reads and decides ──► feed.acknowledge(token)
 *
 * A feed gives hints, not changes: whoever takes one reads the record as it is. So hints may come doubled, late or in any
 * order. What has not been acknowledged comes again when listening begins anew. What a feed loses is found by polls and
 * scans, which go on beside it.
 */

/** A record that may have changed. */
export interface ChangeHint {
  /** As the flow's `ObjectSpec` names it. A change of a child row is a hint about its parent. */
  readonly object: string
  /** Null: more records than are worth naming one by one; a poll finds them. */
  readonly id: string | null
}

/** Hints that are acknowledged together. */
export interface HintBatch {
  /** No hint twice. */
  readonly hints: readonly ChangeHint[]
  readonly token: string
}

/** What a feed watches of one object. */
export interface Watched {
  readonly object: string
  readonly id: string
  /** Child rows, whose changes are changes of the parent. */
  readonly lines?: readonly { readonly object: string; readonly parent: string }[]
}

/** What of a feed stands in the system. */
export interface FeedState {
  /** `partial`: something is missing or not as this version would make it; installing again completes it. */
  readonly state: 'absent' | 'partial' | 'installed'
  /** What installing would run now, to be read first, or to be run by an administrator; empty when installed. */
  readonly statements: readonly string[]
  /** What removing would run now. */
  readonly removal: readonly string[]
  /** Hints that wait to be taken; null when not installed. */
  readonly waiting: number | null
  /** What a person should know: objects that cannot be watched, feeds of other installations, missing rights. */
  readonly notes: readonly string[]
}

/** The feed of one system for one installation of Concordat. */
export interface ChangeFeed {
  /** Looks; changes nothing. */
  inspect(): Promise<FeedState>
  /** Makes in the system what `inspect` shows; safe to repeat. */
  install(): Promise<void>
  /** Takes away what installing made, of this installation only. */
  remove(): Promise<void>
  /**
   * Batches as they come, until `signal` aborts; one listener at a time. Throws `connector.feed-missing` when the feed is
   * not installed, and what any call throws when the system goes away: then listen anew.
   */
  listen(signal: AbortSignal): AsyncIterable<HintBatch>
  /** The batch has been dealt with, or is kept elsewhere. In any order; what is unknown or repeated does nothing. */
  acknowledge(token: string): Promise<void>
}
