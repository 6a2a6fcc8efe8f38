import type { Contract, Flow } from '../contract/contract.ts'
import { localTime } from '../contract/wording/local-time.ts'
import { explainLateness, lateNow, type Lateness } from '../contract/schedule/timeliness.ts'
import { listed, manyOf, systemTitle } from '../contract/phrases.ts'
import { signCure } from '../contract/wording/sign-cure.ts'
import { SYSTEM_WORDS } from '../contract/wording/system-words.ts'
import { tellFailure } from '../contract/wording/tell-failure.ts'
import { storedIn } from '../model/language.ts'
import type { FlowSigning } from '../model/report.ts'
import {
  pauseReason,
  type ConcernedRecord,
  type Condition,
  type ConditionKind,
  type Pause,
} from '../model/condition.ts'
import type { CaseKind } from '../model/words.ts'
import type { Heartbeat } from '../store/service/heartbeats.ts'
import type { Stranger } from '../store/systems/system-identities.ts'
import type { FlowFacts, OpenCaseGroup, WaitingChanges } from '../store/alerts/watch-facts.ts'
import { onPage } from './words/page-words.ts'

/*
 * What is wrong now: a pure function of what is known. One condition a cause, whatever it does to how many records and
 * flows: a system that cannot be reached is one condition, not one for each flow that needs it.
 */

const GRACE_MS = 60_000
/** How long a scheduler may be silent. */
const SILENT_MS = 120_000

export interface Look {
  readonly contract: Contract
  readonly now: number
  readonly flows: readonly FlowFacts[]
  readonly waiting: readonly WaitingChanges[]
  readonly cases: readonly OpenCaseGroup[]
  readonly pauses: ReadonlyMap<string, Pause>
  /** Flows whose rules wait for a signature. */
  readonly unsigned?: ReadonlyMap<string, FlowSigning>
  /** Databases that answer in the place of systems, and that nobody has said anything about. */
  readonly strangers?: readonly Stranger[]
  readonly heartbeats: readonly Heartbeat[]
  /** How long a failure that may pass by itself lasts before it counts; a minute unless said otherwise. */
  readonly graceMs?: number
}

/** Records that are late, by flow. */
export type LateRecords = ReadonlyMap<string, { readonly count: number; readonly records: readonly ConcernedRecord[] }>

/** The flows that are late now, and why. A paused flow promises nothing, nor does one whose rules are not signed. */
export function lateFlows({ contract, flows, waiting, pauses, unsigned, now }: Look): Map<string, Lateness> {
  const found = new Map<string, Lateness>()
  for (const flow of contract.flows.values()) {
    const facts = flows.find((one) => one.flow === flow.name)
    if (facts === undefined || pauses.has(flow.name) || unsigned?.has(flow.name)) continue
    const own = waiting.filter((one) => one.flow === flow.name)
    const late = lateNow(flow, contract.timezone, facts, own, now)
    if (late !== null) found.set(flow.name, late)
  }
  return found
}

/** Everything that is wrong now, in a stable order. */
export function conditionsOf(
  look: Look,
  late: ReadonlyMap<string, Lateness>,
  lateRecords: LateRecords,
): readonly Condition[] {
  const flows = [...look.contract.flows.values()]
  return [
    ...schedulerDead(look, flows),
    ...failures(look, flows),
    ...anotherSystem(look, flows),
    ...flows.flatMap((flow) => [
      ...paused(look, flow),
      ...waitsForSignatures(look, flow),
      ...isLate(look, flow, late.get(flow.name), lateRecords.get(flow.name)),
      ...casesOf(look, flow),
      ...repaired(look, flow),
    ]),
  ]
}

type Words = Pick<Condition, 'kind' | 'flows' | 'since' | 'headline' | 'happened' | 'meaning' | 'todo' | 'path'> &
  Required<Pick<Condition, 'page'>> &
  Partial<Pick<Condition, 'system' | 'count' | 'records'>> & { readonly key?: string }

function condition(words: Words): Condition {
  const key = words.key ?? [words.kind, words.system ?? words.flows.join(',')].join('/')
  return { system: null, count: 0, records: [], ...words, key }
}

function schedulerDead({ heartbeats, now }: Look, flows: readonly Flow[]): Condition[] {
  const last = Math.max(...heartbeats.map((one) => one.beatAt))
  if (heartbeats.length === 0 || now - last <= SILENT_MS) return []
  return [
    condition({
      kind: 'scheduler dead',
      key: 'scheduler dead',
      flows: flows.map((flow) => flow.name),
      since: last,
      headline: 'no process starts runs',
      happened: 'The process that starts runs does not respond, and nobody stopped it on purpose.',
      meaning: 'No changes reach the other systems until it runs again.',
      todo: 'Start `concordat serve` again and check its last log lines. It then processes the backlog automatically.',
      path: '/',
      page: onPage.schedulerDead(),
    }),
  ]
}

const FAILURES: Readonly<Record<string, ConditionKind>> = {
  'connector.unreachable': 'system unreachable',
  'connector.timeout': 'system unreachable',
  'connector.rate-limited': 'system unreachable',
  'connector.lost-response': 'system unreachable',
  'connector.refused-credentials': 'credentials refused',
  'connector.forbidden': 'credentials refused',
  'connector.no-such-object': 'schema changed',
  'connector.no-such-field': 'schema changed',
  'connector.schema-changed': 'schema changed',
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  'connector.timeout': 'does not answer in time',
  'connector.rate-limited': 'turns us away for now',
}

/** Flows whose last run failed: those that one system is to blame for are one condition of that system. */
function failures({ flows: known, pauses, now, graceMs = GRACE_MS }: Look, flows: readonly Flow[]): Condition[] {
  const failed = flows.flatMap((flow) => {
    const facts = known.find((one) => one.flow === flow.name)
    if (facts?.ended?.status !== 'failed' || pauses.has(flow.name)) return []
    const { errorCode, errorSystem, message, at } = facts.ended
    const blamed = errorSystem === null ? undefined : FAILURES[errorCode ?? '']
    const since = facts.troubleSince ?? at
    if (blamed === 'system unreachable' && now - since < graceMs) return []
    return [
      { flow, kind: blamed ?? ('failing' as const), system: blamed ? errorSystem : null, since, message, errorCode },
    ]
  })
  const groups = Map.groupBy(failed, ({ kind, system, flow }) => `${kind}/${system ?? flow.name}`)
  return [...groups].map(([key, group]) => {
    const { kind, system, message, errorCode } = group[0]!
    const names = group.map(({ flow }) => flow.name)
    const others = listed(names.map(manyOf))
    const title = system === null ? others : systemTitle(system)
    const said = message === null ? '' : ` ${message}`
    const words = {
      'system unreachable': {
        headline: `${title} ${UNREACHABLE[errorCode ?? ''] ?? 'cannot be reached'}`,
        happened: `${title} ${UNREACHABLE[errorCode ?? ''] ?? 'cannot be reached'}, so ${others} cannot be kept in agreement.${said}`,
        todo: `Check that ${title} is running and reachable from here. Concordat retries the runs automatically and continues where they stopped.`,
      },
      'credentials refused': {
        headline: `${title} refuses the credentials`,
        happened: `${title} does not accept Concordat’s credentials, so ${others} cannot be kept in agreement.${said}`,
        todo: `Renew the credentials or rights of ${title}; the contract names the setting. No record was quarantined because of this.`,
      },
      'schema changed': {
        headline: `${title} does not match the contract`,
        happened: `A table or column of ${title} that the contract names has changed.${said}`,
        todo: 'Correct the contract or the system, then run `concordat check` and `concordat plan`.',
      },
      failing: {
        headline: `${title} fails`,
        happened: `The last run of ${title} failed.${said}`,
        todo: `See \`concordat status\` and \`concordat log --flow ${names[0]}\`, fix the cause, then run \`concordat run ${names[0]}\`.`,
      },
    }[kind as 'failing']
    return condition({
      ...words,
      kind,
      key,
      system,
      flows: names,
      since: Math.min(...group.map((one) => one.since)),
      meaning: `Until then, changes of ${others} do not reach the other systems. No change is lost; Concordat syncs them afterwards.`,
      path: system === null ? `/flows/${names[0]}` : `/systems/${system}`,
      page: onPage.failed({
        kind: kind as 'failing',
        title,
        flows: listed(names.map(manyOf), 'and', 'es'),
        failure: tellFailure({ code: errorCode, system, message }, 'es') ?? '',
      }),
    })
  })
}

/** One condition a system, whatever flows it is in: nothing of them is read or written until someone has said what it is. */
function anotherSystem({ strangers = [] }: Look, flows: readonly Flow[]): Condition[] {
  return strangers.flatMap(({ system, flow: only, since, sentence, sentenceIn }) => {
    const names = flows
      .filter((flow) => flow.systems.includes(system) && (only === null || only === flow.name))
      .map((flow) => flow.name)
    if (names.length === 0) return []
    const title = systemTitle(system)
    return [
      condition({
        kind: 'needs you',
        key: only === null ? `needs you/${system}/another system` : `needs you/${only}/${system}/elsewhere`,
        system,
        flows: names,
        since: Date.parse(since),
        headline:
          only === null
            ? `${title} is a different database than before`
            : `The contract names other ${manyOf(only)} in ${title} than before`,
        happened: sentence,
        meaning: `Concordat does not read or write ${listed(names.map(manyOf))} until someone confirms which ${only === null ? 'database it is' : 'records they are'}.`,
        todo: SYSTEM_WORDS.en.cure([system], only),
        path: `/systems/${system}`,
        page: onPage.anotherSystem({
          title,
          flows: listed(names.map(manyOf), 'and', 'es'),
          happened: storedIn(sentence, sentenceIn, 'es'),
          todo: SYSTEM_WORDS.es.cure([system], only),
          only: only !== null,
        }),
      }),
    ]
  })
}

function paused({ pauses, contract }: Look, flow: Flow): Condition[] {
  const pause = pauses.get(flow.name)
  if (pause === undefined) return []
  const many = manyOf(flow.name)
  const reason = pause.reason === null ? '' : ` The reason given: ${pause.reason.replace(/\.$/, '')}.`
  return [
    condition({
      kind: 'paused',
      flows: [flow.name],
      since: pause.since,
      headline: `${many} is paused`,
      happened: `${pause.by ?? 'Concordat'} paused ${many} on ${localTime(pause.since, contract.timezone)}.${reason}`,
      meaning: `No changes of ${many} are read or written until someone resumes the flow.`,
      todo: `\`concordat resume ${flow.name}\` when the flow may run again; it then processes the backlog.`,
      path: `/flows/${flow.name}`,
      page: onPage.paused(many, pause.by, localTime(pause.since, contract.timezone, 'es'), pauseReason(pause, 'es')),
    }),
  ]
}

function waitsForSignatures({ unsigned, pauses, now }: Look, flow: Flow): Condition[] {
  const signing = unsigned?.get(flow.name)
  if (signing === undefined || pauses.has(flow.name)) return []
  const many = manyOf(flow.name)
  return [
    condition({
      kind: 'needs you',
      key: `needs you/${flow.name}/signatures`,
      flows: [flow.name],
      since: now,
      headline: `${many} needs you: its rules are not signed`,
      happened: `The rules of ${many} are not signed by both owners. ${signing.why ?? ''}`,
      meaning: `No changes of ${many} are read or written until both owners have signed.`,
      todo: signCure([signing]),
      path: `/rules?flow=${encodeURIComponent(flow.name)}`,
      page: onPage.unsigned(many),
    }),
  ]
}

function isLate(
  { contract, flows }: Look,
  flow: Flow,
  late: Lateness | undefined,
  concerned: { readonly count: number; readonly records: readonly ConcernedRecord[] } | undefined,
): Condition[] {
  if (late === undefined) return []
  const many = manyOf(flow.name)
  const looked = flows.find((one) => one.flow === flow.name)?.looked ?? null
  const time = (at: number): string => localTime(at, contract.timezone)
  return [
    condition({
      kind: 'late',
      flows: [flow.name],
      since: late.from,
      count: concerned?.count ?? 0,
      records: concerned?.records ?? [],
      headline: `${many} is late`,
      happened: explainLateness(flow, late, looked, time),
      meaning:
        late.reason === 'change waits'
          ? `${systemTitle(late.system)} has outdated values of ${many}.`
          : `Changes in ${listed(flow.systems.map(systemTitle), 'or')} since then have not reached the other systems.`,
      todo: `\`concordat status\` shows what delays ${many}. If nothing is running, start \`concordat serve\`, or run \`concordat run ${flow.name}\` by hand.`,
      path: `/flows/${flow.name}`,
      page: onPage.late(
        many,
        explainLateness(flow, late, looked, (at) => localTime(at, contract.timezone, 'es'), 'es'),
        late.reason === 'change waits' ? systemTitle(late.system) : null,
        listed(flow.systems.map(systemTitle), 'or', 'es'),
      ),
    }),
  ]
}

const CASES: Record<CaseKind, { readonly what: string; readonly meaning: string }> = {
  conflict: {
    what: 'changed in more than one system, so a person must decide which value is right',
    meaning: 'Until then, each system keeps its own value of these fields.',
  },
  'ambiguous match': {
    what: 'without one clear counterpart',
    meaning: 'Until then, Concordat does not sync these records.',
  },
  'outside edit': {
    what: 'edited outside the master',
    meaning: 'Until then, the systems have different values in these fields.',
  },
  'held record': {
    what: 'held because of an invalid value or reference',
    meaning: 'Concordat does not sync these records until someone corrects them.',
  },
  'quarantined record': {
    what: 'quarantined because a system refused the write',
    meaning: 'These records are outdated in that system; Concordat continues to sync the others.',
  },
  'breaker tripped': {
    what: 'about to change at once, more than the contract allows',
    meaning: 'Concordat wrote nothing. It syncs no change of this flow until someone decides.',
  },
  'mass deletion': {
    what: 'missing from a system, more than the contract allows',
    meaning: 'Concordat deleted and archived nothing. The flow waits until someone decides.',
  },
  'restored system': {
    what: 'back at older values in a system, which looks restored from a backup',
    meaning: 'Concordat wrote nothing. It syncs no change of this flow until someone decides.',
  },
}

function casesOf({ cases, pauses }: Look, flow: Flow): Condition[] {
  if (pauses.has(flow.name)) return []
  const many = manyOf(flow.name)
  return cases
    .filter((group) => group.flow === flow.name)
    .map((group) => {
      const limit = ['breaker tripped', 'mass deletion', 'restored system'].includes(group.kind)
      const stops = limit || (group.kind === 'quarantined record' && flow.onFailure.then === 'pause flow')
      const { what, meaning } = CASES[group.kind]
      // A limit's one case is about many records, and its title names none.
      const records = limit ? [] : group.records
      const count = `${group.count} ${group.count === 1 ? 'case' : 'cases'}`
      return condition({
        kind: stops ? 'stopped' : 'needs you',
        key: `${stops ? 'stopped' : 'needs you'}/${flow.name}/${group.kind}`,
        flows: [flow.name],
        since: group.since,
        count: limit ? 0 : group.count,
        records,
        headline: stops ? `${many} is stopped: ${group.kind}` : `${many} needs you: ${group.kind}, ${count}`,
        happened: `${stops ? `The flow ${many} has stopped: ` : ''}${limit ? `${many} are ${what}.` : `${count} of ${many} ${what}.`}`,
        meaning:
          stops && !limit
            ? 'The contract says to pause the flow then: nothing is written until someone decides.'
            : meaning,
        todo: `Decide the cases: \`concordat cases --flow ${flow.name} --kind "${group.kind}"\` shows the values and the command for each choice.`,
        path: `/cases?flow=${encodeURIComponent(flow.name)}&kind=${encodeURIComponent(group.kind)}`,
        page: onPage.cases({ flow: many, kind: group.kind, count: group.count, stops, limit }),
      })
    })
}

function repaired({ flows }: Look, flow: Flow): Condition[] {
  const found = flows.find((one) => one.flow === flow.name)?.repaired
  if (!found || found.count === 0) return []
  const many = manyOf(flow.name)
  return [
    condition({
      kind: 'repaired by scan',
      flows: [flow.name],
      since: found.at,
      count: found.count,
      headline: `${many}: a full run repaired missed changes`,
      happened: `The last full run of ${many} found ${found.count} ${found.count === 1 ? 'change' : 'changes'} that earlier polls had missed.`,
      meaning: 'These records are in agreement now; before that run they were outdated.',
      todo: 'If this happens again, check that every change updates `changed_at`, and that `overlap` is longer than the longest transaction.',
      path: `/flows/${flow.name}`,
      page: onPage.repaired(many, found.count),
    }),
  ]
}
