import type { Language } from '../../model/language.ts'
import type { EdgeCases, Flow } from '../contract.ts'
import { printDuration } from '../schedule/duration.ts'
import type { Rule } from '../rule.ts'
import { reasonsEn } from './reasons-en.ts'
import { reasonsEs } from './reasons-es.ts'

/** What a rule was applied to; a sentence says what it can with what is given. */
export interface RuleContext {
  readonly field?: string
  /** Where it happened: whose change, edit, record or deletion this is. */
  readonly system?: string
  /** All systems concerned. */
  readonly systems?: readonly string[]
}

/** What the sentence of a rule can name. */
export interface ReasonNames {
  /** The field, or words for it when none is given. */
  readonly f: string
  /** Master of the field, else of the flow. */
  readonly m: string
  /** That is no single system. */
  readonly shared: boolean
  /** Master of the flow, whatever the field. */
  readonly flowMaster: string
  /** Where it happened. */
  readonly s: string
  /** Where it happened is given. */
  readonly known: boolean
  /** The other systems concerned. */
  readonly o: string
  /** A record of the flow. */
  readonly one: string
  /** What the flow says of old records; null where it says nothing. */
  readonly age: { readonly duration: string; readonly then: NonNullable<EdgeCases['olderThan']>['then'] } | null
  /** How long a missing reference is waited for. */
  readonly waits: string
}

/** The words of one language. */
export interface ReasonWords {
  readonly field: (name: string | undefined) => string
  readonly one: (flow: string) => string
  readonly master: (name: string) => string
  readonly system: (name: string | undefined) => string
  readonly others: (names: readonly string[]) => string
  /** Why each rule acted. */
  readonly sentences: Readonly<Record<Rule, (names: ReasonNames) => string>>
}

const WORDS: Readonly<Record<Language, ReasonWords>> = { en: reasonsEn, es: reasonsEs }

/** Why a rule of the contract decided as it did, as one sentence for the log. */
export function explainRule(flow: Flow, rule: Rule, context: RuleContext = {}, language: Language = 'en'): string {
  const words = WORDS[language]
  const { system } = context
  const master = flow.fields.find((f) => f.name === context.field)?.master ?? flow.master
  const { olderThan, missingReference } = flow.edgeCases
  return words.sentences[rule]({
    f: words.field(context.field),
    m: words.master(master),
    shared: master === 'shared',
    flowMaster: words.master(flow.master),
    s: words.system(system),
    known: system !== undefined,
    o: words.others((context.systems ?? flow.systems).filter((name) => name !== system)),
    one: words.one(flow.name),
    age: olderThan && { duration: printDuration(olderThan.ms, language), then: olderThan.then },
    waits: printDuration(missingReference.waitMs, language),
  })
}
