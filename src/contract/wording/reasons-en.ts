import type { ReasonWords } from './reason-words.ts'
import { listed, oneOf, systemTitle } from '../phrases.ts'

const OLD = {
  'leave alone': 'such records are left alone',
  ask: 'a person decides',
  'link only': 'such records are linked and not written',
}

/** Why each rule acted. */
export const reasonsEn: ReasonWords = {
  field: (name) => name ?? 'the value',
  one: (flow) => oneOf(flow),
  master: (name) => (name === 'shared' ? 'no single system' : systemTitle(name)),
  system: (name) => (name === undefined ? 'one system' : systemTitle(name)),
  others: (names) => (names.length === 0 ? 'the others' : listed(names.map(systemTitle))),
  sentences: {
    'master changed': ({ m, f }) => `${m} is master of ${f}, so its value won.`,
    'shared newest': ({ s, f }) => `${capital(f)} is shared and the newest change wins; it came from ${s}.`,
    'shared preferred system': ({ s, f }) =>
      `${capital(f)} is shared and changed in several systems; ${s} wins such conflicts.`,
    'shared one side changed': ({ s, f }) => `${capital(f)} is shared and only ${s} changed it, so its value won.`,
    'all sides agree': ({ f }) => `All systems hold the same ${f}.`,
    'outside edit reverted': ({ m, s, f }) => `${m} is master of ${f}, so the edit made in ${s} was reverted.`,
    'outside edit accepted': ({ m, s, f }) =>
      `${m} is master of ${f}, but edits made elsewhere are accepted; this one came from ${s}.`,
    'outside edit left alone': ({ m, s, f }) =>
      `${m} is master of ${f}; the edit made in ${s} stays until ${m} changes the field.`,
    'outside edit asked': ({ m, s, f }) =>
      `${m} is master of ${f} and it was edited in ${s}; a person decides about such edits.`,
    'conflict asked': ({ f, o, s, known }) =>
      !known
        ? `${capital(f)} was changed in several systems; a person decides which change counts.`
        : `${capital(f)} was changed in ${s} and in ${o}; a person decides which change counts.`,
    'decided by person': ({ f }) => `A person decided about ${f}.`,
    'empty master kept': ({ m, f }) =>
      `${capital(f)} is empty in its master ${m}, and an empty value does not erase the values of the other systems.`,
    'empty master erased': ({ m, f }) => `${capital(f)} was emptied in its master ${m}, so it is emptied everywhere.`,
    'existing: master wins': ({ m, f, one, shared }) =>
      shared
        ? `Both systems already had this ${one}; ${f} is shared, so its conflict rule decided.`
        : `Both systems already had this ${one}; ${m} is master of ${f}, so its value won.`,
    'existing: blanks filled': ({ one, f }) =>
      `Both systems already had this ${one}; only empty fields are filled, and ${f} was empty in one system.`,
    'existing: link only': ({ one }) => `Both systems already had this ${one}; Concordat linked it and wrote nothing.`,
    'existing: asked': ({ one, f }) => `Both systems already had this ${one}, and ${f} differs; a person decides.`,
    'created in master': ({ s, one, o }) => `This ${one} was created in ${s}, so it is created in ${o}.`,
    'created outside: adopted': ({ s, one, flowMaster }) =>
      `This ${one} was created in ${s} instead of ${flowMaster}; such records are adopted.`,
    'created outside: held': ({ s, one, flowMaster }) =>
      `This ${one} was created in ${s} instead of ${flowMaster}; it waits for approval.`,
    'created outside: left alone': ({ s, one, flowMaster }) =>
      `This ${one} was created in ${s} instead of ${flowMaster}; such records are left alone.`,
    'existing unmatched: created': ({ s, one, o }) =>
      `At the first sync, only ${s} had this ${one}, so it is created in ${o}.`,
    'existing unmatched: asked': ({ s, one }) => `At the first sync, only ${s} had this ${one}; a person decides.`,
    'existing unmatched: left alone': ({ s, one }) =>
      `At the first sync, only ${s} had this ${one}; such records are left alone.`,
    'too old': ({ one, age }) =>
      age === null
        ? `Nobody has changed this ${one} for a long time.`
        : `Nobody has changed this ${one} for more than ${age.duration}; ${OLD[age.then]}.`,
    'duplicate: asked': ({ one }) => `Several records could be the counterpart of this ${one}; a person decides.`,
    'duplicate: oldest': ({ one }) => `Several records could be the counterpart of this ${one}; the oldest was taken.`,
    'duplicate: most complete': ({ one }) =>
      `Several records could be the counterpart of this ${one}; the most complete was taken.`,
    'deleted in master: deleted': ({ one, s, o }) => `This ${one} was deleted in ${s}, so it is deleted in ${o}.`,
    'deleted in master: archived': ({ one, s, o }) => `This ${one} was deleted in ${s}, so it is archived in ${o}.`,
    'deleted in master: unlinked': ({ one, s, o }) =>
      `This ${one} was deleted in ${s}; it stays in ${o} and is no longer kept in agreement.`,
    'deleted in master: asked': ({ one, s }) =>
      `This ${one} was deleted in ${s}; a person decides what happens elsewhere.`,
    'deleted elsewhere: restored': ({ one, s, flowMaster }) =>
      `This ${one} was deleted in ${s}, but ${flowMaster} is master and still has it, so it is restored.`,
    'deleted elsewhere: accepted': ({ one, s, flowMaster }) =>
      `This ${one} was deleted in ${s}; such deletions are accepted, so it is deleted in ${flowMaster} too.`,
    'deleted elsewhere: unlinked': ({ one, s }) =>
      `This ${one} was deleted in ${s}; the rest stays and is no longer kept in agreement.`,
    'deleted elsewhere: asked': ({ one, s }) =>
      `This ${one} was deleted in ${s}, which is not its master; a person decides.`,
    'left filter: deleted': ({ one, s, o }) =>
      `This ${one} no longer meets the condition of ${s}, so it is deleted in ${o}.`,
    'left filter: archived': ({ one, s, o }) =>
      `This ${one} no longer meets the condition of ${s}, so it is archived in ${o}.`,
    'edit beats delete': ({ one, s }) =>
      `This ${one} was deleted in ${s} but edited in another system; an edit beats a deletion, so it is kept.`,
    'entered anew: archive lifted': ({ one }) =>
      `This ${one} was archived because it had been deleted in its master; it was created there again, so it is no longer archived.`,
    'came back: restored': ({ one, s }) =>
      `This ${one} was deleted everywhere, and then created again in ${s}; so it is restored here too.`,
    'missing reference: waits': ({ f, waits }) =>
      `${capital(f)} refers to a record that is not in agreement yet; it waits up to ${waits}.`,
    'missing reference: asked': ({ f }) =>
      `${capital(f)} refers to a record that is not in agreement; a person decides.`,
    'missing reference: field skipped': ({ f }) =>
      `${capital(f)} refers to a record that is not in agreement, so only this field is left out.`,
    'invalid value: held': ({ f, s, one }) =>
      `${capital(f)} in ${s} is invalid, so the ${one} is held until someone corrects it.`,
    'invalid value: field skipped': ({ f, s }) => `${capital(f)} in ${s} is invalid, so only this field is left out.`,
    'counterpart found': ({ s, o }) =>
      `Concordat found the record in ${s} and its counterpart in ${o}, and linked the two.`,
    'counterpart held': ({ s, o }) => `Its counterpart is held in ${o}, so the record of ${s} waits for it.`,
    'required value missing': ({ f, one }) =>
      `${capital(f)} is required and has no value, so the ${one} is held until it has one.`,
    'same value': ({ f }) => `The new ${f} means the same as the old one, so nothing is written.`,
    'restored system: agreed value kept': ({ f }) =>
      `A system was restored from an older backup; a person decided to write the agreed ${f} back to it.`,
    'restored system: record brought back': ({ one, s }) =>
      `This ${one} was missing in ${s} after a restore from an older backup; a person decided to restore it.`,
    'restored system: record deleted again': ({ one, s }) =>
      `This ${one} was deleted, and existed again in ${s} after a restore from an older backup; a person decided to delete it again.`,
    'makes way': () =>
      'It has a temporary value, because several records exchange unique values and one of them must release its value first.',
    oscillation: ({ f }) =>
      `${capital(f)} changed back and forth between the same values, so Concordat does not sync it until a person decides.`,
  },
}

/** Field names keep their spelling; only words are capitalised at the start of a sentence. */
function capital(field: string): string {
  return field === 'the value' ? 'The value' : field
}
