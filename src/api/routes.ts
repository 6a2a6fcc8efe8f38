import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import type { Playground } from '../model/playground.ts'
import type { Service } from '../service/service.ts'
import type { Telling } from '../service/telling.ts'
import type { ProviderSignIn } from './access/provider-sign-in.ts'
import type { Site } from './access/site.ts'

/** What the routes work with. */
export interface ApiParts {
  readonly app: App
  readonly service: Service
  readonly telling: Telling
  /** Environment that secrets of the contract are looked up in. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** True from the moment that the process takes no more work. */
  readonly stopping: () => boolean
  /** Only in the demo: its systems to play with. */
  readonly playground?: Playground
  /** Who may do what, and where the pages are. */
  readonly site: Site
  /** What people can sign in with besides a password. */
  readonly providers: ProviderSignIn
}

/** Adds routes of one concern. */
export type Routes = (server: FastifyInstance, parts: ApiParts) => Promise<void> | void
