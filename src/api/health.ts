import type { Door } from './door.ts'
import type { Routes } from './routes.ts'

/** `/health`: is the service alive as a whole; `/ready`: does this process take work. For monitors; 503 means no. */
export const healthRoutes: Routes = (server, { app, stopping }) => {
  server.get('/health', async (_request, reply) => {
    const health = await app.health()
    return reply.code(health.status === 'ok' ? 200 : 503).send(health)
  })
  server.get('/ready', async (_request, reply) => {
    if (stopping()) return reply.code(503).send({ ready: false, why: 'The process is stopping.' })
    await app.health()
    return { ready: true }
  })
}

/** The same while there is no contract: the process is well, and takes no work. */
export const beginningHealthRoutes: Routes<Door> = (server) => {
  server.get('/health', async () => ({ status: 'ok', contract: false }))
  server.get('/ready', async (_request, reply) =>
    reply.code(503).send({ ready: false, why: 'There is no contract yet.' }),
  )
}
