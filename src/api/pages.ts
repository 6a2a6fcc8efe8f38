import files from '@fastify/static'
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Door } from './door.ts'
import type { Routes } from './routes.ts'

/*
 * The pages of the dashboard: files as the build left them, compressed beforehand. Every path that is no file and of no other
 * concern is the dashboard's own: it shows the page that the path names.
 */

/** Paths that are of another concern, or name a file. */
const MISSING = /^\/(api|hooks)(\/|$)|\.(js|css|map|svg|png|ico|json|txt|webmanifest|woff2)$/

const BUILT = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url))

export const pageRoutes: Routes<Door> = (server) => servePages(server, BUILT)

/** Serves the dashboard that was built into a folder. */
export async function servePages(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    server.get('/', async (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT))
    return
  }
  await server.register(files, {
    root: folder,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      // Names of assets change with what they hold.
      const lasts = path.includes(`${sep}assets${sep}`)
      reply.header('cache-control', lasts ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const page = (reply: FastifyReply): FastifyReply => reply.sendFile('index.html')
  server.get('/', async (_request, reply) => page(reply))
  server.get('/*', async (request, reply) => {
    const [path] = request.url.split('?')
    // What should have been a file, or a route, is missing rather than a page.
    if (MISSING.test(path!)) return reply.callNotFound()
    return page(reply)
  })
}

const NOT_BUILT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Concordat</title></head><body>
<h1>Concordat is running</h1><p>The dashboard has not been built: run <code>npm run build</code> in the checkout, then start
Concordat again. The API is <a href="/api/docs">here</a>.</p></body></html>`
