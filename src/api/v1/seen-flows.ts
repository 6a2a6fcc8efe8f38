import type { FastifyRequest } from 'fastify'
import type { FlowRight } from '../access/right.ts'

export const sees = (request: FastifyRequest, flow: string, right: FlowRight = 'view'): boolean =>
  request.who.rights.may(right, flow)

/** For `config.flowOf`: the flow that the path names. */
export const flowOfPath = (request: FastifyRequest): string => (request.params as { flow: string }).flow
