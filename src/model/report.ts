import type { AlertEvent } from './alert.ts'
import type { ConcernedRecord, ConditionKind } from './condition.ts'
import type { ErrorCode } from './errors.ts'
import type { CaseKind, FlowStatus, OperationKind, Outcome, RunKind, RunStatus } from './words.ts'

/*
 * What the application answers to its callers (CLI, later the API). Plain data, JSON-ready; times are ISO 8601 in UTC.
 * Names in snake_case are printed as they stand by `--json`.
 */

export interface FlowRun {
  readonly flow: string
  readonly run: number
  readonly status: RunStatus
  readonly kind: RunKind
  readonly read: number
  /** Records created / updated / deleted in any system. */
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
  readonly linked: number
  readonly held: number
  readonly quarantined: number
  readonly conflicts: number
  /** Changes that looks at changes had missed and a full pass found. */
  readonly repaired: number
  /** Remote writes by system. */
  readonly writes: Readonly<Record<string, number>>
  readonly seconds: number
  /** Decisions that the flow waits for after the run; what another case decides about is not among them. */
  readonly open_cases: number
  /** How far the records of the flow agree after all flows of this command ran; absent in a plan. */
  readonly agreement?: Agreement
  /** Of what waits then: what waits for a decision about another record; absent in a plan. */
  readonly waits_on?: readonly WaitsForDecision[]
  /** Why it stopped or failed, one sentence. */
  readonly message?: string
  /** What failed, for a program: a code, the system that it came from, and the seconds that it asked us to wait. */
  readonly failure?: { readonly code: ErrorCode; readonly system?: string; readonly retry_after?: number }
}

/** What people need to read values that are ids or lists; each part is absent where there is nothing to say. */
export interface Legend {
  /** By field (`customer`; of lines `lines.product`): id of a record that is referred to → its title. */
  readonly references?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** By field of type lines: the names of a line's values, in their order. */
  readonly line_fields?: Readonly<Record<string, readonly string[]>>
}

export interface PlannedOperation extends Legend {
  readonly flow: string
  readonly system: string
  readonly kind: OperationKind
  readonly record: string
  /** Human name of the record: its first required or text field. */
  readonly title: string
  readonly remote_id: string | null
  readonly fields: readonly { readonly field: string; readonly from: string | null; readonly to: string | null }[]
  /** The rule that causes it, as a sentence. */
  readonly why: string
}

export interface PlanReport {
  readonly flows: readonly FlowRun[]
  /** The first operations of each flow and system, at most `limit`. */
  readonly operations: readonly PlannedOperation[]
  /** Cases that a run would open. */
  readonly cases: readonly CaseView[]
}

/** What of a system's change feed stands. */
export interface FeedReport {
  readonly system: string
  /** `none`: the connector has no feeds; the system is polled. */
  readonly state: 'none' | 'absent' | 'partial' | 'installed'
  /** What installing would run in the system now. */
  readonly statements: readonly string[]
  /** What removing would run in the system now. */
  readonly removal: readonly string[]
  /** Hints that wait to be taken. */
  readonly waiting: number | null
  readonly notes: readonly string[]
}

/** What an owner of a flow has said of its rules. */
export interface OwnerWord {
  /** Key in the contract. */
  readonly person: string
  readonly name: string
  readonly email: string
  /** Null: nothing yet. */
  readonly said: {
    readonly verdict: 'signed' | 'refused'
    readonly comment: string | null
    readonly at: string
    readonly way: 'browser' | 'command line'
  } | null
}

/** Whether the rules of a flow are signed by both owners; they run only then. */
export interface FlowSigning {
  readonly flow: string
  readonly fingerprint: string
  readonly signed: boolean
  /** Who has to sign, or why it was refused; null when it is signed. */
  readonly why: string | null
  readonly business: OwnerWord
  readonly technical: OwnerWord
}

/**
 * How far the records of a flow agree. Counted is what any system has inside its filter, each thing once, by the first of
 * these that applies: needs a decision, waiting, left out, in agreement. So the four add up to all.
 */
export interface Agreement {
  /** All systems have it, and hold the agreed values. */
  readonly in_agreement: number
  /** Of those: records with a field that may differ, by a decision that was signed or made by a person. */
  readonly allowed_differences: number
  /** For a write, for a retry, or for another record. */
  readonly waiting: number
  readonly needs_decision: number
  /** A rule, or a person, said that it is not kept in agreement in all systems. */
  readonly left_out: number
}

/** Records that are not up to date in a system because what they refer to waits for a decision. */
export interface WaitsForDecision {
  readonly system: string
  /** The flow of what they refer to. */
  readonly on: string
  readonly count: number
  /** The case that decides, where it is one for all of them. */
  readonly case: number | null
}

export interface StatusRow {
  readonly flow: string
  readonly status: FlowStatus
  readonly why: string
  readonly last_run: {
    readonly run: number
    readonly status: RunStatus
    readonly started: string
    readonly finished: string | null
  } | null
  readonly last_success: string | null
  readonly records: number
  readonly agreement: Agreement
  /** Of what waits: what waits for a decision about another record. */
  readonly waits_on: readonly WaitsForDecision[]
  readonly open_cases: number
  /** Writes that are decided and have not landed. */
  readonly waiting_writes: number
  readonly owners: { readonly business: string; readonly technical: string }
  /** When the service looks at each system next; empty while the flow is paused. */
  readonly next_runs?: readonly NextRun[]
}

export interface NextRun {
  readonly system: string
  /** It is looked at all the time, so that `at` says nothing. */
  readonly real_time: boolean
  /** Times, soonest first; empty when there is none. */
  readonly at: readonly string[]
  /** The first of them for people, in the time zone of the business: `tomorrow at 02:00`. */
  readonly words: string
}

export interface AlertMessageView {
  readonly event: AlertEvent
  /** Names of the people. */
  readonly to: readonly string[]
  readonly state: 'pending' | 'sent' | 'failed' | 'cancelled'
  readonly at: string
  /** The channel that took it. */
  readonly channel: string | null
  /** Why the last attempt failed. */
  readonly error: string | null
}

/** One trouble from its beginning to its end, and who was told of it. */
export interface AlertView {
  readonly alert: number
  readonly kind: ConditionKind
  readonly state: 'open' | 'acknowledged' | 'ended'
  readonly flows: readonly string[]
  readonly system: string | null
  readonly headline: string
  readonly sentence: string
  readonly meaning: string
  readonly todo: string
  readonly count: number
  readonly records: readonly ConcernedRecord[]
  readonly since: string
  readonly ended: string | null
  /** How often it came back after its end had been told. */
  readonly returns: number
  readonly acknowledged_by: string | null
  readonly messages: readonly AlertMessageView[]
}

export interface AlertStanding {
  readonly open: number
  /** Messages that no channel takes. */
  readonly undelivered: readonly AlertMessageView[]
}

export interface ChannelTest {
  readonly channel: string
  readonly kind: string
  /** Names of the people, where the channel reaches single people. */
  readonly to: readonly string[]
  readonly good: boolean
  /** What the other side said, or why it could not be reached. */
  readonly answer: string
}

export interface CaseChoice {
  /** What to pass to `cases resolve`. */
  readonly choice: string
  /** What it does, in words. */
  readonly means: string
}

export interface CaseView extends Legend {
  readonly case: number
  readonly flow: string
  readonly kind: CaseKind
  /** Finer cause, e.g. `existing_unmatched`, `invalid_value`. */
  readonly cause: string
  readonly state: 'open' | 'resolved'
  readonly record: string | null
  readonly title: string
  /** One sentence: what happened and why a person is asked. */
  readonly sentence: string
  /** The open case that decides about this one, so that nobody need answer it; null: it is a decision of its own. */
  readonly decided_by: number | null
  /** How many open cases it decides about besides its own. */
  readonly decides: number
  readonly field: string | null
  /** Values side by side: system name (or `golden`) → text. */
  readonly values: Readonly<Record<string, string | null>>
  readonly choices: readonly CaseChoice[]
  readonly opened: string
  readonly opened_run: number
  readonly resolved: string | null
  readonly resolution: string | null
}

export interface LogFilter {
  readonly flow?: string
  /** Record id, a remote id as `system:id`, or text that its values contain. */
  readonly record?: string
  readonly field?: string
  readonly system?: string
  readonly outcome?: Outcome
  readonly run?: number
  readonly since?: string
  readonly until?: string
  readonly limit?: number
}

/** One line of the log: an operation, a revision or a case, newest first. */
export interface LogEntry extends Legend {
  readonly at: string
  readonly kind: 'operation' | 'revision' | 'case'
  readonly id: number
  readonly flow: string
  readonly run: number
  readonly record: string | null
  readonly title: string
  readonly system: string | null
  readonly what: string
  readonly outcome: Outcome | null
  readonly fields: readonly { readonly field: string; readonly from: string | null; readonly to: string | null }[]
  /** The rule, as a sentence. */
  readonly why: string
}

/** One record across the systems. */
export interface RecordView extends Legend {
  readonly record: string
  readonly flow: string
  readonly title: string
  readonly version: number
  readonly links: readonly { readonly system: string; readonly id: string; readonly state: string }[]
  readonly golden: Readonly<Record<string, string | null>>
  /** Owner of each field: a system or `shared`. */
  readonly owners: Readonly<Record<string, string>>
  readonly systems: Readonly<Record<string, Readonly<Record<string, string | null>>>>
  readonly timeline: readonly LogEntry[]
  readonly cases: readonly CaseView[]
}

export interface Progress {
  readonly flow: string
  /** E.g. `reading erp`, `writing crm`. */
  readonly stage: string
  readonly done: number
  /** Null when unknown. */
  readonly total: number | null
  /** Records per second, over the last seconds. */
  readonly rate: number
  readonly secondsLeft: number | null
}

/**
 * What the contract's file, as it is now, waits for until it runs: `nothing`, it says what runs; `mending` of its problems;
 * `answers` to questions about a flow that runs; `signatures`; `taking up`, its rules are signed and run within seconds; a
 * `restart`, because what has changed is nothing that is signed.
 */
export type FileState = 'nothing' | 'mending' | 'answers' | 'signatures' | 'taking up' | 'restart'
