import { cursorOf, placeOf } from './cursor.ts'
import { runPage, runParams, runQuery, runView } from './schemas/runs.ts'
import { askedFlows, demandFlow } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

/** Runs: what each did, and what went wrong in it. */
export const runRoutes: V1Routes = (server, { app }) => {
  const tags = ['Runs']
  server.get(
    '/runs',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'Runs, newest first', querystring: runQuery, response: { 200: runPage } },
    },
    async (request) => {
      const { limit, cursor, flow, ...filter } = request.query
      const search = { ...filter, flows: askedFlows(request, flow) }
      const before = placeOf(cursor, ['number'])?.[0] ?? null
      const { items, next } = await app.screens.runPage(search, { before, limit }, request.language)
      return { items, next_cursor: next === null ? null : cursorOf([next]) }
    },
  )
  server.get(
    '/runs/:run',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'One run: when it wrote where, and what was refused, with request and response',
        params: runParams,
        response: { 200: runView },
      },
    },
    async (request) => {
      const run = await app.screens.runInDetail(request.params.run, request.language)
      demandFlow(request, run.flow, 'view')
      return run
    },
  )
}
