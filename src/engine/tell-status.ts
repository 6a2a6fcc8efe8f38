import type { Contract, Flow } from '../contract/contract.ts'
import { localTime } from '../contract/wording/local-time.ts'
import { tellFailure } from '../contract/wording/tell-failure.ts'
import { explainLateness, lateNow } from '../contract/schedule/timeliness.ts'
import { type Pause, statusOf } from '../model/condition.ts'
import { storedIn, type Language } from '../model/language.ts'
import { totalOf } from '../model/agreement.ts'
import type { Agreement, StatusRow } from '../model/report.ts'
import type { Session } from '../store/database/database.ts'
import { waitsOn } from '../store/state/waits-on.ts'
import { agreements } from '../store/state/agreement.ts'
import { standings, type FlowStanding } from '../store/service/status.ts'
import { strangers, type Stranger } from '../store/systems/system-identities.ts'
import { flowFacts, waitingChanges, type FlowFacts, type WaitingChanges } from '../store/alerts/watch-facts.ts'
import { ASKED_TO_STOP } from './flow-work.ts'
import { tellSignings } from './tell-signings.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'

/** How each decided flow stands, in the six words that all screens use. */
export async function tellStatus(
  session: Session,
  contract: Contract,
  now: number,
  pauses: ReadonlyMap<string, Pause> = new Map(),
  language: Language = 'en',
  counted: Promise<ReadonlyMap<string, Agreement>> = agreements(session, [...contract.flows.values()]),
): Promise<StatusRow[]> {
  const agreement = await counted
  const known = new Map((await standings(session)).map((standing) => [standing.flow, standing]))
  const facts = await flowFacts(session)
  const waiting = await waitingChanges(session)
  const signings = await tellSignings(session, contract, language)
  const blocked = await waitsOn(session, [...contract.flows.values()])
  const foreign = await strangers(session)
  return [...contract.flows.values()].map((flow) => {
    const standing = known.get(flow.name)
    const { status, why } = statusOf(
      {
        paused: pauses.get(flow.name) ?? null,
        ...lastRuns(
          standing,
          facts.find((one) => one.flow === flow.name),
          strangersOf(flow, foreign).length > 0,
          language,
        ),
        late: whyLate(contract, flow, facts, waiting, now, language),
        openCases: standing?.openCases ?? 0,
        stranger: whyStranger(flow, foreign, language),
        unsigned: signings.get(flow.name)?.why ?? null,
        realTime: standing?.realTime === true,
      },
      language,
    )
    return {
      flow: flow.name,
      status,
      why,
      last_run:
        standing === undefined || standing.run === null
          ? null
          : {
              run: standing.run,
              status: standing.status!,
              started: iso(standing.started)!,
              finished: iso(standing.finished),
            },
      last_success: iso(standing?.lastSuccess ?? null),
      records: totalOf(agreement.get(flow.name)!),
      agreement: agreement.get(flow.name)!,
      waits_on: blocked.flatMap(({ flow: name, ...rest }) => (name === flow.name ? [rest] : [])),
      open_cases: standing?.openCases ?? 0,
      waiting_writes: standing?.waitingWrites ?? 0,
      owners: { business: flow.owners.business.name, technical: flow.owners.technical.name },
    }
  })
}

/** What answers in the place of the flow's systems, and what can be done about it. */
function whyStranger(flow: Flow, foreign: readonly Stranger[], language: Language): string | null {
  const own = strangersOf(flow, foreign)
  if (own.length === 0) return null
  const said = own.map(({ sentence, sentenceIn }) => storedIn(sentence, sentenceIn, language))
  const ofOne = own.every((one) => one.flow !== null) ? flow.name : null
  const systems = [...new Set(own.map(({ system }) => system))]
  return [...said, SYSTEM_WORDS[language].cure(systems, ofOne)].join(' ')
}

const strangersOf = (flow: Flow, foreign: readonly Stranger[]): readonly Stranger[] =>
  foreign.filter((one) => flow.systems.includes(one.system) && (one.flow === null || one.flow === flow.name))

function lastRuns(
  standing: FlowStanding | undefined,
  facts: FlowFacts | undefined,
  foreign: boolean,
  language: Language,
) {
  const ended = facts?.ended ?? null
  // Another database stopped it, and somebody has said by now what it is.
  if (!foreign && standing?.status === 'stopped' && ended?.errorCode === 'connector.another-system') {
    const run = standing.lastSuccess === null ? null : { status: standing.status, message: null }
    return { run, failure: null, stopped: run && { asked: true } }
  }
  return {
    run: standing?.status ? { status: standing.status, message: standing.message } : null,
    failure: ended?.status === 'failed' ? whyFailed(ended, language) : null,
    stopped: standing?.status === 'stopped' ? { asked: standing.message === ASKED_TO_STOP } : null,
  }
}

/** Where the run itself says nothing. */
const RUN_FAILED: Readonly<Record<Language, string>> = { en: 'The last run failed.', es: 'La última ejecución falló.' }

const whyFailed = ({ errorCode, errorSystem, message }: NonNullable<FlowFacts['ended']>, language: Language): string =>
  tellFailure({ code: errorCode, system: errorSystem, message }, language) ?? RUN_FAILED[language]

function whyLate(
  contract: Contract,
  flow: Flow,
  facts: readonly FlowFacts[],
  waiting: readonly WaitingChanges[],
  now: number,
  language: Language,
): string | null {
  const own = facts.find((one) => one.flow === flow.name)
  if (own === undefined) return null
  const { timezone } = contract
  const late = lateNow(
    flow,
    timezone,
    own,
    waiting.filter((one) => one.flow === flow.name),
    now,
  )
  return late && explainLateness(flow, late, own.looked, (at) => localTime(at, timezone, language), language)
}

const iso = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString())
