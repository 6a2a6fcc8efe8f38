import { type AlertSettings, type Channel, routeOf } from './channel.ts'
import type { EdgeCases, Limit, MatchRule } from './contract.ts'
import { type FieldDraft, type FlowDraft, masterOf, othersOf } from './draft.ts'
import { printDuration } from './duration.ts'
import type { FlowSentences } from './finding.ts'
import { printSchedule } from './schedule.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from './wording.ts'

/*
 * The decisions of a flow as sentences, for people who never see the file. What is not decided has no sentence; it is
 * an open question.
 */

/** How people are reached. */
export interface Reached {
  readonly channels: ReadonlyMap<string, Channel>
  readonly alerts: AlertSettings
}

/** The rulebook of one flow. A `Flow` is a draft too. */
export function flowSentences(draft: FlowDraft, decided: boolean, reached: Reached): FlowSentences {
  const parts: FlowSentences['sections'] = [
    { section: 'owners', sentences: owners(draft) },
    { section: 'master', sentences: mastery(draft) },
    { section: 'timing', sentences: timing(draft) },
    { section: 'matching', sentences: matching(draft) },
    { section: 'fields', sentences: fieldRules(draft) },
    { section: 'edge cases', sentences: edgeCases(draft) },
    { section: 'safety', sentences: safety(draft) },
    { section: 'telling', sentences: telling(draft, reached) },
  ]
  return {
    flow: draft.name,
    decided,
    sentences: parts.flatMap(({ sentences }) => sentences),
    sections: parts.filter(({ sentences }) => sentences.length > 0),
    ownership: draft.fields.map((field) => ({
      field: field.name,
      owner: field.master === undefined ? 'open' : field.master === 'shared' ? 'shared' : systemTitle(field.master),
      flows: flowsOf(field),
    })),
  }
}

function owners({ owners: { business, technical }, name }: FlowDraft): string[] {
  if (business !== undefined && technical !== undefined) {
    return [
      business === technical
        ? `${business.name} answers for both the rules and the technology of ${manyOf(name)}.`
        : `${business.name} answers for the rules of ${manyOf(name)}, ${technical.name} for the technology.`,
    ]
  }
  if (business !== undefined) return [`${business.name} answers for the rules of ${manyOf(name)}.`]
  return technical === undefined ? [] : [`${technical.name} answers for the technology of ${manyOf(name)}.`]
}

function mastery(draft: FlowDraft): string[] {
  const { master, direction, name } = draft
  const sentences: string[] = []
  if (master === 'shared')
    sentences.push(
      `No single system is master of ${manyOf(name)}: a change in any of ${listed(draft.systems.map(systemTitle))} counts.`,
    )
  else if (master !== undefined) sentences.push(`${systemTitle(master)} is master of ${manyOf(name)}.`)
  if (direction === 'both')
    sentences.push(`${capital(manyOf(name))} flow both ways; each field goes from its master to the others.`)
  else if (direction !== undefined)
    sentences.push(
      `${capital(manyOf(name))} flow only from ${systemTitle(direction.from)} to ${systemTitle(direction.to)}.`,
    )
  return sentences
}

function timing({ schedule, systems, lateAfterMs }: FlowDraft): string[] {
  const sentences = systems.flatMap((system) => {
    const own = schedule[system]
    return own === undefined ? [] : [`Changes in ${systemTitle(system)} are looked for ${printSchedule(own)}.`]
  })
  if (lateAfterMs !== undefined)
    sentences.push(`A change that waits longer than ${printDuration(lateAfterMs)} is late, and the owners are told.`)
  return sentences
}

function matching({ match, name, edgeCases: { duplicates } }: FlowDraft): string[] {
  if (match === undefined) return []
  if (match.length === 0) return [`${capital(manyOf(name))} that already exist on both sides are never matched.`]
  const one = oneOf(name)
  const by = match.map((rule, i) => `${i === 0 ? '' : 'then '}${matchWords(rule)}`).join(', ')
  const several =
    duplicates &&
    { ask: 'a person decides', oldest: 'the oldest is taken', 'most complete': 'the most complete is taken' }[
      duplicates
    ]
  return [
    `${capital(withArticle(one))} on one side finds its counterpart on the other by ${by}.`,
    ...(several === undefined ? [] : [`When several records could be the counterpart, ${several}.`]),
  ]
}

function matchWords(rule: MatchRule): string {
  return rule.kind === 'exact'
    ? `equal ${listed(rule.fields)}`
    : `similar ${listed(rule.fields)} (at least ${Math.round(rule.atLeast * 100)}% alike, and a person confirms it)`
}

function fieldRules({ fields, name, edgeCases }: FlowDraft): string[] {
  const sentences: string[] = []
  const required = fields.filter((field) => field.required).map((field) => field.name)
  if (required.length > 0)
    sentences.push(`${capital(withArticle(oneOf(name)))} without ${listed(required, 'or')} is held until it has one.`)
  const conflicts = Map.groupBy(
    fields.filter((field) => field.master === 'shared' && typeof field.onConflict === 'string'),
    (field) => field.onConflict!,
  )
  for (const [rule, shared] of conflicts) {
    const what =
      rule === 'newest' ? 'the newest change wins' : rule === 'ask' ? 'a person decides' : `${systemTitle(rule)} wins`
    sentences.push(
      `When ${listed(
        shared.map((field) => field.name),
        'or',
      )} is changed in two systems, ${what}.`,
    )
  }
  for (const field of fields) {
    for (const [system, mapping] of Object.entries(field.mapping)) {
      if (mapping.kind === 'expression' && mapping.write === undefined) {
        sentences.push(`${field.name} is computed in ${systemTitle(system)} and never written there.`)
      }
    }
    if (field.lines !== undefined && field.lines.key.length > 0) {
      sentences.push(
        `${capital(field.name)} of ${withArticle(oneOf(name))} are recognised by ${listed(field.lines.key)} and hold ${listed(field.lines.fields.map((sub) => sub.name))}.`,
      )
    }
    if (field.spec?.type === 'reference')
      sentences.push(`${field.name} refers to ${withArticle(oneOf(field.spec.flow))}.`)
    if (
      field.master !== 'shared' &&
      field.editedOutsideMaster !== undefined &&
      edgeCases.editedOutsideMaster !== undefined &&
      field.editedOutsideMaster !== edgeCases.editedOutsideMaster
    ) {
      sentences.push(`An edit of ${field.name} outside its master ${EDITED[field.editedOutsideMaster]}.`)
    }
    if (
      field.emptyInMaster !== undefined &&
      edgeCases.emptyInMaster !== undefined &&
      field.emptyInMaster !== edgeCases.emptyInMaster
    ) {
      sentences.push(
        field.emptyInMaster === 'erase'
          ? `When ${field.name} is emptied in its master, it is emptied everywhere.`
          : `When ${field.name} is emptied in its master, the others keep theirs.`,
      )
    }
    if (
      field.invalidValue !== undefined &&
      edgeCases.invalidValue !== undefined &&
      field.invalidValue !== edgeCases.invalidValue
    ) {
      sentences.push(
        field.invalidValue === 'skip field'
          ? `An invalid ${field.name} is left out; the rest goes on.`
          : `${capital(withArticle(oneOf(name)))} with an invalid ${field.name} is held.`,
      )
    }
  }
  return sentences
}

const EDITED: Record<EdgeCases['editedOutsideMaster'], string> = {
  revert: 'is reverted',
  accept: 'is accepted and taken over into the master',
  ask: 'waits for a person',
  'leave alone': 'stays until the master changes the field',
}

function edgeCases(draft: FlowDraft): string[] {
  const { edgeCases: edge, fields } = draft
  const one = oneOf(draft.name)
  const aOne = withArticle(one)
  const many = manyOf(draft.name)
  const shared = draft.master === 'shared'
  const known = masterOf(draft)
  const m = known === null ? 'its master' : systemTitle(known)
  const rest = othersOf(draft).map(systemTitle)
  const o = known === null ? 'the other systems' : listed(rest)
  const anO = known === null ? 'another system' : listed(rest, 'or')
  const hasReferences = fields.some((field) =>
    [field, ...(field.lines?.fields ?? [])].some((f) => f.spec?.type === 'reference'),
  )
  const told = <T extends string>(answer: T | undefined, sentences: Record<T, string>, relevant = true) =>
    answer === undefined || !relevant ? [] : [sentences[answer]]
  return [
    ...told(
      edge.createdOutsideMaster,
      {
        adopt: `${capital(aOne)} that somebody creates in ${anO} is created in ${m} too.`,
        'hold for approval': `${capital(aOne)} that somebody creates in ${anO} waits for approval.`,
        'leave alone': `${capital(aOne)} that somebody creates in ${anO} is left alone.`,
      },
      !shared,
    ),
    ...told(
      edge.editedOutsideMaster,
      {
        revert: `An edit made outside the master of a field is reverted; it stays in the log.`,
        accept: `An edit made outside the master of a field is accepted and taken over into the master.`,
        ask: `An edit made outside the master of a field waits for a person.`,
        'leave alone': `An edit made outside the master of a field stays until the master changes the field.`,
      },
      fields.some((field) => field.master !== 'shared'),
    ),
    ...told(
      edge.existingRecords,
      {
        'master wins': `At the first sync, where both sides already hold ${aOne}, the value of each field's master wins.`,
        'fill blanks only': `At the first sync, where both sides already hold ${aOne}, only blanks are filled.`,
        ask: `At the first sync, where both sides already hold ${aOne} and differ, a person decides.`,
        'link only': `At the first sync, ${many} that both sides already hold are linked and not written.`,
      },
      draft.match === undefined || draft.match.length > 0,
    ),
    ...told(edge.existingUnmatched, {
      create: `At the first sync, ${aOne} that is found on one side only is created on the other.`,
      ask: `At the first sync, a person decides about ${aOne} that is found on one side only.`,
      'leave alone': `At the first sync, ${aOne} that is found on one side only is left alone.`,
    }),
    ...(edge.olderThan === null
      ? [`At the first sync, ${many} take part however old they are.`]
      : edge.olderThan === undefined
        ? []
        : [
            {
              'leave alone': `At the first sync, ${many} that nobody changed for ${printDuration(edge.olderThan.ms)} are left alone.`,
              ask: `At the first sync, a person decides about ${many} that nobody changed for ${printDuration(edge.olderThan.ms)}.`,
              'link only': `At the first sync, ${many} that nobody changed for ${printDuration(edge.olderThan.ms)} are linked and not written.`,
            }[edge.olderThan.then],
          ]),
    ...told(
      edge.deletedInMaster,
      shared
        ? deletedWords(`When somebody deletes ${aOne} in one system,`, one, 'the others')
        : deletedWords(`When somebody deletes ${aOne} in ${m},`, one, o),
    ),
    ...told(
      edge.deletedElsewhere,
      {
        restore: `When somebody deletes ${aOne} in ${anO}, it is restored.`,
        accept: `When somebody deletes ${aOne} in ${anO}, it is deleted in ${m} too.`,
        unlink: `When somebody deletes ${aOne} in ${anO}, it stays in ${m} and is no longer kept in agreement.`,
        ask: `When somebody deletes ${aOne} in ${anO}, a person decides.`,
      },
      !shared,
    ),
    ...(edge.missingReference === undefined || !hasReferences ? [] : [missingReference(aOne, edge.missingReference)]),
    ...told(edge.invalidValue, {
      'hold record': `${capital(aOne)} with an invalid value is held until it is corrected.`,
      'skip field': `An invalid value is left out; the rest of the ${one} goes on.`,
    }),
    ...told(
      edge.emptyInMaster,
      {
        keep: `When a field is emptied in its master, the other systems keep their value.`,
        erase: `When a field is emptied in its master, it is emptied everywhere.`,
      },
      fields.some((field) => field.master !== 'shared'),
    ),
  ]
}

function missingReference(aOne: string, { waitMs, then }: EdgeCases['missingReference']): string {
  const outcome = then === 'ask' ? 'a person decides' : 'it goes on without the reference'
  const when = `When ${aOne} refers to a record that is not in agreement yet,`
  return waitMs === 0 ? `${when} ${outcome}.` : `${when} it waits for up to ${printDuration(waitMs)}; then ${outcome}.`
}

function deletedWords(when: string, one: string, where: string) {
  return {
    delete: `${when} it is deleted in ${where} too.`,
    archive: `${when} it is archived in ${where}.`,
    unlink: `${when} the ${one} stays in ${where} and is no longer kept in agreement.`,
    ask: `${when} a person decides what happens in ${where}.`,
  }
}

function safety({ name, onFailure, limits, historyMs }: FlowDraft): string[] {
  const { retryMs, then, alert } = onFailure
  const sentences: string[] = []
  if (retryMs !== undefined && then !== undefined) {
    sentences.push(
      `A write that fails is tried again for ${printDuration(retryMs)}; then ${then === 'quarantine' ? `the ${oneOf(name)} is set aside and the others go on` : 'the whole flow pauses'}.`,
    )
  }
  if (alert !== undefined) {
    const told = (['technical', 'business'] as const).flatMap((role) => {
      const delay = alert[role]
      return delay === undefined
        ? []
        : [`the ${role} owner is told ${delay === 0 ? 'at once' : `after ${printDuration(delay)}`}`]
    })
    sentences.push(`When writes fail, ${listed(told)}.`)
  }
  if (limits.changes !== undefined)
    sentences.push(
      `A run that would change more than ${limitWords(limits.changes)} stops before it writes anything and asks.`,
    )
  if (limits.deletions !== undefined)
    sentences.push(
      `A run that would delete or archive more than ${limitWords(limits.deletions)} stops before it writes anything and asks.`,
    )
  if (historyMs !== undefined) sentences.push(`Every change can be taken back for ${printDuration(historyMs)}.`)
  return sentences
}

/** Who is told by what; nothing where nobody can be told. */
function telling({ owners, onFailure: { alert } }: FlowDraft, reached: Reached): string[] {
  if (alert === undefined || reached.channels.size === 0) return []
  const told = new Map<string, string>()
  for (const role of ['technical', 'business'] as const) {
    const person = owners[role]
    if (person === undefined || alert[role] === undefined || told.has(person.key)) continue
    const ways = routeOf(reached, person, role)
    if (ways.length > 0) told.set(person.key, `${person.name} is told by ${ways.join(', else by ')}.`)
  }
  return [...told.values()]
}

function limitWords({ percent, records }: Limit): string {
  const count = records === null ? null : `${records} ${records === 1 ? 'record' : 'records'}`
  if (percent === null) return count ?? 'nothing'
  return count === null ? `${percent}% of the records` : `${percent}% of the records and more than ${count}`
}

function flowsOf(field: FieldDraft): string {
  const holders = Object.keys(field.mapping)
  if (field.master === undefined || holders.length < 2) return 'open'
  if (field.master === 'shared') return `between ${listed(holders.map(systemTitle))}`
  const to = holders.filter((system) => system !== field.master)
  return `${systemTitle(field.master)} → ${to.map(systemTitle).join(', ')}`
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1)
}
