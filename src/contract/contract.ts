import type { Filter } from '../model/filter.ts'
import type { AlertSettings, Channel } from './channel.ts'
import type { TypeSpec } from '../model/field-type.ts'
import type { NewId } from '../model/new-id.ts'
import type { RestDescription } from '../model/rest-description.ts'
import type { Stamps } from '../model/stamp.ts'
import type { CountryForm, CountryLanguage, PhoneForm } from '../model/written-form.ts'
import type { OnConflict } from './on-conflict.ts'

/*
 * A contract after reading: every decision typed, names resolved, durations in milliseconds. Only a contract without
 * problems and without open questions (for the flow at hand) reaches the engine. Immutable.
 */

export interface Contract {
  readonly company: string
  /** IANA name. */
  readonly timezone: string
  readonly people: ReadonlyMap<string, Person>
  readonly systems: ReadonlyMap<string, SystemDeclaration>
  readonly flows: ReadonlyMap<string, Flow>
  /** Ways to reach people, in the order of the file. */
  readonly channels: ReadonlyMap<string, Channel>
  readonly alerts: AlertSettings
  /** Same decisions, same fingerprint: sha256 over the decisions, whatever their order, comments or file layout. */
  readonly fingerprint: string
}

export interface Person {
  readonly key: string
  readonly name: string
  readonly email: string
  /** Channels that this person is told by, in order; absent: those of the role. */
  readonly channels?: readonly string[]
}

export interface SystemDeclaration {
  readonly name: string
  readonly connector: string
  /** Connector settings as written, secrets still as `${env:…}` / `${secret:…}`. */
  readonly settings: Readonly<Record<string, string>>
  /** How its API is spoken to; of a system that is reached by one. */
  readonly description?: RestDescription
}

export interface Flow {
  readonly name: string
  /** The contract's zone: of days, and of times that are stored without one. */
  readonly timezone: string
  readonly owners: { readonly business: Person; readonly technical: Person }
  /** Names in the order of `records`. */
  readonly systems: readonly string[]
  readonly master: string | 'shared'
  readonly direction: 'both' | { readonly from: string; readonly to: string }
  readonly schedule: Readonly<Record<string, Schedule>>
  readonly lateAfterMs: number
  readonly records: Readonly<Record<string, Records>>
  readonly match: readonly MatchRule[]
  readonly fields: readonly Field[]
  readonly edgeCases: EdgeCases
  readonly onFailure: OnFailure
  readonly limits: { readonly changes: Limit; readonly deletions: Limit }
  readonly historyMs: number
  /** Fingerprint of this flow's decisions alone (owners, schedule and alerts left out: they change no data). */
  readonly fingerprint: string
}

export type Schedule =
  | { readonly kind: 'real-time' }
  | { readonly kind: 'every'; readonly ms: number }
  | { readonly kind: 'hourly' }
  | { readonly kind: 'nightly'; readonly at: string }
  | { readonly kind: 'cron'; readonly expression: string }

/** Where a flow's records are in one system. */
export interface Records {
  /** Table or vendor object; contract key `table` (or `object`). */
  readonly object: string
  readonly id: string
  readonly changedAt?: string
  readonly version?: string
  readonly filter?: Filter
  /** Fixed column values for records that we create: `on_create`, and what the filter's equalities demand. */
  readonly onCreate: Readonly<Record<string, string | null>>
  /** `on_create` beyond fixed values. */
  readonly createStamps?: Stamps
  /** `on_update`: set by every update of ours. */
  readonly updateStamps?: Stamps
  /** Who makes the ids of new records; absent: the system does. */
  readonly newId?: NewId
  /** Some rows are hidden from us; `may change`: so that one that is not there may only be hidden by now. */
  readonly hiddenRows?: 'may change' | 'never change'
  /** What the system deletes together with a record may go. */
  readonly cascades?: 'accept'
  /** Column values that mean "archived" here; needed where something is archived in this system. */
  readonly archive?: Readonly<Record<string, string | null>>
  /** Column values that mean "deleted" here: such rows count as gone, and deleting sets them. */
  readonly deleted?: Readonly<Record<string, string | null>>
  /** Zone of times that the system stores without one, where it is not the contract's. */
  readonly timezone?: string
  /** How far an incremental read looks back behind its cursor, for transactions that commit late. */
  readonly overlapMs: number
}

export type MatchRule =
  | {
      readonly kind: 'exact'
      readonly fields: readonly string[]
      /** Capitals count: `ab` and `AB` are two. */
      readonly caseRespected?: true
    }
  | { readonly kind: 'similar'; readonly fields: readonly string[]; readonly atLeast: number; readonly then: 'ask' }

export interface Field {
  readonly name: string
  readonly spec: TypeSpec
  readonly required: boolean
  readonly master: string | 'shared'
  /** Only with `master: shared`: `newest`, `ask`, the name of the system that wins, or such names in order of preference. */
  readonly onConflict: OnConflict | null
  readonly editedOutsideMaster: EdgeCases['editedOutsideMaster']
  readonly emptyInMaster: EdgeCases['emptyInMaster']
  readonly invalidValue: EdgeCases['invalidValue']
  /** By system; a system that does not hold the field is absent. */
  readonly mapping: Readonly<Record<string, FieldMapping>>
  /** Only for `type: lines`. */
  readonly lines?: LinesDeclaration
}

export type FieldMapping =
  | {
      readonly kind: 'column'
      readonly column: string
      /** Value table, this system's value → canonical value. One to one. */
      readonly values?: ReadonlyMap<string, string>
      /** How a country or a phone number is written here; absent: `ES`, `+34600111222`. Every form is read everywhere. */
      readonly form?: Exclude<CountryForm, 'code'> | Exclude<PhoneForm, 'international'>
      /** With the form `name`; absent: English. */
      readonly language?: CountryLanguage
      /** Column of this system that names the country of numbers (`phone`, `vat`) without a prefix. */
      readonly countryFrom?: string
      /** `money`: column of this system that names the currency of the amount. */
      readonly currencyFrom?: string
      /** `instant`: zone of times without one in this system, where that is not the field's. */
      readonly timezone?: string
    }
  | {
      readonly kind: 'expression'
      /** CEL over the record's columns (all text); gives text, a number, a bool or null. */
      readonly read: string
      /** Column → CEL over `value` (the canonical value). Absent: one way, this system is never written. */
      readonly write?: Readonly<Record<string, string>>
      /** As with a column. */
      readonly timezone?: string
    }
  /** `lines` in this system: the child table. */
  | {
      readonly kind: 'lines'
      readonly object: string
      readonly parent: string
      readonly id?: readonly string[]
      /** Which child rows are lines; those that we insert hold what it demands by `=`. */
      readonly filter?: Filter
    }

export interface LinesDeclaration {
  /** Names of the sub-fields that identify a line within its record, the same in all systems. */
  readonly key: readonly string[]
  /** Sub-fields; their `mapping` columns are columns of the child table. Master and edge cases are the parent's. */
  readonly fields: readonly Field[]
}

export interface EdgeCases {
  readonly createdOutsideMaster: 'adopt' | 'hold for approval' | 'leave alone'
  readonly editedOutsideMaster: 'revert' | 'accept' | 'ask' | 'leave alone'
  readonly existingRecords: 'master wins' | 'fill blanks only' | 'ask' | 'link only'
  readonly existingUnmatched: 'create' | 'ask' | 'leave alone'
  /** Null: no limit. Records whose last change is older are legacy, at first sync only. */
  readonly olderThan: { readonly ms: number; readonly then: 'leave alone' | 'ask' | 'link only' } | null
  readonly duplicates: 'ask' | 'oldest' | 'most complete'
  readonly deletedInMaster: 'delete' | 'archive' | 'unlink' | 'ask'
  readonly deletedElsewhere: 'restore' | 'accept' | 'unlink' | 'ask'
  /** Null: no system has a filter that a record could leave. */
  readonly leftFilter: 'leave alone' | 'archive' | 'delete' | 'ask' | null
  readonly missingReference: { readonly waitMs: number; readonly then: 'ask' | 'skip field' }
  readonly invalidValue: 'hold record' | 'skip field'
  readonly emptyInMaster: 'keep' | 'erase'
}

export interface OnFailure {
  readonly retryMs: number
  readonly then: 'quarantine' | 'pause flow'
  /** Delay in milliseconds by role; a role that is absent is not told. */
  readonly alert: { readonly technical?: number; readonly business?: number }
}

/** Trips when more than both are exceeded: `5% or 200 records` lets 200 records through on a small flow. Null part: not given. */
export interface Limit {
  readonly percent: number | null
  readonly records: number | null
}
