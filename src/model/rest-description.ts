import type { Measured } from './passport.ts'

/*
 * How a JSON REST system is spoken to, as data: read from a contract, carried out by the connector `rest`. Places in
 * templates (`{{ id }}`) are filled in by the connector; settings of the system may stand in sign-in, headers and paths.
 */

/** What an answer of a system means. */
export type AnswerClass =
  | 'ok'
  | 'exists'
  | 'conflict'
  | 'gone'
  | 'refused'
  | 'missing reference'
  | 'not allowed'
  | 'credentials'
  | 'wait'
  | 'again'
  | 'unsure'

/** What an answer means when a condition (CEL over `op`, `status`, `headers`, `body`) holds. */
export interface AnswerRule {
  readonly when: string
  readonly is: AnswerClass
  /** Where the body names the field that is at fault. */
  readonly field?: string
  /** Where the body says why. */
  readonly message?: string
}

export type SignIn =
  | { readonly kind: 'none' }
  | { readonly kind: 'header'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'oauth2'
      readonly tokenUrl: string
      readonly clientId: string
      readonly clientSecret: string
      readonly scope?: string
      /** With it, access tokens come from it; without, from the client's own credentials. */
      readonly refreshToken?: string
      /** Whether the client's credentials stand in the body or in a header. */
      readonly credentialsIn: 'header' | 'body'
    }
  | {
      readonly kind: 'login'
      readonly post: string
      readonly body: Readonly<Record<string, string>>
      /** Where the answer holds the token; absent: cookies are kept. */
      readonly token?: string
      /** Header → template with `{{ token }}`. */
      readonly send: Readonly<Record<string, string>>
      readonly lastsMs?: number
    }

export interface RestField {
  readonly name: string
  readonly type: 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'instant' | 'json'
  /** Steps of the path in the JSON record. */
  readonly path: readonly string[]
  readonly required: boolean
  readonly readOnly: boolean
  readonly hasDefault: boolean
  readonly unique: boolean
  readonly maxLength?: number
  readonly scale?: number
  /** Object that it refers to. */
  readonly reference?: string
  readonly as:
    | 'plain'
    | 'text'
    | 'minor units'
    | 'epoch seconds'
    | 'epoch milliseconds'
    | 'local time'
    | 'pair'
    /** In an object, beside fixed parts; `bare`: it is written without the object. */
    | { readonly key: string; readonly beside: Readonly<Record<string, string>>; readonly bare: boolean }
  /** How the system writes that there is no value. */
  readonly empty: EmptyForm
  /** Parameters of the listing by which records with a value are found; absent: none. */
  readonly search?: Readonly<Record<string, string>>
}

export type EmptyForm = 'null' | 'empty text' | 'false' | 'left out'

export interface RestLines {
  readonly name: string
  /** Steps of the path of the list in the JSON record. */
  readonly path: readonly string[]
  /** Field that identifies a line within its record. */
  readonly id: string
  /** What a contract calls the column with the record's id. */
  readonly parent: string
  readonly fields: readonly RestField[]
}

/** One kind of call: method, path and query, as templates. */
export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly params: Readonly<Record<string, string>>
}

export type Paging =
  | { readonly by: 'none' }
  | { readonly by: 'page'; readonly param: string; readonly first: number }
  | { readonly by: 'offset'; readonly param: string }
  | { readonly by: 'cursor'; readonly param: string; readonly at: readonly string[] }
  | { readonly by: 'link'; readonly at?: readonly string[] }
  | { readonly by: 'keyset'; readonly params: Readonly<Record<string, string>> }

export interface RestObjectDescription {
  readonly name: string
  readonly id: {
    readonly field: string
    readonly from: 'system' | 'us'
    /** A record can be made again under its old id. */
    readonly restorable: boolean
  }
  readonly changedAt?: string
  /** Where a record says which version it is, and how a write hands it back. */
  readonly version?: {
    readonly path: readonly string[]
    readonly send: { readonly header: string } | { readonly body: true }
  }
  readonly fields: readonly RestField[]
  readonly lines: readonly RestLines[]
  readonly list: RestCall & {
    /** Steps of the path of the list in the answer; none: the answer is the list. */
    readonly records: readonly string[]
    readonly total?: readonly string[]
    readonly paging: Paging
    readonly size?: { readonly param: string; readonly most: number }
    /** The system says 404 when nothing is to be listed. */
    readonly emptyIs404: boolean
    /** Records come in the order of their ids. */
    readonly ordered: boolean
    /** The system shows no more than so many records of a listing. */
    readonly atMost?: number
    /** How long a record that was just written may be missing in listings. */
    readonly lagMs: number
  }
  /** How changes are asked for; absent: every run reads everything. */
  readonly changes?: {
    readonly params: Readonly<Record<string, string>>
    readonly inclusive: boolean
    /** Smallest step of the filter. */
    readonly resolutionMs: number
  }
  /** Parameters with which the first record of a listing is the one that changed last. */
  readonly latest?: Readonly<Record<string, string>>
  readonly byIds?: {
    readonly params: Readonly<Record<string, string>>
    readonly separator: string
    readonly most: number
  }
  readonly one?: RestCall & { readonly record: readonly string[] }
  /** `atOnce`: how many are made at the same time; absent: as many as there may be calls. */
  readonly create?: RestWrite & { readonly atOnce?: number }
  readonly update?: RestWrite & { readonly whole: boolean }
  readonly delete?: RestCall
}

export interface RestWrite extends RestCall {
  /** Steps of the path under which the record stands in the body. */
  readonly wrap: readonly string[]
  /** Steps of the path under which the answer holds the record. */
  readonly record: readonly string[]
  /** The answer shows the record as a reading would; otherwise it is read again. */
  readonly trusted: boolean
}

export interface RestDescription {
  readonly product: string
  readonly signIn: SignIn
  readonly headers: Readonly<Record<string, string>>
  /** One harmless call that needs the sign-in. */
  readonly verify?: RestCall
  /** Steps of the path at which its answer says whose data the API shows. */
  readonly tenant?: readonly string[]
  readonly rate: { readonly calls?: number; readonly perMs: number; readonly atOnce: number }
  readonly deadlines: { readonly connectMs: number; readonly answerMs: number }
  readonly mostBytes: number
  /** Zone of times without one; of `local time` fields. */
  readonly zone: string
  /** How long a write whose answer was lost may still land. */
  readonly settleMs: number
  readonly errors: readonly AnswerRule[]
  /** What the system was measured to do; no decision, so no fingerprint covers it. */
  readonly measured?: Measured
  readonly objects: readonly RestObjectDescription[]
}
