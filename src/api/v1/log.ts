import type { FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { ConcordatError } from '../../model/errors.ts'
import type { LogEntry } from '../../model/report.ts'
import type { LogSearch } from '../../service/store-facts.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { csvOf } from './csv.ts'
import { exportQuery, logDetail, logPage, logParams, logQuery } from './schemas/log.ts'
import { askedFlows, demandFlow } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'
import { xlsxOf } from './xlsx.ts'

const KINDS: readonly LogEntry['kind'][] = ['operation', 'revision', 'case']
/** Entries that are looked up at once for an export. */
const CHUNK = 500

/** The log: who or what changed what, when and why. */
export const logRoutes: V1Routes = (server, { app, stopping }) => {
  const tags = ['Log']
  const searchOf = (
    request: FastifyRequest,
    { flow, ...rest }: Omit<LogSearch, 'flows'> & { flow?: string | undefined },
  ): LogSearch => ({ ...rest, flows: askedFlows(request, flow) })

  server.get(
    '/log',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'What was done, newest first', querystring: logQuery, response: { 200: logPage } },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query
      const place = placeOf(cursor, ['text', 'number', 'text'])
      const after = place && { at: timeOf(place[0]), kind: KINDS[place[1]] ?? 'revision', id: numberOf(place[2]) }
      const { items, next } = await app.screens.logPage(searchOf(request, filter), { after, limit }, request.language)
      return { items, next_cursor: next && cursorOf([next.at, KINDS.indexOf(next.kind), next.id]) }
    },
  )

  server.get(
    '/log/:kind/:id',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'One entry with the row before and after it',
        params: logParams,
        response: { 200: logDetail },
      },
    },
    async (request) => {
      const entry = await app.screens.logEntry(request.params.kind, request.params.id, request.language)
      demandFlow(request, entry.flow, 'view')
      return entry
    },
  )

  server.get(
    '/log/export',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'The same as a table: a row for each field',
        description:
          'CSV (RFC 4180, UTF-8) or XLSX. No cell is ever taken for a formula. An XLSX ends after 1,000,000 rows.',
        querystring: exportQuery,
        response: {
          200: {
            description: 'The table',
            content: { 'text/csv': { schema: z.string() }, [XLSX]: { schema: z.string() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { format, language: _asked, ...filter } = request.query
      const search = searchOf(request, filter)
      const rows = async function* (): AsyncGenerator<readonly string[]> {
        yield COLUMNS
        let after = null
        do {
          const page = await app.screens.logPage(search, { after, limit: CHUNK }, request.language)
          for (const entry of page.items) yield* rowsOf(entry)
          after = page.next
        } while (after !== null && !stopping())
      }
      await request.audit('log exported', 'log', { format, ...filter })
      const name = `concordat-log-${new Date().toISOString().slice(0, 10)}.${format}`
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : XLSX)
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(format === 'csv' ? csvOf(rows()) : xlsxOf(rows(), request.language)) as never)
    },
  )
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const COLUMNS = [
  'time',
  'kind',
  'flow',
  'run',
  'record',
  'title',
  'system',
  'what',
  'outcome',
  'field',
  'from',
  'to',
  'why',
]

function rowsOf(entry: LogEntry): string[][] {
  const { at, kind, flow, run, record, title, system, what, outcome, why } = entry
  const head = [at, kind, flow, String(run), record ?? '', title, system ?? '', what, outcome ?? '']
  const fields = entry.fields.length === 0 ? [{ field: '', from: null, to: null }] : entry.fields
  return fields.map(({ field, from, to }) => {
    const titles = entry.references?.[field]
    const read = (value: string | null): string => (value === null ? '' : (titles?.[value] ?? value))
    return [...head, field, read(from), read(to), why]
  })
}

const badCursor = (): ConcordatError =>
  new ConcordatError('api.bad-cursor', 'The cursor is none of this list.', { cure: 'Begin without one.' })

function timeOf(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw badCursor()
  return text
}

function numberOf(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw badCursor()
  return text
}
