import type { Reaching } from '../application.ts'
import type { ChangeFeed } from '../connector-kit/change-feed.ts'
import { probeSystem } from '../engine/probe-system.ts'
import type { FeedReport } from '../model/report.ts'
import type { Parts } from './parts.ts'

/** What is asked of one system: does it answer, is it as the contract says, its change feed. */
export function reaching({ contract, systems }: Parts): Reaching {
  const reportFeed = async (system: string, feed: ChangeFeed | null): Promise<FeedReport> =>
    feed
      ? { system, ...(await feed.inspect()) }
      : { system, state: 'none', statements: [], removal: [], waiting: null, notes: [] }
  const changeFeed = async (system: string, change: 'install' | 'remove'): Promise<FeedReport> => {
    const feed = await systems.feedOf(system)
    await feed?.[change]()
    return reportFeed(system, feed)
  }
  return {
    testSystem: async (name) => (await systems.connectorOf(name)).test(),
    async probeSystem(name) {
      systems.demandKnown(name)
      return probeSystem(() => systems.connectorOf(name), contract, name)
    },
    feed: async (system) => reportFeed(system, await systems.feedOf(system)),
    installFeed: (system) => changeFeed(system, 'install'),
    removeFeed: (system) => changeFeed(system, 'remove'),
  }
}
