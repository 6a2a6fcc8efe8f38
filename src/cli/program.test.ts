import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Prompter } from './init/prompter.ts'
import { decided, fakeApp, type } from '../../test/fixtures/command-line.ts'
import { ConcordatError } from '../model/errors.ts'
import type {
  CaseView,
  FeedReport,
  FlowRun,
  LogEntry,
  LogFilter,
  PlanReport,
  RecordView,
  StatusRow,
} from '../model/report.ts'

let folder = ''
const before = process.cwd()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-cli-'))
  writeFileSync(join(folder, 'concordat.yaml'), 'concordat: 1\n')
  process.chdir(folder)
})
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const run = (flow: string, more: Partial<FlowRun> = {}): FlowRun => ({
  flow,
  run: 7,
  status: 'done',
  kind: 'incremental',
  read: 12_345,
  created: 9,
  updated: 214,
  deleted: 0,
  unchanged: 12_000,
  linked: 3,
  held: 0,
  quarantined: 0,
  conflicts: 0,
  repaired: 0,
  writes: { erp: 9, crm: 214 },
  seconds: 3.21,
  open_cases: 0,
  ...more,
})

const conflict: CaseView = {
  case: 12,
  flow: 'customers',
  kind: 'conflict',
  cause: 'conflict',
  state: 'open',
  record: '42',
  title: 'Acme Instruments',
  sentence: 'Both systems changed the email since the last run.',
  decided_by: null,
  decides: 0,
  field: 'email',
  values: { erp: 'info@acme.example', crm: 'sales@acme.example', golden: null },
  choices: [
    { choice: 'erp', means: 'Take the value of erp.' },
    { choice: 'leave alone', means: 'Both keep theirs.' },
  ],
  opened: '2026-11-23T10:42:00Z',
  opened_run: 7,
  resolved: null,
  resolution: null,
}

const entry: LogEntry = {
  at: '2026-11-23T10:42:00Z',
  kind: 'operation',
  id: 1,
  flow: 'customers',
  run: 7,
  record: '42',
  title: 'Acme Instruments',
  system: 'crm',
  what: 'update',
  outcome: 'done',
  fields: [{ field: 'phone', from: null, to: '+34600111222' }],
  why: 'ERP is master of phone, so its value counts.',
}

const record = (id: string, title = 'Acme Instruments'): RecordView => ({
  record: id,
  flow: 'customers',
  title,
  version: 3,
  links: [
    { system: 'erp', id: 'ALFKI', state: 'live' },
    { system: 'crm', id: '17', state: 'live' },
  ],
  golden: { name: title, email: 'info@acme.example' },
  owners: { name: 'erp', email: 'shared' },
  systems: { erp: { name: title, email: 'info@acme.example' }, crm: { name: title, email: null } },
  timeline: [entry],
  cases: [],
})

const customers = decided(['customers'])
const agreed = (records: number) => ({
  in_agreement: records,
  allowed_differences: 0,
  waiting: 0,
  needs_decision: 0,
  left_out: 0,
})

describe('run', () => {
  test('prints one line a flow, then how far the records agree; status 0', async () => {
    const app = fakeApp({
      run: () =>
        Promise.resolve([
          run('customers', { agreement: agreed(200) }),
          run('orders', { created: 0, writes: {}, updated: 0, agreement: agreed(14) }),
        ]),
    })
    const typed = await type(['run'], { app, report: decided(['customers', 'orders']) })
    expect(typed.status).toBe(0)
    expect(typed.out).toBe(
      [
        'flow       outcome    read  created  updated  linked  writes           took',
        'customers  done     12,345        9      214       3  erp 9, crm 214  3.2 s',
        'orders     done     12,345        0        0       3  nothing         3.2 s',
        'All 214 records are in agreement.',
        '',
      ].join('\n'),
    )
    expect(app.closed).toBe(1)
  })

  test('cases make it 3, a failure 1, undecided flows 2', async () => {
    const flows = decided(['customers', 'orders'], ['orders'])
    const ending = async (report: typeof flows, ...runs: FlowRun[]) =>
      (await type(['run'], { report, app: fakeApp({ run: () => Promise.resolve(runs) }) })).status
    expect(await ending(customers, run('customers', { status: 'waiting', open_cases: 2 }))).toBe(3)
    expect(await ending(customers, run('customers', { status: 'stopped' }))).toBe(3)
    expect(await ending(customers, run('customers', { status: 'failed', message: 'crm did not answer.' }))).toBe(1)
    expect(await ending(flows, run('customers'))).toBe(2)
    expect(await ending(flows, run('customers', { status: 'failed' }))).toBe(1)
  })

  test('runs only what is decided, and says what it left out', async () => {
    let asked: readonly string[] | undefined
    const app = fakeApp({
      run: (options) => {
        asked = options?.flows
        return Promise.resolve([run('customers')])
      },
    })
    const typed = await type(['run'], { app, report: decided(['customers', 'orders'], ['orders']) })
    expect(asked).toEqual(['customers'])
    expect(typed.err).toContain('Left out, because decisions are missing: orders (1 open question)')
  })

  test('naming an undecided or unknown flow is an error before anything is opened', async () => {
    const undecided = await type(['run', 'orders', '--json'], { report: decided(['customers', 'orders'], ['orders']) })
    expect(undecided.status).toBe(2)
    expect(undecided.json()).toEqual({
      error: expect.objectContaining({
        code: 'contract.undecided',
        message: 'The flow orders is not decided yet: 1 question still open.',
      }) as unknown,
    })
    const refers = decided(['customers', 'orders'], ['customers'])
    const fields = [{ name: 'customer', spec: { type: 'reference', flow: 'customers' } }]
    Object.assign(refers.contract!.flows.get('orders')!, { fields })
    const orders = await type(['run', 'orders'], { report: refers })
    expect(orders).toMatchObject({ status: 2, out: '' })
    expect(orders.err).toContain(
      'The flow orders cannot run, because it refers to customers, which is not decided yet: 1 question still open.',
    )
    const unknown = await type(['run', 'custommers'], { report: customers })
    expect(unknown.status).toBe(1)
    expect(unknown.err).toBe('error: The contract has no flow "custommers".\nIts flows are: customers.\n')
  })

  test('--json prints one object with the figures as they are', async () => {
    const typed = await type(['run', '--json'], {
      report: customers,
      app: fakeApp({ run: () => Promise.resolve([run('customers')]) }),
    })
    expect(typed.json()).toEqual({ flows: [run('customers')] })
  })

  test('closes the application when the run throws', async () => {
    const app = fakeApp({
      run: () =>
        Promise.reject(new ConcordatError('connector.unreachable', 'crm does not answer.', { cure: 'Start it.' })),
    })
    const typed = await type(['run', '--json'], { app, report: customers })
    expect(app.closed).toBe(1)
    expect(typed.status).toBe(1)
    expect(typed.json()).toEqual({
      error: { code: 'connector.unreachable', message: 'crm does not answer.', cure: 'Start it.' },
    })
  })

  test('an interrupted run ends with 130', async () => {
    const controller = new AbortController()
    const app = fakeApp({
      run: (options) => {
        controller.abort()
        return Promise.resolve([run('customers', options?.signal?.aborted ? {} : { status: 'failed' })])
      },
    })
    expect((await type(['run'], { app, report: customers, abort: controller.signal })).status).toBe(130)
  })

  test('progress goes to the error stream only, and --quiet silences it', async () => {
    const app = fakeApp({
      run: (options) => {
        options?.onProgress?.({
          flow: 'customers',
          stage: 'writing crm',
          done: 1200,
          total: 2000,
          rate: 3400,
          secondsLeft: 61,
        })
        return Promise.resolve([])
      },
    })
    const typed = await type(['run', '--json'], { app, report: customers, screen: { tty: true } })
    expect(typed.err).toContain('customers     writing crm     1,200 of 2,000  60%  3,400/s  1 min 1 s left')
    expect(typed.json()).toEqual({ flows: [] })
    expect((await type(['run', '-q'], { app, report: customers, screen: { tty: true } })).err).toBe('')
  })
})

describe('plan', () => {
  const plan: PlanReport = {
    flows: [run('customers')],
    operations: [
      {
        flow: 'customers',
        system: 'crm',
        kind: 'update',
        record: '42',
        title: 'Acme Instruments',
        remote_id: '17',
        fields: [{ field: 'phone', from: '600', to: '+34600111222' }],
        why: 'ERP is master of phone, so its value counts.',
      },
    ],
    cases: [],
  }

  test('prints figures, a sample with reasons, and that nothing was written', async () => {
    const typed = await type(['plan'], { report: customers, app: fakeApp({ plan: () => Promise.resolve(plan) }) })
    expect(typed.status).toBe(0)
    expect(typed.out).toContain('customers in crm: 214 writes, the first 1')
    expect(typed.out).toContain(
      '  update  Acme Instruments  17\n      phone  600 → +34600111222\n      ERP is master of phone',
    )
    expect(typed.out).toMatch(/A run would make 223 writes\. This preview wrote nothing\.\n$/)
  })

  test('answers 3 when the run would open cases', async () => {
    const app = fakeApp({ plan: () => Promise.resolve({ ...plan, cases: [conflict] }) })
    const typed = await type(['plan'], { report: customers, app })
    expect(typed.status).toBe(3)
    expect(typed.out).not.toContain('cases resolve')
  })
})

describe('status', () => {
  const row: StatusRow = {
    flow: 'customers',
    status: 'On time',
    why: 'The last run was 3 minutes ago.',
    last_run: null,
    last_success: '2026-11-23T10:42:00Z',
    records: 2000,
    agreement: agreed(2000),
    waits_on: [],
    open_cases: 0,
    waiting_writes: 0,
    owners: { business: 'Ana Ruiz', technical: 'Tomás Vidal' },
  }
  const status = (...rows: StatusRow[]) =>
    type(['status'], { report: customers, app: fakeApp({ status: () => Promise.resolve(rows) }) })

  test('begins with one sentence of truth', async () => {
    const some = { in_agreement: 1999, allowed_differences: 4, waiting: 1, needs_decision: 3, left_out: 0 }
    expect((await status(row)).out).toMatch(/^All 2,000 records are in agreement\.\n/)
    expect((await status({ ...row, agreement: some, open_cases: 3, status: 'Needs you' })).out).toMatch(
      /^99\.8% of 2,003 records are in agreement; 3 need a decision, 1 waits\. 3 cases are open\.\n/,
    )
    expect((await status({ ...row, status: 'Failing' })).out).toMatch(
      /^customers is failing\. Whether customers are in agreement now is not known\.\n/,
    )
    expect((await status({ ...row, status: 'Never run', last_success: null })).out).toMatch(/^No flow has run yet\.\n/)
  })

  test('the exit status is for a monitor', async () => {
    expect((await status(row)).status).toBe(0)
    expect((await status({ ...row, open_cases: 1 })).status).toBe(3)
    expect((await status({ ...row, status: 'Failing', open_cases: 1 })).status).toBe(1)
  })

  test('fits the terminal', async () => {
    const app = fakeApp({
      status: () => Promise.resolve([row, { ...row, flow: 'orders', why: 'A long reason. '.repeat(12) }]),
    })
    const typed = await type(['status'], { report: customers, app, screen: { width: 100 } })
    for (const line of typed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect(typed.out).toContain('● On time')
  })
})

describe('show', () => {
  const show = (views: readonly RecordView[], ...more: string[]) =>
    type(['show', 'customers', 'Acme', ...more], {
      report: customers,
      app: fakeApp({ show: () => Promise.resolve(views) }),
    })

  test('prints the record across the systems, and marks what differs', async () => {
    const { out, status } = await show([record('42')])
    expect(status).toBe(0)
    expect(out).toContain('In erp ALFKI, crm 17')
    expect(out).toContain('email  shared  info@acme.example  info@acme.example  – ≠')
    expect(out).toContain('ERP is master of phone, so its value counts.')
  })

  test('prints order lines as lines, and of a change only those that differ', async () => {
    const lines = (...all: [string, string][]) =>
      JSON.stringify(all.map(([key, qty]) => [JSON.stringify([key]), [key, qty]]))
    const [before, after] = [lines(['A', '1'], ['B', '2']), lines(['A', '1'], ['B', '3'], ['C', '4'])]
    const changed = { ...entry, fields: [{ field: 'lines', from: before, to: after }] }
    const golden = { ...record('42').golden, lines: after }
    const { out } = await show([{ ...record('42'), golden, timeline: [changed] }])
    expect(out).toContain('lines, as agreed\n  A  1\n  B  3\n  C  4\n')
    expect(out).toContain(
      'lines  2 lines → 3 lines\n               - B  2\n               + B  3\n               + C  4\n',
    )
    expect(out).not.toContain('[[')
  })

  test('one match prints the view itself as JSON, --all an object with all', async () => {
    expect((await show([record('42')], '--json')).json()).toEqual(record('42'))
    expect((await show([record('42')], '--json', '--all')).json()).toEqual({ records: [record('42')] })
  })

  test('several matches ask which one, none says so', async () => {
    const several = await show([record('42'), record('43', 'Acme Ltd')])
    expect(several.status).toBe(1)
    expect(several.err).toContain('2 records of customers fit "Acme": 42 (Acme Instruments), 43 (Acme Ltd).')
    const none = await show([], '--json')
    expect(none.status).toBe(1)
    expect(none.json()).toMatchObject({ error: { code: 'engine.unknown-record' } })
  })
})

describe('log', () => {
  const log = async (...argv: string[]) => {
    let filter: LogFilter | undefined
    const app = fakeApp({
      log: (asked) => {
        filter = asked
        return Promise.resolve([entry, entry, entry].slice(0, asked.limit ?? 3))
      },
    })
    return { typed: await type(['log', ...argv], { report: customers, app }), filter: () => filter }
  }

  test('a name that the contract does not have is said, when nothing was found', async () => {
    const app = fakeApp({ log: () => Promise.resolve([]), cases: () => Promise.resolve([]) })
    const report = decided(['customers'])
    Object.assign(report.rulebook[0]!, { ownership: [{ field: 'email', owner: 'ERP', flows: '' }] })
    Object.assign(report.contract!, { systems: new Map([['erp', {}]]) })
    const said = async (...argv: string[]) => (await type(argv, { report, app })).err.split('\n')[0]
    expect(await said('log', '--flow', 'custmers')).toBe('error: The contract has no flow "custmers".')
    expect(await said('cases', '--flow', 'custmers')).toBe('error: The contract has no flow "custmers".')
    expect(await said('log', '--system', 'shop')).toBe('error: The contract has no system "shop".')
    expect(await said('log', '--field', 'mail')).toBe('error: No flow has a field "mail".')
    expect(await said('log', '--flow', 'customers', '--field', 'mail')).toBe('error: customers has no field "mail".')
    expect(
      (await type(['log', '--flow', 'customers', '--field', 'email', '--system', 'erp'], { report, app })).status,
    ).toBe(0)
  })

  test('passes every filter on', async () => {
    const { filter } = await log(
      '--flow',
      'customers',
      '--record',
      'crm:17',
      '--field',
      'email',
      '--system',
      'crm',
      '--outcome',
      'not sent',
      '--run',
      '7',
      '--since',
      '2h',
      '--limit',
      '2',
    )
    expect(filter()).toEqual({
      flow: 'customers',
      record: 'crm:17',
      field: 'email',
      system: 'crm',
      outcome: 'not sent',
      run: 7,
      since: '2026-11-23T08:45:00.000Z',
      limit: 3,
    })
  })

  test('shows as many as asked and says that there is more', async () => {
    const { typed } = await log('--limit', '2', '--json')
    expect(typed.json()).toEqual({ entries: [entry, entry] })
    expect(typed.err).toContain('There is more')
  })

  test('refuses what is no time', async () => {
    const { typed } = await log('--since', 'yesterday')
    expect(typed.status).toBe(1)
    expect(typed.err).toContain('"yesterday" is not a time.')
  })
})

describe('cases', () => {
  test('lists values side by side with the command for each choice; open ones make it 3', async () => {
    const typed = await type(['cases', '--flow', 'customers'], {
      report: customers,
      app: fakeApp({ cases: () => Promise.resolve([conflict]) }),
    })
    expect(typed.status).toBe(3)
    expect(typed.out).toContain('#12  Acme Instruments · email  record 42  opened 3 minutes ago')
    expect(typed.out).toContain('erp     info@acme.example')
    expect(typed.out).toContain('concordat cases resolve 12 erp            Take the value of erp.')
    expect(typed.out).toContain("concordat cases resolve 12 'leave alone'  Both keep theirs.")
  })

  test('--json works on the group itself, and none is 0', async () => {
    const typed = await type(['cases', '--json'], {
      report: customers,
      app: fakeApp({ cases: () => Promise.resolve([]) }),
    })
    expect(typed.json()).toEqual({ cases: [] })
    expect(typed.status).toBe(0)
  })

  test('shows the first 20 to people and all to programs', async () => {
    const many = Array.from({ length: 30 }, (_, place) => ({ ...conflict, case: place }))
    const app = fakeApp({ cases: (filter) => Promise.resolve(many.slice(0, filter?.limit)) })
    const people = await type(['cases'], { app, report: customers })
    expect(people.out.match(/#\d+/g)).toHaveLength(20)
    expect(people.err).toContain('There are more')
    expect((await type(['cases', '--json'], { app, report: customers })).json()).toEqual({ cases: many })
  })

  test('resolve passes the decision on, quoted or not', async () => {
    const decisions: unknown[] = []
    const app = fakeApp({
      resolve: (id, decision) => {
        decisions.push([id, decision])
        return Promise.resolve([conflict])
      },
    })
    const given = { app, report: customers, env: { CONCORDAT_USER: 'ana' } }
    expect((await type(['cases', 'resolve', '12', 'leave', 'alone', '--all-alike'], given)).status).toBe(0)
    await type(['cases', 'resolve', '#12', 'value', '--value', 'x@y.example', '--by', 'Tomás'], given)
    expect(decisions).toEqual([
      [12, { choice: 'leave alone', by: 'ana', alike: true }],
      [12, { choice: 'value', by: 'Tomás', value: 'x@y.example' }],
    ])
  })
})

describe('errors', () => {
  test('a missing contract is status 2 and says where to begin', async () => {
    const typed = await type(['status', '--contract', 'nowhere.yaml', '--json'])
    expect(typed.status).toBe(2)
    expect(typed.json()).toMatchObject({ error: { code: 'contract.unreadable' } })
  })

  test('an invalid contract names its first problem and opens nothing', async () => {
    const problem = {
      code: 'unknown-key',
      severity: 'error',
      message: '`maste` is not a setting of a flow.',
      cure: 'Write `master`.',
      file: 'concordat.yaml',
      line: 3,
      column: 5,
    } as const
    const typed = await type(['run'], { report: { ...customers, problems: [problem], contract: null } })
    expect(typed.status).toBe(2)
    expect(typed.err).toContain(
      'the first is at concordat.yaml:3:5: `maste` is not a setting of a flow.\nWrite `master`.',
    )
  })

  test('what is not understood is status 1, on one line, with the nearest command', async () => {
    const typed = await type(['statsu'])
    expect(typed.status).toBe(1)
    expect(typed.err).toContain("Unknown command 'statsu'.")
    expect(typed.err).toContain('Did you mean status?')
    for (const argv of [
      ['statsu', '--help'],
      ['help', 'statsu'],
    ]) {
      const helped = await type(argv)
      expect([helped.status, helped.out]).toEqual([1, ''])
      expect(helped.err).toContain('Did you mean status?')
    }
    const json = await type(['run', '--nonsense', '--json'])
    expect(json.status).toBe(1)
    expect(json.json()).toMatchObject({ error: { code: 'cli.usage' } })
  })

  test('anything else is a bug, with its stack', async () => {
    const app = fakeApp({ status: () => Promise.reject(new TypeError('x is undefined')) })
    const typed = await type(['status'], { app, report: customers })
    expect(typed.status).toBe(1)
    expect(typed.err).toContain('This is a bug in Concordat: x is undefined')
    expect(typed.err).toContain('at ')
  })

  test('help and version are no failure, and every command has examples and exit statuses', async () => {
    expect(await type(['--version'])).toMatchObject({ status: 0, out: '1.2.3\n' })
    for (const command of [
      'init',
      'check',
      'plan',
      'run',
      'status',
      'log',
      'show',
      'cases',
      'cases resolve',
      'cases list',
    ]) {
      const { status, out } = await type([...command.split(' '), '--help'])
      expect(status, command).toBe(0)
      expect(out, command).toContain('Examples:')
      expect(out, command).toContain('130  interrupted')
    }
  })
})

describe('check', () => {
  test('shows the place in the source, then questions by who must answer', async () => {
    writeFileSync(
      'broken.yaml',
      'concordat: 1\ncompany: Acme\ntimezone: Europe/Madrid\nflows:\n  customers:\n    maste: erp\n',
    )
    const typed = await type(['check', '--contract', 'broken.yaml'])
    expect(typed.status).toBe(2)
    expect(typed.out).toContain('broken.yaml:6:5  error  `maste` is not a setting of a flow; did you mean `master`?')
    expect(typed.out).toContain('  6 |     maste: erp\n    |     ^\n')
    expect(typed.out).toContain('For the business owner (nobody is named yet):')
  })

  test('--json has problems, questions, rulebook and ok', async () => {
    const typed = await type(['check', '--json'], { report: customers })
    expect(typed.status).toBe(0)
    expect(typed.json()).toEqual({
      ok: true,
      fingerprint: 'f00d',
      problems: [],
      questions: [],
      rulebook: customers.rulebook,
    })
  })
})

describe('feed', () => {
  const report = (state: FeedReport['state'], more: Partial<FeedReport> = {}): FeedReport => ({
    system: 'erp',
    state,
    statements: state === 'absent' ? ['create schema x', 'create table x.change ()'] : [],
    removal: state === 'installed' ? ['drop schema x cascade'] : [],
    waiting: state === 'installed' ? 0 : null,
    notes: [],
    ...more,
  })
  const app = (state: FeedReport['state']) => {
    const done: string[] = []
    return {
      done,
      ...fakeApp({
        feed: () => Promise.resolve(report(state)),
        installFeed: (system) => {
          done.push(`install ${system}`)
          return Promise.resolve(report('installed'))
        },
        removeFeed: (system) => {
          done.push(`remove ${system}`)
          return Promise.resolve(report('absent'))
        },
      }),
    }
  }

  test('status shows what installing would run, and runs nothing', async () => {
    const one = app('absent')
    const typed = await type(['feed', 'status', 'erp'], { app: one, report: customers })
    expect(typed.status).toBe(0)
    expect(typed.out).toContain('erp has no change feed: it is polled.')
    expect(typed.out).toContain('create schema x;\ncreate table x.change ();')
    expect(one.done).toEqual([])
  })

  test('nothing is installed that nobody agreed to', async () => {
    const one = app('absent')
    const typed = await type(['feed', 'install', 'erp', '--json'], { app: one, report: customers })
    expect(typed.status).toBe(1)
    expect(one.done).toEqual([])
    const agreed = await type(['feed', 'install', 'erp', '--yes', '--json'], { app: one, report: customers })
    expect(agreed.json()).toEqual({ ...report('installed'), ran: report('absent').statements })
    expect(one.done).toEqual(['install erp'])
  })

  test('the statements come before the question', async () => {
    const one = app('installed')
    const asked: string[] = []
    const prompter = { confirm: (question: string) => Promise.resolve(asked.push(question) > 1) } as unknown as Prompter
    const refused = await type(['feed', 'remove', 'erp'], { app: one, report: customers, prompter })
    expect(refused.status).toBe(130)
    expect(refused.out).toContain('drop schema x cascade;')
    expect(one.done).toEqual([])
    expect((await type(['feed', 'remove', 'erp'], { app: one, report: customers, prompter })).status).toBe(0)
    expect(one.done).toEqual(['remove erp'])
    expect(asked).toEqual(['Run this in erp?', 'Run this in erp?'])
  })
})
