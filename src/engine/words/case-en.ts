import { listed, manyOf, oneOf, systemTitle } from '../../contract/phrases.ts'
import type { RecordAt } from './case-words.ts'

const at = ({ title, where }: RecordAt): string => `“${title}” (${where})`

const bySystem = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).map(([system, count]) => `${count} in ${system}`)

/** What cases ask, in English. `title` names the record that a case is about. */
export const en = {
  ignore: 'Leave it as it is, in every system.',
  create: (systems: readonly string[]) => `Create it in ${listed(systems)}.`,
  createThisOne: (systems: readonly string[]) => `They are different; create this one in ${listed(systems)}.`,
  useInOther: (from: string, to: string) => `Use the value of ${from} in ${to} too.`,
  leaveUntilChanged: (system: string) => `Keep both values until ${system} changes it again.`,
  useEverywhere: (system: string) => `Use the value of ${system} everywhere.`,
  keepAgreed: 'Use the last agreed value everywhere.',
  anotherValue: 'Use another value everywhere (enter it with --value).',
  lookAgain: 'Check it again in the next run.',
  tryAgain: 'Retry in the next run.',
  isThisOne: (other: RecordAt) => `It is ${at(other)}.`,
  staysAlone: (flow: string, system: string) =>
    `None of them: it is a different ${oneOf(flow)}, and stays only in ${system}.`,
  createOfItsOwn: (flow: string, systems: readonly string[]) =>
    `None of them: it is a different ${oneOf(flow)}; create it in ${listed(systems)} too.`,
  deleteToo: (systems: readonly string[]) => `Delete it in ${listed(systems)} too.`,
  bringBack: (system: string) => `Restore it in ${system}, as it was.`,
  unlink: 'Leave both as they are and stop keeping them in agreement.',
  letChangesThrough: (count: number) => `Allow up to ${count} changes in the next run.`,
  writeNothing: 'Write nothing. The next run that finds as many changes asks again.',
  acceptDeletions: (count: number) =>
    `Accept up to ${count} deletions in the next run, and handle them by the contract.`,
  deleteNothing: 'Delete nothing. The next run that finds as many deletions asks again.',

  differs: (field: string, title: string) =>
    `${field} of “${title}” differs between the systems. Which value is right?`,
  changedInSeveral: (field: string, title: string) => `${field} of “${title}” was changed in more than one system.`,
  changedOutside: (field: string, title: string) => `${field} of “${title}” was changed outside its master.`,
  flips: (field: string, title: string) =>
    `${field} of “${title}” keeps changing back and forth between the same values, because something in one of the systems reverts it. Concordat does not sync this field until someone decides.`,
  held: {
    invalid_value: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} has an invalid value: ${detail}. Concordat will not sync it until someone corrects it in ${system}.`,
    required_value: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} lacks a required value: ${detail}. Concordat will not sync it until someone corrects it in ${system}.`,
    missing_reference: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} refers to a record that does not exist: ${detail}. Concordat will not sync it until someone corrects it in ${system}.`,
  },
  isEmpty: (field: string) => `${field} is empty`,
  refersTo: (field: string, flow: string, remoteId: string) => `${field} refers to ${flow} ${remoteId}`,
  unmatched: {
    existing_unmatched: (title: string, system: string, _flow: string, others: readonly string[]) =>
      `“${title}” is in ${system} and has no counterpart in ${listed(others)}.`,
    created_outside_master: (title: string, system: string, flow: string, _others: readonly string[]) =>
      `“${title}” was created in ${system}, which is not the master of ${manyOf(flow)}.`,
    older_than: (title: string, system: string, _flow: string, others: readonly string[]) =>
      `“${title}” is in ${system}, has no counterpart in ${listed(others)}, and has not changed for a long time.`,
  },
  counterpartHeld: (title: string, system: string, other: RecordAt) =>
    `“${title}” in ${system} is the counterpart of ${at(other)}, which is held. Concordat links the two once someone corrects that record.`,
  couldBe: (title: string, system: string, others: readonly RecordAt[]) =>
    `“${title}” in ${system} could be ${others.length === 1 ? '' : 'any of: '}${others.map(at).join(', ')}.`,
  probablyDuplicate: (title: string, system: string, others: readonly RecordAt[]) =>
    `“${title}” in ${system} looks like ${others.map(at).join(', ')}, which already has a counterpart in ${system}. It is probably a duplicate.`,
  deleted: (title: string, system: string, others: readonly string[]) =>
    `“${title}” was deleted in ${system} and is still in ${listed(others)}.`,
  because: (error: string, other: RecordAt) => `${error} The other record is ${at(other)}.`,
  noWay: (column: string) =>
    `The two records exchange ${column}, and the column allows no temporary value. Exchange the two values by hand in that system.`,
  keptBy: (other: RecordAt) => `${at(other)} still refers to it.`,
  cannotBeDeleted: (title: string, system: string, error: string) =>
    `“${title}” cannot be deleted in ${system}: ${error}`,
  leftFilter: (title: string, system: string, others: readonly string[]) =>
    `“${title}” no longer meets the condition of ${system} but is still in ${listed(others)}.`,
  deleteThere: (systems: readonly string[]) => `Delete it in ${listed(systems)}.`,
  archiveThere: (systems: readonly string[]) => `Archive it in ${listed(systems)}.`,
  reusedId: (before: string, now: string, system: string, id: string) =>
    `“${before}” (${system} ${id}) now has the values of “${now}”. Either someone changed the record, or its id now belongs to a different record. Concordat will not sync it until someone decides.`,
  isStillTheSame: (title: string, flow: string) =>
    `It is still the ${oneOf(flow)} “${title}”; someone changed its values.`,
  isAnother: (title: string, system: string, flow: string) =>
    `It is a different ${oneOf(flow)}; “${title}” counts as deleted in ${system}.`,
  refused: (title: string, system: string, error: string) => `${system} does not accept “${title}”: ${error}`,
  stillArchived: (system: string) =>
    `It is still archived in ${system}, and the log no longer contains its previous state. Remove the archive mark there.`,
  unseen: (system: string) =>
    `Concordat cannot see it in ${system}: its credentials there do not show it, or it was deleted.`,
  waitsFor: (record: string) => `waits for ${record}`,
  waits: (title: string, system: string, waitsFor: string) =>
    `“${title}” waits for its ${waitsFor}, which is not in ${systemTitle(system)} yet.`,
  waitsForDeleted: (title: string, system: string, waitsFor: string) =>
    `“${title}” cannot come back to ${system}: it refers to ${waitsFor}, which was deleted.`,
  askedIn: (id: string) => `Case ${id} asks about it.`,
  decidedBy: (id: string) => `Case ${id} decides about that record; answer that case first.`,
  tooManyChanges: (
    flow: string,
    count: number,
    limit: number,
    counts: Readonly<Record<string, number>>,
    already: number,
  ) => {
    const parts = bySystem(counts)
    if (already > 0) parts.push(`${already} were changed just before`)
    return `${count} ${count === 1 ? oneOf(flow) : manyOf(flow)} would change (${parts.join(', ')}), more than the ${limit} that the contract allows at once. Nothing ${already > 0 ? 'more ' : ''}was written.`
  },
  tooManyGone: (flow: string, count: number, limit: number, counts: Readonly<Record<string, number>>) =>
    `${count} ${count === 1 ? `${oneOf(flow)} is` : `${manyOf(flow)} are`} missing (${bySystem(counts).join(', ')}), more than the ${limit} deletions that the contract allows at once. Nothing was deleted elsewhere.`,
  olderSystem: (
    flow: string,
    system: string,
    { back, gone, returned }: { readonly back: number; readonly gone: number; readonly returned: number },
  ) =>
    `${systemTitle(system)} looks as if it was restored from an older backup: ${[
      ...(back > 0 ? [`${back} ${back === 1 ? oneOf(flow) : manyOf(flow)} have older values again`] : []),
      ...(gone > 0 ? [`${gone} ${gone === 1 ? oneOf(flow) : manyOf(flow)} are missing`] : []),
      ...(returned > 0
        ? [`${returned} ${returned === 1 ? oneOf(flow) : manyOf(flow)} exist again although they were deleted`]
        : []),
    ].join(', and ')}. Nothing was written.`,
  takeOlder: (system: string) =>
    `The system is right as it is: treat older values as edits, missing records as deletions, and records that exist again as new in ${systemTitle(system)}.`,
  writeAgreedBack: (system: string) =>
    `Bring ${systemTitle(system)} up to date: write the agreed values to it, restore missing records, and delete again the records that were deleted before.`,

  answeredSo: (times: number, answers: number) =>
    `People gave this answer to ${times} of the last ${answers} cases like this.`,
  isMaster: (system: string, field: string) => `${systemTitle(system)} is master of ${field}.`,
}
