import type { Language } from './language.ts'
import type { ConcernedRecord, Condition, ConditionKind } from './condition.ts'

/** What somebody answers for in a flow. */
export type OwnerRole = 'technical' | 'business'

/** Why a message goes out. */
export type AlertEvent = 'begin' | 'again' | 'escalation' | 'recovery' | 'acknowledged' | 'test'

/** One trouble from its beginning to its end. Times are milliseconds since the epoch. */
export interface Alert {
  /** Null until it is stored. */
  readonly id: string | null
  /** That of its condition. */
  readonly key: string
  /** When it was seen first. */
  readonly openedAt: number
  /** When it began; delays count from here. */
  readonly beganAt: number
  /** Since when the condition is not there any more; null while it is. */
  readonly clearedAt: number | null
  readonly endedAt: number | null
  /** How often it came back after its end had been told. */
  readonly returns: number
  readonly acknowledged: { readonly by: string; readonly at: number } | null
  /** Until then nobody is told of it, except that it ended. */
  readonly muted: { readonly by: string; readonly until: number } | null
  /** As it was seen last. */
  readonly condition: Condition
  readonly told: readonly Told[]
}

/** Somebody who has been told that the alert began. */
export interface Told {
  /** Key of the person. */
  readonly person: string
  readonly role: OwnerRole
  readonly at: number
  /** Key of the message. */
  readonly message: string
}

/** Names an alert to those who are sent several messages about it: the same from its beginning to its end. */
export function alertName(alert: Pick<Alert, 'key' | 'openedAt'>): string {
  return `${alert.key}@${new Date(alert.openedAt).toISOString()}`
}

/** What a message says; each channel puts it in its own form. */
export interface MessageContent {
  readonly event: AlertEvent
  /** Names the alert: the same from its beginning to its end. */
  readonly alert: string
  /** Number of the alert, for `alerts acknowledge`; null for a test. */
  readonly id: number | null
  readonly kind: ConditionKind | 'store unreachable' | 'account' | 'test'
  readonly severity: 'warning' | 'error'
  readonly flows: readonly string[]
  readonly system: string | null
  /** ISO 8601. */
  readonly since: string
  /** One line without personal data. */
  readonly subject: string
  /** What happened. */
  readonly happened: string
  /** What it means for the business; empty where there is nothing to say. */
  readonly meaning: string
  readonly todo: string
  readonly count: number
  readonly records: readonly ConcernedRecord[]
  readonly link: string | null
  /** Absent: English. */
  readonly language?: Language
}
