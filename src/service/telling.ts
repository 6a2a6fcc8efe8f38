/** What the service tells of itself, for a log that machines read: names and figures, never a value of a record. */
export interface Telling {
  info(facts: Facts, what: string): void
  warn(facts: Facts, what: string): void
  error(facts: Facts, what: string): void
}

export type Facts = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>
