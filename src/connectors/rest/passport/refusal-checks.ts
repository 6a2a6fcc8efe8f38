import { isJsonObject, type Json, withJsonAt } from '../../../connector-kit/http/exact-json.ts'
import type { RestField } from '../../../model/rest-description.ts'
import type { Made, Outcome, Values } from './probe.ts'
import type { TestRecords } from './test-records.ts'
import { isSame, TestSubject } from './test-subject.ts'

/* What the system says to what it does not want, and whether that can be told from trouble of its own. */

const UNKNOWN_ID = '2147483646'
const TROUBLE = ['lost', 'unsure', 'again']

/** Sends records that must be refused. `subject`: one that is there. */
export async function sendWrongRecords(records: TestRecords, subject: TestSubject): Promise<void> {
  if (records.full) await leaveOut(records)
  await sendWithoutRequired(records, subject)
  await sendUnknownReferences(records)
  await sendDuplicates(records, subject)
  const { notes } = records
  if (TROUBLE.includes((await records.sendText('{"')).is)) notes.note('malformed-as-failure')
}

/** Whether the fields that must be there are all that must be there. */
async function leaveOut(records: TestRecords): Promise<void> {
  const { fields, notes, probe } = records
  const optional = fields.filter(({ required, hasDefault }) => !required && !hasDefault)
  if (optional.length === 0) return
  const without = (left: readonly RestField[]): Promise<Made> =>
    records.make(records.values(fields.filter((field) => !left.includes(field))))
  if ((await without(optional)).is === 'ok') return
  for (const field of optional)
    if ((await without([field])).is !== 'ok')
      notes.note('required-undeclared', field.name, {
        path: ['objects', probe.object.name, 'fields', field.name, 'required'],
        value: true,
      })
}

async function sendWithoutRequired(records: TestRecords, subject: TestSubject): Promise<void> {
  const { fields, probe, notes } = records
  const missing = fields.find(({ required, hasDefault }) => required && !hasDefault)
  const typed = fields.find(({ type }) => type === 'decimal' || type === 'integer' || type === 'date')
  const values = records.values(fields.filter((field) => field !== missing))
  let body: Json = probe.bodyOfNew(values, records.lines, records.newId())
  if (missing === undefined) {
    if (typed === undefined || !isJsonObject(body))
      return notes.leaveOpen('refusals', 'nothing is known that must be refused')
    body = withJsonAt(body, typed.path, 'no such value')
  }
  const answered = await records.send(body)
  if (TROUBLE.includes(answered.is)) return notes.note('refusal-as-failure')
  if (answered.is === 'ok') {
    if (answered.id === null || (await probe.one(answered.id)).json === null) noteSuccess(records, answered, subject)
    else notes.leaveOpen('refusals', 'the system takes what was meant to be refused')
    return
  }
  lookForReason(records, answered)
}

/** A refusal that looks like success: what stands in its body tells it apart. */
function noteSuccess({ notes, probe }: TestRecords, { answer }: Outcome, subject: TestSubject): void {
  const body = answer?.body
  const kept = isJsonObject(subject.seen) ? Object.keys(subject.seen) : []
  const top = probe.object.create!.record[0]
  const key = isJsonObject(body)
    ? Object.keys(body).find((name) => /^[A-Za-z_]\w*$/.test(name) && name !== top && !kept.includes(name))
    : undefined
  const rule = { when: `op == "create" && status == ${answer?.status} && has(body.${key})`, is: 'refused' }
  notes.note(
    'refusal-as-success',
    undefined,
    ...(key === undefined ? [] : [{ path: ['errors'], value: rule, append: true as const }]),
  )
}

function lookForReason({ notes }: TestRecords, { answer }: Outcome): void {
  if (!answer || (answer.body !== null && !(isJsonObject(answer.body) && Object.keys(answer.body).length === 0))) return
  const headers = Object.keys(answer.headers).filter((name) => /reason|error|message|status/i.test(name))
  if (headers.length > 0) notes.note('reason-in-header', headers)
}

async function sendUnknownReferences(records: TestRecords): Promise<void> {
  const { fields, notes, probe } = records
  for (const field of fields) {
    if (field.reference === undefined) continue
    const target = probe.api.description.objects.find(({ name }) => name === field.reference)
    const type = target?.fields.find(({ name }) => name === target.id.field)?.type
    const unknown = type === 'text' ? `${records.sources.token}-none` : UNKNOWN_ID
    const answered = await records.make({ ...records.values(), [field.name]: unknown })
    if (answered.is !== 'ok' && answered.is !== 'missing reference') notes.note('reference-unclear', field.name)
  }
}

async function sendDuplicates(records: TestRecords, subject: TestSubject): Promise<void> {
  const { fields, notes, probe } = records
  for (const field of fields) {
    if (!field.unique || subject.value(field) === null) continue
    const answered = await records.make({ ...records.values(), [field.name]: subject.value(field) })
    const path = ['objects', probe.object.name, 'fields', field.name, 'unique']
    if (answered.is === 'ok') notes.note('duplicate-taken', field.name, { path })
    else if (answered.is !== 'exists') {
      const { answer } = answered
      const rule = { when: 'status == 409', is: 'exists' }
      const edits = answer?.status === 409 ? [{ path: ['errors'], value: rule, append: true as const }] : []
      notes.note('duplicate-unclear', field.name, ...edits)
    }
  }
}

/** Whether two records may hold the same, and go on without each other. */
export async function compareTwo(records: TestRecords, subject: TestSubject): Promise<void> {
  const { probe, notes } = records
  const made = await records.make(records.values())
  const json = made.id === null ? null : (await probe.one(made.id)).json
  if (made.id === null || json === null) return
  const other = new TestSubject(records, made.id, json)
  const shared = records.fields.filter(
    ({ type, unique, reference, name }) =>
      type === 'text' && !unique && !reference && !(name in records.sources.given) && !notes.has('field-ignored', name),
  )
  const values: Values = records.values(shared)
  if (shared.length === 0 || (await subject.set(values)) === null) return
  const same: RestField[] = []
  if (await other.set(values)) same.push(...shared)
  else
    for (const field of shared) {
      if (await other.set({ [field.name]: values[field.name] ?? null })) same.push(field)
      else {
        const path = ['objects', probe.object.name, 'fields', field.name, 'unique']
        notes.note('unique-undeclared', field.name, { path, value: true })
      }
    }
  const next = records.values(same)
  if ((await subject.set(next)) === null) return
  const after = (await probe.one(other.id)).json
  if (after === null) return
  other.seen = after
  for (const field of same)
    if (
      !isSame(field, values[field.name] ?? null, other.value(field)) &&
      isSame(field, next[field.name] ?? null, other.value(field))
    )
      notes.note('shared-value', field.name)
}

/** Makes several records at the same time. */
export async function makeAtOnce(records: TestRecords, most: number): Promise<void> {
  const { notes, probe } = records
  const many = Math.min(most, 5)
  if (many < 2) return
  const all = Array.from({ length: many }, () => records.values())
  const made = await Promise.all(all.map((values) => records.make(values)))
  const failed = made.filter(({ is }) => is !== 'ok').length
  if (failed === 0) return
  const path = ['objects', probe.object.name, 'create', 'at_once']
  notes.note('parallel-fails', undefined, { path, value: 1 })
}
