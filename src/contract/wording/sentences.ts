import type { Language } from '../../model/language.ts'
import type { Flow } from '../contract.ts'
import { printDuration } from '../schedule/duration.ts'
import type { Rule } from '../rule.ts'
import type { ReasonWords } from './reason-words.ts'
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
