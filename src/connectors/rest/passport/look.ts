import { type Json, jsonAt } from '../../../connector-kit/http/exact-json.ts'
import { compareValues } from '../field-value.ts'
import { firstPage, nextPage } from '../listing.ts'
import type { CallDetails } from '../rest-api.ts'
import type { Notes } from './notes.ts'
import type { Listed, Probe } from './probe.ts'

/* What listings and single records look like; only reads. */

const MOST_PAGES = 4
const SMALLER = [500, 250, 200, 100, 50, 25, 20, 10, 1]

/** Looks at the pages of a listing. Answers the records that it saw; null when nothing can be listed. */
export async function lookAtPages(probe: Probe, notes: Notes): Promise<readonly Json[] | null> {
  const first = await probe.list(firstPage(probe.object.list.paging, {}))
  const usable = first.records !== null || first.is === 'gone' ? first : await withSmallerPages(probe, notes, first)
  if (usable.is === 'gone') {
    notes.leaveOpen(
      'paging and filters',
      'the listing is answered with 404: it is empty, or its path is not the right one',
    )
    return []
  }
  if (usable.records === null) {
    notes.leaveOpen('everything', `the listing is answered with ${usable.answer?.status ?? 'nothing that can be used'}`)
    return null
  }
  let seen = await pagesOf(probe, undefined)
  const full = seen.pages[0]?.length ?? 0
  // What fits into one page is asked for in smaller ones.
  if (seen.pages.length === 1 && full >= 3 && probe.object.list.size) seen = await pagesOf(probe, Math.ceil(full / 3))
  const { pages } = seen
  const most = probe.object.list.size?.most
  if (pages.length > 1) {
    await comparePages(probe, notes, seen)
    if (most !== undefined && full < most && seen.size === undefined && !notes.has('pages-repeat'))
      notes.note('page-cut', undefined, { path: [...sizePath(probe), 'most'], value: full })
  } else notes.leaveOpen('paging', 'there are too few records for a second page')
  const records = pages.flat()
  lookForOrder(probe, notes, records)
  return records
}

/** Fields that the description names and no record shows. */
export function lookForFields(probe: Probe, notes: Notes, records: readonly Json[]): void {
  if (records.length === 0) return
  for (const field of probe.object.fields)
    if (field.empty !== 'left out' && records.every((json) => jsonAt(json, field.path) === undefined))
      notes.note('field-missing', field.name)
}

/** Records must be the same wherever they are read. */
export async function compareShapes(probe: Probe, notes: Notes, records: readonly Json[]): Promise<void> {
  if (!probe.object.one) return
  for (const listed of records.slice(0, 3)) {
    const id = probe.idOf(listed)
    if (id === null) continue
    const { json } = await probe.one(id)
    if (json === null) continue
    const changed = differing(probe, listed, json)
    const { changedAt } = probe
    // Somebody may have changed it in between.
    if (changedAt && changed.includes(changedAt.name)) continue
    if (changed.length > 0) notes.note('list-differs', changed)
  }
}

/** Fields and lines in which two readings of a record differ. */
export function differing(probe: Probe, one: Json, other: Json): string[] {
  const { reading } = probe
  const [left, right] = [reading.found(one), reading.found(other)]
  if (!left || !right) return []
  return reading.object.layout.columns.filter((_, i) => {
    const [a, b] = [left.record.values[i] ?? null, right.record.values[i] ?? null]
    return a !== b
  })
}

interface SeenPages {
  readonly pages: readonly (readonly Json[])[]
  readonly steps: readonly CallDetails[]
  readonly size: number | undefined
}

async function pagesOf(probe: Probe, size: number | undefined): Promise<SeenPages> {
  const { paging } = probe.object.list
  const pages: (readonly Json[])[] = []
  const steps: CallDetails[] = []
  let listed = 0
  let step: CallDetails | null = firstPage(paging, {})
  while (step !== null && pages.length < MOST_PAGES) {
    const page: Listed = await probe.list(step, size)
    if (page.records === null || page.records.length === 0 || page.answer === null) break
    steps.push(step)
    pages.push(page.records)
    listed += page.records.length
    const last = probe.idOf(page.records.at(-1)!)
    step = nextPage(paging, { answer: page.answer }, { page: pages.length, listed, last })
  }
  return { pages, steps, size }
}

async function comparePages(probe: Probe, notes: Notes, { pages, steps, size }: SeenPages): Promise<void> {
  const ids = pages.map((page) => page.map((json) => probe.idOf(json)))
  if (ids[0]!.join('\n') === ids[1]!.join('\n')) {
    // What is looked at from now on is looked at on the first page.
    probe.relearn((object) => ({ ...object, list: { ...object.list, paging: { by: 'none' } } }))
    return notes.note('pages-repeat')
  }
  const all = ids.flat()
  if (new Set(all).size < all.length) notes.note('pages-overlap')
  const again = await probe.list(steps[1]!, size)
  const same = (again.records ?? []).map((json) => probe.idOf(json)).join('\n') === ids[1]!.join('\n')
  // A listing of which pages move whenever somebody writes is looked at twice.
  if (!same && (await probe.list(steps[1]!, size)).records?.length !== ids[1]!.length) notes.note('pages-once')
}

function lookForOrder(probe: Probe, notes: Notes, records: readonly Json[]): void {
  if (!probe.object.list.ordered || records.length < 2 || notes.has('pages-repeat')) return
  const ids = records.flatMap((json) => probe.idOf(json) ?? [])
  if (ids.every((id, i) => i === 0 || compareValues(probe.id, ids[i - 1]!, id) < 0)) return
  const { name } = probe.object
  notes.note('order-not-kept', undefined, { path: ['objects', name, 'list', 'ordered'] })
  probe.relearn((object) => ({ ...object, list: { ...object.list, ordered: false } }))
}

async function withSmallerPages(probe: Probe, notes: Notes, refused: Listed): Promise<Listed> {
  const most = probe.object.list.size?.most
  if (most === undefined) return refused
  for (const size of SMALLER.filter((one) => one < most)) {
    const listed = await probe.list(firstPage(probe.object.list.paging, {}), size)
    if (listed.records === null && listed.is !== 'gone') continue
    notes.note('page-refused', undefined, { path: [...sizePath(probe), 'most'], value: size })
    probe.relearn((object) => ({ ...object, list: { ...object.list, size: { ...object.list.size!, most: size } } }))
    return listed
  }
  return refused
}

/** Where the description says how large pages are: the caller knows whether the object has `paging` of its own. */
const sizePath = (probe: Probe): readonly string[] => ['objects', probe.object.name, 'paging', 'size']
