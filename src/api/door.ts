import type { App } from '../app.ts'
import type { Telling } from '../service/telling.ts'
import type { ProviderSignIn } from './access/provider-sign-in.ts'
import type { Site } from './access/site.ts'
import type { Beginning } from './begin/beginning.ts'

/** What signing in works with, whether or not there is a contract yet. */
export interface Door {
  readonly app: { readonly alerts: Pick<App['alerts'], 'tellPerson'> }
  readonly telling: Telling
  /** Who may do what, and where the pages are. */
  readonly site: Site
  /** What people can sign in with besides a password. */
  readonly providers: ProviderSignIn
  /** Only while there is no contract: how it is begun. */
  readonly beginning?: Beginning
}
