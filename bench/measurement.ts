import { CHECKSUM_A, CHECKSUM_B } from './customers.ts'
import { serverCpuSeconds } from './server-cpu.ts'
import type { MeasuredRun, Worker } from './measured-process.ts'
import { onDatabase, type World } from './world.ts'

/** A run with what it cost the database server besides. */
export interface Measurement extends MeasuredRun {
  /** Processor seconds of all processes of the server, which holds both systems and the store. */
  readonly serverCpuSeconds: number | null
}

/** Thrown when a benchmark's outcome is not what it must be. */
export class WrongOutcome extends Error {}

/** Runs the application once and measures it. */
export async function measuredRun(
  world: World,
  worker: Worker,
  options: { readonly full?: boolean } = {},
): Promise<Measurement> {
  const before = serverCpuSeconds(world.server.dataDir)
  const run = await worker.run(options)
  const after = serverCpuSeconds(world.server.dataDir)
  expectEqual('status of the run', run.report.status, 'done', run.report.message)
  return { ...run, serverCpuSeconds: before === null || after === null ? null : after - before }
}

/** Makes sure that both systems hold the same customers. */
export async function expectAgreement(world: World, records: number): Promise<void> {
  const inA = await contents(world.a, CHECKSUM_A)
  const inB = await contents(world.b, CHECKSUM_B)
  expectEqual('customers in system A', inA.rows, String(records))
  expectEqual('customers in system B', inB.rows, String(records))
  expectEqual('checksum of system B', inB.checksum, inA.checksum)
}

/** Fails the benchmark unless both are the same. */
export function expectEqual<T>(what: string, found: T, expected: T, hint?: string): void {
  if (found === expected) return
  throw new WrongOutcome(
    `Wrong outcome: ${what} is ${String(found)}, expected ${String(expected)}.${hint === undefined ? '' : ` ${hint}`}`,
  )
}

async function contents(url: string, query: string): Promise<{ rows: string; checksum: string }> {
  return onDatabase(url, async (client) => (await client.query<{ rows: string; checksum: string }>(query)).rows[0]!)
}

/** The middle value; of an even number the better of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor((values.length - 1) / 2)]!
}
