/* Made from the OpenAPI document by `npm run api-types`. */

export type FlowStatus = 'On time' | 'Late' | 'Failing' | 'Needs you' | 'Paused' | 'Never run'

export interface Operations {
  'GET /session': {
    path: {}
    query: {}
    body: null
    answer: Session
  }
  'POST /sign-in': {
    path: {}
    query: {}
    body: {
      email: string
      password: string
      /**
       * Of the second factor, or a recovery code; where `access.code-needed` asks for it
       */
      code?: string
    }
    answer: Acted
  }
  'POST /sign-out': {
    path: {}
    query: {}
    body: null
    answer: Acted
  }
  'POST /link': {
    path: {}
    query: {}
    body: {
      token: string
    }
    answer: OneTimeLink
  }
  'POST /setup': {
    path: {}
    query: {}
    body: {
      token: string
      password: string
      /**
       * Where the link says `code_needed`
       */
      code?: string
      /**
       * Needed for setup
       */
      name?: string
      /**
       * Needed for setup
       */
      email?: string
    }
    answer: Acted
  }
  'POST /password': {
    path: {}
    query: {}
    body: {
      current: string
      password: string
    }
    answer: Acted
  }
  'POST /prove': {
    path: {}
    query: {}
    body: {
      password: string
      code?: string
    }
    answer: Acted
  }
  'POST /notices/seen': {
    path: {}
    query: {}
    body: {
      /**
       * Id of the newest that was seen
       */
      up_to: string
    }
    answer: Acted
  }
  'GET /sessions': {
    path: {}
    query: {}
    body: null
    answer: BrowserSessions
  }
  'DELETE /sessions/{id}': {
    path: {
      id: string
    }
    query: {}
    body: null
    answer: Acted
  }
  'GET /oidc/{name}/start': {
    path: {
      name: string
    }
    query: {
      return_to?: string
      again?: string
    }
    body: null
    answer: null
  }
  'GET /oidc/{name}/callback': {
    path: {
      name: string
    }
    query: {}
    body: null
    answer: null
  }
  'GET /second-factor': {
    path: {}
    query: {}
    body: null
    answer: SecondFactor
  }
  'POST /second-factor': {
    path: {}
    query: {}
    body: null
    answer: ProposedSecondFactor
  }
  'DELETE /second-factor': {
    path: {}
    query: {}
    body: null
    answer: Acted
  }
  'POST /second-factor/begin': {
    path: {}
    query: {}
    body: {
      code: string
    }
    answer: RecoveryCodes
  }
  'POST /second-factor/recovery-codes': {
    path: {}
    query: {}
    body: null
    answer: RecoveryCodes
  }
  'GET /begin': {
    path: {}
    query: {}
    body: null
    answer: Beginning
  }
  'PUT /begin/systems/{side}': {
    path: {
      side: 'first' | 'second'
    }
    query: {}
    body: {
      /**
       * Empty: that of the database
       */
      name: string
      /**
       * Empty: from the environment, e.g. ERP_URL
       */
      url: string
      /**
       * Where the URL names a user and no password
       */
      password?: string
    }
    answer: Beginning
  }
  'PUT /begin/tables': {
    path: {}
    query: {}
    body: {
      /**
       * @minItems 1
       * @maxItems 200
       */
      pairs: {
        flow?: string
        /**
         * @minItems 2
         * @maxItems 2
         */
        tables: [string, string]
      }[]
      /**
       * Look at the first rows of each table
       */
      rows: boolean
    }
    answer: Beginning
  }
  'PUT /begin/flows/{flow}': {
    path: {
      flow: string
    }
    query: {}
    body: {
      /**
       * @maxItems 2000
       */
      keep: string[]
      /**
       * @maxItems 500
       */
      add: [string, string][]
      /**
       * @maxItems 50
       */
      match: string[]
    }
    answer: Beginning
  }
  'GET /begin/flows/{flow}/samples': {
    path: {
      flow: string
    }
    query: {}
    body: null
    answer: Samples
  }
  'PUT /begin/decisions': {
    path: {}
    query: {}
    body: {
      company: string
      currency: string | null
      owners: {
        business: {
          name: string
          email: string
        }
        technical: {
          name: string
          email: string
        }
      } | null
      leads: string | null
      start: ('people-decide' | 'automatic' | 'equals') | null
      /**
       * Otherwise than the starting point does; null: decided later
       */
      answers: {
        [k: string]: string | null
      }
      match: {
        [k: string]: string | null
      }
    }
    answer: Beginning
  }
  'POST /begin/write': {
    path: {}
    query: {}
    body: null
    answer: Beginning
  }
  'GET /people': {
    path: {}
    query: {
      limit?: number
      cursor?: string
    }
    body: null
    answer: People
  }
  'POST /people': {
    path: {}
    query: {}
    body: {
      email: string
      name: string
      /**
       * @maxItems 500
       */
      roles: {
        /**
         * Null: in all flows
         */
        flow: string | null
        role: 'viewer' | 'business owner' | 'technical owner' | 'admin'
      }[]
    }
    answer: Invited
  }
  'PATCH /people/{id}': {
    path: {
      id: string
    }
    query: {}
    body: {
      name?: string
      /**
       * In place of the roles that were given before
       *
       * @maxItems 500
       */
      roles?: {
        /**
         * Null: in all flows
         */
        flow: string | null
        role: 'viewer' | 'business owner' | 'technical owner' | 'admin'
      }[]
      disabled?: boolean
    }
    answer: Account
  }
  'POST /people/{id}/reset': {
    path: {
      id: string
    }
    query: {}
    body: {
      /**
       * True: who uses the link loses the second factor, because the device is lost
       */
      second_factor?: boolean
    } | null
    answer: ResetLink
  }
  'POST /people/{id}/confirm': {
    path: {
      id: string
    }
    query: {}
    body: {
      /**
       * Since when the person has to wait, as `holds` says: a later reset is not confirmed
       */
      since: string
    }
    answer: Acted
  }
  'GET /tokens': {
    path: {}
    query: {}
    body: null
    answer: Tokens
  }
  'POST /tokens': {
    path: {}
    query: {}
    body: {
      name: string
      /**
       * @minItems 1
       */
      rights: ('view' | 'decide' | 'operate' | 'administer')[]
      flows?: string[] | null
      /**
       * Null: it does not expire
       */
      days?: number | null
    }
    answer: NewToken
  }
  'DELETE /tokens/{id}': {
    path: {
      id: string
    }
    query: {}
    body: null
    answer: Acted
  }
  'GET /audit': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      person?: string
      act?: string
      since?: string
      until?: string
    }
    body: null
    answer: Audit
  }
  'GET /rules/signatures': {
    path: {}
    query: {}
    body: null
    answer: Signings
  }
  'POST /rules/sign': {
    path: {}
    query: {}
    body: {
      flow: string
      /**
       * Of the rules that the person has read
       */
      fingerprint: string
      as: 'business' | 'technical'
      comment?: string
    }
    answer: Signing
  }
  'POST /rules/refuse': {
    path: {}
    query: {}
    body: {
      flow: string
      /**
       * Of the rules that the person has read
       */
      fingerprint: string
      as: 'business' | 'technical'
      comment: string
    }
    answer: Signing
  }
  'GET /home': {
    path: {}
    query: {}
    body: null
    answer: Home
  }
  'GET /flows': {
    path: {}
    query: {}
    body: null
    answer: {
      items: FlowCard[]
      /**
       * Flows that cannot run yet, and why
       */
      undecided: {
        flow: string
        questions: number
        refers_to: string | null
      }[]
    }
  }
  'GET /flows/{flow}': {
    path: {
      flow: string
    }
    query: {}
    body: null
    answer: FlowView
  }
  'POST /flows/{flow}/pause': {
    path: {
      flow: string
    }
    query: {}
    body: {
      reason?: string
    }
    answer: Acted
  }
  'POST /flows/{flow}/resume': {
    path: {
      flow: string
    }
    query: {}
    body: null
    answer: Acted
  }
  'POST /flows/{flow}/retry': {
    path: {
      flow: string
    }
    query: {}
    body: null
    answer: Retried
  }
  'POST /flows/{flow}/run': {
    path: {
      flow: string
    }
    query: {}
    body: {
      /**
       * Compare everything, not only what changed
       */
      full?: boolean
    }
    answer: Acted
  }
  'GET /cases': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      count?: string
      flow?: string
      kind?:
        | 'conflict'
        | 'ambiguous match'
        | 'outside edit'
        | 'held record'
        | 'quarantined record'
        | 'breaker tripped'
        | 'mass deletion'
        | 'restored system'
      cause?: string
      field?: string
      state?: 'open' | 'resolved' | 'all'
      record?: string
      run?: number
      under?: 'all' | number
      q?: string
      order?: 'oldest' | 'newest'
    }
    body: null
    answer: CasePage
  }
  'GET /cases/groups': {
    path: {}
    query: {
      flow?: string
      kind?:
        | 'conflict'
        | 'ambiguous match'
        | 'outside edit'
        | 'held record'
        | 'quarantined record'
        | 'breaker tripped'
        | 'mass deletion'
        | 'restored system'
      cause?: string
      field?: string
      state?: 'open' | 'resolved' | 'all'
      record?: string
      run?: number
      under?: 'all' | number
      q?: string
    }
    body: null
    answer: CaseGroups
  }
  'GET /cases/{case}': {
    path: {
      case: number
    }
    query: {}
    body: null
    answer: CaseDetail
  }
  'POST /cases/{case}/preview': {
    path: {
      case: number
    }
    query: {}
    body: {
      choice: string
      /**
       * For the choice `value`; empty: no value
       */
      value?: string
      /**
       * All open cases of the same flow, kind, cause and field that offer the choice
       */
      alike?: boolean
    }
    answer: Preview
  }
  'POST /cases/{case}/resolve': {
    path: {
      case: number
    }
    query: {}
    body: {
      choice: string
      /**
       * For the choice `value`; empty: no value
       */
      value?: string
      /**
       * All open cases of the same flow, kind, cause and field that offer the choice
       */
      alike?: boolean
      /**
       * How many cases the preview named; refused with 409 when it is not so many any more
       */
      expected?: number
    }
    answer: Resolved
  }
  'GET /records': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      flow?: string
      state?: 'live' | 'held' | 'left alone' | 'deleted' | 'any'
      standing?: 'in agreement' | 'allowed differences' | 'waiting' | 'needs a decision' | 'left out'
      q?: string
    }
    body: null
    answer: RecordPage
  }
  'GET /flows/{flow}/records/{record}': {
    path: {
      flow: string
      record: string
    }
    query: {}
    body: null
    answer: RecordView
  }
  'GET /log': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      flow?: string
      record?: string
      field?: string
      system?: string
      outcome?: 'intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent'
      kind?: 'operation' | 'revision' | 'case'
      what?: 'create' | 'update' | 'delete' | 'archive' | 'restore'
      run?: number
      rules?: string
      since?: string
      until?: string
    }
    body: null
    answer: LogPage
  }
  'GET /log/{kind}/{id}': {
    path: {
      kind: 'operation' | 'revision' | 'case'
      id: number
    }
    query: {}
    body: null
    answer: LogDetail
  }
  'GET /log/export': {
    path: {}
    query: {
      flow?: string
      record?: string
      field?: string
      system?: string
      outcome?: 'intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent'
      kind?: 'operation' | 'revision' | 'case'
      what?: 'create' | 'update' | 'delete' | 'archive' | 'restore'
      run?: number
      rules?: string
      since?: string
      until?: string
      format?: 'csv' | 'xlsx'
      language?: 'en' | 'es'
    }
    body: null
    answer: null
  }
  'GET /runs': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      flow?: string
      status?: 'running' | 'done' | 'waiting' | 'stopped' | 'failed'
      kind?: 'incremental' | 'full' | 'real time'
      changed?: string
      dull?: string
      since?: string
      until?: string
    }
    body: null
    answer: RunPage
  }
  'GET /runs/{run}': {
    path: {
      run: number
    }
    query: {}
    body: null
    answer: RunView
  }
  'GET /rules': {
    path: {}
    query: {}
    body: null
    answer: Rules
  }
  'GET /rules/versions': {
    path: {}
    query: {}
    body: null
    answer: RuleVersions
  }
  'GET /rules/diff': {
    path: {}
    query: {
      from: 'running' | number
      to: 'file' | number
    }
    body: null
    answer: RuleDiff
  }
  'POST /rules/answer': {
    path: {}
    query: {}
    body: {
      flow: string
      setting: string
      answer: string
    }
    answer: Answered
  }
  'POST /rules/dry-run': {
    path: {}
    query: {}
    body: {
      flow: string
      /**
       * By the file as it is now; false: by the rules that run
       */
      file?: boolean
    }
    answer: DryRun
  }
  'GET /alerts': {
    path: {}
    query: {
      limit?: number
      cursor?: string
      state?: 'open' | 'ended' | 'all'
      flow?: string
      system?: string
    }
    body: null
    answer: AlertPage
  }
  'GET /alerts/{alert}': {
    path: {
      alert: number
    }
    query: {}
    body: null
    answer: Alert
  }
  'POST /alerts/{alert}/acknowledge': {
    path: {
      alert: number
    }
    query: {}
    body: null
    answer: Alert
  }
  'POST /alerts/{alert}/mute': {
    path: {
      alert: number
    }
    query: {}
    body: {
      /**
       * Null: tell again
       */
      until: string | null
    }
    answer: Alert
  }
  'GET /channels': {
    path: {}
    query: {}
    body: null
    answer: Channels
  }
  'POST /channels/{channel}/test': {
    path: {
      channel: string
    }
    query: {}
    body: {
      /**
       * Key of a person of the contract; absent: the technical owners
       */
      to?: string
    }
    answer: ChannelTest
  }
  'GET /systems': {
    path: {}
    query: {}
    body: null
    answer: Systems
  }
  'GET /systems/{system}': {
    path: {
      system: string
    }
    query: {}
    body: null
    answer: SystemView
  }
  'POST /systems/{system}/test': {
    path: {
      system: string
    }
    query: {}
    body: null
    answer: SystemTest
  }
  'GET /events': {
    path: {}
    query: {}
    body: null
    answer: null
  }
  'GET /playground': {
    path: {}
    query: {}
    body: null
    answer: Playground
  }
  'GET /playground/{system}/{table}': {
    path: {
      system: string
      table: string
    }
    query: {
      q?: string
      limit?: number
    }
    body: null
    answer: PlayRows
  }
  'POST /playground/{system}/{table}': {
    path: {
      system: string
      table: string
    }
    query: {}
    body: {
      [k: string]: string | null
    }
    answer: PlayRow
  }
  'PATCH /playground/{system}/{table}/{id}': {
    path: {
      system: string
      table: string
      id: string
    }
    query: {}
    body: {
      [k: string]: string | null
    }
    answer: PlayRow
  }
  'DELETE /playground/{system}/{table}/{id}': {
    path: {
      system: string
      table: string
      id: string
    }
    query: {}
    body: null
    answer: Acted
  }
  'POST /playground/{system}/switch': {
    path: {
      system: string
    }
    query: {}
    body: {
      to: 'up' | 'down' | 'slow' | 'busy'
    }
    answer: Acted
  }
}
export interface Session {
  signed_in: boolean
  /**
   * There is no account yet: the start of the service prints a link
   */
  setup_needed: boolean
  who: {
    kind: 'person' | 'token'
    id: string
    name: string
    email: string
    /**
     * Can sign in by password
     */
    password: boolean
    /**
     * Has a second factor
     */
    second_factor: boolean
    roles: HeldRole[]
    /**
     * By right the flows in which it is held
     */
    rights: {
      view: 'all' | string[]
      decide: 'all' | string[]
      operate: 'all' | string[]
      sign: 'all' | string[]
      administer: boolean
    }
  } | null
  sign_in: {
    password: boolean
    /**
     * Providers: go to /api/v1/oidc/{name}/start
     */
    oidc: {
      name: string
      label: string
    }[]
  }
  company: string
  /**
   * There is no contract yet; an admin begins one
   */
  beginning: boolean
  /**
   * What others did to this account, or in this person’s name, and was not seen yet
   */
  notices: Notice[]
  /**
   * Send it as the header `x-csrf-token` with everything that is not GET
   */
  csrf: string | null
}
export interface HeldRole {
  /**
   * Null: in all flows
   */
  flow: string | null
  role: 'viewer' | 'business owner' | 'technical owner' | 'admin'
  /**
   * The contract names this person as the owner
   */
  by_contract: boolean
}
export interface Notice {
  id: string
  /**
   * ISO 8601, UTC
   */
  at: string
  kind:
    | 'invited'
    | 'reset link made'
    | 'password reset'
    | 'reset confirmed'
    | 'account disabled'
    | 'signed on the command line'
  /**
   * Who did it
   */
  by: string
  /**
   * What it was about, e.g. a flow; empty: the account
   */
  subject: string
}
export interface Acted {
  changed: boolean
}
export interface OneTimeLink {
  purpose: 'setup' | 'invitation' | 'reset'
  /**
   * Null: to be chosen (setup)
   */
  email: string | null
  name: string | null
  /**
   * The account has a second factor, which stays: its code is needed
   */
  code_needed: boolean
}
export interface BrowserSessions {
  items: BrowserSession[]
}
export interface BrowserSession {
  id: string
  /**
   * ISO 8601, UTC
   */
  begun: string
  /**
   * ISO 8601, UTC
   */
  used: string
  /**
   * `password`, or the name of a provider
   */
  method: string
  address: string
  /**
   * What the browser says of itself
   */
  agent: string
  current: boolean
}
export interface SecondFactor {
  /**
   * Null: there is none
   */
  since: string | null
  /**
   * How many are left
   */
  recovery_codes: number
}
export interface ProposedSecondFactor {
  /**
   * Base32, to be typed into an authenticator
   */
  secret: string
  /**
   * `otpauth:`, to be shown as a picture
   */
  uri: string
}
export interface RecoveryCodes {
  /**
   * Shown this once; each works once
   */
  codes: string[]
}
export interface Beginning {
  /**
   * There is a contract
   */
  over: boolean
  /**
   * @minItems 2
   * @maxItems 2
   */
  systems: [
    {
      name: string
      connector: string
      product: string
      tables: number
      notes: string[]
    } | null,
    {
      name: string
      connector: string
      product: string
      tables: number
      notes: string[]
    } | null,
  ]
  found: {
    flows: {
      flow: string
      /**
       * @minItems 2
       * @maxItems 2
       */
      tables: [string, string]
      /**
       * @minItems 2
       * @maxItems 2
       */
      rows: [number | null, number | null]
      fields: number
    }[]
    likely: {
      /**
       * @minItems 2
       * @maxItems 2
       */
      tables: [string, string]
      columns: number
    }[]
    /**
     * @minItems 2
     * @maxItems 2
     */
    free: [
      {
        table: string
        /**
         * About; null: nobody counted them
         */
        rows: number | null
        columns: number
      }[],
      {
        table: string
        /**
         * About; null: nobody counted them
         */
        rows: number | null
        columns: number
      }[],
    ]
  } | null
  flows:
    | {
        flow: string
        /**
         * @minItems 2
         * @maxItems 2
         */
        tables: [string, string]
        /**
         * How many rows were looked at; null: none
         */
        rows: [number, number] | null
        fields: {
          field: string
          type: string
          /**
           * @minItems 2
           * @maxItems 2
           */
          columns: [string[], string[]]
          /**
           * In how many of `of` records both sides hold the same; null: unknown
           */
          equal: number | null
          of: number | null
          /**
           * Of a choice: what each side calls its values
           */
          values: [string, string][]
          /**
           * Can tell which records belong together
           */
          matches: boolean
        }[]
        match: string[]
        rules: {
          field: string
          finds: number
          ambiguous: number
        }[]
        /**
         * Columns in no field
         *
         * @minItems 2
         * @maxItems 2
         */
        free: [string[], string[]]
      }[]
    | null
  /**
   * Tables whose rows could not be looked at
   */
  refused: string[]
  decisions: {
    company: string
    currency: string | null
    currency_needed: boolean
    owners: {
      business: {
        name: string
        email: string
      }
      technical: {
        name: string
        email: string
      }
    } | null
    leads: string | null
    leads_options: {
      answer: string
      means: string
      starts: {
        start: 'people-decide' | 'automatic' | 'equals'
        title: string
        means: string
      }[]
    }[]
    start: ('people-decide' | 'automatic' | 'equals') | null
    /**
     * The weightiest first
     */
    questions: {
      /**
       * Null: for all flows
       */
      flow: string | null
      setting: string
      role: 'business' | 'technical'
      question: string
      options: {
        answer: string
        means: string
      }[]
      /**
       * Null: decided later
       */
      answer: string | null
      /**
       * What the rows say about it
       */
      evidence: string[]
    }[]
    rulebook: {
      flow: string
      sections: RuleSection[]
    }[]
    /**
     * How many questions are still open, over all flows
     */
    open: number
    /**
     * The text of the contract’s file; null: nothing decided yet
     */
    file: string | null
  } | null
}
export interface RuleSection {
  section: 'owners' | 'master' | 'timing' | 'matching' | 'fields' | 'edge cases' | 'safety' | 'telling'
  sentences: string[]
}
export interface Samples {
  pairs: {
    fields: {
      field: string
      /**
       * @minItems 2
       * @maxItems 2
       */
      values: [string | null, string | null]
      equal: boolean
    }[]
  }[]
}
export interface People {
  items: Account[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface Account {
  id: string
  name: string
  email: string
  roles: HeldRole[]
  disabled: boolean
  /**
   * ISO 8601, UTC
   */
  created: string
  seen: string | null
  /**
   * Can sign in by password
   */
  password: boolean
  /**
   * Has a second factor
   */
  second_factor: boolean
  /**
   * Issuers of the providers that this person has signed in with
   */
  providers: string[]
}
export interface Invited {
  person: Account
  /**
   * Works once; give it to this person only. A path below the address of the pages where CONCORDAT_PUBLIC_URL is not set
   */
  link: string
  /**
   * ISO 8601, UTC
   */
  expires: string
}
export interface ResetLink {
  /**
   * Works once; give it to this person only. A path below the address of the pages where CONCORDAT_PUBLIC_URL is not set
   */
  link: string
  /**
   * ISO 8601, UTC
   */
  expires: string
}
export interface Tokens {
  items: Token[]
}
export interface Token {
  id: string
  name: string
  rights: ('view' | 'decide' | 'operate' | 'administer')[]
  /**
   * Null: all flows of its owner
   */
  flows: string[] | null
  /**
   * ISO 8601, UTC
   */
  created: string
  expires: string | null
  used: string | null
}
export interface NewToken {
  id: string
  name: string
  rights: ('view' | 'decide' | 'operate' | 'administer')[]
  /**
   * Null: all flows of its owner
   */
  flows: string[] | null
  /**
   * ISO 8601, UTC
   */
  created: string
  expires: string | null
  used: string | null
  /**
   * Shown this once
   */
  secret: string
}
export interface Audit {
  items: Act[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface Act {
  id: string
  /**
   * ISO 8601, UTC
   */
  at: string
  kind: 'person' | 'token' | 'nobody' | 'command line' | 'service'
  /**
   * Id of the account
   */
  person: string | null
  who: string
  act: string
  subject: string
  details: {
    [k: string]: unknown
  }
  address: string
}
export interface Signings {
  items: Signing[]
  /**
   * Of rules that the contract’s file has by now and that do not run yet; they can be signed
   */
  file: Signing[]
}
export interface Signing {
  flow: string
  /**
   * Of the rules that are loaded
   */
  fingerprint: string
  /**
   * By both owners: they run
   */
  signed: boolean
  /**
   * Who has to sign, or why it was refused
   */
  why: string | null
  business: OwnerWord
  technical: OwnerWord
  /**
   * Owners who do not sign yet, because it is not certain that their new password is their own
   */
  holds: {
    as: 'business' | 'technical'
    account: string
    name: string
    /**
     * Who made the link by which this owner got a password
     */
    by: string
    /**
     * ISO 8601, UTC
     */
    since: string
    /**
     * Null: until the other owner confirms
     */
    until: string | null
    /**
     * Who asks can confirm it: POST /people/{id}/confirm
     */
    confirm: boolean
  }[]
  /**
   * Also of rules before these, newest first
   */
  history: {
    fingerprint: string
    as: 'business' | 'technical'
    name: string
    verdict: 'signed' | 'refused'
    comment: string | null
    way: 'browser' | 'command line'
    /**
     * ISO 8601, UTC
     */
    at: string
  }[]
}
export interface OwnerWord {
  /**
   * Key in the contract
   */
  person: string
  name: string
  email: string
  /**
   * Null: nothing yet
   */
  said: {
    verdict: 'signed' | 'refused'
    comment: string | null
    /**
     * ISO 8601, UTC
     */
    at: string
    way: 'browser' | 'command line'
  } | null
}
export interface Home {
  company: string
  timezone: string
  sentence: {
    /**
     * As of when all flows that are on time were in agreement; null: never yet
     */
    agreed_at: string | null
    agreement: Agreement
    /**
     * Cases that wait for a decision
     */
    needs_you: number
    late: number
    failing: number
    paused: number
    never_run: number
  }
  flows: FlowCard[]
  undecided: {
    flow: string
    questions: number
  }[]
  cases: {
    open: number
    by_flow: {
      flow: string
      open: number
      new: number
      oldest: string | null
    }[]
  }
  alerts: {
    open: number
    undelivered: number
  }
  /**
   * The last 24 hours, hour by hour
   */
  activity: {
    /**
     * ISO 8601, UTC
     */
    at: string
    created: number
    updated: number
    deleted: number
    refused: number
  }[]
  service: {
    status: 'ok' | 'trouble'
    processes: number
    systems_in_trouble: string[]
  }
}
/**
 * How far the records agree; the four add up to all records
 */
export interface Agreement {
  /**
   * All systems have it, and hold the agreed values
   */
  in_agreement: number
  /**
   * Of those: a field may differ, by a decision
   */
  allowed_differences: number
  /**
   * For a write, for a retry, or for another record
   */
  waiting: number
  needs_decision: number
  /**
   * By a rule, or by a person
   */
  left_out: number
}
export interface FlowCard {
  flow: string
  status: FlowStatus
  /**
   * Why it bears this word, in a sentence
   */
  why: string
  last_run: {
    run: number
    status: 'running' | 'done' | 'waiting' | 'stopped' | 'failed'
    /**
     * ISO 8601, UTC
     */
    started: string
    finished: string | null
  } | null
  last_success: string | null
  records: number
  agreement: Agreement
  /**
   * Of what waits: what waits for a decision about another record
   */
  waits_on: WaitsForDecision[]
  open_cases: number
  /**
   * Writes that are decided and have not landed
   */
  waiting_writes: number
  owners: {
    business: string
    technical: string
  }
  next_runs?: NextRun[]
  last_day: Volume
}
export interface WaitsForDecision {
  /**
   * Where the records are not up to date
   */
  system: string
  /**
   * The flow of what they refer to
   */
  on: string
  count: number
  /**
   * The case that decides, where it is one for all of them
   */
  case: number | null
}
export interface NextRun {
  system: string
  /**
   * It is looked at all the time, so that `at` says nothing
   */
  real_time: boolean
  /**
   * Items: ISO 8601, UTC
   */
  at: string[]
  /**
   * The first of them in words: `tomorrow at 02:00`
   */
  words: string
}
/**
 * The last 24 hours
 */
export interface Volume {
  created: number
  updated: number
  deleted: number
  refused: number
}
export interface FlowView {
  flow: string
  status: FlowStatus
  /**
   * Why it bears this word, in a sentence
   */
  why: string
  last_run: {
    run: number
    status: 'running' | 'done' | 'waiting' | 'stopped' | 'failed'
    /**
     * ISO 8601, UTC
     */
    started: string
    finished: string | null
  } | null
  last_success: string | null
  records: number
  agreement: Agreement
  /**
   * Of what waits: what waits for a decision about another record
   */
  waits_on: WaitsForDecision[]
  open_cases: number
  /**
   * Writes that are decided and have not landed
   */
  waiting_writes: number
  owners: {
    business: string
    technical: string
  }
  next_runs?: NextRun[]
  last_day: Volume1
  people: {
    business: {
      key: string
      name: string
      email: string
    }
    technical: {
      key: string
      name: string
      email: string
    }
  }
  systems: FlowSystem[]
  promise: {
    late_after_seconds: number
    /**
     * Age of the oldest decided change that has not landed
     */
    lag_seconds: number | null
  }
  running: boolean
  /**
   * Somebody asked for a run that has not begun
   */
  asked: string | null
  /**
   * Runs that failed in a row
   */
  failures: number
  retry_at: string | null
  pause: {
    by: string | null
    /**
     * ISO 8601, UTC
     */
    since: string
    reason: string
  } | null
  fields: FieldRule[]
  rulebook: RuleSection[]
  /**
   * Of the rules of this flow
   */
  fingerprint: string
}
export interface Volume1 {
  created: number
  updated: number
  deleted: number
  refused: number
}
export interface FlowSystem {
  system: string
  table: string
  master: boolean
  /**
   * In words: `every 5 minutes`
   */
  schedule: string | null
  next_run: NextRun | null
  /**
   * When a run last looked for changes
   */
  looked_at: string | null
  /**
   * When all of it was last compared
   */
  scanned_at: string | null
  cursor: {
    at: string
    id: string
  } | null
  cursor_age_seconds: number | null
  /**
   * Records that are known here
   */
  linked: number
  /**
   * Records that cannot be read for now
   */
  held: number
  /**
   * Writes that are decided and have not landed
   */
  backlog: number
  oldest_waiting: string | null
  /**
   * Writes that were set aside
   */
  quarantined: number
  /**
   * Hints that no run has followed yet
   */
  hints: number
  /**
   * The budget of calls, where the contract gives one
   */
  rate: {
    limit: string | null
    booked_ahead_seconds: number
  } | null
  trouble: {
    failures: number
    since: string | null
    next_try: string | null
    message: string | null
  } | null
  last_day: {
    /**
     * Records whose values went out from here
     */
    taken_over: number
    written: number
    refused: number
  }
}
export interface FieldRule {
  field: string
  type: string
  required: boolean
  /**
   * System, or `shared`
   */
  owner: string
  /**
   * Where it goes, in words
   */
  way: string
  /**
   * By system: the column, or how it is computed
   */
  columns: {
    [k: string]: string
  }
}
export interface Retried {
  writes: number
}
export interface CasePage {
  items: Case[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface Case {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  case: number
  flow: string
  kind:
    | 'conflict'
    | 'ambiguous match'
    | 'outside edit'
    | 'held record'
    | 'quarantined record'
    | 'breaker tripped'
    | 'mass deletion'
    | 'restored system'
  cause: string
  state: 'open' | 'resolved'
  record: string | null
  title: string
  sentence: string
  /**
   * The open case that decides about this one; null: it is a decision of its own
   */
  decided_by: number | null
  /**
   * Open cases that it decides about besides its own
   */
  decides: number
  field: string | null
  /**
   * Side by side: system (or `golden`) → value
   */
  values: {
    [k: string]: string | null
  }
  choices: {
    choice: string
    means: string
  }[]
  /**
   * ISO 8601, UTC
   */
  opened: string
  opened_run: number
  resolved: string | null
  resolution: string | null
  /**
   * How often it was found
   */
  seen: number
  resolved_by: string | null
  /**
   * The same question had been answered before
   */
  back_again: boolean
}
export interface CaseGroups {
  items: CaseGroup[]
}
export interface CaseGroup {
  flow: string
  kind:
    | 'conflict'
    | 'ambiguous match'
    | 'outside edit'
    | 'held record'
    | 'quarantined record'
    | 'breaker tripped'
    | 'mass deletion'
    | 'restored system'
  cause: string
  field: string | null
  count: number
  /**
   * Opened within the last 24 hours
   */
  new: number
  back_again: number
  /**
   * ISO 8601, UTC
   */
  oldest: string
  /**
   * ISO 8601, UTC
   */
  newest: string
  sample: {
    case: number
    title: string
    sentence: string
  }
}
export interface CaseDetail {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  case: number
  flow: string
  kind:
    | 'conflict'
    | 'ambiguous match'
    | 'outside edit'
    | 'held record'
    | 'quarantined record'
    | 'breaker tripped'
    | 'mass deletion'
    | 'restored system'
  cause: string
  state: 'open' | 'resolved'
  record: string | null
  title: string
  sentence: string
  /**
   * The open case that decides about this one; null: it is a decision of its own
   */
  decided_by: number | null
  /**
   * Open cases that it decides about besides its own
   */
  decides: number
  field: string | null
  /**
   * Side by side: system (or `golden`) → value
   */
  values: {
    [k: string]: string | null
  }
  choices: {
    choice: string
    means: string
  }[]
  /**
   * ISO 8601, UTC
   */
  opened: string
  opened_run: number
  resolved: string | null
  resolution: string | null
  /**
   * How often it was found
   */
  seen: number
  resolved_by: string | null
  /**
   * The same question had been answered before
   */
  back_again: boolean
  /**
   * What is likely meant, and why
   */
  suggestion: {
    choice: string
    why: string
  } | null
  /**
   * By choice: how many open cases are alike and offer it, this one among them
   */
  alike: {
    choice: string
    open: number
  }[]
  /**
   * The record itself and those that could be the same thing, with all their values
   */
  candidates: Candidate[]
  /**
   * The whole record, for context
   */
  record_values: {
    golden: {
      [k: string]: string | null
    }
    systems: {
      [k: string]: {
        [k: string]: string | null
      }
    }
    owners: {
      [k: string]: string
    }
  } | null
}
export interface Candidate {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  record: string
  title: string
  links: {
    system: string
    id: string
  }[]
  values: {
    [k: string]: string | null
  }
}
export interface Preview {
  cases: number
  /**
   * How many of them were gone through for the effects: at most 200
   */
  rehearsed: number
  /**
   * What would be written: the first 50
   */
  effects: Effect[]
  /**
   * By system: records that would be written
   */
  writes: {
    [k: string]: number
  }
  /**
   * Effects that are not shown
   */
  more: number
  /**
   * Questions that would be asked next
   */
  asks: string[]
}
export interface Effect {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  case: number | null
  record: string
  title: string
  system: string
  what: 'create' | 'update' | 'delete' | 'archive' | 'restore'
  /**
   * Null: the record as a whole
   */
  field: string | null
  from: string | null
  to: string | null
}
export interface Resolved {
  cases: number
  /**
   * Numbers of the first 50
   */
  first: number[]
}
export interface RecordPage {
  items: RecordItem[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface RecordItem {
  record: string
  flow: string
  title: string
  state: 'pending' | 'live' | 'held' | 'left alone' | 'deleted'
  version: number
  links: {
    system: string
    id: string
    state: string
  }[]
  open_cases: number
}
export interface RecordView {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  record: string
  flow: string
  title: string
  state: 'pending' | 'live' | 'held' | 'left alone' | 'deleted'
  version: number
  links: {
    system: string
    id: string
    state: string
  }[]
  fields: RecordField[]
  timeline: LogEntry[]
  cases: Case[]
  /**
   * The last row that each system was known to hold
   */
  raw: {
    system: string
    id: string
    state: string
    columns: {
      column: string
      value: string | null
    }[]
  }[]
  /**
   * What still has to reach a system
   */
  waiting: {
    system: string
    action: string
    state: string
    /**
     * ISO 8601, UTC
     */
    since: string
    attempts: number
    error: string | null
  }[]
}
export interface RecordField {
  field: string
  type: string
  owner: string
  golden: string | null
  /**
   * Systems that hold the field
   */
  systems: {
    [k: string]: string | null
  }
  /**
   * All systems hold the agreed value
   */
  agrees: boolean
  /**
   * Systems that may differ, and why
   */
  waived: {
    [k: string]: string
  }
  /**
   * Why it has this value
   */
  why: string
  /**
   * Its last change; null: it has its first value
   */
  changed: {
    /**
     * ISO 8601, UTC
     */
    at: string
    run: number
    version: number
    /**
     * Whose value it was
     */
    system: string | null
    from: string | null
    lost: {
      [k: string]: string | null
    }
  } | null
}
export interface LogEntry {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  /**
   * ISO 8601, UTC
   */
  at: string
  kind: 'operation' | 'revision' | 'case'
  id: number
  flow: string
  run: number
  record: string | null
  title: string
  system: string | null
  what: string
  outcome: ('intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent') | null
  fields: {
    field: string
    from: string | null
    to: string | null
  }[]
  /**
   * The rule, as a sentence
   */
  why: string
}
export interface LogPage {
  items: LogEntry[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface LogDetail {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  /**
   * ISO 8601, UTC
   */
  at: string
  kind: 'operation' | 'revision' | 'case'
  id: number
  flow: string
  run: number
  record: string | null
  title: string
  system: string | null
  what: string
  outcome: ('intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent') | null
  fields: {
    field: string
    from: string | null
    to: string | null
  }[]
  /**
   * The rule, as a sentence
   */
  why: string
  remote_id: string | null
  /**
   * Of the golden record
   */
  version: number | null
  /**
   * Fingerprint of the contract
   */
  rules: string
  error: string | null
  /**
   * The system’s row before and after the write; null for an entry that is no write
   */
  columns:
    | {
        column: string
        /**
         * As the system held it
         */
        before: string | null
        /**
         * As it was to be: what was sent, else what was there
         */
        sent: string | null
        changed: boolean
      }[]
    | null
  lines_sent: {
    [k: string]: unknown
  } | null
  /**
   * Of a revision: what the other systems held and was not taken over
   */
  lost: {
    field: string
    values: {
      [k: string]: string | null
    }
  }[]
  settled_at: string | null
}
export interface RunPage {
  items: Run[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
}
export interface Run {
  run: number
  flow: string
  kind: 'incremental' | 'full' | 'real time'
  status: 'running' | 'done' | 'waiting' | 'stopped' | 'failed'
  /**
   * Fingerprint of the contract that it ran by
   */
  rules: string
  /**
   * ISO 8601, UTC
   */
  started: string
  finished: string | null
  seconds: number | null
  /**
   * Why it stopped or failed
   */
  message: string | null
  failure: {
    code: string
    system: string | null
  } | null
  counts: {
    read: number
    created: number
    updated: number
    deleted: number
    unchanged: number
    linked: number
    held: number
    quarantined: number
    conflicts: number
  }
  /**
   * By system
   */
  writes: {
    [k: string]: number
  }
  /**
   * After the run
   */
  open_cases: number | null
}
export interface RunView {
  run: number
  flow: string
  kind: 'incremental' | 'full' | 'real time'
  status: 'running' | 'done' | 'waiting' | 'stopped' | 'failed'
  /**
   * Fingerprint of the contract that it ran by
   */
  rules: string
  /**
   * ISO 8601, UTC
   */
  started: string
  finished: string | null
  seconds: number | null
  /**
   * Why it stopped or failed
   */
  message: string | null
  failure: {
    code: string
    system: string | null
  } | null
  counts: {
    read: number
    created: number
    updated: number
    deleted: number
    unchanged: number
    linked: number
    held: number
    quarantined: number
    conflicts: number
  }
  /**
   * By system
   */
  writes: {
    [k: string]: number
  }
  /**
   * After the run
   */
  open_cases: number | null
  /**
   * When it wrote where
   */
  stages: {
    system: string
    /**
     * `writing crm`
     */
    stage: string
    /**
     * ISO 8601, UTC
     */
    from: string
    to: string | null
    writes: number
    calls: number
  }[]
  refused: {
    count: number
    first: RefusedWrite[]
  }
  cases_opened: number
}
export interface RefusedWrite {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  operation: number
  /**
   * ISO 8601, UTC
   */
  at: string
  system: string
  what: 'create' | 'update' | 'delete' | 'archive' | 'restore'
  outcome: 'intended' | 'done' | 'refused' | 'failed' | 'superseded' | 'not sent'
  record: string
  title: string
  remote_id: string | null
  fields: {
    field: string
    from: string | null
    to: string | null
  }[]
  /**
   * Columns as they were sent
   */
  request: {
    [k: string]: string | null
  } | null
  /**
   * What the system answered
   */
  response: string | null
}
export interface Rules {
  company: string
  timezone: string
  /**
   * Of the contract that runs
   */
  fingerprint: string
  systems: {
    system: string
    connector: string
  }[]
  people: {
    key: string
    name: string
    email: string
  }[]
  flows: FlowRules[]
  findings: Finding[]
  /**
   * The contract’s file as it is now
   */
  file: {
    /**
     * Null when it has problems
     */
    fingerprint: string | null
    /**
     * It is not what runs
     */
    changed: boolean
    /**
     * When it was saved last; null when it cannot be read
     */
    saved: string | null
    /**
     * What the file waits for until it runs: `mending` of its problems, `answers`, `signatures`; `taking up`: all have signed, it runs within seconds; `restart`: what has changed is nothing that is signed
     */
    waits_for: 'nothing' | 'mending' | 'answers' | 'signatures' | 'taking up' | 'restart'
    questions: OpenQuestion[]
    findings: Finding[]
  }
}
export interface FlowRules {
  flow: string
  decided: boolean
  /**
   * Null while questions are open
   */
  fingerprint: string | null
  owners: {
    business: {
      key: string
      name: string
      email: string
    } | null
    technical: {
      key: string
      name: string
      email: string
    } | null
  }
  rulebook: RuleSection[]
  fields: FieldRule[]
  questions: OpenQuestion[]
}
export interface OpenQuestion {
  file: string
  line: number
  column: number
  flow: string
  /**
   * Path below the flow, e.g. `edge_cases.deleted_in_master`
   */
  setting: string
  question: string
  options: {
    answer: string
    means: string
  }[]
  role: 'business' | 'technical'
  owner: string | null
}
export interface Finding {
  file: string
  line: number
  column: number
  code: string
  severity: 'error' | 'warning'
  message: string
  cure: string
}
export interface RuleVersions {
  items: {
    version: number
    fingerprint: string
    /**
     * ISO 8601, UTC
     */
    published: string
    runs: number
    first_run: string | null
    last_run: string | null
    current: boolean
  }[]
}
export interface RuleDiff {
  from: {
    version: number | null
    fingerprint: string
  }
  to: {
    version: number | null
    fingerprint: string | null
  }
  flows: {
    flow: string
    change: 'new' | 'gone' | 'changed'
    /**
     * Sentences that hold now
     */
    added: string[]
    /**
     * Sentences that held before
     */
    removed: string[]
  }[]
  /**
   * The file, line by line, with three lines around each change
   */
  lines: {
    sign: ' ' | '+' | '-'
    text: string
    before: number | null
    after: number | null
  }[]
}
export interface Answered {
  fingerprint: string | null
  questions: OpenQuestion[]
  findings: Finding[]
}
export interface DryRun {
  flow: string
  fingerprint: string
  /**
   * Why it would stop before its end
   */
  message: string | null
  counts: {
    read: number
    created: number
    updated: number
    deleted: number
    held: number
    conflicts: number
  }
  writes: {
    [k: string]: number
  }
  /**
   * The first of each system
   */
  operations: PlannedOperation[]
  cases: {
    kind:
      | 'conflict'
      | 'ambiguous match'
      | 'outside edit'
      | 'held record'
      | 'quarantined record'
      | 'breaker tripped'
      | 'mass deletion'
      | 'restored system'
    title: string
    sentence: string
  }[]
  cases_more: number
}
export interface PlannedOperation {
  /**
   * By field (of lines `lines.product`): id of a record that is referred to → its title
   */
  references?: {
    [k: string]: {
      [k: string]: string
    }
  }
  /**
   * By field of type lines: the names of a line’s values, in their order
   */
  line_fields?: {
    [k: string]: string[]
  }
  flow: string
  system: string
  kind: 'create' | 'update' | 'delete' | 'archive' | 'restore'
  record: string
  title: string
  remote_id: string | null
  fields: {
    field: string
    from: string | null
    to: string | null
  }[]
  why: string
}
export interface AlertPage {
  items: Alert[]
  /**
   * Null: there is nothing more
   */
  next_cursor: string | null
  /**
   * Only where it was asked for with `count=true`
   */
  total?: number
  open: number
  /**
   * Messages that no channel takes
   */
  undelivered: AlertMessage[]
}
export interface Alert {
  alert: number
  kind:
    | 'late'
    | 'failing'
    | 'needs you'
    | 'stopped'
    | 'paused'
    | 'system unreachable'
    | 'credentials refused'
    | 'schema changed'
    | 'scheduler dead'
    | 'repaired by scan'
  state: 'open' | 'acknowledged' | 'ended'
  flows: string[]
  system: string | null
  headline: string
  sentence: string
  meaning: string
  todo: string
  count: number
  records: {
    record: string | null
    title: string
  }[]
  /**
   * ISO 8601, UTC
   */
  since: string
  ended: string | null
  returns: number
  acknowledged_by: string | null
  messages: AlertMessage[]
  muted_until: string | null
  muted_by: string | null
  /**
   * The page that shows it
   */
  path: string
}
export interface AlertMessage {
  event: 'begin' | 'again' | 'escalation' | 'recovery' | 'acknowledged' | 'test'
  to: string[]
  state: 'pending' | 'sent' | 'failed' | 'cancelled'
  /**
   * ISO 8601, UTC
   */
  at: string
  channel: string | null
  error: string | null
}
export interface Channels {
  items: {
    channel: string
    kind: string
    /**
     * Who is told by it
     */
    people: string[]
  }[]
}
export interface ChannelTest {
  channel: string
  kind: string
  to: string[]
  good: boolean
  answer: string
}
export interface Systems {
  items: System[]
}
export interface System {
  system: string
  connector: string
  status: 'ok' | 'trouble' | 'never called'
  trouble: {
    failures: number
    since: string | null
    next_try: string | null
    /**
     * The system itself asked us to wait
     */
    asked_wait: boolean
    code: string | null
    message: string | null
  } | null
  /**
   * When a run last read from it
   */
  last_look: string | null
  rate: {
    limit: string | null
    booked_ahead_seconds: number
  }
  flows: {
    flow: string
    table: string
    backlog: number
    quarantined: number
    held: number
  }[]
  last_day: {
    written: number
    refused: number
  }
  /**
   * Null: the contract takes no webhooks of it
   */
  webhook: {
    received_day: number
    waiting: number
    last: string | null
  } | null
}
export interface SystemView {
  system: string
  connector: string
  status: 'ok' | 'trouble' | 'never called'
  trouble: {
    failures: number
    since: string | null
    next_try: string | null
    /**
     * The system itself asked us to wait
     */
    asked_wait: boolean
    code: string | null
    message: string | null
  } | null
  /**
   * When a run last read from it
   */
  last_look: string | null
  rate: {
    limit: string | null
    booked_ahead_seconds: number
  }
  flows: {
    flow: string
    table: string
    backlog: number
    quarantined: number
    held: number
  }[]
  last_day: {
    written: number
    refused: number
  }
  /**
   * Null: the contract takes no webhooks of it
   */
  webhook: {
    received_day: number
    waiting: number
    last: string | null
  } | null
  /**
   * The last webhooks and feed hints
   */
  hints: HintDelivery[]
}
export interface HintDelivery {
  /**
   * ISO 8601, UTC
   */
  at: string
  flow: string
  remote_id: string | null
  message: string | null
  done: string | null
}
export interface SystemTest {
  reachable: boolean
  took_ms: number
  /**
   * What it said of itself, or why it could not be reached
   */
  answer: string
  cure: string | null
  feed: {
    state: 'none' | 'absent' | 'partial' | 'installed'
    waiting: number | null
    notes: string[]
  } | null
  /**
   * What of its tables is not as the contract names it
   */
  drift: {
    flow: string
    table: string
    message: string
  }[]
}
export interface Playground {
  systems: {
    system: string
    switch: 'up' | 'down' | 'slow' | 'busy'
    tables: {
      table: string
      flow: string
      columns: {
        column: string
        editable: boolean
        /**
         * The contract reads or writes it
         */
        mapped: boolean
        /**
         * The system or the contract refuses a row without it
         */
        required: boolean
        /**
         * What it is in a row that is typed in, unless said otherwise
         */
        usual: string | null
        /**
         * Values that the contract knows
         */
        values: string[]
        kind: 'text' | 'number' | 'boolean' | 'date' | 'time'
      }[]
    }[]
  }[]
}
/**
 * Newest change first
 */
export interface PlayRows {
  items: PlayRow[]
  total: number
}
export interface PlayRow {
  id: string
  values: {
    [k: string]: string | null
  }
}
