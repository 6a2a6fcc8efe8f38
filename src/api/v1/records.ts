import { cursorOf, placeOf } from './cursor.ts'
import { recordPage, recordParams, recordQuery, recordView } from './schemas/records.ts'
import { askedFlows, flowOfPath } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

/** Records: finding one, and one across all systems. */
export const recordRoutes: V1Routes = (server, { app }) => {
  const tags = ['Records']
  server.get(
    '/records',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'Find records', querystring: recordQuery, response: { 200: recordPage } },
    },
    async (request) => {
      const { limit, cursor, flow, state, standing, q } = request.query
      const search = {
        flows: askedFlows(request, flow),
        state: state === 'any' ? null : state,
        standing: standing ?? null,
        text: q.trim(),
      }
      const after = placeOf(cursor, ['id'])?.[0] ?? '0'
      const { items, next } = await app.screens.recordPage(
        search,
        { after: wholeNumber(after), limit },
        request.language,
      )
      return { items, next_cursor: next === null ? null : cursorOf([next]) }
    },
  )
  server.get(
    '/flows/:flow/records/:record',
    {
      config: { right: 'view', flowOf: flowOfPath },
      schema: {
        tags,
        summary: 'One record across the systems: who owns each field, and why it has its value',
        params: recordParams,
        response: { 200: recordView },
      },
    },
    (request) => app.screens.recordInDetail(request.params.flow, request.params.record, request.language),
  )
}

const wholeNumber = (text: string): string => (/^\d{1,18}$/.test(text) ? text : '0')
