import type { TestSubject } from './test-subject.ts'

/** Deletes a test record, deletes it again, and makes it again under its id where that is said to work. */
export async function checkDeletion(subject: TestSubject): Promise<void> {
  const { probe, records, id } = subject
  const { notes } = records
  const answered = await probe.remove(id, subject.seen)
  if (answered.is !== 'ok' && answered.is !== 'gone')
    return notes.leaveOpen('deletions', `the system refuses them (${answered.answer?.status ?? 'no answer'})`)
  const after = await probe.one(id)
  if (after.json !== null) return notes.note('delete-not-done')
  if (after.is !== 'gone' && after.is !== 'ok') notes.note('missing-unclear')
  if ((await probe.inListing(id)) !== null) notes.note('deleted-still-listed')
  const again = await probe.remove(id, null)
  if (again.is !== 'ok' && again.is !== 'gone') notes.note('delete-again-unclear')
  if (probe.object.id.from === 'system' && probe.object.id.restorable) {
    const made = await records.make(records.values(), {}, id)
    const path = ['objects', probe.object.name, 'id', 'restorable']
    if (made.is !== 'ok' || made.id !== id) notes.note('not-restorable', undefined, { path })
  } else if (!notes.has('deleted-still-listed')) records.forget(id)
}
