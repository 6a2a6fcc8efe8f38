import { isSame, type TestSubject } from './test-subject.ts'

/** Whether the system refuses a write that comes too late, and lets others pass. */
export async function checkGuard(subject: TestSubject): Promise<void> {
  const { probe, records } = subject
  const { notes } = records
  const { version, name, update } = probe.object
  if (!version || !update) return
  const path = ['objects', name, 'version']
  if (probe.versionOf(subject.seen) === undefined) return notes.note('version-missing', undefined, { path })
  const field = records.fields.find(
    (one) =>
      one.type === 'text' &&
      !one.reference &&
      !(one.name in records.sources.given) &&
      !notes.has('field-ignored', one.name),
  )
  if (field === undefined || notes.has('version-stays', field.name))
    return notes.leaveOpen('the guard', 'there is no text field whose change moves the version')
  const text = () => records.values([field])[field.name]!
  const stale = subject.seen
  if ((await subject.set({ [field.name]: text() })) === null) return notes.note('guard-refuses')
  const late = text()
  const answered = await probe.update(subject.id, subject.seen, { [field.name]: late }, { guard: stale })
  const { json } = await probe.one(subject.id)
  if (json !== null) subject.seen = json
  if (isSame(field, late, subject.value(field))) return notes.note('guard-ignored', undefined, { path })
  if (answered.is !== 'conflict') notes.note('guard-unclear')
}
