import { listed, manyOf, oneOf, systemTitle, withArticle } from '../../contract/phrases.ts'
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
  leaveUntilChanged: (system: string) => `Leave both as they are until ${system} changes it again.`,
  useEverywhere: (system: string) => `Use the value of ${system} everywhere.`,
  keepAgreed: 'Keep the last agreed value everywhere.',
  anotherValue: 'Use another value everywhere (give it with --value).',
  lookAgain: 'Look at it again in the next run.',
  tryAgain: 'Try again in the next run.',
  isThisOne: (other: RecordAt) => `It is ${at(other)}.`,
  staysAlone: (flow: string, system: string) =>
    `None of them: it is ${withArticle(oneOf(flow))} of its own, which stays in ${system} alone.`,
  createOfItsOwn: (flow: string, systems: readonly string[]) =>
    `None of them: it is ${withArticle(oneOf(flow))} of its own; create it in ${listed(systems)} too.`,
  deleteToo: (systems: readonly string[]) => `Delete it in ${listed(systems)} too.`,
  bringBack: (system: string) => `Bring it back in ${system}, as it was.`,
  unlink: 'Leave both as they are and stop keeping them in agreement.',
  letChangesThrough: (count: number) => `Let up to ${count} changes through in the next run.`,
  writeNothing: 'Write nothing; the next run that finds so many will ask again.',
  acceptDeletions: (count: number) =>
    `Accept up to ${count} deletions in the next run and treat them as the contract says.`,
  deleteNothing: 'Delete nothing; the next run that finds them gone will ask again.',

  differs: (field: string, title: string) =>
    `${field} of “${title}” differs between the systems, and nobody has said yet which value is right.`,
  changedInSeveral: (field: string, title: string) => `${field} of “${title}” was changed in more than one system.`,
  changedOutside: (field: string, title: string) => `${field} of “${title}” was changed outside its master.`,
  flips: (field: string, title: string) =>
    `${field} of “${title}” keeps flipping between the same values; something in one of the systems changes it back. It is left alone until somebody decides.`,
  held: {
    invalid_value: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} holds a value that cannot be read: ${detail}. It is held back until that is mended in ${system}.`,
    required_value: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} lacks a value that must be there: ${detail}. It is held back until that is mended in ${system}.`,
    missing_reference: (title: string, system: string, detail: string) =>
      `“${title}” in ${system} refers to something that is not there: ${detail}. It is held back until that is mended in ${system}.`,
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
    `“${title}” in ${system} belongs to ${at(other)}, which is held back. Both are joined once that is mended.`,
  couldBe: (title: string, system: string, others: readonly RecordAt[]) =>
    `“${title}” in ${system} could be ${others.length === 1 ? '' : 'any of: '}${others.map(at).join(', ')}.`,
  probablyDuplicate: (title: string, system: string, others: readonly RecordAt[]) =>
    `“${title}” in ${system} looks like ${others.map(at).join(', ')}, which has its counterpart in ${system} already: probably a duplicate.`,
  deleted: (title: string, system: string, others: readonly string[]) =>
    `“${title}” was deleted in ${system} and is still in ${listed(others)}.`,
  because: (error: string, other: RecordAt) => `${error} The other record is ${at(other)}.`,
  noWay: (column: string) =>
    `They exchange ${column}, and neither can give it up for a moment: the column takes no empty value and none that stands in. Exchange the two there by hand.`,
  keptBy: (other: RecordAt) => `${at(other)} still refers to it.`,
  cannotBeDeleted: (title: string, system: string, error: string) =>
    `“${title}” cannot be deleted in ${system}: ${error}`,
  leftFilter: (title: string, system: string, others: readonly string[]) =>
    `“${title}” no longer fulfils the condition of ${system}, and is still in ${listed(others)}.`,
  deleteThere: (systems: readonly string[]) => `Delete it in ${listed(systems)}.`,
  archiveThere: (systems: readonly string[]) => `Archive it in ${listed(systems)}.`,
  reusedId: (before: string, now: string, system: string, id: string) =>
    `“${before}” (${system} ${id}) holds other values now, those of “${now}”. It may have been changed, or its id may stand for something else now; until somebody says which, it is held back.`,
  isStillTheSame: (title: string, flow: string) =>
    `It is still the ${oneOf(flow)} “${title}”: its values were changed.`,
  isAnother: (title: string, system: string, flow: string) =>
    `It is another ${oneOf(flow)}: “${title}” counts as deleted in ${system}.`,
  refused: (title: string, system: string, error: string) => `${system} does not take “${title}”: ${error}`,
  stillArchived: (system: string) =>
    `It is still archived in ${system}, and the log no longer says what it was before. Take the mark back there.`,
  unseen: (system: string) =>
    `It cannot be seen in ${system}: it is hidden from Concordat’s credentials there, or was deleted.`,
  waitsFor: (record: string) => `waits for ${record}`,
  waits: (title: string, system: string, waitsFor: string) =>
    `“${title}” waits for its ${waitsFor}, which is not in ${systemTitle(system)} yet.`,
  waitsForDeleted: (title: string, system: string, waitsFor: string) =>
    `“${title}” cannot come back to ${system}: it refers to ${waitsFor}, which was deleted.`,
  askedIn: (id: string) => `Case ${id} asks about it.`,
  decidedBy: (id: string) => `Case ${id} decides about that one; this follows by itself.`,
  tooManyChanges: (
    flow: string,
    count: number,
    limit: number,
    counts: Readonly<Record<string, number>>,
    already: number,
  ) => {
    const parts = bySystem(counts)
    if (already > 0) parts.push(`${already} have just been changed`)
    return `${count} ${count === 1 ? oneOf(flow) : manyOf(flow)} would change (${parts.join(', ')}), more than the ${limit} that the contract lets through at once. Nothing ${already > 0 ? 'more ' : ''}was written.`
  },
  tooManyGone: (flow: string, count: number, limit: number, counts: Readonly<Record<string, number>>) =>
    `${count} ${count === 1 ? `${oneOf(flow)} is` : `${manyOf(flow)} are`} gone (${bySystem(counts).join(', ')}), more than the ${limit} that the contract accepts at once. Nothing was deleted elsewhere.`,
  olderSystem: (
    flow: string,
    system: string,
    { back, gone, returned }: { readonly back: number; readonly gone: number; readonly returned: number },
  ) =>
    `${systemTitle(system)} looks as if it was restored from an older backup: ${[
      ...(back > 0 ? [`${back} ${back === 1 ? oneOf(flow) : manyOf(flow)} hold values that they had before`] : []),
      ...(gone > 0 ? [`${gone} ${gone === 1 ? oneOf(flow) : manyOf(flow)} that it had are not there`] : []),
      ...(returned > 0
        ? [`${returned} ${returned === 1 ? oneOf(flow) : manyOf(flow)} that were deleted are there again`]
        : []),
    ].join(', and ')}. Nothing was written.`,
  takeOlder: (system: string) =>
    `It is right as it is: treat what is older, what is missing and what is there again as changes made in ${systemTitle(system)}.`,
  writeAgreedBack: (system: string) =>
    `Bring ${systemTitle(system)} up to date: write the agreed values back to it, bring back what is missing there, and delete again what had been deleted.`,

  answeredSo: (times: number, answers: number) =>
    `${times} of the last ${answers} questions like this were answered so.`,
  isMaster: (system: string, field: string) => `${systemTitle(system)} is master of ${field}.`,
}
