import { t } from '../words/words.ts'

interface Entry {
  readonly kind: string
  readonly what: string
  readonly system: string | null
}

/** What an entry of the log did, and where. */
export function entryWords({ kind, what, system }: Entry): string {
  const words: Readonly<Record<string, string>> = kind === 'case' ? t.caseKinds : t.did
  if (kind === 'revision' && what.startsWith('first seen in ')) return t.firstSeenIn(system ?? '')
  const said = words[what] ?? what
  return kind === 'operation' && system !== null ? `${said} ${system}` : said
}
