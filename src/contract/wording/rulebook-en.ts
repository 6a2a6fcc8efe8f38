import type { EdgeCases, Limit, MatchRule, Records } from '../contract.ts'
import { preferredSystems, type OnConflict } from '../on-conflict.ts'
import type { NewId } from '../../model/new-id.ts'
import { listed, manyOf, oneOf, systemTitle, withArticle } from '../phrases.ts'

const titles = (systems: readonly string[], last?: 'and' | 'or') => listed(systems.map(systemTitle), last)
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
const aOne = (flow: string) => withArticle(oneOf(flow))
const AOne = (flow: string) => capital(aOne(flow))

const EDITED: Record<EdgeCases['editedOutsideMaster'], string> = {
  revert: 'is reverted',
  accept: 'is accepted and taken over into the master',
  ask: 'waits for a person',
  'leave alone': 'stays until the master changes the field',
}

/** The sentences of the rulebook. `flow`, `system` and `field` are names as the contract has them. */
export const rulebookEn = {
  open: 'open',
  shared: 'shared',
  between: (systems: readonly string[]) => `between ${titles(systems)}`,

  bothOwners: (flow: string, person: string) =>
    `${person} answers for both the rules and the technology of ${manyOf(flow)}.`,
  twoOwners: (flow: string, business: string, technical: string) =>
    `${business} answers for the rules of ${manyOf(flow)}, ${technical} for the technology.`,
  businessOwner: (flow: string, person: string) => `${person} answers for the rules of ${manyOf(flow)}.`,
  technicalOwner: (flow: string, person: string) => `${person} answers for the technology of ${manyOf(flow)}.`,

  noMaster: (flow: string, systems: readonly string[]) =>
    `No single system is master of ${manyOf(flow)}: a change in any of ${titles(systems)} counts.`,
  master: (flow: string, system: string) => `${systemTitle(system)} is master of ${manyOf(flow)}.`,
  bothWays: (flow: string) => `${capital(manyOf(flow))} flow both ways; each field goes from its master to the others.`,
  oneWay: (flow: string, from: string, to: string) =>
    `${capital(manyOf(flow))} flow only from ${systemTitle(from)} to ${systemTitle(to)}.`,

  lookedFor: (system: string, schedule: string) => `Changes in ${systemTitle(system)} are looked for ${schedule}.`,
  localTimes: (system: string, zone: string) =>
    `Times that ${systemTitle(system)} stores without a zone are those of ${zone}.`,
  late: (duration: string) => `A change that waits longer than ${duration} is late, and the owners are told.`,

  neverMatched: (flow: string) => `${capital(manyOf(flow))} that already exist on both sides are never matched.`,
  matched: (flow: string, rules: readonly MatchRule[]) =>
    `${AOne(flow)} on one side finds its counterpart on the other by ${rules
      .map((rule, i) => `${i === 0 ? '' : 'then '}${matchWords(rule)}`)
      .join(', ')}.`,
  several: {
    ask: 'When several records could be the counterpart, a person decides.',
    oldest: 'When several records could be the counterpart, the oldest is taken.',
    'most complete': 'When several records could be the counterpart, the most complete is taken.',
  } as Readonly<Record<EdgeCases['duplicates'], string>>,

  required: (flow: string, fields: readonly string[]) =>
    `${AOne(flow)} without ${listed(fields, 'or')} is held until it has one.`,
  conflict: (fields: readonly string[], rule: OnConflict) => {
    const [first, ...rest] = preferredSystems(rule)
    const wins =
      first === undefined
        ? rule === 'newest'
          ? 'the newest change wins'
          : 'a person decides'
        : `${systemTitle(first)} wins${rest.map((system) => `, else ${systemTitle(system)}`).join('')}`
    return `When ${listed(fields, 'or')} is changed in two systems, ${wins}.`
  },
  computed: (field: string, system: string) =>
    `${field} is computed in ${systemTitle(system)} and never written there.`,
  lines: (flow: string, field: string, key: readonly string[], fields: readonly string[]) =>
    `${capital(field)} of ${aOne(flow)} are recognised by ${listed(key)} and hold ${listed(fields)}.`,
  linesWhere: (field: string, system: string, condition: string) =>
    `In ${systemTitle(system)} only child rows with ${condition} are ${field}; others are left alone.`,
  refers: (field: string, flow: string) => `${field} refers to ${aOne(flow)}.`,
  edited: (field: string, answer: EdgeCases['editedOutsideMaster']) =>
    `An edit of ${field} outside its master ${EDITED[answer]}.`,
  emptied: (field: string, answer: EdgeCases['emptyInMaster']) =>
    answer === 'erase'
      ? `When ${field} is emptied in its master, it is emptied everywhere.`
      : `When ${field} is emptied in its master, the others keep theirs.`,
  invalid: (flow: string, field: string, answer: EdgeCases['invalidValue']) =>
    answer === 'skip field'
      ? `An invalid ${field} is left out; the rest goes on.`
      : `${AOne(flow)} with an invalid ${field} is held.`,

  createdOutside: (flow: string, master: string | null, others: readonly string[]) => {
    const when = `${AOne(flow)} that somebody creates in ${another(master, others)}`
    return {
      adopt: `${when} is created in ${theMaster(master)} too.`,
      'hold for approval': `${when} waits for approval.`,
      'leave alone': `${when} is left alone.`,
    } satisfies Record<EdgeCases['createdOutsideMaster'], string>
  },
  editedOutside: (answer: EdgeCases['editedOutsideMaster']) =>
    answer === 'revert'
      ? 'An edit made outside the master of a field is reverted; it stays in the log.'
      : `An edit made outside the master of a field ${EDITED[answer]}.`,
  existing: (flow: string) => {
    const when = `At the first sync, where both sides already hold ${aOne(flow)}`
    return {
      'master wins': `${when}, the value of each field's master wins.`,
      'fill blanks only': `${when}, only blanks are filled.`,
      ask: `${when} and differ, a person decides.`,
      'link only': `At the first sync, ${manyOf(flow)} that both sides already hold are linked and not written.`,
    } satisfies Record<EdgeCases['existingRecords'], string>
  },
  unmatched: (flow: string) =>
    ({
      create: `At the first sync, ${aOne(flow)} that is found on one side only is created on the other.`,
      ask: `At the first sync, a person decides about ${aOne(flow)} that is found on one side only.`,
      'leave alone': `At the first sync, ${aOne(flow)} that is found on one side only is left alone.`,
    }) satisfies Record<EdgeCases['existingUnmatched'], string>,
  anyAge: (flow: string) => `At the first sync, ${manyOf(flow)} take part however old they are.`,
  old: (flow: string, age: string) => {
    const those = `${manyOf(flow)} that nobody changed for ${age}`
    return {
      'leave alone': `At the first sync, ${those} are left alone.`,
      ask: `At the first sync, a person decides about ${those}.`,
      'link only': `At the first sync, ${those} are linked and not written.`,
    } satisfies Record<NonNullable<EdgeCases['olderThan']>['then'], string>
  },
  /** `shared`: no system is the master. */
  deleted: (flow: string, shared: boolean, master: string | null, others: readonly string[]) => {
    const when = `When somebody deletes ${aOne(flow)} in ${shared ? 'one system' : theMaster(master)},`
    const where = shared ? 'the others' : master === null ? 'the other systems' : titles(others)
    return {
      delete: `${when} it is deleted in ${where} too.`,
      archive: `${when} it is archived in ${where}.`,
      unlink: `${when} the ${oneOf(flow)} stays in ${where} and is no longer kept in agreement.`,
      ask: `${when} a person decides what happens in ${where}.`,
    } satisfies Record<EdgeCases['deletedInMaster'], string>
  },
  deletedElsewhere: (flow: string, master: string | null, others: readonly string[]) => {
    const when = `When somebody deletes ${aOne(flow)} in ${another(master, others)},`
    return {
      restore: `${when} it is restored.`,
      accept: `${when} it is deleted in ${theMaster(master)} too.`,
      unlink: `${when} it stays in ${theMaster(master)} and is no longer kept in agreement.`,
      ask: `${when} a person decides.`,
    } satisfies Record<EdgeCases['deletedElsewhere'], string>
  },
  leftFilter: (flow: string, shared: boolean, master: string | null, others: readonly string[]) => {
    const when = `When ${aOne(flow)} no longer fulfils the condition of ${shared ? 'a system' : theMaster(master)},`
    const where = shared ? 'the others' : master === null ? 'the other systems' : titles(others)
    return {
      'leave alone': `${when} it stays in ${where} and is not kept in agreement until it fulfils it again.`,
      archive: `${when} it is archived in ${where}.`,
      delete: `${when} it is deleted in ${where}.`,
      ask: `${when} a person decides what happens in ${where}.`,
    } satisfies Record<NonNullable<EdgeCases['leftFilter']>, string>
  },
  markedDeleted: (flow: string, system: string, columns: readonly string[]) =>
    `In ${systemTitle(system)} ${aOne(flow)} is deleted by its ${listed(columns)}; the row itself stays.`,
  /** `wait`: null when it is not waited for. */
  missingReference: (flow: string, wait: string | null, then: EdgeCases['missingReference']['then']) => {
    const outcome = then === 'ask' ? 'a person decides' : 'it goes on without the reference'
    const when = `When ${aOne(flow)} refers to a record that is not in agreement yet,`
    return wait === null ? `${when} ${outcome}.` : `${when} it waits for up to ${wait}; then ${outcome}.`
  },
  anyInvalid: (flow: string, answer: EdgeCases['invalidValue']) =>
    answer === 'hold record'
      ? `${AOne(flow)} with an invalid value is held until it is corrected.`
      : `An invalid value is left out; the rest of the ${oneOf(flow)} goes on.`,
  anyEmptied: (answer: EdgeCases['emptyInMaster']): string =>
    answer === 'keep'
      ? 'When a field is emptied in its master, the other systems keep their value.'
      : 'When a field is emptied in its master, it is emptied everywhere.',
  hiddenRows: (flow: string, system: string) =>
    ({
      'may change': `${systemTitle(system)} hides some rows, and which ones may change: ${aOne(flow)} that cannot be seen there is not taken for deleted.`,
      'never change': `${systemTitle(system)} hides some rows, and always the same ones: ${aOne(flow)} that cannot be seen there any more was deleted.`,
    }) satisfies Record<NonNullable<Records['hiddenRows']>, string>,
  cascades: (flow: string, system: string) =>
    `What ${systemTitle(system)} deletes by itself together with ${aOne(flow)} may go, too.`,
  newId: (flow: string, system: string, newId: NewId) =>
    `${AOne(flow)} that is created in ${systemTitle(system)} gets ${idWords(newId)} as its id.`,
  stamped: (flow: string, system: string, columns: readonly string[]) =>
    `Every update of ${aOne(flow)} in ${systemTitle(system)} also sets ${listed(columns)}.`,

  retried: (flow: string, duration: string, then: 'quarantine' | 'pause flow') =>
    `A write that fails is tried again for ${duration}; then ${then === 'quarantine' ? `the ${oneOf(flow)} is set aside and the others go on` : 'the whole flow pauses'}.`,
  /** `after`: null is at once. */
  alerted: (roles: readonly { readonly role: 'business' | 'technical'; readonly after: string | null }[]) =>
    `When writes fail, ${listed(
      roles.map(({ role, after }) => `the ${role} owner is told ${after === null ? 'at once' : `after ${after}`}`),
    )}.`,
  limitedChanges: (limit: Limit) =>
    `A run that would change more than ${limitWords(limit)} stops before it writes anything and asks.`,
  limitedDeletions: (limit: Limit) =>
    `A run that would delete or archive more than ${limitWords(limit)} stops before it writes anything and asks.`,
  history: (duration: string) => `Every change can be taken back for ${duration}.`,
  told: (person: string, ways: readonly string[]) => `${person} is told by ${ways.join(', else by ')}.`,
}

const theMaster = (master: string | null) => (master === null ? 'its master' : systemTitle(master))
const another = (master: string | null, others: readonly string[]) =>
  master === null ? 'another system' : titles(others, 'or')

function matchWords(rule: MatchRule): string {
  return rule.kind === 'exact'
    ? `equal ${listed(rule.fields)}${rule.caseRespected ? ' (capitals count)' : ''}`
    : `similar ${listed(rule.fields)} (at least ${Math.round(rule.atLeast * 100)}% alike, and a person confirms it)`
}

function idWords(newId: NewId): string {
  switch (newId.kind) {
    case 'uuid':
      return 'a new UUID'
    case 'hex':
      return `${newId.digits} random hexadecimal digits`
    case 'sequence':
      return `${newId.prefix === '' ? '' : `${newId.prefix} and `}the next number of ${newId.sequence}`
    case 'from':
      return newId.expression
  }
}

function limitWords({ percent, records }: Limit): string {
  const count = records === null ? null : `${records} ${records === 1 ? 'record' : 'records'}`
  if (percent === null) return count ?? 'nothing'
  return count === null ? `${percent}% of the records` : `${percent}% of the records and more than ${count}`
}
