import type { FastifyRequest } from 'fastify'
import type { Beginning } from '../begin/beginning.ts'
import { begun } from '../begin/beginning.ts'
import { OVER, tellBeginning } from '../begin/tell-beginning.ts'
import {
  beginning as beginningView,
  type BeginningView,
  chooseBody,
  connectBody,
  decideBody,
  fieldsBody,
  sampleList,
  type SampleList,
  sideParams,
} from './schemas/begin.ts'
import { flowParams } from './schemas/plain.ts'
import type { V1DoorRoutes } from './v1-server.ts'

const tags = ['Beginning']
/** It connects to systems and shows their values: for who looks after everything. */
const ADMIN = { config: { right: 'administer' as const } }

/** A contract is begun in the browser, as long as there is none. */
export const beginRoutes: V1DoorRoutes = (server, { beginning }) => {
  const present = (): Beginning => {
    if (beginning === undefined || beginning.written) throw begun()
    return beginning
  }
  const answer = (request: FastifyRequest): BeginningView => tellBeginning(present(), request.language)
  const response = { 200: beginningView }

  server.get(
    '/begin',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'How far the beginning of the contract is',
        description: '`over` where there is a contract; everything else below `/begin` is then refused with 409.',
        response,
      },
    },
    async (request) => (beginning === undefined || beginning.written ? OVER : answer(request)),
  )

  server.put(
    '/begin/systems/:side',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'Connect to one of the two systems and look at its tables',
        description: 'URLs of PostgreSQL, MySQL and MariaDB databases; the system is only read.',
        params: sideParams,
        body: connectBody,
        response,
      },
    },
    async (request) => {
      const { name, url, password = '' } = request.body
      const side = request.params.side === 'first' ? 0 : 1
      await present().connect(side, { name, url, password })
      await request.audit('system connected to', present().systems[side]?.name ?? '', {})
      return answer(request)
    },
  )

  server.put(
    '/begin/tables',
    { ...ADMIN, schema: { tags, summary: 'Choose which tables belong together', body: chooseBody, response } },
    async (request) => {
      const { pairs, rows } = request.body
      await present().choose(
        pairs.map(({ flow, tables }) => ({ tables, ...(flow !== undefined && { name: flow }) })),
        rows,
      )
      return answer(request)
    },
  )

  server.put(
    '/begin/flows/:flow',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'Choose the fields of a flow, and by which of them its records find each other',
        params: flowParams,
        body: fieldsBody,
        response,
      },
    },
    async (request) => {
      present().setFields(request.params.flow, request.body)
      return answer(request)
    },
  )

  server.get(
    '/begin/flows/:flow/samples',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'Some records that belong together, with the values of both sides; those that differ first',
        params: flowParams,
        response: { 200: sampleList },
      },
    },
    async (request): Promise<SampleList> => {
      const pairs = present().pairsOf(request.params.flow)
      await request.audit('samples looked at', request.params.flow)
      return {
        pairs: pairs.map(({ fields }) => ({
          fields: fields.map(({ field, values, equal }) => ({ field, values: [values[0], values[1]], equal })),
        })),
      }
    },
  )

  server.put(
    '/begin/decisions',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'Take the decisions, as far as they are made',
        description: 'Refused with 422 where they make no sound contract; what was decided before then stays.',
        body: decideBody,
        response,
      },
    },
    async (request) => {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
      present().decide({ ...request.body, timezone: timeZone })
      return answer(request)
    },
  )

  server.post(
    '/begin/write',
    {
      ...ADMIN,
      schema: {
        tags,
        summary: 'Write the contract’s file; the service then goes on by it',
        response,
      },
    },
    async (request): Promise<BeginningView> => {
      const { company } = present().decisions ?? { company: '' }
      present().write()
      await request.audit('contract begun', company, {})
      return OVER
    },
  )
}
