import { listAudit } from '../../store/access/audit.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { auditPage, auditQuery } from './schemas/access.ts'
import type { V1Routes } from './v1-server.ts'

/** Who did what, when, from where. */
export const auditRoutes: V1Routes = (server, { site }) => {
  server.get(
    '/audit',
    {
      config: { right: 'administer' },
      schema: {
        tags: ['People'],
        summary: 'Every act of a person or a program, newest first',
        querystring: auditQuery,
        response: { 200: auditPage },
      },
    },
    async (request) => {
      const { limit, cursor, person, act, since, until } = request.query
      const rows = await listAudit(
        site.database,
        {
          account: person,
          act,
          since: since === undefined ? undefined : new Date(since),
          until: until === undefined ? undefined : new Date(until),
          before: placeOf(cursor, ['id'])?.[0],
        },
        limit + 1,
      )
      return {
        items: rows.slice(0, limit).map(({ account, at, ...row }) => ({
          ...row,
          at: new Date(at).toISOString(),
          person: account,
        })),
        next_cursor: rows.length > limit ? cursorOf([rows[limit - 1]!.id]) : null,
      }
    },
  )
}
