import type { Contract, Flow } from '../contract/contract.ts'
import { ensureFlows, ensureLayout, layouts } from '../store/state/flows.ts'
import { IdBlocks } from '../store/database/ids.ts'
import type { Lease } from '../store/service/leases.ts'
import { finishShard, leaveShard, takeShard, type Shard } from '../store/service/shards.ts'
import { applyRange } from './apply.ts'
import { noCounts, underLease, type FlowWork } from './flow-work.ts'
import { openSides } from './open-sides.ts'
import type { Deps } from './run-flow.ts'
import { successorsFor } from './successors.ts'

/*
 * The other end of `shards.ts`: a process that does not hold the flow carries out marks that the one which does has given
 * out. It decides nothing; what does not go straight is left to the holder.
 */

/** Works on shards of a flow until there are none; answers how many. */
export async function workShards(deps: Deps, contract: Contract, flow: Flow): Promise<number> {
  const { database } = deps
  const take = () => takeShard(database, flow.name, deps.holder, deps.steady)
  let taken = await take()
  if (!taken) return 0
  let done = 0
  try {
    const open = await opening(deps, contract, flow)
    while (taken) {
      if (!open || !(await workOn(open(taken.shard, taken.lease), taken.shard))) break
      done++
      taken = null
      if (deps.signal?.aborted) break
      taken = await take()
    }
  } finally {
    if (taken) await leaveShard(database, taken.shard.id)
  }
  return done
}

/** Null when this process goes by other rules than the one that gave the shards out. */
async function opening(
  deps: Deps,
  contract: Contract,
  flow: Flow,
): Promise<((shard: Shard, lease: Lease) => FlowWork) | null> {
  const { database } = deps
  const known = await ensureFlows(database, [...contract.flows.values()])
  const { row } = known.get(flow.name)!
  if (row.rules !== flow.fingerprint) return null
  const shapes = await layouts(database, row.id)
  const sides = await openSides(deps, contract, flow, known, shapes)
  const fields = flow.fields.map((field) => field.name)
  const parts = {
    contract,
    flow,
    row,
    sides,
    database,
    holder: deps.holder,
    goldenLayout: await ensureLayout(database, row.id, fields, shapes),
    layouts: shapes,
    successors: await successorsFor(database, flow),
    recordIds: new IdBlocks('record_id'),
    operationIds: new IdBlocks('operation_id'),
    clock: deps.clock,
    progress: () => {},
    firstSync: false,
    rulesChanged: false,
    signal: deps.signal,
  }
  return (shard, lease) => ({ ...parts, lease, runId: shard.runId, counts: noCounts(), letThrough: new Set() })
}

async function workOn(work: FlowWork, shard: Shard): Promise<boolean> {
  const side = work.sides.find((one) => one.id === shard.sideId)
  if (!side) return false
  await applyRange(work, side, shard)
  await underLease(work, (session) => finishShard(session, shard.id, work.counts.quarantined))
  return true
}
