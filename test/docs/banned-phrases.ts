/** A phrase that no text uses, and what to write instead. The glossary is docs/words.md. */
interface Banned {
  readonly phrase: RegExp
  readonly instead: string
}

/** Phrases that a reader has to decode, or that name a thing by a second word. */
export const BANNED: readonly Banned[] = [
  { phrase: /\bof before\b(?![.)])/i, instead: 'previous' },
  { phrase: /\banew\b(?!:)/i, instead: 'again' },
  { phrase: /\bshall be\b/i, instead: 'must be, or should' },
  { phrase: /\bstood still\b|\bstands still\b/i, instead: 'stalled, stalls' },
  { phrase: /\bgoes on until\b/i, instead: 'continues until' },
  { phrase: /\b(?:is|are|was|were) mended\b/i, instead: 'fixed (a problem), corrected (a value)' },
  { phrase: /\bheld back\b/i, instead: 'held' },
  { phrase: /\bset aside\b/i, instead: 'quarantined' },
  { phrase: /\bchosen by a link\b/i, instead: 'reset with a link' },
  { phrase: /\bwell again\b/i, instead: 'over' },
  { phrase: /\bwhat was refused\b/i, instead: 'refused writes' },
  { phrase: /\blooks after (?:it|this|the technology)\b/i, instead: 'is responsible for, acknowledges' },
  { phrase: /\bare looked for\b/i, instead: 'Concordat checks … for changes' },
  { phrase: /\bthe last word\b/i, instead: 'leads, owns' },
  { phrase: /\btaken over into\b/i, instead: 'written to' },
  { phrase: /\bpasses? of before\b/i, instead: 'earlier run' },
  { phrase: /\bby itself afterwards\b/i, instead: 'automatically' },
  { phrase: /\bputs? at odds\b|\bat odds\b/i, instead: 'conflict' },
]
