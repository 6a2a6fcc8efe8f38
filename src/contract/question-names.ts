import type { Flow, Person } from './contract.ts'

/** What is known of a flow when it is asked about. */
export interface QuestionFacts {
  readonly flow: string
  readonly systems: readonly string[]
  readonly master: string | undefined
  readonly direction: Flow['direction'] | undefined
  readonly people: readonly Person[]
}

/** What a question can name. */
export interface QuestionNames {
  readonly one: string
  readonly aOne: string
  readonly many: string
  /** The master by name, or in words. */
  readonly m: string
  /** All systems but the master. */
  readonly o: string
  readonly anO: string
  readonly oneWay: boolean
  /** The single ways that records could go. */
  readonly ways: readonly (readonly [from: string, to: string])[]
  readonly people: Answers
  readonly facts: QuestionFacts
}

export type Answers = readonly (readonly [answer: string, means: string])[]

/** A question in words, with the answers to it. */
export interface Asked {
  readonly question: string
  readonly answers: Answers
}

export const others = (systems: readonly string[], system: string | undefined) => systems.filter((s) => s !== system)
