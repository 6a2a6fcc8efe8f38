import type { Contract, Flow } from '../contract/contract.ts'
import { HotFlow } from '../engine/hot-flow.ts'
import type { Deps } from '../engine/run-flow.ts'

/** Flows that this process works on, kept ready between two looks. */
export class HotFlows {
  readonly #deps: Deps
  readonly #contract: Contract
  readonly #known = new Map<string, HotFlow>()

  constructor(deps: Deps, contract: Contract) {
    this.#deps = deps
    this.#contract = contract
  }

  of(flow: Flow): HotFlow {
    const known = this.#known.get(flow.name) ?? new HotFlow(this.#deps, this.#contract, flow)
    this.#known.set(flow.name, known)
    return known
  }

  async close(): Promise<void> {
    for (const flow of this.#known.values()) await flow.close()
  }
}
