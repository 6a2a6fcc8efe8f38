import type { ChannelKind } from '../../contract/channel.ts'
import type { Sender } from './sender.ts'

type Settings = Readonly<Record<string, string>>

/** Each is loaded when a message first goes by it: most commands send none. */
const SENDERS: Record<ChannelKind, () => Promise<(settings: Settings) => Sender>> = {
  email: async () => (await import('./email.ts')).emailSender,
  slack: async () => (await import('./slack.ts')).slackSender,
  teams: async () => (await import('./teams.ts')).teamsSender,
  pagerduty: async () => (await import('./pagerduty.ts')).pagerdutySender,
  webhook: async () => (await import('./webhook.ts')).webhookSender,
}

/** How messages are handed to a channel, given its settings with secrets filled in. */
export async function senderOf(kind: ChannelKind, settings: Settings): Promise<Sender> {
  return (await SENDERS[kind]())(settings)
}
