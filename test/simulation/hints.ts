import type { Session } from '../../src/store/database/database.ts'
import type { Business, TableName } from './business.ts'
import { count, HINTS, type Tally } from './incidents.ts'
import type { Random } from './random.ts'

/* How the systems' hints reach the engine: as webhooks and change feeds do, with everything that befalls them on the way. */

/** Hints that arrive together. */
export interface HintBatch {
  readonly system: string
  readonly ids: readonly string[]
}

type Businesses = ReadonlyMap<string, Business>

/** What arrives of the hints about a flow's records: some are lost, some come twice, some late, some out of order. */
export function deliver(businesses: Businesses, flow: string, random: Random, tally: Tally): HintBatch[] {
  return [...businesses.values()].flatMap((business) => {
    const mine = business.hints.filter(({ table }) => table === flow)
    const others = business.hints.filter(({ table }) => table !== flow)
    business.hints.splice(0, business.hints.length, ...others)
    const ids: string[] = []
    for (const hint of mine) {
      count(tally, 'hint')
      const fate = random.weigh<keyof typeof HINTS | 'arrives'>([
        [HINTS.dropped, 'dropped'],
        [HINTS.doubled, 'doubled'],
        [HINTS.late, 'late'],
        [1 - HINTS.dropped - HINTS.doubled - HINTS.late, 'arrives'],
      ])
      if (fate !== 'arrives') count(tally, `hint: ${fate}`)
      if (fate === 'dropped') continue
      if (fate === 'late' || fate === 'doubled') business.hints.push(hint)
      if (fate !== 'late') ids.push(hint.id)
    }
    if (random.chance(HINTS['out of order'])) ids.reverse()
    if (ids.length === 0) return []
    const parts = random.chance(0.5) ? [ids] : [ids.slice(0, 1), ids.slice(1)]
    return parts.filter((part) => part.length > 0).map((part) => ({ system: business.name, ids: part }))
  })
}

/** What a process did not acknowledge is delivered again. */
export function comeAgain(businesses: Businesses, flow: string, { system, ids }: HintBatch): void {
  businesses.get(system)!.hints.push(...ids.map((id) => ({ table: flow as TableName, id })))
}

/** Which of these records nobody has decided about. */
export async function undecidedAmong(
  session: Session,
  flow: string,
  { system, ids }: HintBatch,
): Promise<readonly string[]> {
  const rows = await session.query<{ id: string }>(
    `select l.remote_id as id from link l join side s on s.id = l.side_id join flow f on f.id = s.flow_id
       join record r on r.id = l.record_id
     where f.name = $1 and s.system = $2 and l.remote_id = any ($3) and r.state = 'pending'`,
    [flow, system, ids],
  )
  return rows.map((row) => row.id)
}
