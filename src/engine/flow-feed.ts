import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeFeed, ChangeHint, HintBatch, Watched } from '../connector-kit/change-feed.ts'
import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { HotFlow } from './hot-flow.ts'
import { Pipeline } from './pipeline.ts'
import { hasLines, objectSpec } from './side.ts'

/*
 * Where a system's feed meets the flows: what it has to watch, whom its hints concern, and how they get there.
 */

/** What the contract's flows need to hear about of a system. */
export function watchedBy(contract: Contract, system: string): Watched[] {
  return [...contract.flows.values()].flatMap((flow): Watched[] => {
    if (!flow.systems.includes(system)) return []
    const { object, id, lines } = objectSpec(flow, system)
    return [
      { object, id, ...(lines && { lines: lines.map((child) => ({ object: child.object, parent: child.parent })) }) },
    ]
  })
}

/** Hints of a system by flow; `whole`: flows that shall look for themselves, because too much changed to name it. */
export function hintsByFlow(
  contract: Contract,
  system: string,
  hints: readonly ChangeHint[],
): { readonly ids: ReadonlyMap<string, readonly string[]>; readonly whole: ReadonlySet<string> } {
  const flowsOf = new Map<string, string[]>()
  for (const flow of contract.flows.values()) {
    const object = flow.records[system]?.object
    if (object === undefined || !flow.systems.includes(system)) continue
    const names = flowsOf.get(object)
    if (names) names.push(flow.name)
    else flowsOf.set(object, [flow.name])
  }
  const ids = new Map<string, string[]>()
  const whole = new Set<string>()
  for (const { object, id } of hints) {
    for (const flow of flowsOf.get(object) ?? []) {
      if (id === null) whole.add(flow)
      else if (ids.has(flow)) ids.get(flow)!.push(id)
      else ids.set(flow, [id])
    }
  }
  return { ids, whole }
}

export interface FollowOptions {
  readonly contract: Contract
  readonly system: string
  readonly feed: ChangeFeed
  /** The flows that shall hear of it, by name; hints about others are let go. */
  readonly flows: ReadonlyMap<string, HotFlow>
  readonly signal: AbortSignal
  /** Hears of everything that goes wrong; it is tried again. */
  readonly onTrouble?: (error: ConcordatError, flow: string | null) => void
}

/** Batches that are dealt with at once, so that a flow which has to wait does not hold up the others. */
const AT_ONCE = 8
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/** Carries a feed's hints to the flows, until `signal` aborts. A batch is acknowledged when every flow is done with it. */
export async function followFeed(options: FollowOptions): Promise<void> {
  const { feed, signal } = options
  const under = new Pipeline(AT_ONCE)
  for (let failed = 0; !signal.aborted; failed++) {
    try {
      for await (const batch of feed.listen(signal)) {
        failed = 0
        await under.add(() => dealWith(options, batch))
      }
    } catch (error) {
      await trouble(options, error, null, failed)
    }
    // Listening anew hands out again what was not acknowledged: not twice at the same time.
    await under.drain()
  }
}

async function dealWith(options: FollowOptions, { hints, token }: HintBatch): Promise<void> {
  const { contract, system, feed, flows, signal } = options
  const { ids, whole } = hintsByFlow(contract, system, hints)
  const done = await Promise.all(
    [...new Set([...ids.keys(), ...whole])].map(async (name): Promise<boolean> => {
      const flow = flows.get(name)
      if (!flow) return true
      return untilDone(options, name, async () => {
        const wantsRun = ids.has(name) && (await flow.take(system, ids.get(name)!)).wantsRun
        if (!whole.has(name) && !wantsRun) return
        const full = hasLines(contract.flows.get(name)!, system)
        const run = await flow.run(whole.has(name) ? { full } : { sweepMs: Infinity })
        if (run.status === 'failed') throw new ConcordatError('connector.failed', run.message ?? 'The run failed.')
      })
    }),
  )
  if (!done.every(Boolean) || signal.aborted) return
  // What cannot be acknowledged comes again.
  await feed.acknowledge(token).catch((error: unknown) => trouble(options, error, null, 0))
}

/** False when it was given up because of the signal. */
async function untilDone(options: FollowOptions, flow: string, work: () => Promise<void>): Promise<boolean> {
  for (let failed = 0; ; failed++) {
    if (options.signal.aborted) return false
    try {
      await work()
      return true
    } catch (error) {
      // Where a run must come first, it will see everything that the hints are about.
      if (error instanceof ConcordatError && error.code === 'engine.not-ready') return true
      await trouble(options, error, flow, failed)
    }
  }
}

async function trouble(options: FollowOptions, error: unknown, flow: string | null, failed: number): Promise<void> {
  if (!(error instanceof ConcordatError)) throw error
  options.onTrouble?.(error, flow)
  const ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failed)
  await sleep(ms, undefined, { signal: options.signal }).catch(() => {})
}
