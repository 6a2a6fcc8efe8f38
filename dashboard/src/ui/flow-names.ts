import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'

/** The flows that one may see. */
export const useFlowNames = (): readonly string[] =>
  useGet(call('GET /flows')).data?.items.map(({ flow }) => flow) ?? []
