import { printFilter } from '../expression/filter-text.ts'
import type { Language } from '../../model/language.ts'
import { type AlertSettings, type Channel, routeOf } from '../channel.ts'
import { type FieldDraft, type FlowDraft, masterOf, othersOf } from '../draft.ts'
import { printDuration } from '../schedule/duration.ts'
import type { FlowSentences } from '../finding.ts'
import { printSchedule } from '../schedule/schedule.ts'
import { systemTitle } from '../phrases.ts'
import { rulebookEn } from './rulebook-en.ts'
import { rulebookEs } from './rulebook-es.ts'

/*
 * The decisions of a flow as sentences, for people who never see the file. What is not decided has no sentence; it is
 * an open question.
 */

/** How people are reached. */
export interface Reached {
  readonly channels: ReadonlyMap<string, Channel>
  readonly alerts: AlertSettings
}

const WORDS = { en: rulebookEn, es: rulebookEs }

/** The rulebook of one flow. A `Flow` is a draft too. */
export function flowSentences(
  draft: FlowDraft,
  decided: boolean,
  reached: Reached,
  language: Language = 'en',
): FlowSentences {
  const writer = new Writer(draft, language)
  const parts: FlowSentences['sections'] = [
    { section: 'owners', sentences: writer.owners() },
    { section: 'master', sentences: writer.mastery() },
    { section: 'timing', sentences: writer.timing() },
    { section: 'matching', sentences: writer.matching() },
    { section: 'fields', sentences: writer.fieldRules() },
    { section: 'edge cases', sentences: writer.edgeCases() },
    { section: 'safety', sentences: writer.safety() },
    { section: 'telling', sentences: writer.telling(reached) },
  ]
  return {
    flow: draft.name,
    decided,
    sentences: parts.flatMap(({ sentences }) => sentences),
    sections: parts.filter(({ sentences }) => sentences.length > 0),
    ownership: writer.ownership(),
  }
}

/** Writes the parts of one flow's rulebook, in one language. */
class Writer {
  private readonly draft: FlowDraft
  private readonly language: Language
  private readonly words: typeof rulebookEn

  constructor(draft: FlowDraft, language: Language) {
    this.draft = draft
    this.language = language
    this.words = WORDS[language]
  }

  owners(): string[] {
    const { words } = this
    const { name, owners } = this.draft
    const { business, technical } = owners
    if (business !== undefined && technical !== undefined) {
      return [
        business === technical
          ? words.bothOwners(name, business.name)
          : words.twoOwners(name, business.name, technical.name),
      ]
    }
    if (business !== undefined) return [words.businessOwner(name, business.name)]
    return technical === undefined ? [] : [words.technicalOwner(name, technical.name)]
  }

  mastery(): string[] {
    const { words } = this
    const { master, direction, name, systems } = this.draft
    const sentences: string[] = []
    if (master === 'shared') sentences.push(words.noMaster(name, systems))
    else if (master !== undefined) sentences.push(words.master(name, master))
    if (direction === 'both') sentences.push(words.bothWays(name))
    else if (direction !== undefined) sentences.push(words.oneWay(name, direction.from, direction.to))
    return sentences
  }

  timing(): string[] {
    const { schedule, systems, lateAfterMs } = this.draft
    const sentences = systems.flatMap((system) => {
      const own = schedule[system]
      return own === undefined ? [] : [this.words.lookedFor(system, printSchedule(own, this.language))]
    })
    for (const system of systems) {
      const zone = this.draft.records[system]?.timezone
      if (zone !== undefined) sentences.push(this.words.localTimes(system, zone))
    }
    if (lateAfterMs !== undefined) sentences.push(this.words.late(this.duration(lateAfterMs)))
    return sentences
  }

  matching(): string[] {
    const { match, name, edgeCases } = this.draft
    const { duplicates } = edgeCases
    if (match === undefined) return []
    if (match.length === 0) return [this.words.neverMatched(name)]
    return [this.words.matched(name, match), ...(duplicates === undefined ? [] : [this.words.several[duplicates]])]
  }

  fieldRules(): string[] {
    const { words } = this
    const { fields, name, edgeCases } = this.draft
    const sentences: string[] = []
    const required = fields.filter((field) => field.required).map((field) => field.name)
    if (required.length > 0) sentences.push(words.required(name, required))
    const conflicts = Map.groupBy(
      fields.filter((field) => field.master === 'shared' && (field.onConflict ?? null) !== null),
      (field) => JSON.stringify(field.onConflict),
    )
    for (const shared of conflicts.values()) {
      sentences.push(
        words.conflict(
          shared.map((field) => field.name),
          shared[0]!.onConflict!,
        ),
      )
    }
    for (const field of fields) {
      for (const [system, mapping] of Object.entries(field.mapping)) {
        if (mapping.kind === 'expression' && mapping.write === undefined) {
          sentences.push(words.computed(field.name, system))
        }
        if (mapping.kind === 'lines' && mapping.filter !== undefined)
          sentences.push(words.linesWhere(field.name, system, printFilter(mapping.filter)))
      }
      if (field.lines !== undefined && field.lines.key.length > 0) {
        const held = field.lines.fields.map((sub) => sub.name)
        sentences.push(words.lines(name, field.name, field.lines.key, held))
      }
      if (field.spec?.type === 'reference') sentences.push(words.refers(field.name, field.spec.flow))
      if (
        field.master !== 'shared' &&
        field.editedOutsideMaster !== undefined &&
        edgeCases.editedOutsideMaster !== undefined &&
        field.editedOutsideMaster !== edgeCases.editedOutsideMaster
      ) {
        sentences.push(words.edited(field.name, field.editedOutsideMaster))
      }
      if (
        field.emptyInMaster !== undefined &&
        edgeCases.emptyInMaster !== undefined &&
        field.emptyInMaster !== edgeCases.emptyInMaster
      ) {
        sentences.push(words.emptied(field.name, field.emptyInMaster))
      }
      if (
        field.invalidValue !== undefined &&
        edgeCases.invalidValue !== undefined &&
        field.invalidValue !== edgeCases.invalidValue
      ) {
        sentences.push(words.invalid(name, field.name, field.invalidValue))
      }
    }
    for (const [system, { newId, updateStamps }] of Object.entries(this.draft.records)) {
      if (newId !== undefined) sentences.push(words.newId(name, system, newId))
      if (updateStamps !== undefined) sentences.push(words.stamped(name, system, Object.keys(updateStamps)))
    }
    return sentences
  }

  edgeCases(): string[] {
    const { words, draft } = this
    const { edgeCases: edge, fields, name } = draft
    const shared = draft.master === 'shared'
    const master = masterOf(draft)
    const others = othersOf(draft)
    const mastered = fields.some((field) => field.master !== 'shared')
    const hasReferences = fields.some((field) =>
      [field, ...(field.lines?.fields ?? [])].some((f) => f.spec?.type === 'reference'),
    )
    const told = <T extends string>(answer: T | undefined, say: (answer: T) => string, relevant = true) =>
      answer === undefined || !relevant ? [] : [say(answer)]
    return [
      ...told(edge.createdOutsideMaster, (answer) => words.createdOutside(name, master, others)[answer], !shared),
      ...told(edge.editedOutsideMaster, words.editedOutside, mastered),
      ...told(
        edge.existingRecords,
        (answer) => words.existing(name)[answer],
        draft.match === undefined || draft.match.length > 0,
      ),
      ...told(edge.existingUnmatched, (answer) => words.unmatched(name)[answer]),
      ...(edge.olderThan === null
        ? [words.anyAge(name)]
        : told(edge.olderThan?.then, (then) => words.old(name, this.duration(edge.olderThan!.ms))[then])),
      ...told(edge.deletedInMaster, (answer) => words.deleted(name, shared, master, others)[answer]),
      ...told(edge.deletedElsewhere, (answer) => words.deletedElsewhere(name, master, others)[answer], !shared),
      ...told(edge.leftFilter ?? undefined, (answer) => words.leftFilter(name, shared, master, others)[answer]),
      ...told(
        edge.missingReference?.then,
        (then) => {
          const { waitMs } = edge.missingReference!
          return words.missingReference(name, waitMs === 0 ? null : this.duration(waitMs), then)
        },
        hasReferences,
      ),
      ...told(edge.invalidValue, (answer) => words.anyInvalid(name, answer)),
      ...told(edge.emptyInMaster, words.anyEmptied, mastered),
      ...Object.entries(draft.records).flatMap(([system, { hiddenRows, cascades, deleted }]) => [
        ...(deleted === undefined ? [] : [words.markedDeleted(name, system, Object.keys(deleted))]),
        ...told(hiddenRows, (answer) => words.hiddenRows(name, system)[answer]),
        ...told(cascades, () => words.cascades(name, system)),
      ]),
    ]
  }

  safety(): string[] {
    const { words } = this
    const { name, onFailure, limits, historyMs } = this.draft
    const { retryMs, then, alert } = onFailure
    const sentences: string[] = []
    if (retryMs !== undefined && then !== undefined) sentences.push(words.retried(name, this.duration(retryMs), then))
    if (alert !== undefined) {
      const told = (['technical', 'business'] as const).flatMap((role) => {
        const delay = alert[role]
        return delay === undefined ? [] : [{ role, after: delay === 0 ? null : this.duration(delay) }]
      })
      sentences.push(words.alerted(told))
    }
    if (limits.changes !== undefined) sentences.push(words.limitedChanges(limits.changes))
    if (limits.deletions !== undefined) sentences.push(words.limitedDeletions(limits.deletions))
    if (historyMs !== undefined) sentences.push(words.history(this.duration(historyMs)))
    return sentences
  }

  /** Who is told by what; nothing where nobody can be told. */
  telling(reached: Reached): string[] {
    const { owners, onFailure } = this.draft
    const { alert } = onFailure
    if (alert === undefined || reached.channels.size === 0) return []
    const told = new Map<string, string>()
    for (const role of ['technical', 'business'] as const) {
      const person = owners[role]
      if (person === undefined || alert[role] === undefined || told.has(person.key)) continue
      const ways = routeOf(reached, person, role)
      if (ways.length > 0) told.set(person.key, this.words.told(person.name, ways))
    }
    return [...told.values()]
  }

  ownership(): FlowSentences['ownership'] {
    const { words } = this
    return this.draft.fields.map((field) => ({
      field: field.name,
      owner:
        field.master === undefined ? words.open : field.master === 'shared' ? words.shared : systemTitle(field.master),
      flows: this.flowsOf(field),
    }))
  }

  private flowsOf(field: FieldDraft): string {
    const holders = Object.keys(field.mapping)
    if (field.master === undefined || holders.length < 2) return this.words.open
    if (field.master === 'shared') return this.words.between(holders)
    const to = holders.filter((system) => system !== field.master)
    return `${systemTitle(field.master)} → ${to.map(systemTitle).join(', ')}`
  }

  private duration(ms: number): string {
    return printDuration(ms, this.language)
  }
}
