import type { Flow } from '../contract/contract.ts'
import type { Canonical } from '../model/value.ts'
import { recordsById } from '../store/state/links.ts'
import { pendingWithout } from '../store/state/contested.ts'
import type { FlowWork } from './flow-work.ts'
import { decodeGolden } from './golden.ts'
import type { Side } from './side.ts'
import { loadStates, type Loaded } from './translate.ts'

/*
 * Newcomers of two systems that no match rule can find, because their match fields are blank, and that are equal in every
 * field which all systems hold. They are what a lost store, or one that was restored from an older backup, sees of records
 * that were in agreement; to create each of them once more would double them everywhere.
 */

/** Less than this could be anybody. */
const LEAST_VALUES = 2
/** So many are compared at most: a flow with more records without any key has other troubles first. */
const MOST = 200_000

/** Records that wait for a counterpart and have none in one side, by their content. */
export class ContentTwins {
  private readonly work: FlowWork
  private readonly side: Side
  private readonly byContent: Map<string, string[]>

  private constructor(work: FlowWork, side: Side, byContent: Map<string, string[]>) {
    this.work = work
    this.side = side
    this.byContent = byContent
  }

  static async of(work: FlowWork, side: Side): Promise<ContentTwins> {
    const byContent = new Map<string, string[]>()
    for (const { id, golden, layoutId } of await pendingWithout(work.database, work.row.id, side.id, MOST)) {
      const content = contentOf(work.flow, decodeGolden(work.flow, golden, work.layouts.get(layoutId)).values)
      if (content === null) continue
      const ids = byContent.get(content)
      if (ids) ids.push(id)
      else byContent.set(content, [id])
    }
    return new ContentTwins(work, side, byContent)
  }

  /** A record with this content that nobody else was taken for; which of several does not matter, as they are equal. */
  async take(golden: readonly Canonical[]): Promise<Loaded | null> {
    const content = this.byContent.size === 0 ? null : contentOf(this.work.flow, golden)
    const ids = content === null ? undefined : this.byContent.get(content)
    for (let id = ids?.shift(); id !== undefined; id = ids!.shift()) {
      const rows = await recordsById(this.work.database, [id])
      const [record] = await loadStates(this.work, this.work.database, rows)
      const free = record?.row.links.every((link) => link.sideId !== this.side.id) === true
      if (free && record.row.state === 'pending') return record
    }
    return null
  }
}

/** The values of the fields that every system holds, as one text; null where too few are filled to tell anything. */
function contentOf(flow: Flow, golden: readonly Canonical[]): string | null {
  const values = flow.fields.flatMap((field, i) =>
    flow.systems.every((system) => field.mapping[system] !== undefined) ? [golden[i] ?? null] : [],
  )
  const filled = values.filter((value) => value !== null && value !== '').length
  return filled < LEAST_VALUES ? null : JSON.stringify(values)
}
