import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Rule } from '../contract/rule.ts'
import { correlate, type Candidate, type Correlation } from '../merge/correlate.ts'
import { firstAgreement } from '../merge/first-agreement.ts'
import { matchKeys } from '../merge/match-key.ts'
import { mergeRecord, type Merged, type Pending } from '../merge/merge-record.ts'
import { isValue } from '../merge/side-state.ts'
import { Invalid, Unresolved, type Canonical, type Reading } from '../model/value.ts'
import { knownImages, recordsById, recordsByKeys, type Known, type LinkRow, type RecordRow, type RecordState } from '../store/links.ts'
import { emptyOutcome, type Outcome } from '../store/outcome.ts'
import { lastChanges } from '../store/revisions.ts'
import { ambiguousCase, counterpartCase, fieldCase, fieldSubject, heldCase, oscillationCase, recordSubject, remoteSubject } from './case-drafts.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeGolden, encodeWaived, titleOf } from './golden.ts'
import { flips } from './oscillation.ts'
import { changedAt, resolverIn, type Observed, type Side } from './side.ts'
import { dueFields, loadStates, newcomerState, type Current, type Loaded } from './translate.ts'
import { decideUnmatched, isLegacy, type Creation } from './unmatched.ts'

/*
 * Stage two for a page of remote records of one side: what is unchanged is let go by on its image; what is linked is
 * merged with the fresh state of its other sides; what is new is correlated. Decides only: the outcome is for the caller
 * to commit. Pages are decided one after the other, but may be committed later; `inFlight` lets a page see the match
 * keys of pages that are decided and not committed yet.
 */

export interface Decision {
  readonly outcome: Outcome
  /** New golden records that are due in other sides. */
  readonly creations: Creation[]
  /** Nothing of the page has to be looked at again while it stays as it is. */
  readonly clean: boolean
  /** How many of the records were linked before. */
  readonly linked: number
  /** Remote ids (by side) that are linked, and that a point read did not find. */
  readonly absent: { readonly sideId: number; readonly remoteId: string }[]
  /** Remote ids whose reference to the same flow could not be resolved yet. */
  readonly again: string[]
  /** Match keys of the records that the page adds. */
  readonly keys: readonly { readonly key: string; readonly recordId: string }[]
}

export interface DecideOptions {
  /** Look again even at what has not changed. */
  readonly recheck?: boolean
  /** The other sides have been observed in this run, so what has no counterpart now has none. */
  readonly last: boolean
  /** Since when records are held back, by remote id. */
  readonly heldSince?: ReadonlyMap<string, number>
}

interface InFlight {
  readonly recordId: string
  readonly sideId: number
  readonly filled: number
  readonly title: string
  readonly remoteId: string
}

export class Decider {
  private readonly work: FlowWork
  private readonly inFlight = new Map<string, InFlight[]>()
  /** Match keys that several records of the side observed last share, with the records in order of preference. */
  contestedKeys: ReadonlyMap<string, readonly string[]> = new Map()
  /** Golden records that more than one remote record could be. */
  readonly contested = new Set<string>()

  constructor(work: FlowWork) {
    this.work = work
  }

  async decide(side: Side, records: readonly RemoteRecord[], options: DecideOptions): Promise<Decision> {
    const { work } = this
    const decision: Decision = { outcome: emptyOutcome(), creations: [], clean: true, linked: 0, absent: [], again: [], keys: [] }
    work.counts.read += records.length
    const known = new Map((await knownImages(work.database, side.id, records.map((r) => r.id))).map((k) => [k.remoteId, k]))
    const fresh: RemoteRecord[] = []
    const changed: { record: RemoteRecord; known: Known }[] = []
    let linked = 0
    for (const record of records) {
      const k = known.get(record.id)
      if (k?.state === 'live') linked++
      if (k && !options.recheck && k.image === record.image && k.layoutId === side.layoutId && k.state !== 'gone') work.counts.unchanged++
      else if (k && (k.state === 'unlinked' || k.state === 'archived')) work.counts.unchanged++
      else if (k?.recordId) changed.push({ record, known: k })
      else if (record.inScope) fresh.push(record)
    }
    let result: Decision = { ...decision, linked }
    if (changed.length > 0) result = await this.decideChanged(side, changed, options, result)
    if (fresh.length > 0) result = await this.decideFresh(side, fresh, known, options, result)
    return result
  }

  /** Forgets the keys of a page that has been committed. */
  committed(decision: Decision): void {
    for (const { key, recordId } of decision.keys) {
      const rest = (this.inFlight.get(key) ?? []).filter((entry) => entry.recordId !== recordId)
      if (rest.length > 0) this.inFlight.set(key, rest)
      else this.inFlight.delete(key)
    }
  }

  // ── records that are linked ────────────────────────────────────────────────────────────────────────────────────────

  private async decideChanged(side: Side, changed: readonly { record: RemoteRecord; known: Known }[], options: DecideOptions, decision: Decision): Promise<Decision> {
    const { work } = this
    const { outcome } = decision
    const rows = new Map((await recordsById(work.database, changed.map((c) => c.known.recordId!))).map((row) => [row.id, row]))
    const merging: RecordRow[] = []
    const mine = new Map<string, RemoteRecord>()
    const review: { record: RemoteRecord; row: RecordRow }[] = []
    for (const { record, known } of changed) {
      const row = rows.get(known.recordId!)
      const link = row?.links.find((l) => l.sideId === side.id)
      if (!row || !link) continue
      if (record.inScope && row.links.length === 1 && DECIDED_BY_CONTENT.has(row.createdRule) && row.state !== 'live') {
        review.push({ record, row })
        continue
      }
      if (!record.inScope) {
        if (link.state !== 'out of scope') outcome.links.push({ ...link, state: 'out of scope', image: record.image, layoutId: side.layoutId })
        continue
      }
      const back: LinkRow = { ...link, state: 'live' }
      merging.push({ ...row, links: row.links.map((l) => (l === link ? back : l)) })
      mine.set(record.id, record)
    }
    const current = await this.readOthers(side, merging, mine, decision)
    const loaded = await loadStates(work, work.database, merging, current)
    const pending = await this.pendingOf(loaded)
    const heldIds = new Set(changed.filter((c) => c.known.cause !== null).map((c) => c.record.id))
    let clean = decision.clean
    for (const record of loaded) {
      const at = record.sides.find((s) => s.side === side)!
      const remote = mine.get(at.link.remoteId)!
      const blocked = this.blocker(side, at.state.now, record.row.state === 'live')
      if (blocked) {
        this.hold(side, remote, blocked, outcome, options)
        continue
      }
      if (heldIds.has(remote.id)) this.release(side, remote.id, outcome)
      this.noteSkipped(at.state.now, remote, decision)
      const merged = mergeRecord(work.flow, record.golden, record.sides.map((s) => s.state), pending.get(record.row.id))
      if (!(await this.applyMerge(record, merged, outcome, new Map([[side.id, remote]])))) clean = false
    }
    const result = { ...decision, clean: clean && !decision.again.length }
    const anew = await this.review(side, review, outcome, options)
    return anew.length === 0 ? result : this.decideFresh(side, anew, new Map(changed.map((c) => [c.known.remoteId, c.known])), options, result)
  }

  /** What kept a record back may be gone: such records are decided about anew, as if seen for the first time. */
  private async review(side: Side, held: readonly { record: RemoteRecord; row: RecordRow }[], outcome: Outcome, options: DecideOptions): Promise<RemoteRecord[]> {
    if (held.length === 0) return []
    const resolve = await resolverIn(this.work.database, side, held.map(({ record }) => record.values))
    return held.flatMap(({ record, row }) => {
      const blocked = this.blocker(side, side.mapping.read(record.values, resolve), false)
      if (blocked && HELD_BY[blocked.cause] === row.createdRule) {
        this.hold(side, record, blocked, outcome, options)
        return []
      }
      outcome.retired.push(row.id)
      outcome.settled.push({ subject: remoteSubject(side.system, record.id) })
      return [record]
    })
  }

  /** Reads the counterparts of changed records, so that edits on several sides meet (and nothing unseen is overwritten). */
  private async readOthers(side: Side, rows: readonly RecordRow[], mine: ReadonlyMap<string, RemoteRecord>, decision: Decision): Promise<Current> {
    const current = new Map<number, Map<string, RemoteRecord['values']>>()
    current.set(side.id, new Map([...mine].map(([id, record]) => [id, record.values])))
    for (const other of this.work.sides) {
      if (other === side) continue
      const ids = rows.flatMap((row) => row.links.filter((l) => l.sideId === other.id && l.state === 'live').map((l) => l.remoteId))
      if (ids.length === 0) continue
      const found = new Map<string, RemoteRecord['values']>()
      for (let i = 0; i < ids.length; i += other.remote.capabilities.maxBatch) {
        for (const record of await other.remote.read(ids.slice(i, i + other.remote.capabilities.maxBatch))) {
          found.set(record.id, record.values)
        }
      }
      for (const remoteId of ids) if (!found.has(remoteId)) decision.absent.push({ sideId: other.id, remoteId })
      current.set(other.id, found)
    }
    return current
  }

  /** Golden values that have not reached every side yet, with whose they are. Looked up only where it matters. */
  private async pendingOf(loaded: readonly Loaded[]): Promise<ReadonlyMap<string, Pending>> {
    const { flow, database } = this.work
    const shared = flow.fields.flatMap((field, i) => (field.master === 'shared' ? [i] : []))
    const open = loaded.filter((record) =>
      record.sides.some((s) => shared.some((i) => s.state.holds[i] && s.state.shadow?.[i] !== record.golden[i] && isValue(s.state.shadow?.[i]))),
    )
    return open.length === 0 ? new Map() : lastChanges(database, open.map((record) => record.row.id))
  }

  /** Turns a merge into rows; false when the record has to be looked at again. */
  async applyMerge(record: Loaded, merged: Merged, outcome: Outcome, seen: ReadonlyMap<number, RemoteRecord>): Promise<boolean> {
    const { work } = this
    const { row } = record
    const title = titleOf(work.flow, merged.golden)
    let { golden, waived, asks } = merged
    let changes = merged.changes
    const flipping = row.version >= 5 ? await flips(work.database, row.id, changes) : []
    if (flipping.length > 0) ({ golden, waived, changes } = this.breakOscillation(record, merged, flipping, outcome))
    asks = asks.filter((ask) => !flipping.includes(ask.field))
    const moved = changes.some((change) => change.from !== change.to)
    const version = changes.length > 0 ? row.version + 1 : row.version
    if (changes.length > 0) {
      outcome.revisions.push({ recordId: row.id, version, changes: JSON.stringify(changes) })
      outcome.records.push({ id: row.id, version, layoutId: work.goldenLayout, state: row.state, golden: encodeGolden(golden) })
    }
    if (moved) this.rekey(row.id, record.golden, golden, outcome)
    let settledHere = true
    for (const { side, link, values, state } of record.sides) {
      const sideWaived = waived.get(side.system) ?? {}
      const remote = seen.get(side.id)
      const image = remote ? remote.image : values === undefined ? link.image : this.imageOf(side, link, values)
      const nextWaived = encodeWaived(sideWaived)
      if (image !== link.image || nextWaived !== link.waived || link.layoutId !== side.layoutId || remote) {
        outcome.links.push({ ...link, image, layoutId: side.layoutId, waived: nextWaived, state: 'live' })
      }
      if (Object.values(sideWaived).some((waiver) => waiver[1].endsWith('skipped'))) settledHere = false
      if (row.state === 'live' && dueFields(work, side, golden, state.now, sideWaived).length > 0) {
        outcome.dirty.push({ recordId: row.id, sideId: side.id, action: 'sync', rule: ruleFor(changes) })
      }
    }
    for (const ask of asks) outcome.cases.push(fieldCase(ask, { recordId: row.id, sideId: null, remoteId: null, title }))
    work.counts.conflicts += asks.length
    for (const field of merged.settled) outcome.settled.push({ subject: fieldSubject(row.id, field) })
    return settledHere
  }

  private imageOf(side: Side, link: LinkRow, values: RemoteRecord['values']): string {
    const image = encodeGolden(values)
    return link.layoutId === side.layoutId && image === link.image ? link.image : image
  }

  private breakOscillation(record: Loaded, merged: Merged, fields: readonly string[], outcome: Outcome) {
    const golden = [...merged.golden]
    const waived = new Map([...merged.waived].map(([system, w]) => [system, { ...w }]))
    for (const name of fields) {
      const i = this.work.flow.fields.findIndex((field) => field.name === name)
      golden[i] = record.golden[i]!
      const values: Record<string, Canonical> = { golden: golden[i]! }
      for (const { state } of record.sides) {
        if (!state.holds[i] || !isValue(state.now[i])) continue
        values[state.system] = state.now[i] as Canonical
        if (state.now[i] !== golden[i]) waived.get(state.system)![name] = [golden[i]!, 'oscillation']
      }
      outcome.cases.push(oscillationDraft(this.work, record, name, values, golden))
    }
    return { golden, waived, changes: merged.changes.filter((change) => !fields.includes(change.field)) }
  }

  private rekey(recordId: string, before: readonly Canonical[], after: readonly Canonical[], outcome: Outcome): void {
    const old = new Set(matchKeys(this.work.flow, before))
    const now = new Set(matchKeys(this.work.flow, after))
    for (const key of old) if (key !== null && !now.has(key)) outcome.droppedKeys.push({ key, recordId })
    for (const key of now) if (key !== null && !old.has(key)) outcome.newKeys.push({ key, recordId })
  }

  // ── records that are not linked yet ────────────────────────────────────────────────────────────────────────────────

  private async decideFresh(side: Side, fresh: readonly RemoteRecord[], known: ReadonlyMap<string, Known>, options: DecideOptions, decision: Decision): Promise<Decision> {
    const { work } = this
    const { outcome } = decision
    const resolve = await resolverIn(work.database, side, fresh.map((r) => r.values))
    await work.recordIds.reserve(work.database, fresh.length)
    const readable: Fresh[] = []
    for (const record of fresh) {
      const reading = side.mapping.read(record.values, resolve)
      const blocked = this.blocker(side, reading, false)
      const golden = reading.map((value) => (isValue(value) ? value : null))
      const keys = matchKeys(work.flow, golden)
      if (blocked) {
        this.hold(side, record, blocked, outcome, options)
        this.addRecord(side, { record, reading, golden, keys }, 'held', HELD_BY[blocked.cause], outcome)
        continue
      }
      if (known.get(record.id)?.cause) this.release(side, record.id, outcome)
      this.noteSkipped(reading, record, decision)
      readable.push({ record, reading, golden, keys })
    }
    const found = await this.candidates(readable.flatMap((r) => r.keys.filter((k) => k !== null)))
    const claimed = new Set<string>()
    for (const observed of readable) {
      const { record, golden } = observed
      const all = observed.keys.map((key) => (key === null ? [] : this.candidatesOf(key, found, side, claimed)))
      // Twins within a side that is not the last are told apart once their counterparts are known.
      const byRule = work.firstSync && !options.last ? all.map((list) => list.filter((candidate) => !candidate.taken)) : all
      const correlation = this.contest(observed, byRule, correlate(byRule, work.flow.edgeCases.duplicates))
      const target = correlation.situation === 'found' ? found.records.get(correlation.record) : undefined
      const changed = changedAt(side, record.values)
      const policy = target && legacyPolicy(work, [changed, ...target.sides.map((s) => s.state.changedAt)])
      const unreadable = target ?? this.unreadableOf(byRule, found)
      if (unreadable && UNREADABLE.has(unreadable.row.createdRule) && unreadable.row.state === 'held') {
        const id = this.addRecord(side, observed, 'held', 'counterpart held', outcome)
        work.counts.held++
        const about = { recordId: id, sideId: side.id, remoteId: record.id, title: titleOf(work.flow, golden) }
        outcome.cases.push(counterpartCase(work.flow, side.system, this.candidateView(unreadable.row.id, found, byRule), about))
        continue
      }
      if (target && policy !== 'leave alone') {
        claimed.add(target.row.id)
        await this.join(side, observed, target, outcome, policy)
        work.counts.linked++
        continue
      }
      const title = titleOf(work.flow, golden)
      if (correlation.situation === 'ambiguous') {
        const rule: Rule = correlation.asks ? 'duplicate: asked' : `duplicate: ${work.flow.edgeCases.duplicates as 'oldest'}`
        const id = this.addRecord(side, observed, correlation.asks ? 'held' : 'left alone', rule, outcome)
        if (correlation.asks) {
          work.counts.held++
          const views = correlation.candidates.map((candidate) => this.candidateView(candidate, found, byRule))
          outcome.cases.push(ambiguousCase(work.flow, side.system, views, { recordId: id, sideId: side.id, remoteId: record.id, title }))
        }
        continue
      }
      if (!options.last) this.addRecord(side, observed, 'pending', 'created in master', outcome)
      else {
        const verdict = decideUnmatched(work, side, changed, golden)
        const id = this.addRecord(side, observed, verdict.state, verdict.rule, outcome)
        verdict.carryOut({ recordId: id, golden, title, remoteId: record.id }, outcome, decision.creations)
      }
    }
    return { ...decision, keys: outcome.newKeys, clean: decision.clean && decision.again.length === 0 }
  }

  /** A golden record of its own, linked to the remote record that it was read from. */
  private addRecord(side: Side, observed: Fresh, state: RecordState, rule: Rule, outcome: Outcome): string {
    const { work } = this
    const { record, golden } = observed
    const id = work.recordIds.take()
    const waived = skippedWaivers(work, observed)
    outcome.newRecords.push({ id, state, layoutId: work.goldenLayout, golden: encodeGolden(golden), sideId: side.id, rule })
    outcome.newLinks.push({ sideId: side.id, remoteId: record.id, recordId: id, layoutId: side.layoutId, state: 'live', waived, image: record.image })
    for (const key of new Set(observed.keys)) {
      if (key === null) continue
      outcome.newKeys.push({ key, recordId: id })
      const others = this.inFlight.get(key)
      const entry = { recordId: id, sideId: side.id, filled: filled(golden), title: titleOf(work.flow, golden), remoteId: record.id }
      if (others) others.push(entry)
      else this.inFlight.set(key, [entry])
    }
    return id
  }

  /** A record of another side that is held back and shares a key. */
  private unreadableOf(byRule: readonly (readonly Candidate[])[], found: FoundCandidates): Loaded | undefined {
    for (const candidate of byRule.flat()) {
      const record = candidate.taken ? undefined : found.records.get(candidate.record)
      if (record && record.row.state === 'held' && UNREADABLE.has(record.row.createdRule)) return record
    }
    return undefined
  }

  /** Several records of this side, or of the others, could be the same: remembers whom that concerns, and who has to wait. */
  private contest(observed: { readonly record: RemoteRecord; readonly keys: readonly (string | null)[] }, byRule: readonly (readonly Candidate[])[], correlation: Correlation): Correlation {
    const free = (byRule.find((list) => list.length > 0) ?? []).filter((candidate) => !candidate.taken).map((candidate) => candidate.record)
    if (free.length > 1) for (const id of free) if (correlation.situation !== 'found' || correlation.record !== id) this.contested.add(id)
    const key = observed.keys.find((k, i) => k !== null && byRule[i]!.length > 0)
    const others = key ? this.contestedKeys.get(key) : undefined
    if (!others || correlation.situation !== 'found') return correlation
    const asks = this.work.flow.edgeCases.duplicates === 'ask'
    if (asks) for (const id of free) this.contested.add(id)
    return asks || others[0] !== observed.record.id ? { situation: 'ambiguous', candidates: free, asks } : correlation
  }

  /** Links a remote record to the golden record that it turned out to be. */
  async join(side: Side, observed: Observed & { readonly keys: readonly (string | null)[] }, target: Loaded, outcome: Outcome, policy?: Agreement): Promise<void> {
    const { work } = this
    const { record, reading } = observed
    const newcomer = newcomerState(side, reading, record.values)
    const merged = firstAgreement(work.flow, target.golden, target.sides.map((s) => s.state), newcomer, policy)
    const link: LinkRow = { sideId: side.id, remoteId: record.id, recordId: target.row.id, layoutId: side.layoutId, state: 'live', waived: encodeWaived(merged.waived.get(side.system) ?? {}), image: record.image }
    // A link that was given up or whose record is gone is taken over by the newcomer.
    if (target.row.links.some((l) => l.sideId === side.id)) outcome.links.push(link)
    else outcome.newLinks.push(link)
    const wasAsked = target.row.state === 'held'
    if (wasAsked) outcome.settled.push({ subject: recordSubject(target.row.id) })
    const row: RecordRow = { ...target.row, state: 'live' }
    if (merged.changes.length === 0 && target.row.state !== 'live') {
      outcome.records.push({ id: row.id, version: row.version, layoutId: work.goldenLayout, state: 'live', golden: encodeGolden(merged.golden) })
    }
    const joined: Loaded = { ...target, row, sides: [...target.sides, { side, link, values: record.values, state: newcomer }] }
    const before = outcome.links.length
    await this.applyMerge(joined, merged, outcome, new Map())
    // The newcomer's own link stands already.
    for (let i = outcome.links.length - 1; i >= before; i--) if (outcome.links[i]!.sideId === side.id) outcome.links.splice(i, 1)
    // The match keys of the newcomer's own values lead to the record too.
    const golden = new Set(matchKeys(work.flow, merged.golden))
    const had = new Set(matchKeys(work.flow, target.golden))
    for (const key of new Set(observed.keys)) if (key !== null && !golden.has(key) && !had.has(key)) outcome.newKeys.push({ key, recordId: row.id })
  }

  private async candidates(keys: readonly string[]): Promise<FoundCandidates> {
    const { database } = this.work
    const rows = await recordsByKeys(database, [...new Set(keys)])
    const byKey = Map.groupBy(rows, (row) => row.key)
    const stored = await recordsById(database, [...new Set(rows.map((row) => row.recordId))])
    const usable = stored.filter((row) => row.state !== 'deleted')
    const loaded = await loadStates(this.work, database, usable)
    return { byKey: new Map([...byKey].map(([key, list]) => [key, list.map((row) => row.recordId)])), records: new Map(loaded.map((l) => [l.row.id, l])) }
  }

  private candidatesOf(key: string, found: FoundCandidates, side: Side, claimed: ReadonlySet<string>): Candidate[] {
    const stored = (found.byKey.get(key) ?? []).flatMap((id): Candidate[] => {
      const record = found.records.get(id)
      if (!record) return []
      const ages = record.sides.map((s) => s.state.changedAt ?? '').sort()
      const taken = claimed.has(id) || record.row.links.some((l) => l.sideId === side.id && l.state !== 'gone' && l.state !== 'unlinked')
      return [{ record: id, taken, changedAt: ages.at(-1) ?? null, filled: filled(record.golden) }]
    })
    const flying = (this.inFlight.get(key) ?? []).filter((entry) => !found.records.has(entry.recordId))
    return [...stored, ...flying.map((entry) => ({ record: entry.recordId, taken: true, changedAt: null, filled: entry.filled }))]
  }

  private candidateView(recordId: string, found: FoundCandidates, byRule: readonly (readonly Candidate[])[]) {
    const taken = byRule.flat().find((candidate) => candidate.record === recordId)?.taken ?? false
    const record = found.records.get(recordId)
    if (record) {
      const where = record.sides.map((s) => `${s.side.system} ${s.link.remoteId}`).join(', ')
      return { record: recordId, title: titleOf(this.work.flow, record.golden), where, taken }
    }
    for (const entries of this.inFlight.values()) {
      const entry = entries.find((e) => e.recordId === recordId)
      if (entry) {
        const system = this.work.sides.find((s) => s.id === entry.sideId)!.system
        return { record: recordId, title: entry.title, where: `${system} ${entry.remoteId}`, taken }
      }
    }
    return { record: recordId, title: recordId, where: recordId, taken }
  }

  // ── records that cannot be read ────────────────────────────────────────────────────────────────────────────────────

  /** Why a record must be held back, or null. */
  private blocker(side: Side, reading: readonly Reading[], linked: boolean): Blocker | null {
    const { flow } = this.work
    for (let i = 0; i < flow.fields.length; i++) {
      const value = reading[i]!
      const field = flow.fields[i]!
      if (typeof value === 'string') continue
      if (value instanceof Invalid) {
        if (field.invalidValue === 'hold record') return { cause: 'invalid_value', detail: `${field.name}: ${value.reason}` }
      } else if (value instanceof Unresolved) {
        if (value.flow !== flow.name && flow.edgeCases.missingReference.then !== 'skip field') {
          return { cause: 'missing_reference', detail: `${field.name} refers to ${value.flow} ${value.remoteId}` }
        }
      } else if (field.required && side.mapping.holds[i] && linked && field.master === side.system) {
        return { cause: 'required_value', detail: `${field.name} is empty` }
      }
    }
    return null
  }

  private hold(side: Side, record: RemoteRecord, { cause, detail }: Blocker, outcome: Outcome, options: DecideOptions): void {
    const { work } = this
    outcome.held.push({ sideId: side.id, remoteId: record.id, cause, detail, image: record.image })
    work.counts.held++
    const wait = work.flow.edgeCases.missingReference
    const since = options.heldSince?.get(record.id)
    if (cause === 'missing_reference' && wait.waitMs > 0 && (since === undefined || work.clock() - since < wait.waitMs)) return
    const reading = side.mapping.read(record.values, () => undefined)
    const title = titleOf(work.flow, reading)
    outcome.cases.push(heldCase(side.system, cause, detail, { recordId: null, sideId: side.id, remoteId: record.id, title }))
  }

  private release(side: Side, remoteId: string, outcome: Outcome): void {
    outcome.released.push({ sideId: side.id, remoteId })
    outcome.settled.push({ kind: 'held record', subject: remoteSubject(side.system, remoteId) })
  }

  private noteSkipped(reading: readonly Reading[], record: RemoteRecord, decision: Decision): void {
    if (reading.some((value) => value instanceof Unresolved)) decision.again.push(record.id)
  }
}

type Agreement = FlowWork['flow']['edgeCases']['existingRecords']

/** How legacy records that found each other are joined, when all of them are older than the contract cares. */
function legacyPolicy(work: FlowWork, ages: readonly (string | null)[]): Agreement | 'leave alone' | undefined {
  if (!ages.every((at) => isLegacy(work, at))) return undefined
  return work.flow.edgeCases.olderThan!.then
}

interface Blocker {
  readonly cause: 'invalid_value' | 'required_value' | 'missing_reference'
  readonly detail: string
}

interface Fresh extends Observed {
  readonly golden: Canonical[]
  readonly keys: (string | null)[]
}

interface FoundCandidates {
  readonly byKey: ReadonlyMap<string, readonly string[]>
  readonly records: ReadonlyMap<string, Loaded>
}

const HELD_BY: Record<Blocker['cause'], Rule> = {
  invalid_value: 'invalid value: held',
  required_value: 'required value missing',
  missing_reference: 'missing reference: waits',
}

/** Rules of records whose values are not known in full, so that nothing can be joined to them yet. */
export const UNREADABLE: ReadonlySet<string> = new Set<Rule>(['invalid value: held', 'missing reference: waits'])

/** Rules that look at what a record holds, so that a change of it asks for a new decision. */
const DECIDED_BY_CONTENT: ReadonlySet<string> = new Set<Rule>(['too old', 'required value missing', 'invalid value: held', 'missing reference: waits'])

const filled = (values: readonly Canonical[]): number => values.reduce((n, value) => n + (value === null ? 0 : 1), 0)

/** The rule that best explains why a side is due a write. */
function ruleFor(changes: Merged['changes']): Rule {
  return (changes.find((change) => change.from !== change.to) ?? changes[0])?.rule ?? 'same value'
}

function skippedWaivers(work: FlowWork, { reading }: Observed): string | null {
  const waived: Record<string, readonly [Canonical, string]> = {}
  work.flow.fields.forEach((field, i) => {
    if (reading[i] instanceof Invalid) waived[field.name] = [null, 'invalid value: field skipped']
    if (reading[i] instanceof Unresolved) waived[field.name] = [null, 'missing reference: field skipped']
  })
  return encodeWaived(waived)
}

function oscillationDraft(work: FlowWork, record: Loaded, field: string, values: Record<string, Canonical>, golden: readonly Canonical[]) {
  return oscillationCase(field, values, { recordId: record.row.id, sideId: null, remoteId: null, title: titleOf(work.flow, golden) })
}
