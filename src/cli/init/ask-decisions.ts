import { readContract } from '../../contract/reading/read-contract.ts'
import type { FlowSetting } from '../../contract/wording/questions.ts'
import { flowQuestion } from '../../contract/wording/questions.ts'
import {
  asAnswered,
  commonDecisions,
  commonFacts,
  type ContractDraft,
  matchAnswers,
  questionFacts,
} from '../../contract/proposal/contract-draft.ts'
import {
  leadsAnswers,
  leadsDecisions,
  startFrom,
  type StartingPoint,
  startingPointsFor,
} from '../../contract/proposal/starting-points.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import type { Terminal } from '../terminal.ts'
import { printSentences } from './print-sentences.ts'
import type { Prompter } from './prompter.ts'

const LATER = '\u0000later'
const OTHER = '\u0000other'
const EACH = '\u0000each'

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

/** Keeps what was decided so far, so that it is written even when the rest is given up. */
export type Keep = (draft: ContractDraft) => void

/** Asks for the decisions, once for all flows: from a starting point that was read and confirmed, or one by one. */
export async function askDecisions(
  terminal: Terminal,
  prompter: Prompter,
  draft: ContractDraft,
  keep: Keep,
): Promise<void> {
  const [a, b] = draft.proposal.systems.map(({ name }) => name) as [string, string]
  const leads = await prompter.choose(
    'Which system leads, unless a flow or field has its own answer?',
    leadsAnswers([a, b]).map(({ answer, means }) => ({ value: answer, label: answer, hint: means })),
  )
  for (;;) {
    const how = await prompter.choose(
      'How do you want to answer the questions? You can change every answer later in the file.',
      [
        ...startingPointsFor(leads).map(({ start, title, means }) => ({ value: start, label: title, hint: means })),
        { value: EACH, label: 'Answer one by one', hint: 'Each question once, for all flows.' },
        { value: LATER, label: 'Decide later', hint: 'The file will contain the open questions.' },
      ],
    )
    const led = { ...draft, defaults: { ...draft.defaults, ...leadsDecisions(leads) } }
    if (how === LATER) return keep(led)
    if (how === EACH) return askEach(prompter, led, keep)
    const started = startFrom(draft, how as StartingPoint, leads)
    printSentences(terminal, started)
    if (await prompter.confirm('Begin with these rules? They run only after both owners have signed them.'))
      return keep(started)
  }
}

/** Goes through the decisions, each with its options; every one can be left for later. */
async function askEach(prompter: Prompter, given: ContractDraft, keep: Keep): Promise<void> {
  let draft = given
  keep(draft)
  // What is asked depends on what was answered.
  const open = (): FlowSetting | undefined =>
    commonDecisions(draft).find((setting) => draft.defaults[setting] === undefined && !asked.has(setting))
  const asked = new Set<FlowSetting>()
  for (let setting = open(); setting !== undefined; setting = open()) {
    asked.add(setting)
    const facts = commonFacts(draft)
    const { question, options } = flowQuestion(setting, facts)
    const all = draft.proposal.flows.length > 1 ? 'All flows: ' : ''
    const answer = await askOne(prompter, setting, `${all}${question}`, options, (text) =>
      faultOf({ ...draft, defaults: { ...draft.defaults, [setting]: text } }),
    )
    if (answer !== null) draft = { ...draft, defaults: { ...draft.defaults, [setting]: answer } }
    keep(draft)
  }
  for (const proposed of draft.proposal.flows) {
    const flow = asAnswered(draft, proposed)
    if (flow.match.length > 0) continue
    const { question } = flowQuestion('match', questionFacts(draft, flow.name))
    const answered = (match: string): ContractDraft => ({
      ...draft,
      answers: { ...draft.answers, [flow.name]: { match } },
    })
    const answer = await askOne(prompter, 'match', question, matchAnswers(flow), (text) => faultOf(answered(text)))
    if (answer !== null) draft = answered(answer)
    keep(draft)
  }
}

async function askOne(
  prompter: Prompter,
  setting: FlowSetting,
  question: string,
  options: readonly { readonly answer: string; readonly means: string }[],
  check: (text: string) => string | undefined,
): Promise<string | null> {
  const answer = await prompter.choose(question, [
    ...options.map(({ answer, means }) => ({ value: answer, label: answer, hint: means })),
    ...(FREE.has(setting) ? [{ value: OTHER, label: 'Something else', hint: 'Write it in the same form.' }] : []),
    { value: LATER, label: 'Decide later', hint: 'It stays an open question.' },
  ])
  if (answer === LATER) return null
  return answer === OTHER ? prompter.text(question, { placeholder: options[0]!.answer, check }) : answer
}

/** What is wrong with a contract that has these answers; nothing while it is only not decided. */
function faultOf(draft: ContractDraft): string | undefined {
  const { problems } = readContract([{ name: 'concordat.yaml', text: writeContract(draft) }])
  const fault = problems.find(({ severity }) => severity === 'error')
  return fault && `${fault.message} ${fault.cure}`
}
