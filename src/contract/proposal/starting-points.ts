import type { FlowSetting } from '../wording/questions.ts'
import type { Language } from '../../model/language.ts'
import { systemTitle } from '../phrases.ts'
import { startingPointsEn } from '../wording/starting-points-en.ts'
import { startingPointsEs } from '../wording/starting-points-es.ts'
import type { ProposedFlow } from './proposal.ts'
import { unfilledColumns } from './new-rows.ts'
import { asAnswered, type ContractDraft, matchAnswers, type SettingAnswers } from './contract-draft.ts'

/*
 * Starting points: full sets of answers, to be read as sentences and signed like any others. Nothing else knows of them;
 * a contract that was begun from one is like one that was answered question by question.
 */

export type StartingPoint = 'people-decide' | 'automatic' | 'equals'

/** Who has the last word: a system with both ways open, a system that is only read (`erp to crm`), or `neither`. */
export type Leads = string

const WORDS = { en: startingPointsEn, es: startingPointsEs }

/** What can be said to who has the last word between two systems, each with what it means. */
export function leadsAnswers(
  [a, b]: readonly [string, string],
  language: Language = 'en',
): readonly { answer: Leads; means: string }[] {
  const words = WORDS[language]
  const leads = (one: string, other: string) => ({
    answer: one,
    means: words.leads(systemTitle(one), systemTitle(other)),
  })
  const only = (one: string, other: string) => ({
    answer: `${one} to ${other}`,
    means: words.only(systemTitle(one), systemTitle(other)),
  })
  return [leads(a, b), leads(b, a), only(a, b), only(b, a), { answer: 'neither', means: words.neither }]
}

/** The decisions that are made by saying who has the last word. */
export function leadsDecisions(leads: Leads): SettingAnswers {
  if (leads === 'neither') return { master: 'shared', direction: 'both' }
  const [master = leads, receiver] = leads.split(' to ')
  return { master, direction: receiver === undefined ? 'both' : leads }
}

/** The starting points that go with who has the last word, each with its title and what it means; careful first. */
export function startingPointsFor(
  leads: Leads,
  language: Language = 'en',
): readonly { readonly start: StartingPoint; readonly title: string; readonly means: string }[] {
  const words = WORDS[language].starts
  const leader = systemTitle(leads.split(' to ')[0]!)
  const starts: readonly StartingPoint[] = leads === 'neither' ? ['equals'] : ['people-decide', 'automatic']
  return starts.map((start) => ({ start, title: words[start].title(leader), means: words[start].means(leader) }))
}

/** The same in all starting points: none of it changes what a value is. */
const SAFE: SettingAnswers = {
  schedule: 'every 15 minutes',
  late_after: '1 hour',
  'edge_cases.older_than': 'no limit',
  'edge_cases.duplicates': 'ask',
  'edge_cases.missing_reference': 'wait 1 day, then ask',
  'edge_cases.invalid_value': 'hold record',
  'edge_cases.empty_in_master': 'keep',
  'on_failure.retry': 'for 6 hours',
  'on_failure.then': 'quarantine',
  'on_failure.alert': '{ technical: at once, business: after 1 hour }',
  'limits.changes': '5% or 200 records',
  'limits.deletions': '10 records',
  history: '400 days',
}

const PEOPLE_DECIDE: SettingAnswers = {
  'edge_cases.created_outside_master': 'hold for approval',
  'edge_cases.edited_outside_master': 'ask',
  'edge_cases.existing_records': 'ask',
  'edge_cases.existing_unmatched': 'ask',
  'edge_cases.deleted_in_master': 'ask',
  'edge_cases.deleted_elsewhere': 'ask',
}

const AUTOMATIC: SettingAnswers = {
  'edge_cases.created_outside_master': 'adopt',
  'edge_cases.edited_outside_master': 'revert',
  'edge_cases.existing_records': 'master wins',
  'edge_cases.existing_unmatched': 'create',
  'edge_cases.deleted_in_master': 'unlink',
  'edge_cases.deleted_elsewhere': 'restore',
}

/** The draft with all its decisions made as a starting point makes them; owners and the currency are people's to name. */
export function startFrom(draft: ContractDraft, start: StartingPoint, leads: Leads): ContractDraft {
  const led = leadsDecisions(leads)
  const edges = start === 'automatic' ? AUTOMATIC : PEOPLE_DECIDE
  // One way only, nothing can be created where things come from.
  const oneWay: SettingAnswers =
    led.direction === 'both' ? {} : { 'edge_cases.created_outside_master': 'hold for approval' }
  const dated = draft.proposal.flows.filter((flow) => flow.tables.every((table) => table.changedAt !== null))
  const allDated = dated.length === draft.proposal.flows.length
  const conflict: SettingAnswers = led.master === 'shared' ? { on_conflict: allDated ? 'newest' : 'ask' } : {}
  const defaults: SettingAnswers = { ...ownersOf(draft.defaults), ...led, ...conflict, ...SAFE, ...edges, ...oneWay }
  const decided = { ...draft, defaults, answers: {} }
  const answers = draft.proposal.flows.map((proposed) => {
    const away = onlyAway(draft, proposed, defaults)
    const known = { ...decided, answers: { [proposed.name]: away } }
    const flow = asAnswered(known, proposed)
    const match: SettingAnswers = flow.match.length > 0 ? {} : { match: carefulMatch(known, proposed) }
    const newest: SettingAnswers =
      led.master === 'shared' && away.master === undefined && !allDated && dated.includes(proposed)
        ? { on_conflict: 'newest' }
        : {}
    return [flow.name, { ...away, ...newest, ...match }] as const
  })
  return { ...decided, answers: Object.fromEntries(answers) }
}

/** A side that leads, or is an equal, and can take no new rows from this flow: what it holds goes only from there. */
function onlyAway({ proposal }: ContractDraft, flow: ProposedFlow, defaults: SettingAnswers): SettingAnswers {
  if (defaults.direction !== 'both') return {}
  const closed = ([0, 1] as const).filter((side) => unfilledColumns(proposal, flow, side).length > 0)
  const led = closed.find((one) => proposal.systems[one].name === defaults.master)
  const side = defaults.master === 'shared' && closed.length === 1 ? closed[0] : led
  if (side === undefined) return {}
  const [from, to] = [proposal.systems[side].name, proposal.systems[1 - side]!.name]
  return {
    ...(defaults.master === 'shared' && { master: from }),
    direction: `${from} to ${to}`,
    ...(defaults['edge_cases.created_outside_master'] === 'adopt' && {
      'edge_cases.created_outside_master': 'hold for approval',
    }),
  }
}

function ownersOf(answers: SettingAnswers): SettingAnswers {
  const owners = (['owners.business', 'owners.technical'] satisfies FlowSetting[]).flatMap((setting) => {
    const answer = answers[setting]
    return answer === undefined ? [] : [[setting, answer] as const]
  })
  return Object.fromEntries(owners)
}

/** Where nothing is known to name one record, people confirm what looks alike. */
function carefulMatch(draft: ContractDraft, flow: ContractDraft['proposal']['flows'][number]): string {
  const answers = matchAnswers(asAnswered(draft, flow)).map(({ answer }) => answer)
  return answers.find((answer) => answer.includes('similar')) ?? answers[0]!
}
