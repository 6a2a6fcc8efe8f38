import { titleIn } from '../../model/title.ts'
import type { CaseSearch } from '../../service/store-facts.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { DAY_MS } from './flow-cards.ts'
import {
  caseDetail,
  caseGroupQuery,
  caseGroups,
  casePage,
  caseParams,
  caseQuery,
  preview,
  previewBody,
  resolveBody,
  resolved,
  type CaseGroup,
} from './schemas/cases.ts'
import { askedFlows, demandFlow } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'
import type { FastifyRequest } from 'fastify'

/** Cases: what waits for people, what an answer would do, and answering. */
export const caseRoutes: V1Routes = (server, { app }) => {
  const tags = ['Cases']
  const searchOf = (
    request: FastifyRequest,
    { flow, q, ...rest }: Omit<CaseSearch, 'flows' | 'text'> & { flow?: string | undefined; q?: string | undefined },
  ): CaseSearch => ({ ...rest, flows: askedFlows(request, flow), text: q })

  server.get(
    '/cases',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'Open cases', querystring: caseQuery, response: { 200: casePage } },
    },
    async (request) => {
      const { limit, cursor, count, order, ...filter } = request.query
      const search = searchOf(request, filter)
      const after = placeOf(cursor, ['number'])?.[0] ?? null
      const { items, next } = await app.screens.casePage(search, { order, after, limit }, request.language)
      return {
        items,
        next_cursor: next === null ? null : cursorOf([next]),
        ...(count && { total: await app.facts.countCases(search) }),
      }
    },
  )

  server.get(
    '/cases/groups',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'The same by cause: how many, how old, new or back again',
        querystring: caseGroupQuery,
        response: { 200: caseGroups },
      },
    },
    async (request) => {
      const search = searchOf(request, request.query)
      const groups = await app.facts.groupCases(search, new Date(Date.now() - DAY_MS), request.language)
      return {
        items: groups.map(
          ({ backAgain, sampleId, sampleTitle, sampleSentence, oldest, newest, ...group }): CaseGroup => ({
            ...group,
            back_again: backAgain,
            oldest: new Date(oldest).toISOString(),
            newest: new Date(newest).toISOString(),
            sample: { case: Number(sampleId), title: titleIn(sampleTitle, request.language), sentence: sampleSentence },
          }),
        ),
      }
    },
  )

  server.get(
    '/cases/:case',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'One case with all that helps to decide it',
        params: caseParams,
        response: { 200: caseDetail },
      },
    },
    async (request) => {
      const found = await app.screens.caseInDetail(request.params.case, request.language)
      demandFlow(request, found.flow, 'view')
      return found
    },
  )

  server.post(
    '/cases/:case/preview',
    {
      config: { right: 'decide' },
      schema: {
        tags,
        summary: 'What an answer would do',
        description:
          'The answer is carried out by the code of a run, and all of it is undone: nothing is stored or written.',
        params: caseParams,
        body: previewBody,
        response: { 200: preview },
      },
    },
    async (request) => {
      await demandCase(request, request.params.case)
      return app.previewDecision(request.params.case, request.body, request.language)
    },
  )

  server.post(
    '/cases/:case/resolve',
    {
      config: { right: 'decide' },
      schema: {
        tags,
        summary: 'Answer one case, or all that are alike',
        description: 'A run is asked for, which carries the answer out.',
        params: caseParams,
        body: resolveBody,
        response: { 200: resolved },
      },
    },
    async (request) => {
      const flow = await demandCase(request, request.params.case)
      const done = await app.resolve(request.params.case, { ...request.body, by: request.who.name })
      const cases = done.map((one) => one.case)
      const { choice, alike } = request.body
      await request.audit('case decided', `case ${request.params.case}`, { flow, choice, alike, cases: cases.length })
      await app.askForRun(flow)
      return { cases: cases.length, first: cases.slice(0, 50) }
    },
  )

  /** The flow of a case, in which the request may decide. */
  const demandCase = async (request: FastifyRequest, id: number): Promise<string> => {
    const { flow } = await app.screens.caseInDetail(id, request.language)
    demandFlow(request, flow, 'decide')
    return flow
  }
}
