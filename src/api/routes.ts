import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import type { Playground } from '../model/playground.ts'
import type { Service } from '../service/service.ts'
import type { Door } from './door.ts'

/** What the routes work with. */
export interface ApiParts extends Door {
  readonly app: App
  readonly service: Service
  /** Environment that secrets of the contract are looked up in. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** True from the moment that the process takes no more work. */
  readonly stopping: () => boolean
  /** Only in the demo: its systems to play with. */
  readonly playground?: Playground
}

/** Adds routes of one concern. */
export type Routes<Parts = ApiParts> = (server: FastifyInstance, parts: Parts) => Promise<void> | void
