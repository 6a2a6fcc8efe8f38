import type { FastifyRequest } from 'fastify'
import type { ApiParts } from '../routes.ts'
import { playColumns } from './play-columns.ts'
import { acted } from './schemas/plain.ts'
import {
  playground,
  playQuery,
  playRow,
  playRowParams,
  playRows,
  playSwitchBody,
  playSystemParams,
  playTableParams,
  playValues,
} from './schemas/playground.ts'
import { sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

/** The demo's systems to play with; there are no such routes elsewhere. */
export const playgroundRoutes: V1Routes = (server, parts) => {
  const { playground: play } = parts
  if (!play) return
  const tags = ['Playground']
  const flowOf = (request: FastifyRequest): string | null => {
    const { system, table } = request.params as { system: string; table: string }
    return play.flowOf(system, table)
  }
  server.get(
    '/playground',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'The demo’s systems, and how each answers now', response: { 200: playground } },
    },
    async (request) => ({
      systems: (await play.systems()).map((one) => ({
        ...one,
        tables: one.tables
          .filter(({ flow }) => sees(request, flow))
          .map((table) => ({
            ...table,
            columns: playColumns(parts.app.check.contract?.flows.get(table.flow), one.system, table.columns),
          })),
      })),
    }),
  )
  server.get(
    '/playground/:system/:table',
    {
      config: { right: 'view', flowOf },
      schema: {
        tags,
        summary: 'Rows of a table',
        params: playTableParams,
        querystring: playQuery,
        response: { 200: playRows },
      },
    },
    (request) => play.rows(request.params.system, request.params.table, request.query),
  )
  server.post(
    '/playground/:system/:table',
    {
      config: { right: 'operate', flowOf },
      schema: {
        tags,
        summary: 'Type in a row, as somebody who works with the system does',
        params: playTableParams,
        body: playValues,
        response: { 200: playRow },
      },
    },
    async (request) => {
      const { system, table } = request.params
      const row = await play.insert(system, table, request.body)
      await request.audit('playground: row made', `${system}.${table} ${row.id}`)
      return row
    },
  )
  server.patch(
    '/playground/:system/:table/:id',
    {
      config: { right: 'operate', flowOf },
      schema: { tags, summary: 'Edit a row', params: playRowParams, body: playValues, response: { 200: playRow } },
    },
    async (request) => {
      const { system, table, id } = request.params
      const row = await play.edit(system, table, id, request.body)
      await request.audit('playground: row edited', `${system}.${table} ${id}`, request.body)
      return row
    },
  )
  server.delete(
    '/playground/:system/:table/:id',
    {
      config: { right: 'operate', flowOf },
      schema: { tags, summary: 'Delete a row', params: playRowParams, response: { 200: acted } },
    },
    async (request) => {
      const { system, table, id } = request.params
      const changed = await play.remove(system, table, id)
      await request.audit('playground: row deleted', `${system}.${table} ${id}`)
      return { changed }
    },
  )
  server.post(
    '/playground/:system/switch',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Take a system down, slow it, let it answer “too many requests”, bring it back',
        params: playSystemParams,
        body: playSwitchBody,
        response: { 200: acted },
      },
    },
    async (request) => {
      const { system } = request.params
      const { to } = request.body
      play.switchTo(system, to)
      await request.audit('playground: system switched', system, { to })
      await notice(parts, system)
      return { changed: true }
    },
  )
}

/** Calls the system and asks for runs, so that its new mood shows now and not when something happens to change. */
async function notice({ app }: ApiParts, system: string): Promise<void> {
  // What goes wrong is what was asked for; the gate has noted it.
  void app.testSystem(system).catch(() => {})
  for (const flow of app.check.contract?.flows.values() ?? [])
    if (flow.systems.includes(system)) await app.askForRun(flow.name)
}
