import type { Language } from '../model/language.ts'
import type { OpeningFinding } from '../model/opening.ts'
import type { Contract } from './contract.ts'

export interface Place {
  /** As the user named it, relative to the working directory where possible. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

/** Something wrong with the contract: place, cause and cure. */
export interface Problem extends Place {
  /** Stable kebab-case name of the kind of problem, e.g. `unknown-key`, `duplicate-key`, `unknown-flow`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly cure: string
  /** Of what was found in a system: `asked` wants an answer in the contract. */
  readonly found?: Pick<OpeningFinding, 'level' | 'flow' | 'system'>
}

/** A decision that nobody has made yet, in business words. */
export interface OpenQuestion extends Place {
  readonly flow: string
  /** Path below the flow, e.g. `edge_cases.deleted_in_master` or `fields.email.on_conflict`. */
  readonly setting: string
  readonly question: string
  readonly options: readonly { readonly answer: string; readonly means: string }[]
  readonly role: 'business' | 'technical'
  /** Name of the person who must answer; null while the flow has no such owner. */
  readonly owner: string | null
}

/** What a part of a flow's rulebook is about. */
export type RuleSection = 'owners' | 'master' | 'timing' | 'matching' | 'fields' | 'edge cases' | 'safety' | 'telling'

export interface FlowSentences {
  readonly flow: string
  readonly decided: boolean
  /** The decisions as plain sentences, for people who never see the file. */
  readonly sentences: readonly string[]
  /** The same, by what they are about; parts without a sentence are left out. */
  readonly sections: readonly { readonly section: RuleSection; readonly sentences: readonly string[] }[]
  /** Who owns which field. */
  readonly ownership: readonly { readonly field: string; readonly owner: string; readonly flows: string }[]
}

/** What a report says for people who never see the file. */
export interface Told {
  readonly questions: readonly OpenQuestion[]
  readonly rulebook: readonly FlowSentences[]
}

export interface CheckReport extends Told {
  readonly problems: readonly Problem[]
  /** Null when a problem is an error. Holds only the flows without open questions. */
  readonly contract: Contract | null
  /** The questions and the rulebook in other languages than English; absent where there are none. */
  readonly translated?: Readonly<Record<Exclude<Language, 'en'>, Told>>
}

/** The report with its questions and its rulebook in a language. */
export function inLanguage(report: CheckReport, language: Language): CheckReport {
  return language === 'en' ? report : { ...report, ...report.translated?.[language] }
}
