import type { Language } from '../../model/language.ts'

interface LogWords {
  /** What a system held that was not taken over; `value` null: nothing. */
  readonly held: (system: string, value: string | null) => string
  readonly heldOtherLines: (system: string) => string
  readonly notTakenOver: (held: readonly string[]) => string
  /** What a system holds that refers to a record which is not known. */
  readonly notLinked: (flow: string, remoteId: string) => string
  readonly decided: (by: string, answer: string) => string
  /** The answer that gives a value; null: no value. */
  readonly gaveValue: (value: string | null) => string
}

const en = {
  held: (system, value) => `${system} held ${value === null ? 'nothing' : `“${value}”`}`,
  heldOtherLines: (system) => `${system} held other lines`,
  notTakenOver: (held) => `(Not taken over: ${held.join(', ')}.)`,
  notLinked: (flow, remoteId) => `(${flow} ${remoteId}, not linked)`,
  decided: (by, answer) => `${by} decided: ${answer}.`,
  gaveValue: (value) => (value === null ? 'no value' : `“${value}”`),
} satisfies LogWords

const es = {
  held: (system, value) => `${system} ${value === null ? 'no tenía nada' : `tenía «${value}»`}`,
  heldOtherLines: (system) => `${system} tenía otras líneas`,
  notTakenOver: (held) => `(No se tomó: ${held.join(', ')}.)`,
  notLinked: (flow, remoteId) => `(${flow} ${remoteId}, sin vincular)`,
  decided: (by, answer) => `${by} decidió: ${answer}.`,
  gaveValue: (value) => (value === null ? 'quitar el valor en todas partes' : `usar «${value}» en todas partes`),
} satisfies LogWords

/** What the log says around the rules' own sentences, in every language. */
export const LOG_WORDS: Readonly<Record<Language, LogWords>> = { en, es }
