import type { Person } from '../../contract/contract.ts'
import type { ProposedFlow } from '../../contract/proposal/proposal.ts'
import { type ContractDraft, decisionsOf, matchAnswers, questionFacts } from '../../contract/proposal/write-contract.ts'
import { type FlowSetting, flowQuestion } from '../../contract/questions.ts'
import type { Prompter } from './prompter.ts'

/** What a person said while the contract was begun. */
export type Answers = Record<string, Partial<Record<FlowSetting, string>>>

const LATER = '\u0000later'
const OTHER = '\u0000other'

/** Settings whose options are only examples of what can be written. */
const FREE: ReadonlySet<FlowSetting> = new Set([
  'schedule',
  'late_after',
  'match',
  'edge_cases.older_than',
  'edge_cases.missing_reference',
  'on_failure.retry',
  'limits.changes',
  'limits.deletions',
  'history',
])

/** Asks for the two owners, who are most often the same for all flows. */
export async function askPeople(
  prompter: Prompter,
): Promise<{ people: readonly Person[]; business: string; technical: string }> {
  const business = await askPerson(prompter, 'Who decides the business rules? Full name', [])
  const same = await prompter.confirm(`Does ${business.name} look after the technology too?`)
  const technical = same
    ? business
    : await askPerson(prompter, 'Who looks after the technology? Full name', [business.key])
  return { people: same ? [business] : [business, technical], business: business.key, technical: technical.key }
}

async function askPerson(prompter: Prompter, question: string, taken: readonly string[]): Promise<Person> {
  const name = await prompter.text(question, { placeholder: 'Ana Ruiz' })
  const email = await prompter.text(`E-mail address of ${name}`, { placeholder: 'ana@company.example' })
  const word =
    /[a-z][a-z0-9]*/.exec(
      name
        .normalize('NFD')
        .replace(/\p{Mark}/gu, '')
        .toLowerCase(),
    )?.[0] ?? 'person'
  let key = word
  for (let n = 2; taken.includes(key); n++) key = `${word}${n}`
  return { key, name, email }
}

/** Goes through the open decisions of a flow, each with its options; every one can be left for later. */
export async function askFlow(
  prompter: Prompter,
  draft: ContractDraft,
  flow: ProposedFlow,
  answers: Answers,
): Promise<void> {
  const given = (answers[flow.name] ??= {})
  for (const setting of decisionsOf(flow)) {
    if (given[setting] !== undefined) continue
    if (setting === 'on_conflict' && given.master !== 'shared') continue
    const { question, options } = flowQuestion(setting, questionFacts({ ...draft, answers }, flow.name))
    const offered = setting === 'match' ? matchAnswers(flow) : options
    if (offered.length === 0) continue
    const answer = await prompter.choose(`${flow.name}: ${question}`, [
      ...offered.map(({ answer, means }) => ({ value: answer, label: answer, hint: means })),
      ...(FREE.has(setting) ? [{ value: OTHER, label: 'Something else', hint: 'Write it in the same form.' }] : []),
      { value: LATER, label: 'Decide later', hint: 'It stays an open question.' },
    ])
    if (answer === LATER) continue
    given[setting] = answer === OTHER ? await prompter.text(question, { placeholder: offered[0]!.answer }) : answer
  }
}
