import { performance } from 'node:perf_hooks'
import type { Connector } from '../connector-kit/port.ts'
import type { Contract } from '../contract/contract.ts'
import { ConcordatError, type ErrorCode } from '../model/errors.ts'
import { objectSpec } from './side.ts'

export interface Probe {
  readonly reachable: boolean
  readonly tookMs: number
  /** What it said of itself, or why it could not be reached. */
  readonly answer: string
  readonly cure: string | null
  /** How it failed; null when it could be reached. */
  readonly code: ErrorCode | null
  /** What of its tables is not as the contract names it. */
  readonly drift: readonly {
    readonly flow: string
    readonly table: string
    readonly code: ErrorCode
    readonly message: string
  }[]
}

/** Calls a system and looks whether the tables of the contract's flows are there as the contract names them; changes nothing. */
export async function probeSystem(
  reach: () => Promise<Connector>,
  { flows }: Pick<Contract, 'flows'>,
  system: string,
): Promise<Probe> {
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  const said = await attempt(async () => {
    const connector = await reach()
    return { connector, ...(await connector.test()) }
  })
  if (said instanceof ConcordatError)
    return {
      reachable: false,
      tookMs: took(),
      answer: said.message,
      cure: said.cure ?? null,
      code: said.code,
      drift: [],
    }
  const tookMs = took()
  const drift: Probe['drift'][number][] = []
  for (const flow of flows.values()) {
    if (!flow.systems.includes(system)) continue
    const spec = objectSpec(flow, system)
    const opened = await attempt(() => said.connector.open(spec))
    if (opened instanceof ConcordatError)
      drift.push({ flow: flow.name, table: spec.object, code: opened.code, message: opened.message })
  }
  return { reachable: true, tookMs, answer: [said.product, ...said.notes].join('. '), cure: null, code: null, drift }
}

/** What it answers, or how it failed; anything else than a failure of the system is thrown. */
async function attempt<T>(work: () => Promise<T>): Promise<T | ConcordatError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConcordatError) return error
    throw error
  }
}
