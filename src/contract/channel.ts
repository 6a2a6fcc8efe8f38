import type { OwnerRole } from '../model/alert.ts'

/** A way to reach people. */
export interface Channel {
  readonly name: string
  readonly kind: ChannelKind
  /** As written, secrets still as `${env:…}` / `${secret:…}`. */
  readonly settings: Readonly<Record<string, string>>
}

export const CHANNEL_KINDS = ['email', 'slack', 'teams', 'pagerduty', 'webhook'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** How alerts find their way; technical settings, which change no decision. */
export interface AlertSettings {
  /** Base URL of the pages that messages link to; may hold `${env:…}`. */
  readonly link: string | null
  /** By role the channels in the order in which they are tried. */
  readonly routes: Readonly<Partial<Record<OwnerRole, readonly string[]>>>
}

/** The settings of each kind of channel; `secret` ones may only be references. */
export const CHANNEL_SETTINGS: Readonly<
  Record<ChannelKind, Readonly<Record<string, { readonly required: boolean; readonly secret: boolean }>>>
> = {
  email: { url: { required: true, secret: false }, from: { required: true, secret: false } },
  slack: { url: { required: true, secret: true } },
  teams: { url: { required: true, secret: true } },
  pagerduty: { routing_key: { required: true, secret: true }, url: { required: false, secret: false } },
  webhook: { url: { required: true, secret: false }, signing_secret: { required: true, secret: true } },
}

/** The channels that a person is told by in a role, in order: the person's own, else the role's, else all there are. */
export function routeOf(
  { channels, alerts }: { readonly channels: ReadonlyMap<string, Channel>; readonly alerts: AlertSettings },
  person: { readonly channels?: readonly string[] },
  role: OwnerRole,
): readonly string[] {
  return person.channels ?? alerts.routes[role] ?? [...channels.keys()]
}
