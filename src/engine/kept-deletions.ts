import { inEach } from '../model/language.ts'
import type { CaseDraft } from '../store/cases/cases.ts'
import { lookedThroughSince, pendingAmong } from '../store/state/kept-deletions.ts'
import type { DirtyFailure, DirtyRow } from '../store/state/dirty.ts'
import type { FlowWork } from './flow-work.ts'
import { nameRecords } from './obstacles.ts'
import type { BlockedWrite } from './plan-writes.ts'
import type { Side } from './side.ts'
import { decidedBy } from './ways-out.ts'
import { CASE_WORDS } from './words/case-words.ts'
import { quarantineCase } from './write-cases.ts'

/*
 * Deletions that wait until nothing in the system refers to the record any more. Where what refers to it is about to go or
 * to move away, they wait in silence; where its own flow has looked since and lets it stay, a person has to know.
 */

interface Kept {
  readonly failures: readonly DirtyFailure[]
  casesOf(titles: ReadonlyMap<string, string>): CaseDraft[]
}

const NONE: Kept = { failures: [], casesOf: () => [] }

export async function keptDeletions(
  work: FlowWork,
  side: Side,
  marks: readonly DirtyRow[],
  blocked: readonly BlockedWrite[],
): Promise<Kept> {
  const kept = blocked.flatMap((one) => (one.state === 'kept' ? [one] : []))
  if (kept.length === 0) return NONE
  const names = await nameRecords(
    work,
    kept.map(({ by }) => ({ ...by, system: side.system })),
  )
  const whyOf = ({ by }: (typeof kept)[number]) => {
    const other = names.get(`${side.system}/${by.flow}/${by.remoteId}`)!
    return inEach((language) => CASE_WORDS[language].keptBy(other))
  }
  const pending = await pendingAmong(
    work.database,
    side.system,
    kept.flatMap(({ by }) => by.recordId ?? []),
  )
  const looked = await lookedThroughSince(work.database, [...new Set(kept.map(({ by }) => by.flow))])
  const stay = kept.filter(({ recordId, by }) => {
    if (by.recordId !== null && pending.has(by.recordId)) return false
    const since = Date.parse(marks.find((mark) => mark.recordId === recordId)!.since)
    return by.own || (looked.get(by.flow) ?? 0) > since
  })
  const deciding = await decidedBy(
    work,
    side.system,
    stay.flatMap(({ by }) => (by.recordId === null ? [] : [{ ...by, recordId: by.recordId, columns: [by.column] }])),
  )
  return {
    failures: kept.map((one) => {
      const { en: error, ...errorIn } = whyOf(one)
      return { recordId: one.recordId, state: 'parked', waitsFor: one.by.recordId, error, errorIn }
    }),
    casesOf: (titles) =>
      stay.map((one) =>
        quarantineCase(
          side.system,
          whyOf(one),
          { recordId: one.recordId, sideId: side.id, remoteId: null, title: titles.get(one.recordId) ?? one.recordId },
          { isDeletion: true, decidedBy: one.by.recordId === null ? undefined : deciding.get(one.by.recordId) },
        ),
      ),
  }
}
