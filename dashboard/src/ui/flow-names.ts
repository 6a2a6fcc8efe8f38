import type { FlowList } from '../../../src/api/v1/schemas/flows.ts'
import { useGet } from '../api/queries.ts'

/** The flows that one may see. */
export const useFlowNames = (): readonly string[] =>
  useGet<FlowList>('/flows').data?.items.map(({ flow }) => flow) ?? []
