/*
 * What a system was measured to do, against what its description says: its passport. Kept in the description itself
 * (`measured`), dated, so that whoever reads, signs or checks a contract sees it.
 */

/** Ways in which a system may differ from its description, or from what one would expect of it. */
export const QUIRKS = [
  'open-to-all',
  'sign-in-unclear',
  'empty-is-404',
  'page-refused',
  'page-cut',
  'pages-repeat',
  'pages-overlap',
  'pages-once',
  'order-not-kept',
  'field-missing',
  'list-differs',
  'listing-lags',
  'missing-unclear',
  'ids-ignored',
  'ids-incomplete',
  'search-ignored',
  'search-blind',
  'changes-ignored',
  'changes-exclusive',
  'changes-late',
  'changes-zone',
  'time-off',
  'time-cut',
  'time-stays',
  'lines-time-stays',
  'version-missing',
  'version-stays',
  'guard-ignored',
  'guard-unclear',
  'guard-refuses',
  'id-not-told',
  'create-answer-differs',
  'update-answer-differs',
  'required-undeclared',
  'unique-undeclared',
  'duplicate-taken',
  'duplicate-unclear',
  'reference-unclear',
  'refusal-as-failure',
  'refusal-as-success',
  'reason-in-header',
  'malformed-as-failure',
  'field-ignored',
  'emptying-ignored',
  'unsent-emptied',
  'shared-value',
  'trimmed',
  'cut',
  'emoji-lost',
  'rewritten',
  'rounded',
  'digits-lost',
  'lines-ignored',
  'line-ids-change',
  'parallel-fails',
  'delete-not-done',
  'deleted-still-listed',
  'delete-again-unclear',
  'not-restorable',
] as const
export type Quirk = (typeof QUIRKS)[number]

/** Fields or lines that each quirk was found at; none: it is one of the object, or of the system, as a whole. */
export type Quirks = Readonly<Partial<Record<Quirk, readonly string[]>>>

/** What was measured of one object. */
export interface MeasuredObject {
  /** Records of our own were written to find out. */
  readonly written: boolean
  readonly found: Quirks
}

/** What a description keeps of a measurement. */
export interface Measured {
  /** Day of the measurement, `2026-12-01`. */
  readonly date: string
  /** Of the system as a whole. */
  readonly found: Quirks
  readonly objects: Readonly<Record<string, MeasuredObject>>
}

/** A setting of the description that is not as the system is. */
export interface DescriptionEdit {
  /** Below the description. */
  readonly path: readonly string[]
  /** What it is to be: undefined takes it out. */
  readonly value?: string | number | boolean | Readonly<Record<string, string>>
  /** The value is added to a list. */
  readonly append?: true
  readonly because: Quirk
}

/** What nobody can say about a system, and why. */
export interface Unmeasured {
  readonly object: string | null
  readonly what: string
  readonly why: string
}

/** A record of ours that is still in the system. */
export interface LeftRecord {
  readonly object: string
  readonly id: string
  readonly why: string
}

/** The whole result of a measurement. */
export interface Passport extends Measured {
  readonly product: string
  readonly edits: readonly DescriptionEdit[]
  readonly unmeasured: readonly Unmeasured[]
  /** Test records that could not be removed. */
  readonly left: readonly LeftRecord[]
  /** How many calls it took. */
  readonly calls: number
}

/** What a measurement may do. */
export interface MeasureRequest {
  /** Objects in which test records may be made, changed and deleted. */
  readonly writes: readonly string[]
  /** Values that test records must have, by object and field. */
  readonly given: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Today, `2026-12-01`. */
  readonly date: string
  readonly onStep?: (object: string | null, step: string) => void
  /** Ends it early; what was made is removed. */
  readonly signal?: AbortSignal
}
