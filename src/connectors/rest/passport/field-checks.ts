import { jsonAt, type Json } from '../../../connector-kit/http/exact-json.ts'
import type { RestField } from '../../../model/rest-description.ts'
import type { Raw } from '../../../model/value.ts'
import { linesOf } from '../rest-record.ts'
import { plainNumber } from '../number-text.ts'
import { sampleValue } from './sample-values.ts'
import { isSame, type TestSubject } from './test-subject.ts'
import type { Values } from './probe.ts'

/* What becomes of values that are sent to fields, and which changes move the time and the version of a record. */

const LONG = 300

/** Changes one field after the other. */
export async function changeEach(subject: TestSubject): Promise<void> {
  const { records, probe } = subject
  const { notes } = records
  for (const field of records.fields) {
    const next = otherValue(subject, field)
    if (next === null || notes.has('field-missing', field.name)) continue
    const changed = await subject.set({ [field.name]: next })
    if (changed === null) continue
    if (!isSame(field, next, subject.value(field))) {
      if (isSame(field, probe.value(field, changed.before), subject.value(field)))
        notes.note('field-ignored', field.name)
      continue
    }
    const emptied = records.fields.filter(
      (other) =>
        other !== field && probe.value(other, changed.before) !== null && probe.value(other, changed.after) === null,
    )
    if (emptied.length > 0) {
      notes.note(
        'unsent-emptied',
        emptied.map(({ name }) => name),
      )
      const back = Object.fromEntries(emptied.map((other) => [other.name, probe.value(other, changed.before)]))
      await subject.set({ ...back, [field.name]: next })
    }
    await lookForMoves(subject, field.name, changed.before, async () => {
      const again = otherValue(subject, field)
      return again === null ? null : subject.set({ [field.name]: again })
    })
  }
}

/** Changes a line of each kind. */
export async function changeLines(subject: TestSubject): Promise<void> {
  const { probe, records } = subject
  for (const { name, id, fields } of probe.object.lines) {
    const opened = probe.reading.object.lines.find((lines) => lines.name === name)!
    const lines = linesOf(opened, subject.seen, probe.api.description.zone)
    const field = fields.find(
      (one) => one.name !== id && !one.readOnly && /integer|decimal|text/.test(one.type) && !one.reference,
    )
    const first = lines[0]
    if (first === undefined || field === undefined) {
      records.notes.leaveOpen(`changes of ${name}`, 'there is no line, or no field of one, that could be changed')
      continue
    }
    const change = () =>
      subject.set(
        {},
        {
          [name]: {
            insert: [],
            update: [
              { id: first.id, set: { [field.name]: sampleValue(field, records.sources, records.nextNumber()) } },
            ],
            delete: [],
          },
        },
      )
    const changed = await change()
    if (changed === null) continue
    const after = linesOf(opened, subject.seen, probe.api.description.zone).map((line) => line.id)
    if (lines.some((line) => !after.includes(line.id))) {
      records.notes.note('line-ids-change', name)
      continue
    }
    await lookForMoves(subject, name, changed.before, change)
  }
}

/** Whether a change moved the time and the version; `again`: changes the same once more, later. */
async function lookForMoves(
  subject: TestSubject,
  name: string,
  before: Json,
  again: () => Promise<{ readonly before: Json; readonly after: Json } | null>,
): Promise<void> {
  const { probe, records } = subject
  const { notes } = records
  const version = probe.versionOf(before)
  if (version !== undefined && version === probe.versionOf(subject.seen)) notes.note('version-stays', name)
  const { changedAt } = probe
  if (!changedAt || probe.value(changedAt, before) !== subject.value(changedAt)) return
  await subject.letTimePass()
  const later = await again()
  if (later === null || probe.value(changedAt, later.before) !== probe.value(changedAt, later.after)) return
  notes.note(probe.object.lines.some((lines) => lines.name === name) ? 'lines-time-stays' : 'time-stays', name)
}

/** Sends values that systems are known to change. */
export async function sendHardValues(subject: TestSubject): Promise<void> {
  const { records, probe } = subject
  const { notes } = records
  const { token } = records.sources
  const texts = records.fields.filter(
    ({ name, type, reference }) =>
      type === 'text' &&
      reference === undefined &&
      !/mail|url|web|phone|mobile|fax/i.test(name) &&
      !(name in records.sources.given),
  )
  const path = (field: RestField, setting: string) => ['objects', probe.object.name, 'fields', field.name, setting]
  const short = (field: RestField): string =>
    token
      .slice(-6)
      .concat(field.name)
      .slice(0, Math.max(1, (field.maxLength ?? 60) - 4))
  await each(
    subject,
    texts,
    (field) => ` ${short(field)} `,
    (field, sent, held) => {
      if (held === sent.trim()) notes.note('trimmed', field.name)
      else if (held !== null && !notes.has('field-ignored', field.name)) notes.note('rewritten', field.name)
    },
  )
  await each(
    subject,
    texts,
    (field) => `${short(field)}🙂ñ`,
    (field, _, held) => {
      if (held !== null && held.startsWith(short(field)) && !held.includes('🙂')) notes.note('emoji-lost', field.name)
    },
  )
  await each(
    subject,
    texts,
    (field) => `${token}${'x'.repeat(LONG)}`.slice(0, field.maxLength ?? LONG),
    (field, sent, held) => {
      if (held !== null && held.length < sent.length && sent.startsWith(held))
        notes.note('cut', field.name, { path: path(field, 'most'), value: held.length })
    },
  )
  const decimals = records.fields.filter(({ type }) => type === 'decimal')
  await each(
    subject,
    decimals,
    ({ scale = 4 }) => `1234${scale === 0 ? '' : '.'}${'56789123456789'.slice(0, scale)}`,
    (field, sent, held) => {
      const number = held === null ? null : plainNumber(held)
      if (number === null || Math.abs(Number(number) - Number(sent)) > 1) return
      const scale = (number.split('.')[1] ?? '').replace(/0+$/, '').length
      notes.note('rounded', field.name, { path: path(field, 'scale'), value: scale })
    },
  )
  const numbers = decimals.filter(({ name }) => !notes.has('rounded', name))
  await each(
    subject,
    numbers,
    ({ scale = 2 }) => withPoint('9007199254740993', scale),
    (field, _, held) => {
      if (held !== null) notes.note('digits-lost', field.name)
    },
  )
  const optional = records.fields.filter(
    ({ name, required, hasDefault, reference }) =>
      !required &&
      !hasDefault &&
      reference === undefined &&
      !notes.has('field-ignored', name) &&
      !notes.has('field-missing', name),
  )
  await each(
    subject,
    optional.filter((field) => subject.value(field) !== null),
    () => null,
    (field, _, held) => {
      if (held !== null) notes.note('emptying-ignored', field.name)
    },
  )
}

/** Sets fields all at once, or one by one where that is refused; tells of those that hold something else afterwards. */
async function each<T extends Raw>(
  subject: TestSubject,
  fields: readonly RestField[],
  valueOf: (field: RestField) => T,
  differs: (field: RestField, sent: T, held: Raw) => void,
): Promise<void> {
  if (fields.length === 0) return
  const values: Values = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]))
  if ((await subject.set(values)) === null) {
    if (fields.length > 1) for (const field of fields) await each(subject, [field], valueOf, differs)
    return
  }
  for (const field of fields) {
    const held = subject.value(field)
    if (jsonAt(subject.seen, field.path) === undefined && held === null && valueOf(field) !== null) continue
    if (!isSame(field, valueOf(field), held)) differs(field, valueOf(field), held)
  }
}

const withPoint = (digits: string, scale: number): string =>
  scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`

/** Another value than a field holds; null where none can be made up. */
function otherValue(subject: TestSubject, field: RestField): Raw {
  if (field.reference !== undefined || field.type === 'json') return null
  const { sources } = subject.records
  if (field.name in sources.given) return null
  if (field.type === 'boolean') return subject.value(field) === 'true' ? 'false' : 'true'
  const held = subject.value(field)
  for (let tries = 0; tries < 10; tries++) {
    const value = sampleValue(field, sources, subject.records.nextNumber())
    if (value !== null && !isSame(field, value, held)) return value
  }
  return null
}
