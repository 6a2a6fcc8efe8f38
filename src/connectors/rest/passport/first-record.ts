import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../../connector-kit/http/exact-json.ts'
import { jsonAt } from '../../../connector-kit/http/exact-json.ts'
import type { RestField } from '../../../model/rest-description.ts'
import { readField } from '../field-value.ts'
import { microseconds, toUtc } from '../moment.ts'
import { lookAtChanges, lookAtFilters } from './filters.ts'
import { compareShapes, differing } from './look.ts'
import type { Notes } from './notes.ts'
import type { Made, Probe, Values } from './probe.ts'
import { isSame, TestSubject } from './test-subject.ts'
import type { TestRecords } from './test-records.ts'

/* The first test record: whether one can be made, what of it was taken, when it is shown, and by what time. */

/** How long a new record is waited for in listings. */
const PATIENCE_MS = 12_000
const CLOCK_OFF_MS = 5 * 60_000

/** Makes a record and looks at it; null when none can be made. `listed`: records that others made. */
export async function firstRecord(records: TestRecords, listed: readonly Json[]): Promise<TestSubject | null> {
  const { probe, notes } = records
  const begun = await begin(records, listed)
  if (begun === null) return null
  const { made, sent } = begun
  if (made.id === null) {
    notes.note('id-not-told')
    notes.leaveOpen('changes and deletions', 'the answer to a new record does not say which it is')
    return null
  }
  const seen = await waitFor(async () => (await probe.one(made.id!)).json)
  if (seen.found === null) {
    notes.leaveOpen('changes and deletions', 'a new record cannot be read by its id')
    return null
  }
  await lookForLag(probe, notes, made.id, seen.found, records)
  if (probe.object.create!.trusted && made.shown !== null) {
    const differs = differing(probe, made.shown, seen.found)
    const path = ['objects', probe.object.name, 'create', 'trusted']
    if (differs.length > 0) notes.note('create-answer-differs', differs, { path })
  }
  lookForTaken(probe, notes, sent, seen.found)
  lookForLines(records, seen.found)
  lookAtClock(probe, notes, seen.found)
  if (listed.length === 0) {
    await lookAtFilters(probe, notes, [seen.found], records.sources.token)
    const shown = await probe.inListing(made.id)
    if (shown !== null) await compareShapes(probe, notes, [shown])
  }
  await lookAtChanges(probe, notes, seen.found, true)
  return new TestSubject(records, made.id, seen.found)
}

/** A record with all values, else with those that must be there, else with what others have. */
async function begin(
  records: TestRecords,
  listed: readonly Json[],
): Promise<{ readonly made: Made; readonly sent: Values } | null> {
  const { probe, notes, fields } = records
  const required = fields.filter(({ required: needed }) => needed)
  const without = required.filter(({ name }) => records.values([named(required, name)])[name] === undefined)
  if (without.length > 0) {
    notes.leaveOpen('writes', `no value could be made up for ${without.map(({ name }) => `\`${name}\``).join(', ')}`)
    return null
  }
  const borrowed = (): Values => {
    const own = records.values()
    const from = listed[0] ?? null
    return Object.fromEntries(
      fields.flatMap((field) => {
        const theirs = from === null ? null : readField(field, from, probe.api.description.zone)
        const value =
          field.unique || (field.required && field.type === 'text') || theirs === null ? own[field.name] : theirs
        return value === undefined ? [] : [[field.name, value]]
      }),
    )
  }
  let last: Made | null = null
  for (const values of [() => records.values(), () => records.values(required), borrowed]) {
    const sent = values()
    const made = await records.make(sent)
    if (made.is === 'ok') {
      records.full = last === null
      return { made, sent }
    }
    last = made
  }
  const said = last?.answer?.status ?? 'no answer'
  notes.leaveOpen('writes', `the system refused each test record (${said}); give it the values that it wants`)
  return null
}

const named = (fields: readonly RestField[], name: string): RestField => fields.find((field) => field.name === name)!

async function waitFor(
  look: () => Promise<Json | null>,
): Promise<{ readonly found: Json | null; readonly ms: number }> {
  const began = Date.now()
  for (let pause = 100; ; pause = Math.min(2 * pause, 2000)) {
    const found = await look()
    const ms = Date.now() - began
    if (found !== null || ms > PATIENCE_MS) return { found, ms }
    await sleep(pause)
  }
}

async function lookForLag(probe: Probe, notes: Notes, id: string, seen: Json, records: TestRecords): Promise<void> {
  const { byIds, list, name, fields } = probe.object
  const searched = fields.find((field) => field.search && field.type === 'text' && probe.value(field, seen) !== null)
  const value = searched === undefined ? '' : probe.value(searched, seen)!
  const ways = [
    ...(searched ? [{ params: searched.search!, places: { value, value_json: JSON.stringify(value) } }] : []),
    ...(byIds
      ? [{ params: byIds.params, places: { ids: id, ids_json: probe.id.type === 'integer' ? `[${id}]` : `["${id}"]` } }]
      : []),
  ]
  const look = async (): Promise<Json | null> => {
    for (const { params, places } of ways) if (await probe.shows(params, places, id)) return seen
    return ways.length === 0 || notes.has('search-blind') ? probe.inListing(id) : null
  }
  const { found, ms } = await waitFor(look)
  if (found === null) return notes.leaveOpen('when listings show a new record', 'it was not found in them in time')
  if (ms <= list.lagMs + 300) return
  const seconds = Math.ceil((2 * ms) / 1000)
  notes.note('listing-lags', undefined, { path: ['objects', name, 'list', 'lag'], value: `${seconds} seconds` })
  records.probe.relearn((object) => ({ ...object, list: { ...object.list, lagMs: seconds * 1000 } }))
}

function lookForTaken(probe: Probe, notes: Notes, sent: Values, seen: Json): void {
  for (const field of probe.object.fields) {
    const value = sent[field.name]
    if (value === undefined || isSame(field, value, probe.value(field, seen))) continue
    if (jsonAt(seen, field.path) === undefined && notes.has('field-missing', field.name)) continue
    // What is changed on the way is looked at by itself; here it counts what is not taken at all.
    const held = probe.value(field, seen)
    if (held === null || field.type === 'boolean' || field.type === 'date' || field.type === 'instant')
      notes.note('field-ignored', field.name)
  }
}

function lookForLines({ probe, notes, lines: sent }: TestRecords, seen: Json): void {
  const { zone } = probe.api.description
  for (const { name, path, fields } of probe.object.lines) {
    const list = jsonAt(seen, path)
    const wanted = sent[name] ?? []
    if (!Array.isArray(list) || list.length !== wanted.length) {
      notes.note('lines-ignored', name)
      continue
    }
    for (const field of fields) {
      const value = wanted[0]?.values[field.name]
      if (value === undefined || value === null || list.some((line) => readField(field, line as Json, zone) !== null))
        continue
      notes.note('field-ignored', `${name}.${field.name}`)
    }
  }
}

/** The time of a change that was made just now is about now. */
function lookAtClock(probe: Probe, notes: Notes, seen: Json): void {
  const { changedAt } = probe
  if (!changedAt || changedAt.type !== 'instant') return
  const printed = probe.value(changedAt, seen)
  const utc = printed === null ? null : toUtc(printed, 'UTC')
  if (utc === null) return
  const off = Number(microseconds(utc) / 1000n) - probe.api.session.client.now()
  if (Math.abs(off) > CLOCK_OFF_MS) notes.note('time-off', changedAt.name)
}
