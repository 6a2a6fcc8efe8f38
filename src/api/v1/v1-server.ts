import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Door } from '../door.ts'
import type { ApiParts } from '../routes.ts'

/** A server whose routes are typed by their schemas. */
export type V1Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Adds routes of one concern below `/api/v1`. */
export type V1Routes = (server: V1Server, parts: ApiParts) => Promise<void> | void

/** The same for concerns that there are also before there is a contract. */
export type V1DoorRoutes = (server: V1Server, door: Door) => Promise<void> | void
