/*
 * The demo's systems as something to play with: what the API shows of them, and the demo gives.
 */

/** `down`: cannot be reached; `slow`: answers late; `busy`: answers “too many requests”. */
export type Mood = 'up' | 'down' | 'slow' | 'busy'

export interface PlayColumn {
  readonly column: string
  readonly editable: boolean
  /** The system refuses a row without it. */
  readonly required: boolean
  /** What somebody who types in a row means without saying so. */
  readonly usual: string | null
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'time'
}

export interface PlayTable {
  readonly table: string
  /** The flow whose records it holds. */
  readonly flow: string
  readonly columns: PlayColumn[]
}

export interface PlaySystem {
  readonly system: string
  readonly switch: Mood
  readonly tables: PlayTable[]
}

export type PlayValues = Readonly<Record<string, string | null>>

export interface PlayRow {
  readonly id: string
  readonly values: Record<string, string | null>
}

/** The systems as their own users have them, past Concordat. Throws `demo.unknown` and `demo.bad-value`. */
export interface Playground {
  systems(): Promise<PlaySystem[]>
  /** The flow whose records a table holds; null: there is no such table. */
  flowOf(system: string, table: string): string | null
  /** Rows that contain a text, newest change first; and how many there are. */
  rows(
    system: string,
    table: string,
    search: { q: string; limit: number },
  ): Promise<{ items: PlayRow[]; total: number }>
  edit(system: string, table: string, id: string, values: PlayValues): Promise<PlayRow>
  insert(system: string, table: string, values: PlayValues): Promise<PlayRow>
  /** Whether there was such a row. */
  remove(system: string, table: string, id: string): Promise<boolean>
  /** Changes how a system answers Concordat. */
  switchTo(system: string, mood: Mood): void
}
