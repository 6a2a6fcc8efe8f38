import type { Json } from '../../../connector-kit/http/exact-json.ts'
import type { MeasuredObject, MeasureRequest, Passport } from '../../../model/passport.ts'
import type { RestDescription } from '../../../model/rest-description.ts'
import { callRefused } from '../refusals.ts'
import type { Answered, RestApi } from '../rest-api.ts'
import { checkDeletion } from './delete-checks.ts'
import { changeEach, changeLines, sendHardValues } from './field-checks.ts'
import { lookAtChanges, lookAtFilters } from './filters.ts'
import { firstRecord } from './first-record.ts'
import { checkGuard } from './guard-checks.ts'
import { compareShapes, lookAtPages, lookForFields } from './look.ts'
import { Notes } from './notes.ts'
import { Probe } from './probe.ts'
import { compareTwo, makeAtOnce, sendWrongRecords } from './refusal-checks.ts'
import { newToken, TestRecords } from './test-records.ts'

/*
 * Measures what a system does against what its description says. Step by step, each call looked at by itself:
 *
 *   sign-in     is it needed, and is its lack told as such
 *   reading     pages, order, fields, the same record by list and by id, filters, changes
 *   writing     only where it was allowed, on records of our own, which are removed again or named
 */

/** What cannot be measured without harm, of any system. */
const NEVER: readonly (readonly [what: string, why: string])[] = [
  ['how many wrong sign-ins lock a user out', 'it would lock the user out'],
  ['how long sign-ins and delta tokens last', 'it would take hours or days'],
  ['where long listings end', 'it would take ten thousand records'],
  ['whether the time of a change is that of its commit', 'it needs a slow transaction within the system'],
  ['webhooks', 'the system would have to be told where to send them'],
]

export async function measureApi(api: RestApi, request: MeasureRequest): Promise<Passport> {
  const { description } = api
  const whole = new Notes(null)
  for (const [what, why] of NEVER) whole.leaveOpen(what, why)
  let calls = await signIn(api, whole, request)
  const measured: [string, MeasuredObject][] = []
  const all = [whole]
  const left = []
  for (const object of description.objects) {
    if (request.signal?.aborted) break
    const notes = new Notes(object.name)
    const probe = new Probe(api, object)
    all.push(notes)
    const step = (name: string): void => request.onStep?.(object.name, name)
    step('reading')
    const token = newToken()
    const listed = await reading(probe, notes, token)
    const written = listed !== null && request.writes.includes(object.name) && object.create !== undefined
    if (written && object.delete === undefined)
      notes.leaveOpen('writes', 'what was made could not be removed again: no `delete` is described')
    else if (written) {
      const records = new TestRecords(probe, notes, {
        token,
        given: request.given[object.name] ?? {},
        referred: await referred(api, object),
      })
      try {
        await writing(records, listed, step, request.signal)
      } finally {
        step('removing test records')
        left.push(...(await records.remove()))
      }
    } else if (listed !== null) notes.leaveOpen('writes', 'it was not allowed for this object')
    calls += probe.calls
    measured.push([object.name, { written: written && object.delete !== undefined, found: notes.found }])
  }
  return {
    product: description.product,
    date: request.date,
    found: whole.found,
    objects: Object.fromEntries(measured),
    edits: all.flatMap(({ edits }) => edits),
    unmeasured: all.flatMap(({ unmeasured }) => unmeasured),
    left,
    calls,
  }
}

/** A call that needs the sign-in, with it and without. */
async function signIn(api: RestApi, notes: Notes, request: MeasureRequest): Promise<number> {
  request.onStep?.(null, 'signing in')
  const { verify, objects, signIn: how } = api.description
  const first = objects[0]!
  const call = verify ?? first.list
  const answered = await api.probe('verify', call)
  const nothing = answered.is === 'gone' && verify === undefined
  if (answered.is !== 'ok' && !nothing)
    throw callRefused(api, verify?.path ?? first.name, { ...answered, rule: null } as Answered)
  if (how.kind === 'none') return 1
  const without = await api.probe('verify', call, { unsigned: true }).catch(() => null)
  if (without?.is === 'ok') notes.note('open-to-all')
  else if (without?.is !== 'credentials') notes.note('sign-in-unclear')
  return 2
}

async function reading(probe: Probe, notes: Notes, token: string): Promise<readonly Json[] | null> {
  const listed = await lookAtPages(probe, notes)
  if (listed === null) return null
  lookForFields(probe, notes, listed)
  await compareShapes(probe, notes, listed)
  if (listed.length === 0) return listed
  await lookAtFilters(probe, notes, listed, token)
  const newest = newestOf(probe, listed)
  if (newest) await lookAtChanges(probe, notes, newest, false)
  return listed
}

function newestOf(probe: Probe, listed: readonly Json[]): Json | undefined {
  const { changedAt } = probe
  if (!changedAt) return undefined
  return listed
    .filter((json) => probe.value(changedAt, json) !== null)
    .toSorted((a, b) => (probe.value(changedAt, a)! < probe.value(changedAt, b)! ? 1 : -1))[0]
}

async function writing(
  records: TestRecords,
  listed: readonly Json[],
  step: (name: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { probe, notes } = records
  step('making a test record')
  const subject = await firstRecord(records, listed)
  if (subject === null) return
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['refusals', () => sendWrongRecords(records, subject)],
    ...(probe.object.update
      ? ([
          ['changing fields', () => changeEach(subject)],
          ['changing lines', () => changeLines(subject)],
          ['guard', () => checkGuard(subject)],
          ['values', () => sendHardValues(subject)],
          ['two records with the same values', () => compareTwo(records, subject)],
        ] as const)
      : []),
    ['several at once', () => makeAtOnce(records, probe.api.description.rate.atOnce)],
    ['deleting', () => checkDeletion(subject)],
  ]
  for (const [name, work] of steps) {
    if (signal?.aborted) return notes.leaveOpen('the rest', 'it was interrupted')
    step(name)
    await work()
  }
}

/** Ids of records that test records may refer to. */
async function referred(
  api: RestApi,
  { fields, lines }: RestDescription['objects'][number],
): Promise<(object: string) => string | null> {
  const known = new Map<string, string | null>()
  for (const { reference } of [...fields, ...lines.flatMap((line) => line.fields)]) {
    const target = api.description.objects.find(({ name }) => name === reference)
    if (target === undefined || known.has(target.name)) continue
    const probe = new Probe(api, target)
    const { records } = await probe.list({}, 1)
    known.set(target.name, records?.[0] === undefined ? null : probe.idOf(records[0]))
  }
  return (object) => known.get(object) ?? null
}
