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
  accept: 'is accepted and written to the master',
  ask: 'waits for a person',
  'leave alone': 'stays until the master changes the field',
}

/** The sentences of the rulebook. `flow`, `system` and `field` are names as the contract has them. */
export const rulebookEn = {
  open: 'open',
  shared: 'shared',
  between: (systems: readonly string[]) => `between ${titles(systems)}`,

  bothOwners: (flow: string, person: string) =>
    `${person} is both business owner and technical owner of ${manyOf(flow)}.`,
  twoOwners: (flow: string, business: string, technical: string) =>
    `${business} is the business owner of ${manyOf(flow)}, ${technical} the technical owner.`,
  businessOwner: (flow: string, person: string) => `${person} is the business owner of ${manyOf(flow)}.`,
  technicalOwner: (flow: string, person: string) => `${person} is the technical owner of ${manyOf(flow)}.`,

  noMaster: (flow: string, systems: readonly string[]) =>
    `No single system is master of ${manyOf(flow)}: a change in any of ${titles(systems)} counts.`,
  master: (flow: string, system: string) => `${systemTitle(system)} is master of ${manyOf(flow)}.`,
  bothWays: (flow: string) => `${capital(manyOf(flow))} flow both ways; each field goes from its master to the others.`,
  oneWay: (flow: string, from: string, to: string) =>
    `${capital(manyOf(flow))} flow only from ${systemTitle(from)} to ${systemTitle(to)}.`,

  lookedFor: (system: string, schedule: string) => `Concordat checks ${systemTitle(system)} for changes ${schedule}.`,
  localTimes: (system: string, zone: string) =>
    `Times that ${systemTitle(system)} stores without a zone are in ${zone}.`,
  late: (duration: string) => `A change that waits longer than ${duration} is late, and Concordat notifies the owners.`,

  neverMatched: (flow: string) => `${capital(manyOf(flow))} that already exist in several systems are never matched.`,
  matched: (flow: string, rules: readonly MatchRule[]) =>
    `Concordat matches ${manyOf(flow)} between the systems by ${rules
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
    `In ${systemTitle(system)}, only child rows with ${condition} count as ${field}; the others are left alone.`,
  refers: (field: string, flow: string) => `${field} refers to ${aOne(flow)}.`,
  edited: (field: string, answer: EdgeCases['editedOutsideMaster']) =>
    `An edit of ${field} outside its master ${EDITED[answer]}.`,
  emptied: (field: string, answer: EdgeCases['emptyInMaster']) =>
    answer === 'erase'
      ? `When ${field} is emptied in its master, it is emptied everywhere.`
      : `When ${field} is emptied in its master, the other systems keep their value.`,
  invalid: (flow: string, field: string, answer: EdgeCases['invalidValue']) =>
    answer === 'skip field'
      ? `An invalid ${field} is left out; the rest of the record is synced.`
      : `${AOne(flow)} with an invalid ${field} is held.`,

  createdOutside: (flow: string, master: string | null, others: readonly string[]) => {
    const when = `${AOne(flow)} that someone creates in ${another(master, others)}`
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
    const when = `At the first sync, where several systems already have ${aOne(flow)}`
    return {
      'master wins': `${when}, the value of each field's master wins.`,
      'fill blanks only': `${when}, only empty fields are filled.`,
      ask: `${when} and differ, a person decides.`,
      'link only': `At the first sync, ${manyOf(flow)} that several systems already have are linked and not written.`,
    } satisfies Record<EdgeCases['existingRecords'], string>
  },
  unmatched: (flow: string) =>
    ({
      create: `At the first sync, ${aOne(flow)} that only one system has is created in the others.`,
      ask: `At the first sync, a person decides about ${aOne(flow)} that only one system has.`,
      'leave alone': `At the first sync, ${aOne(flow)} that only one system has is left alone.`,
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
    const when = `When someone deletes ${aOne(flow)} in ${shared ? 'one system' : theMaster(master)},`
    const where = shared ? 'the others' : master === null ? 'the other systems' : titles(others)
    return {
      delete: `${when} it is deleted in ${where} too.`,
      archive: `${when} it is archived in ${where}.`,
      unlink: `${when} the ${oneOf(flow)} stays in ${where} and is no longer kept in agreement.`,
      ask: `${when} a person decides what happens in ${where}.`,
    } satisfies Record<EdgeCases['deletedInMaster'], string>
  },
  deletedElsewhere: (flow: string, master: string | null, others: readonly string[]) => {
    const when = `When someone deletes ${aOne(flow)} in ${another(master, others)},`
    return {
      restore: `${when} it is restored.`,
      accept: `${when} it is deleted in ${theMaster(master)} too.`,
      unlink: `${when} it stays in ${theMaster(master)} and is no longer kept in agreement.`,
      ask: `${when} a person decides.`,
    } satisfies Record<EdgeCases['deletedElsewhere'], string>
  },
  leftFilter: (flow: string, shared: boolean, master: string | null, others: readonly string[]) => {
    const when = `When ${aOne(flow)} no longer meets the condition of ${shared ? 'a system' : theMaster(master)},`
    const where = shared ? 'the others' : master === null ? 'the other systems' : titles(others)
    return {
      'leave alone': `${when} it stays in ${where} and is not kept in agreement until it meets the condition again.`,
      archive: `${when} it is archived in ${where}.`,
      delete: `${when} it is deleted in ${where}.`,
      ask: `${when} a person decides what happens in ${where}.`,
    } satisfies Record<NonNullable<EdgeCases['leftFilter']>, string>
  },
  markedDeleted: (flow: string, system: string, columns: readonly string[]) =>
    `In ${systemTitle(system)}, Concordat marks ${aOne(flow)} as deleted in ${listed(columns)}; the row stays.`,
  /** `wait`: null when it is not waited for. */
  missingReference: (flow: string, wait: string | null, then: EdgeCases['missingReference']['then']) => {
    const outcome = then === 'ask' ? 'a person decides' : 'it is synced without the reference'
    const when = `When ${aOne(flow)} refers to a record that is not in agreement yet,`
    return wait === null ? `${when} ${outcome}.` : `${when} it waits for up to ${wait}; then ${outcome}.`
  },
  anyInvalid: (flow: string, answer: EdgeCases['invalidValue']) =>
    answer === 'hold record'
      ? `${AOne(flow)} with an invalid value is held until it is corrected.`
      : `An invalid value is left out; the rest of the ${oneOf(flow)} is synced.`,
  anyEmptied: (answer: EdgeCases['emptyInMaster']): string =>
    answer === 'keep'
      ? 'When a field is emptied in its master, the other systems keep their value.'
      : 'When a field is emptied in its master, it is emptied everywhere.',
  hiddenRows: (flow: string, system: string) =>
    ({
      'may change': `${systemTitle(system)} hides some rows, and the hidden rows may change. So ${aOne(flow)} that Concordat cannot see there does not count as deleted.`,
      'never change': `${systemTitle(system)} always hides the same rows. So ${aOne(flow)} that Concordat can no longer see there counts as deleted.`,
    }) satisfies Record<NonNullable<Records['hiddenRows']>, string>,
  cascades: (flow: string, system: string) =>
    `Deleting ${aOne(flow)} in ${systemTitle(system)} may also delete its dependent rows there.`,
  newId: (flow: string, system: string, newId: NewId) =>
    `A new ${oneOf(flow)} in ${systemTitle(system)} gets ${idWords(newId)} as its id.`,
  stamped: (flow: string, system: string, columns: readonly string[]) =>
    `Every update of ${aOne(flow)} in ${systemTitle(system)} also sets ${listed(columns)}.`,

  retried: (flow: string, duration: string, then: 'quarantine' | 'pause flow') =>
    `Concordat retries a failed write for ${duration}; then ${then === 'quarantine' ? `it quarantines the ${oneOf(flow)} and continues with the others` : 'the whole flow pauses'}.`,
  /** `after`: null is at once. */
  alerted: (roles: readonly { readonly role: 'business' | 'technical'; readonly after: string | null }[]) =>
    `When writes fail, ${listed(
      roles.map(({ role, after }) => `the ${role} owner is notified ${after === null ? 'at once' : `after ${after}`}`),
    )}.`,
  limitedChanges: (limit: Limit) =>
    `A run that would change more than ${limitWords(limit)} stops before it writes anything and asks.`,
  limitedDeletions: (limit: Limit) =>
    `A run that would delete or archive more than ${limitWords(limit)} stops before it writes anything and asks.`,
  history: (duration: string) => `The log keeps every change for ${duration}.`,
  told: (person: string, ways: readonly string[]) => `Concordat notifies ${person} by ${ways.join(', or else by ')}.`,
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
