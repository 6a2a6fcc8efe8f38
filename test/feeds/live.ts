/** A world whose changes are carried over as its systems' feeds tell of them. */
import { expect, onTestFinished, vi } from 'vitest'

import type { HotFlow } from '../../src/engine/hot-flow.ts'
import { openWorld, type World } from '../engine/world.ts'
import type { Overrides } from '../engine/template.ts'

export interface Live extends World {
  readonly flows: ReadonlyMap<string, HotFlow>
  /** What went wrong and was tried again. */
  readonly trouble: string[]
  /** Ends the following, as a stopped process does. */
  stop(): Promise<void>
  follow(): Promise<void>
}

/** Makes a world, lets `fill` put rows into it, syncs it for the first time, installs both feeds and follows them. */
export async function openLive(overrides: Overrides, fill: (world: World) => Promise<unknown>): Promise<Live> {
  const world = await openWorld(overrides)
  await fill(world)
  await world.run()
  const app = await world.app()
  for (const system of ['erp', 'crm']) expect(await app.installFeed(system)).toMatchObject({ state: 'installed' })
  let control = new AbortController()
  let following: Promise<unknown> = Promise.resolve()
  const live = {
    ...world,
    flows: new Map() as ReadonlyMap<string, HotFlow>,
    trouble: [] as string[],
    async stop() {
      control.abort()
      await following
    },
    async follow() {
      control = new AbortController()
      const { signal } = control
      live.flows = await new Promise((resolve, reject) => {
        following = app.follow({ signal, onReady: resolve, onTrouble: (error) => live.trouble.push(error.message) })
        following.catch(reject)
      })
    },
  }
  await live.follow()
  onTestFinished(() => live.stop())
  return live
}

/** Waits until it is so; fails with the last reason when that does not happen. */
export const eventually = (look: () => Promise<void>): Promise<void> =>
  vi.waitFor(look, { timeout: 25_000, interval: 20 })
