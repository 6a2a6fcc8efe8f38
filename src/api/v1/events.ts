import { Readable } from 'node:stream'
import { ConcordatError } from '../../model/errors.ts'
import { whoIsStill } from '../access/authenticate.ts'
import { liveHints } from './live-hints.ts'
import { liveEvent } from './schemas/events.ts'
import type { V1Routes } from './v1-server.ts'

/** A listener hears at least this often that the connection stands; and whether it may go on listening is asked again. */
const HEARTBEAT_MS = 5_000
/** A listener that does not read is let go; it comes back and fetches everything anew. */
const MOST_UNREAD = 64 * 1024

/** Streams of one account, and of all in this process: each asks the store every few seconds whether it may go on. */
const MOST_OF_ACCOUNT = 20
const MOST = 500

/** What changes, as it changes (server-sent events). */
export const eventRoutes: V1Routes = (server, { app, site }) => {
  const hints = liveHints(() => app.facts.liveMarks())
  /** Each stream with the account that listens. */
  const open = new Map<Readable, string>()
  server.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.push(null)
  })
  server.get(
    '/events',
    {
      config: { right: 'view' },
      schema: {
        tags: ['Events'],
        summary: 'Hints of what has changed, as it changes',
        description:
          'Server-sent events. Each says that something is worth fetching again. After a connection was lost, fetch everything that is shown: what happened meanwhile is not told again.',
        response: {
          200: { description: 'A stream of hints', content: { 'text/event-stream': { schema: liveEvent } } },
        },
      },
    },
    async (request, reply) => {
      let { rights } = request.who
      const { id } = request.who
      const own = [...open.values()].filter((account) => account === id).length
      if (own >= MOST_OF_ACCOUNT || open.size >= MOST)
        throw new ConcordatError('access.throttled', 'There are too many streams of changes already.', {
          retryAfter: 15,
          cure: 'Close pages that are not looked at, or ask less often instead.',
        })
      const stream = new Readable({ read() {} })
      const send = (text: string): void => {
        if (stream.readableEnded || stream.destroyed) return
        if (stream.readableLength > MOST_UNREAD) stream.destroy()
        else stream.push(text)
      }
      const leave = hints.listen((event) => {
        if (event.flow === undefined || rights.may('view', event.flow)) send(`data: ${JSON.stringify(event)}\n\n`)
      })
      const beat = setInterval(() => {
        void whoIsStill(request, site)
          .then((who) => {
            rights = who.rights
            if (rights.may('view', null)) send(': here\n\n')
            else stream.push(null)
          })
          // The store is away; the connection may stand until it says otherwise.
          .catch(() => send(': here\n\n'))
      }, HEARTBEAT_MS)
      stream.once('close', () => {
        clearInterval(beat)
        leave()
        open.delete(stream)
      })
      open.set(stream, id)
      send('retry: 2000\n\n')
      // The schema is that of one hint, not of the stream.
      return reply
        .type('text/event-stream; charset=utf-8')
        .headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
        .send(stream as never)
    },
  )
}
