import type { Language } from '../../model/language.ts'
import { carefulFirst } from './careful-order.ts'
import type { OpenQuestion } from '../finding.ts'
import { others, type Answers, type QuestionFacts, type QuestionNames } from '../question-names.ts'
import { TYPE_NAMES } from '../schema/schema.ts'
import { systemTitle } from '../phrases.ts'
import { questionsEn } from './questions-en.ts'
import { questionsEs } from './questions-es.ts'

/*
 * The questions that a contract leaves open, in words for people who never see the file, with what each answer means
 * for this very flow and these systems. An answer that the rest of the flow rules out is not offered.
 */

export type Question = Pick<OpenQuestion, 'question' | 'options' | 'role'>

export type FlowSetting = keyof typeof questionsEn.flow

/** Settings of a flow that can be open, in the order in which they are best answered, and whose decision each is. */
export const FLOW_QUESTIONS: Readonly<Record<FlowSetting, Question['role']>> = {
  'owners.business': 'business',
  'owners.technical': 'technical',
  records: 'technical',
  fields: 'business',
  master: 'business',
  on_conflict: 'business',
  direction: 'business',
  match: 'business',
  schedule: 'technical',
  late_after: 'business',
  'edge_cases.created_outside_master': 'business',
  'edge_cases.edited_outside_master': 'business',
  'edge_cases.existing_records': 'business',
  'edge_cases.existing_unmatched': 'business',
  'edge_cases.older_than': 'business',
  'edge_cases.duplicates': 'business',
  'edge_cases.deleted_in_master': 'business',
  'edge_cases.deleted_elsewhere': 'business',
  'edge_cases.left_filter': 'business',
  'edge_cases.missing_reference': 'business',
  'edge_cases.invalid_value': 'business',
  'edge_cases.empty_in_master': 'business',
  'on_failure.retry': 'technical',
  'on_failure.then': 'technical',
  'on_failure.alert': 'technical',
  'limits.changes': 'technical',
  'limits.deletions': 'technical',
  history: 'technical',
}

/** Answers that a flow rules out which goes only one way: nothing is written to where it comes from. */
const BOTH_WAYS: Readonly<Partial<Record<FlowSetting, string>>> = {
  'edge_cases.created_outside_master': 'adopt',
  'edge_cases.edited_outside_master': 'accept',
  'edge_cases.deleted_elsewhere': 'accept',
}

const WORDS = { en: questionsEn, es: questionsEs }

/** Records that a setting of a flow is open. */
export type Ask = (setting: FlowSetting) => void

/** The question about a setting of a flow. */
export function flowQuestion(setting: FlowSetting, facts: QuestionFacts, language: Language = 'en'): Question {
  const names = namesOf(facts, language)
  const { question, answers } = WORDS[language].flow[setting](names)
  const offered = names.oneWay ? answers.filter(([answer]) => answer !== BOTH_WAYS[setting]) : answers
  return { role: FLOW_QUESTIONS[setting], question, options: options(carefulFirst(setting, offered)) }
}

/** Questions about a single field, and about one system of a flow. */
export function typeQuestion(field: string, facts: QuestionFacts, language: Language = 'en'): Question {
  const words = WORDS[language]
  return {
    role: 'technical',
    question: words.typeQuestion(field, facts.flow),
    options: options(
      TYPE_NAMES.map((type) => [type === 'reference' ? 'reference(another flow)' : type, words.typeMeans[type]]),
    ),
  }
}

export function currencyQuestion(field: string, facts: QuestionFacts, language: Language = 'en'): Question {
  const { question, answers } = WORDS[language].currency(field, facts.flow)
  return { role: 'business', question, options: options(answers) }
}

export function conflictQuestion(
  field: string,
  systems: readonly string[],
  facts: QuestionFacts,
  language: Language = 'en',
): Question {
  const { question, answers } = WORDS[language].conflict(field, facts.flow, systems)
  return { role: 'business', question, options: options(carefulFirst('on_conflict', answers)) }
}

function namesOf(facts: QuestionFacts, language: Language = 'en'): QuestionNames {
  const words = WORDS[language]
  const { flow, systems, master, direction } = facts
  const known = master !== undefined && master !== 'shared'
  const rest = others(systems, master)
  const ways = systems.flatMap((from) => others(systems, from).map((to) => [from, to] as const))
  return {
    one: words.one(flow),
    aOne: words.aOne(flow),
    many: words.many(flow),
    m: known ? systemTitle(master) : words.theMaster,
    o: known ? words.systems(rest) : words.theOther,
    anO: known ? words.systems(rest, 'or') : words.another,
    oneWay: direction !== undefined && direction !== 'both',
    ways: ways.filter(([from]) => systems.length === 2 && (master === undefined || master === from)),
    people: facts.people.map(({ key, name }) => [key, `${name}.`] as const),
    facts,
  }
}

const options = (answers: Answers): OpenQuestion['options'] =>
  answers.map(([answer, means]) => ({ answer, means: means.charAt(0).toUpperCase() + means.slice(1) }))
