import { createHash } from 'node:crypto'
import type { MessageContent } from '../../model/alert.ts'

/** A message on its way to one channel. */
export interface Delivery {
  /** Names the message: the same at every attempt. */
  readonly key: string
  readonly content: MessageContent
  readonly people: readonly Recipient[]
}

export interface Recipient {
  readonly name: string
  readonly email: string
}

/**
 * Hands a message over and answers what the other side said, for people. Throws `notify.undelivered`: with `retry: never`
 * when trying again will not help. Neither holds a secret or an address.
 */
export type Sender = (delivery: Delivery) => Promise<string>

/** A name that is safe in any header: the same for the same key. */
export function shortName(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}
