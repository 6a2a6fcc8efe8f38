import { wokenMarks } from '../store/state/dirty.ts'
import { hintOnce } from '../store/service/inbox.ts'
import type { Deps } from './run-flow.ts'

/** What one flow wrote may be what records of others wait for: those flows are told to look at them, by hints. */
export async function wakeOthers({ database, clock }: Deps, flow: string): Promise<void> {
  const now = new Date(clock())
  const woken = (await wokenMarks(database, now)).filter((mark) => mark.flow !== flow)
  await hintOnce(database, woken, now)
}
