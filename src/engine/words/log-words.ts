import type { Language } from '../../model/language.ts'

interface LogWords {
  /** What a system held that was not taken over; `value` null: nothing. */
  readonly held: (system: string, value: string | null) => string
  readonly heldOtherLines: (system: string) => string
  readonly notTakenOver: (held: readonly string[]) => string
  readonly decided: (by: string, choice: string) => string
  /** A run that stopped before it had done all: a person asked it to, or a case says why. */
  readonly asked: string
  readonly stopped: string
}

const en = {
  held: (system, value) => `${system} held ${value === null ? 'nothing' : `“${value}”`}`,
  heldOtherLines: (system) => `${system} held other lines`,
  notTakenOver: (held) => `(Not taken over: ${held.join(', ')}.)`,
  decided: (by, choice) => `${by} decided: ${choice}.`,
  asked: 'The run was asked to stop; the next run goes on where it ended.',
  stopped: 'The run stopped before it had done all; see its case.',
} satisfies LogWords

const es = {
  held: (system, value) => `${system} ${value === null ? 'no tenía nada' : `tenía «${value}»`}`,
  heldOtherLines: (system) => `${system} tenía otras líneas`,
  notTakenOver: (held) => `(No se tomó: ${held.join(', ')}.)`,
  decided: (by, choice) => `${by} decidió: ${choice}.`,
  asked: 'Se pidió parar la ejecución; la siguiente continúa donde esta terminó.',
  stopped: 'La ejecución se detuvo sin terminar; su caso dice por qué.',
} satisfies LogWords

/** What the log and the list of runs say, in every language. */
export const LOG_WORDS: Readonly<Record<Language, LogWords>> = { en, es }
