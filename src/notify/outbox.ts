import type { Channel } from '../contract/channel.ts'
import type { Contract } from '../contract/contract.ts'
import { resolveSettings, type SecretSource } from '../contract/settings/secrets.ts'
import { ConcordatError } from '../model/errors.ts'
import {
  claimMessages,
  messageFailed,
  messageSent,
  messageWaits,
  type QueuedMessage,
} from '../store/alerts/alert-messages.ts'
import type { Database } from '../store/database/database.ts'
import type { Delivery, Sender } from './channels/sender.ts'
import { senderOf } from './channels/sender-of.ts'
import { afterAttempt, type Attempt, type Patience } from './delivery.ts'

/** How long a process may take to send one message before another takes it over. */
const CLAIM_MS = 2 * 60_000
const AT_ONCE = 8
/** Rounds of one call: a message that goes on to its next channel is tried there at once. */
const MOST_ROUNDS = 20

export interface OutboxParts {
  readonly database: Database
  readonly contract: Contract
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly secrets: SecretSource
}

/** Sends what is due; any number of processes may do so at once. */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #senders = new Map<string, Sender>()

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** Sends all messages that are due; answers how many went out, and how many attempts failed. */
  async deliver(patience: Patience): Promise<{ readonly sent: number; readonly failed: number }> {
    const { database, clock } = this.#parts
    let sent = 0
    let failed = 0
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const due = await claimMessages(database, clock(), CLAIM_MS, AT_ONCE)
      if (due.length === 0) break
      const done = await Promise.all(due.map((message) => this.#attempt(message, patience)))
      sent += done.filter((good) => good).length
      failed += done.filter((good) => !good).length
    }
    return { sent, failed }
  }

  /** Hands a message to a channel, now; answers what the other side said. */
  async send(channel: string, delivery: Delivery): Promise<string> {
    return (await this.#sender(channel))(delivery)
  }

  async #attempt(message: QueuedMessage, patience: Patience): Promise<boolean> {
    const { database, clock, random } = this.#parts
    const name = message.route[message.channel] ?? ''
    const attempt = await this.#try(name, message)
    const next = afterAttempt({ ...message, channels: message.route.length }, attempt, clock(), random(), patience)
    const error = attempt.kind === 'failed' ? `${name}: ${attempt.error}` : ''
    switch (next.state) {
      case 'sent':
        await messageSent(database, message.id, name, new Date(clock()))
        return true
      case 'pending':
        await messageWaits(database, message.id, { ...next, nextAt: new Date(next.nextAt) }, error)
        return false
      case 'failed':
        await messageFailed(database, message.id, error)
        return false
    }
  }

  async #try(channel: string, { key, content, people }: QueuedMessage): Promise<Attempt> {
    try {
      await this.send(channel, { key, content, people: this.recipients(people) })
      return { kind: 'sent' }
    } catch (error) {
      if (!(error instanceof ConcordatError))
        return { kind: 'failed', lasting: false, retryAfterMs: null, error: 'A bug kept the message back.' }
      return {
        kind: 'failed',
        lasting: error.retry === 'never',
        retryAfterMs: error.retryAfter === undefined ? null : error.retryAfter * 1000,
        error: error.message,
      }
    }
  }

  /** People by their keys; one who has left the contract is left out. */
  recipients(keys: readonly string[]): Delivery['people'] {
    return keys.flatMap((key) => this.#parts.contract.people.get(key) ?? [])
  }

  async #sender(name: string): Promise<Sender> {
    let sender = this.#senders.get(name)
    if (sender === undefined) {
      const channel: Channel | undefined = this.#parts.contract.channels.get(name)
      if (channel === undefined)
        throw new ConcordatError('notify.unknown-channel', `The contract has no channel named ${name}.`, {
          cure: knownChannels(this.#parts.contract),
        })
      sender = await senderOf(channel.kind, resolveSettings(channel, this.#parts.secrets, 'channel'))
      this.#senders.set(name, sender)
    }
    return sender
  }
}

/** What to write instead of a channel that there is not. */
export function knownChannels({ channels }: Contract): string {
  return channels.size === 0 ? 'Add it under `channels:`.' : `It has: ${[...channels.keys()].join(', ')}.`
}
