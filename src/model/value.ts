import type { Language } from './language.ts'
import { tellWhy, type Why } from './why.ts'

/**
 * A value as a system writes it, as text: what a database prints for the column, what an API sends as a string.
 * `null` is the system's own null. Child rows (`lines`) travel as JSON text, see `connector-kit/port.ts`.
 */
export type Raw = string | null

/**
 * A value in canonical form. Two canonical values of one field agree exactly when they are `===`,
 * so a type's `parse` must map every way of writing the same thing to one string.
 * References are the id of the golden record they point to; `lines` are JSON text (see `model/lines.ts`).
 */
export type Canonical = string | null

/** Why a raw value has no canonical form. Data, not an exception: the contract says what to do with it. */
export class Invalid {
  readonly why: Why
  readonly raw: Raw
  constructor(why: Why, raw: Raw) {
    this.why = why
    this.raw = raw
  }

  /** One sentence for a person, e.g. `"12-AB" is not a phone number for ES`. */
  get reason(): string {
    return this.reasonIn('en')
  }

  reasonIn(language: Language): string {
    return tellWhy(this.why, language)
  }
}

/** A reference to a record that is not linked (yet): the parent must come first. */
export class Unresolved {
  /** Flow that the reference points to. */
  readonly flow: string
  /** Id of the parent in the system that was read. */
  readonly remoteId: string
  constructor(flow: string, remoteId: string) {
    this.flow = flow
    this.remoteId = remoteId
  }
}

/** What reading one mapped field of a record gives. */
export type Reading = Canonical | Invalid | Unresolved

/** Values by column, none so far. Without a prototype, because a column may be called `__proto__`. */
export function noColumns(): Record<string, Raw> {
  return Object.create(null) as Record<string, Raw>
}
