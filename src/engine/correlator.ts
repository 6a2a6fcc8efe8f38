import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Rule } from '../contract/rule.ts'
import { laterOf } from '../merge/change-time.ts'
import { correlate, type Candidate, type Correlation } from '../merge/correlate.ts'
import { matchKeys } from '../merge/match-key.ts'
import { isValue } from '../merge/side-state.ts'
import { Invalid, Unresolved, type Canonical } from '../model/value.ts'
import {
  isBlank,
  recordsById,
  recordsByKeys,
  type Known,
  type RecordRow,
  type RecordState,
} from '../store/state/links.ts'
import type { Outcome } from '../store/state/outcome.ts'
import { revivableElsewhere, revive, type GivenUp } from './archived.ts'
import { candidatesNow, keysGivenUp } from './candidates-now.ts'
import { ambiguousCase, counterpartCase, type CandidateView } from './case-drafts.ts'
import { ContentTwins } from './content-twins.ts'
import type { DecideOptions, Decision } from './decider.ts'
import type { FlowWork } from './flow-work.ts'
import { encodeGolden, encodeWaived, titleOf } from './golden.ts'
import { blockerOf, HELD_BY, holdBack, release, UNREADABLE } from './hold-back.ts'
import { returnedAmong, type Returned } from './identity.ts'
import { joinNewcomer, type Agreement } from './join-newcomer.ts'
import { LookAlikes } from './look-alikes.ts'
import { SeenKeys } from './seen-keys.ts'
import { changedAt, resolverIn, type Observed, type Side } from './side.ts'
import { loadStates, type Loaded } from './translate.ts'
import { twinsAmong } from './twins.ts'
import { ageMatters, decideUnmatched, isLegacy } from './unmatched.ts'

/*
 * Records that are not linked yet: which golden record each of them is, or that it is none so far. Pages are decided one
 * after the other but may be committed later; `inFlight` lets a page see the match keys of pages not committed yet.
 */

interface InFlight {
  readonly recordId: string
  readonly sideId: number
  readonly golden: readonly Canonical[]
  readonly remoteId: string
}

export class Correlator {
  private readonly work: FlowWork
  private readonly inFlight = new Map<string, InFlight[]>()
  /** Records of pages not committed yet about which nothing has been decided. */
  private readonly undecided = new Set<string>()
  /** Match keys that several records of the side observed last share, with the records in order of preference. */
  contestedKeys: ReadonlyMap<string, readonly string[]> = new Map()
  /** Golden records that a remote record may be but was not joined to, with the records that were made of those. */
  readonly contested = new Map<string, string[]>()

  /** Keys that this run has added; null when the flow knew records before. */
  private seenKeys: SeenKeys | null | undefined

  private readonly contentTwins = new Map<number, ContentTwins>()

  private readonly lookAlikes = new Map<number, LookAlikes | null>()

  constructor(work: FlowWork) {
    this.work = work
  }

  private doubt(candidate: string, by?: string): void {
    const others = this.contested.get(candidate)
    if (!others) this.contested.set(candidate, by === undefined ? [] : [by])
    else if (by !== undefined) others.push(by)
  }

  /** Nothing is equal, but something may look alike; such pairs are always for a person to confirm. */
  private async byLikeness(side: Side, golden: readonly Canonical[], found: FoundCandidates): Promise<Correlation> {
    let looks = this.lookAlikes.get(side.id)
    if (looks === undefined) this.lookAlikes.set(side.id, (looks = await LookAlikes.of(this.work, side)))
    const hits = looks?.search(golden) ?? []
    const unknown = hits.filter((id) => !found.records.has(id))
    if (unknown.length > 0) {
      const rows = (await recordsById(this.work.database, unknown)).filter((row) => row.state !== 'deleted')
      for (const record of await loadStates(this.work, this.work.database, rows))
        found.records.set(record.row.id, record)
    }
    const candidates = hits.filter((id) => found.records.get(id)?.row.links.every((link) => link.sideId !== side.id))
    if (candidates.length === 0) return { situation: 'absent' }
    for (const id of candidates) this.doubt(id)
    return { situation: 'ambiguous', candidates, asks: true }
  }

  /** A newcomer of another system that no rule can find, and that is equal in every field; see `content-twins.ts`. */
  private async contentTwin(side: Side, observed: Fresh, claimed: ReadonlySet<string>): Promise<Loaded | null> {
    if (observed.keys.some((key) => key !== null) || !observed.reading.every(isValue)) return null
    let twins = this.contentTwins.get(side.id)
    if (twins === undefined) this.contentTwins.set(side.id, (twins = await ContentTwins.of(this.work, side)))
    const twin = await twins.take(observed.golden)
    return twin && !claimed.has(twin.row.id) ? twin : null
  }

  /** Takes note of the keys that a page adds. */
  noteKeys({ newKeys, moreKeys }: Outcome): void {
    for (const { key } of newKeys) this.seenKeys?.add(key)
    for (const { key } of moreKeys) this.seenKeys?.add(key)
  }

  /** Forgets the keys of a page that has been committed. */
  committed(decision: Decision): void {
    for (const { key, recordId } of decision.keys) {
      this.undecided.delete(recordId)
      const rest = (this.inFlight.get(key) ?? []).filter((entry) => entry.recordId !== recordId)
      if (rest.length > 0) this.inFlight.set(key, rest)
      else this.inFlight.delete(key)
    }
    // What is new in one side may be the counterpart of what another one shows next.
    const { newLinks } = decision.outcome
    for (const side of this.contentTwins.keys())
      if (newLinks.some((link) => link.sideId !== side)) this.contentTwins.delete(side)
  }

  /** Decides where the new records of a page belong. `known`: what was known of records that had been held back. */
  async decide(
    side: Side,
    fresh: readonly RemoteRecord[],
    known: ReadonlyMap<string, Known>,
    options: DecideOptions,
    decision: Decision,
  ): Promise<Decision> {
    const { work } = this
    const { outcome } = decision
    const resolve = await resolverIn(
      work.database,
      side,
      fresh.map((r) => r.values),
    )
    await work.recordIds.reserve(work.database, fresh.length)
    const readable: Fresh[] = []
    const returned = options.blank ? NOT_RETURNED : await returnedAmong(work, side, fresh, outcome, options.identities)
    const again = new Map([...returned.same, ...(options.again ?? [])])
    for (const record of fresh) {
      if (returned.asked.has(record.id)) continue
      const reading = side.mapping.read(record.values, resolve)
      const blocked = blockerOf(work, side, reading, false, { since: options.heldSince?.get(record.id) })
      const unresolved = reading.some((value) => value instanceof Unresolved)
      const golden = reading.every(isValue) ? reading : reading.map((value) => (isValue(value) ? value : null))
      const keys = matchKeys(work.flow, golden)
      if (blocked) {
        holdBack(work, side, record, blocked, outcome, options.heldSince)
        this.addRecord(side, { record, reading, golden, keys }, 'held', HELD_BY[blocked.cause], outcome)
        continue
      }
      if (known.get(record.id)?.cause) release(work, side, record.id, outcome)
      if (unresolved) decision.again.push(record.id)
      readable.push({ record, reading, golden, keys })
    }
    const found = await this.candidates(
      side,
      readable.flatMap((r) => r.keys.filter((k) => k !== null)),
      [...again.values()],
      outcome,
    )
    const claimed = new Set<string>()
    const twins = twinsAmong(side, readable, work.flow.edgeCases.duplicates)
    const alike = work.flow.match.some((rule) => rule.kind === 'similar')
    for (const observed of readable) {
      const { record, golden } = observed
      const all = this.anyCandidates(observed.keys, found)
        ? observed.keys.map((key) => (key === null ? [] : this.candidatesOf(key, found, side, claimed)))
        : NOBODY
      // Twins within a side are told apart once all of them, and their counterparts, are known.
      const early = work.firstSync && !options.last
      const byRule = all.map((list) =>
        list.filter((candidate) => !candidate.taken || !(early || this.isUndecided(candidate.record, side, found))),
      )
      const exact =
        this.againAs(again.get(record.id), found, side, claimed) ??
        (all === NOBODY
          ? ABSENT
          : this.contest(observed, byRule, correlate(byRule, work.flow.edgeCases.duplicates), twins))
      const asked = alike && exact.situation === 'absent' && (options.last || !work.firstSync)
      const twin = exact.situation === 'absent' ? await this.contentTwin(side, observed, claimed) : null
      if (twin) found.records.set(twin.row.id, twin)
      const correlation: Correlation = twin
        ? { situation: 'found', record: twin.row.id, rule: 'match' }
        : asked
          ? await this.byLikeness(side, golden, found)
          : exact
      const target = correlation.situation === 'found' ? found.records.get(correlation.record) : undefined
      const changed = ageMatters(work) ? changedAt(side, record.values) : null
      const policy = target && legacyPolicy(work, [changed, ...target.sides.map((s) => s.state.changedAt)])
      const unreadable = target ?? this.unreadableOf(byRule, found)
      if (unreadable && UNREADABLE.has(unreadable.row.createdRule) && unreadable.row.state === 'held') {
        const id = this.addRecord(side, observed, 'held', 'counterpart held', outcome)
        work.counts.held++
        const about = { recordId: id, sideId: side.id, remoteId: record.id, title: titleOf(work.flow, golden) }
        outcome.cases.push(
          counterpartCase(work.flow, side.system, this.candidateView(unreadable.row.id, found, byRule), about),
        )
        continue
      }
      if (target && policy !== 'leave alone') {
        claimed.add(target.row.id)
        await joinNewcomer(work, side, observed, target, outcome, policy)
        revive(target.row, found.revived.get(target.row.id) ?? [], outcome)
        work.counts.linked++
        continue
      }
      if (correlation.situation === 'ambiguous') {
        const rule: Rule = correlation.asks
          ? 'duplicate: asked'
          : `duplicate: ${work.flow.edgeCases.duplicates as 'oldest'}`
        const id = this.addRecord(side, observed, correlation.asks ? 'held' : 'left alone', rule, outcome)
        if (correlation.asks) {
          for (const candidate of correlation.candidates) if (this.contested.has(candidate)) this.doubt(candidate, id)
          work.counts.held++
          const views = correlation.candidates.map((candidate) => this.candidateView(candidate, found, byRule))
          outcome.cases.push(
            ambiguousCase(work.flow, side.system, views, {
              recordId: id,
              sideId: side.id,
              remoteId: record.id,
              title: titleOf(work.flow, golden),
            }),
          )
        }
        continue
      }
      if (!options.last || this.mayBeTwin(observed, options))
        this.addRecord(side, observed, 'pending', 'counterpart found', outcome)
      else {
        const verdict = decideUnmatched(work, side, changed, golden)
        const id = this.addRecord(side, observed, verdict.state, verdict.rule, outcome)
        verdict.carryOut({ recordId: id, golden, remoteId: record.id }, outcome, decision.creations)
      }
    }
    return { ...decision, keys: outcome.newKeys, clean: decision.clean && decision.again.length === 0 }
  }

  /** Seen in this side only so far, and nothing has been decided about it: a twin, if it shares a key. */
  private isUndecided(recordId: string, side: Side, found: FoundCandidates): boolean {
    const stored = found.records.get(recordId)?.row
    if (stored) return stored.state === 'pending' && stored.links.every((link) => link.sideId === side.id)
    return this.undecided.has(recordId)
  }

  /** Whether it is decided about together with those that share a key: not where it is known that none does. */
  private mayBeTwin({ keys }: Fresh, { stream }: DecideOptions): boolean {
    return keys.some((key) => key !== null && (!stream || this.contestedKeys.has(key)))
  }

  /** A golden record of its own, linked to the remote record that it was read from. */
  private addRecord(side: Side, observed: Fresh, state: RecordState, rule: Rule, outcome: Outcome): string {
    const { work } = this
    const { record, golden } = observed
    const id = outcome.retired.get(record.id) ?? work.recordIds.take()
    const waived = skippedWaivers(work, observed)
    outcome.newRecords.push({
      id,
      state,
      layoutId: work.goldenLayout,
      golden: encodeGolden(golden),
      sideId: side.id,
      rule,
    })
    outcome.newLinks.push({
      sideId: side.id,
      remoteId: record.id,
      recordId: id,
      layoutId: side.layoutId,
      state: 'live',
      waived,
      image: record.image,
    })
    const { keys } = observed
    if (state === 'pending') this.undecided.add(id)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      if (key === null || keys.indexOf(key) < i) continue
      outcome.newKeys.push({ key, recordId: id })
      const others = this.inFlight.get(key)
      const entry = { recordId: id, sideId: side.id, golden, remoteId: record.id }
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
  private contest(
    observed: { readonly record: RemoteRecord; readonly keys: readonly (string | null)[] },
    byRule: readonly (readonly Candidate[])[],
    correlation: Correlation,
    twins: ReadonlyMap<string, readonly string[]>,
  ): Correlation {
    const free = (byRule.find((list) => list.length > 0) ?? [])
      .filter((candidate) => !candidate.taken)
      .map((candidate) => candidate.record)
    if (free.length > 1)
      for (const id of free) if (correlation.situation !== 'found' || correlation.record !== id) this.doubt(id)
    const key = observed.keys.find((k, i) => k !== null && byRule[i]!.length > 0)
    const others = key ? (this.contestedKeys.get(key) ?? twins.get(key)) : undefined
    if (!others || correlation.situation !== 'found') return correlation
    const asks = this.work.flow.edgeCases.duplicates === 'ask'
    if (asks) for (const id of free) this.doubt(id)
    return asks || others[0] !== observed.record.id ? { situation: 'ambiguous', candidates: free, asks } : correlation
  }

  /**
   * Records that share a key, or that a newcomer is `again`. Those that the page decides about anew are nobody's counterpart
   * any more, their own least of all; links that it ends are none.
   */
  private async candidates(
    side: Side,
    keys: readonly string[],
    again: readonly string[],
    { retired, freed }: Outcome,
  ): Promise<FoundCandidates> {
    const { work } = this
    const { database } = work
    const possible = await this.possibleKeys([...new Set(keys)])
    const rows = await recordsByKeys(database, possible)
    const stored = await recordsById(database, [...new Set([...rows.map((row) => row.recordId), ...again])])
    const anew = new Set(retired.values())
    const ended = new Set(freed.map((one) => `${one.sideId}/${one.remoteId}`))
    const rest = stored.flatMap((row): RecordRow[] => {
      if (anew.has(row.id)) return []
      const links = row.links.filter((link) => !ended.has(`${link.sideId}/${link.remoteId}`))
      return [links.length === row.links.length ? row : { ...row, links }]
    })
    // Whose row has just turned out to be another thing may be the newcomer.
    const known = new Set(stored.filter(isKnownNow).map((row) => row.id))
    const usable = rest.filter((row) => row.state !== 'deleted' && known.has(row.id))
    const revivable = await revivableElsewhere(work, side, rest)
    const loaded = await loadStates(work, database, usable)
    const now = await candidatesNow(work, side, loaded)
    const revived = await loadStates(work, database, revivable.rows, revivable.current)
    const lost = new Set([...now.handedOn, ...keysGivenUp(work.flow, revived)])
    const held = rows.filter((row) => !lost.has(`${row.recordId}/${row.key}`))
    return {
      revived: revivable.sides,
      byKey: new Map([...Map.groupBy(held, (row) => row.key)].map(([key, list]) => [key, list.map((r) => r.recordId)])),
      records: new Map([...now.records, ...revived].map((l) => [l.row.id, l])),
    }
  }

  /** The record that a returned row is again, where it is still to be had. */
  private againAs(
    id: string | undefined,
    found: FoundCandidates,
    side: Side,
    claimed: ReadonlySet<string>,
  ): Correlation | null {
    const record = id === undefined || claimed.has(id) ? undefined : found.records.get(id)
    const isFree = record?.row.links.every((l) => l.sideId !== side.id || l.state === 'gone' || l.state === 'unlinked')
    return isFree === true ? { situation: 'found', record: id!, rule: 'match' } : null
  }

  /** Keys that the store may have. */
  private async possibleKeys(keys: readonly string[]): Promise<readonly string[]> {
    const { database, sides } = this.work
    if (this.seenKeys === undefined) {
      const blank = await Promise.all(sides.map((side) => isBlank(database, side.id)))
      this.seenKeys = blank.every(Boolean) ? new SeenKeys() : null
    }
    const { seenKeys } = this
    return seenKeys === null ? keys : keys.filter((key) => seenKeys.mayHave(key))
  }

  private anyCandidates(keys: readonly (string | null)[], found: FoundCandidates): boolean {
    return keys.some((key) => key !== null && (found.byKey.has(key) || this.inFlight.has(key)))
  }

  private candidatesOf(key: string, found: FoundCandidates, side: Side, claimed: ReadonlySet<string>): Candidate[] {
    let stored = (found.byKey.get(key) ?? []).flatMap((id): Candidate[] => {
      const record = found.records.get(id)
      if (!record) return []
      const changed = record.sides.map((s) => s.state.changedAt).reduce(laterOf, null)
      const taken =
        claimed.has(id) ||
        record.row.links.some((l) => l.sideId === side.id && l.state !== 'gone' && l.state !== 'unlinked')
      return [{ record: id, taken, changedAt: changed, filled: filled(record.golden) }]
    })
    // What was given up is meant only where nothing else is.
    if (stored.length > 1) stored = stored.filter((candidate) => !found.revived.has(candidate.record))
    const flying = (this.inFlight.get(key) ?? []).filter((entry) => !found.records.has(entry.recordId))
    return [
      ...stored,
      ...flying.map((entry) => ({
        record: entry.recordId,
        taken: true,
        changedAt: null,
        filled: filled(entry.golden),
      })),
    ]
  }

  private candidateView(
    recordId: string,
    found: FoundCandidates,
    byRule: readonly (readonly Candidate[])[],
  ): CandidateView {
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
        return {
          record: recordId,
          title: titleOf(this.work.flow, entry.golden),
          where: `${system} ${entry.remoteId}`,
          taken,
        }
      }
    }
    return { record: recordId, title: recordId, where: recordId, taken }
  }
}

/** How legacy records that found each other are joined, when all of them are older than the contract cares. */
function legacyPolicy(work: FlowWork, ages: readonly (string | null)[]): Agreement | 'leave alone' | undefined {
  if (!ages.every((at) => isLegacy(work, at))) return undefined
  return work.flow.edgeCases.olderThan!.then
}

/** Candidates where nothing shares a key. */
const NOBODY: readonly (readonly Candidate[])[] = []
const ABSENT: Correlation = { situation: 'absent' }
const NOT_RETURNED: Returned = { same: new Map(), asked: new Set() }

interface Fresh extends Observed {
  readonly golden: Canonical[]
  readonly keys: (string | null)[]
}

interface FoundCandidates {
  readonly byKey: ReadonlyMap<string, readonly string[]>
  readonly records: Map<string, Loaded>
  /** Records that were archived or unlinked when they were deleted here, with the sides that still have them. */
  readonly revived: ReadonlyMap<string, readonly GivenUp[]>
}

/** A record whose links were all given up, or are gone, is nobody's counterpart any more. */
const isKnownNow = (row: RecordRow): boolean =>
  row.links.some((link) => link.state === 'live' || link.state === 'out of scope')

const filled = (values: readonly Canonical[]): number => values.reduce((n, value) => n + (value === null ? 0 : 1), 0)

function skippedWaivers(work: FlowWork, { reading }: Observed): string | null {
  if (reading.every(isValue)) return null
  const waived: Record<string, readonly [Canonical, string]> = {}
  work.flow.fields.forEach((field, i) => {
    if (reading[i] instanceof Invalid) waived[field.name] = [null, 'invalid value: field skipped']
    if (reading[i] instanceof Unresolved) waived[field.name] = [null, 'missing reference: field skipped']
  })
  return encodeWaived(waived)
}
