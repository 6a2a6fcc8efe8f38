import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeFeed } from '../connector-kit/change-feed.ts'
import type { Contract } from '../contract/contract.ts'
import { hintsByFlow } from '../engine/flow-feed.ts'
import type { Hint } from '../store/service/inbox.ts'
import type { Hinted } from './service.ts'
import type { Telling } from './telling.ts'
import { whereOf } from './where-of.ts'

/** A system whose feed may be installed. */
export interface FeedSource {
  readonly contract: Contract
  readonly system: string
  /** The feed that stands in the system now; null when nobody has installed one. */
  readonly open: () => Promise<ChangeFeed | null>
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** How soon a feed is noticed that is installed while the service runs. */
const LOOK_AGAIN_MS = 60_000

/** Takes what feeds tell of into the inbox, until it is stopped. A batch is acknowledged once the inbox has it for good. */
export function listenToFeeds(
  sources: readonly FeedSource[],
  hinted: Hinted,
  telling: Telling,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => {})
  const listen = async ({ contract, system, open }: FeedSource): Promise<void> => {
    for (let failed = 0; !signal.aborted; failed++) {
      try {
        const feed = await open()
        if (feed === null) {
          failed = 0
          await pause(LOOK_AGAIN_MS)
          continue
        }
        for await (const batch of feed.listen(signal)) {
          failed = 0
          await hinted(hintsOf(contract, system, batch.hints))
          await feed.acknowledge(batch.token)
        }
      } catch (error) {
        if (signal.aborted) return
        if (failed === 0)
          telling.warn({ system, where: whereOf(error) }, 'a change feed does not answer; it is tried again')
        await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failed))
      }
    }
  }
  const listening = sources.map(listen)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(listening)
    },
  }
}

/** Only for flows that promise to look at the system all the time; the others keep to their schedule. */
function hintsOf(contract: Contract, system: string, hints: Parameters<typeof hintsByFlow>[2]): Hint[] {
  const { ids, whole } = hintsByFlow(contract, system, hints)
  const all = [
    ...[...ids].flatMap(([flow, remotes]) => remotes.map((remoteId) => ({ flow, system, remoteId, message: null }))),
    ...[...whole].map((flow) => ({ flow, system, remoteId: null, message: null })),
  ]
  return all.filter(({ flow }) => contract.flows.get(flow)!.schedule[system]?.kind === 'real-time')
}
