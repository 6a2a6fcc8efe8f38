import type { FastifyRequest } from 'fastify'
import { ConcordatError } from '../../model/errors.ts'
import type { FlowRight } from '../access/right.ts'

export const sees = (request: FastifyRequest, flow: string, right: FlowRight = 'view'): boolean =>
  request.who.rights.may(right, flow)

/** For `config.flowOf`: the flow that the path names. */
export const flowOfPath = (request: FastifyRequest): string => (request.params as { flow: string }).flow
/** The flows that a request may be about; null: all of them. */
export function seenFlows(request: FastifyRequest, right: FlowRight = 'view'): readonly string[] | null {
  const flows = request.who.rights.flowsWith(right)
  return flows === 'all' ? null : flows
}

/** Those of the flows that were asked for which the request may be about; null: all of them. */
export function askedFlows(request: FastifyRequest, flow: string | undefined): readonly string[] | null {
  const seen = seenFlows(request)
  if (flow === undefined) return seen
  return seen === null || seen.includes(flow) ? [flow] : []
}

/** Refuses what is of a flow in which the right is not held; the flow is known only once the thing was looked up. */
export function demandFlow(request: FastifyRequest, flow: string, right: FlowRight): void {
  if (sees(request, flow, right)) return
  throw new ConcordatError('access.forbidden', 'Your roles do not allow this.', {
    cure: 'An admin gives roles on the page People.',
  })
}
