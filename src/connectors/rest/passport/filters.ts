import type { Json } from '../../../connector-kit/http/exact-json.ts'
import type { RestField } from '../../../model/rest-description.ts'
import { atMicroseconds, microseconds, toUtc } from '../moment.ts'
import { sinceText } from '../since-text.ts'
import type { Notes } from './notes.ts'
import type { Probe, Values } from './probe.ts'

/* What filters let through: ids, searches, and changes since a time; only reads. */

const SECOND = 1_000_000n
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE
/** An id of which there is hardly a record. */
const NO_ID = '2147483646'
const FAR_FUTURE = '2100-01-01T00:00:00.000000Z'

/** Whether ids and searches find what they should, and nothing else. */
export async function lookAtFilters(
  probe: Probe,
  notes: Notes,
  records: readonly Json[],
  token: string,
): Promise<void> {
  await lookAtIds(probe, notes, records, token)
  for (const field of probe.object.fields) if (field.search) await lookAtSearch(probe, notes, field, records, token)
}

/** Notes an empty list that is answered with 404, and goes on with that. */
export function learnEmpty(probe: Probe, notes: Notes): void {
  if (probe.object.list.emptyIs404) return
  notes.note('empty-is-404', undefined, { path: ['objects', probe.object.name, 'list', 'empty'], value: 404 })
  probe.relearn((object) => ({ ...object, list: { ...object.list, emptyIs404: true } }))
}

/** Records that a question finds which nothing fits; null when it is not answered. */
async function foundByNone(probe: Probe, notes: Notes, params: Values, places: Values): Promise<number | null> {
  const listed = await probe.list({ params: params as never, places: places as never })
  if (listed.is === 'gone') {
    learnEmpty(probe, notes)
    return 0
  }
  return listed.records?.length ?? null
}

async function lookAtIds(probe: Probe, notes: Notes, records: readonly Json[], token: string): Promise<void> {
  const { byIds, name, list } = probe.object
  if (!byIds) return
  const path = ['objects', name, 'ids']
  const ask = (ids: readonly string[]): Values => ({
    ids: ids.join(byIds.separator),
    ids_json: probe.id.type === 'integer' ? `[${ids.join(',')}]` : JSON.stringify(ids),
  })
  const none = probe.id.type === 'integer' ? NO_ID : `${token}-none`
  const strangers = await foundByNone(probe, notes, byIds.params, ask([none]))
  if (strangers !== null && strangers > 0) {
    notes.note('ids-ignored', undefined, { path })
    return probe.relearn((object) => {
      const { byIds: _, ...rest } = object
      return rest
    })
  }
  const ids = records.flatMap((json) => probe.idOf(json) ?? []).slice(0, Math.min(byIds.most, list.size?.most ?? 50))
  if (ids.length < 2) return
  const found = new Set<string>()
  for await (const page of probe.reading.pages({ params: byIds.params, places: ask(ids) as never })) {
    probe.calls++
    for (const json of page.records) found.add(probe.idOf(json) ?? '')
  }
  if (ids.every((id) => found.has(id))) return
  const edit = found.size > 0 ? { path: [...path, 'most'], value: found.size } : { path }
  notes.note('ids-incomplete', undefined, edit)
}

async function lookAtSearch(
  probe: Probe,
  notes: Notes,
  field: RestField,
  records: readonly Json[],
  token: string,
): Promise<void> {
  const path = ['objects', probe.object.name, 'fields', field.name, 'search']
  const ask = (value: string): Values => ({ value, value_json: JSON.stringify(value) })
  if (field.type === 'text') {
    const strangers = await foundByNone(probe, notes, field.search!, ask(`${token} none`))
    if (strangers !== null && strangers > 0) return notes.note('search-ignored', field.name, { path })
  }
  const known = records.find((json) => (probe.value(field, json) ?? '') !== '')
  if (known === undefined) return notes.leaveOpen(`search by ${field.name}`, 'no record has a value there')
  const shown = await probe.shows(field.search!, ask(probe.value(field, known)!), probe.idOf(known) ?? '')
  if (shown === false) notes.note('search-blind', field.name, { path })
}

/** Whether the changes since a time are those. `record`: one that changed lately; `own`: nobody else writes it. */
export async function lookAtChanges(probe: Probe, notes: Notes, record: Json, own: boolean): Promise<void> {
  const { changes, name } = probe.object
  const { changedAt } = probe
  if (!changes || !changedAt) return
  const path = ['objects', name, 'changes']
  const { zone } = probe.api.description
  const id = probe.idOf(record) ?? ''
  const since = (at: string): Values => ({ since: sinceText(changedAt, at, zone) })
  const future = changedAt.type === 'integer' ? '9007199254740000' : FAR_FUTURE
  const strangers = await foundByNone(probe, notes, changes.params, since(future))
  if (strangers === null) return notes.leaveOpen('changes', 'the filter is not answered')
  if (strangers > 0) {
    notes.note('changes-ignored', undefined, { path })
    return probe.relearn((object) => {
      const { changes: _, ...rest } = object
      return rest
    })
  }
  const value = probe.value(changedAt, record)
  if (value === null || changedAt.type === 'integer') return
  const utc = toUtc(value, 'UTC')
  if (utc === null) return notes.leaveOpen('changes', `\`${changedAt.name}\` holds no time`)
  const at = microseconds(utc)
  const shows = (micros: bigint) => probe.shows(changes.params, since(atMicroseconds(micros)), id)
  const resolution = BigInt(changes.resolutionMs) * 1000n
  const near = await shows(at - resolution)
  if (near === null) return notes.leaveOpen('changes', 'too much has changed since')
  if (!near) return tooLate(notes, path, (lead) => shows(at - lead))
  if (changes.inclusive && (await shows(at)) === false)
    notes.note('changes-exclusive', undefined, { path: [...path, 'inclusive'] })
  if (await shows(at + 20n * MINUTE)) await lookForZone(notes, at, shows)
  else if (own) await lookForCut(notes, value, at, shows)
}

const LEADS = [SECOND, MINUTE, 16n * MINUTE, HOUR + MINUTE, 2n * HOUR + MINUTE, 6n * HOUR, 15n * HOUR, 25n * HOUR]

/** How much earlier one must ask, so that nothing is missed. */
async function tooLate(
  notes: Notes,
  path: readonly string[],
  shownWith: (lead: bigint) => Promise<boolean | null>,
): Promise<void> {
  for (const lead of LEADS) {
    if (!(await shownWith(lead))) continue
    const quirk = lead > 15n * MINUTE ? 'changes-zone' : 'changes-late'
    return notes.note(quirk, undefined, { path: [...path, 'resolution'], value: durationText(lead) })
  }
  notes.note('changes-late', undefined, { path })
}

/** A filter that shows what changed long before: it reads times in another zone, unless it compares days. */
async function lookForZone(
  notes: Notes,
  at: bigint,
  shows: (micros: bigint) => Promise<boolean | null>,
): Promise<void> {
  let [low, high] = [20n, 26n * 60n]
  if (await shows(at + high * MINUTE)) return notes.note('changes-zone')
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (await shows(at + middle * MINUTE)) low = middle
    else high = middle
  }
  const quarter = high % 15n
  const isDay = /T(23:5[89]|00:0[0-2])/.test(atMicroseconds(at + high * MINUTE))
  if (!isDay && (quarter <= 1n || quarter >= 14n)) notes.note('changes-zone')
}

/** Times that are printed to the second and kept in finer steps. */
async function lookForCut(
  notes: Notes,
  value: string,
  at: bigint,
  shows: (micros: bigint) => Promise<boolean | null>,
): Promise<void> {
  if (/\.\d*[1-9]/.test(value)) return
  const [soon, late] = [await shows(at + 1000n), await shows(at + 999_000n)]
  if (soon === true && late === false) notes.note('time-cut')
}

function durationText(micros: bigint): string {
  if (micros >= HOUR) return `${(micros + HOUR - 1n) / HOUR} hours`
  return micros >= MINUTE ? `${micros / MINUTE} ${micros / MINUTE === 1n ? 'minute' : 'minutes'}` : '1 second'
}
