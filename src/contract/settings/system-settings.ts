import type { SystemDeclaration } from '../contract.ts'

/*
 * Settings of a system that are ours and not its connector's: how fast it may be called, what its times mean, and how its
 * webhooks prove who sent them.
 */

/** How the sender of a webhook signs: Standard Webhooks, or an HMAC of the body in a header of its own. */
export type WebhookSignature =
  | { readonly kind: 'standard' }
  | {
      readonly kind: 'hmac'
      readonly hash: 'sha256' | 'sha1' | 'sha512'
      readonly encoding: 'hex' | 'base64'
      readonly header: string
    }

const OWN = [
  'rate_limit',
  'mark',
  'timezone',
  'webhook_secret',
  'webhook_signature',
  'webhook_object',
  'webhook_id',
] as const
type Own = (typeof OWN)[number]

const PER: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 }

/** `100 per second` → calls a second; null when it is no rate. */
export function parseRate(text: string): number | null {
  const [, count, per] = /^([1-9]\d{0,6}) per (second|minute|hour)$/.exec(text) ?? []
  return count === undefined ? null : Number(count) / PER[per!]!
}

/** `standard`, or `hmac-sha256 hex in X-Signature`; null when it is neither. */
export function parseWebhookSignature(text: string): WebhookSignature | null {
  if (text === 'standard') return { kind: 'standard' }
  const [, hash, encoding, header] =
    /^hmac-(sha256|sha1|sha512) (hex|base64) in ([A-Za-z][A-Za-z0-9-]{0,79})$/.exec(text) ?? []
  if (hash === undefined) return null
  return {
    kind: 'hmac',
    hash: hash as 'sha256',
    encoding: encoding as 'hex',
    header: header!.toLowerCase(),
  }
}

/** What is wrong with a setting of ours, and the cure; null when nothing is, or the setting is the connector's. */
export function systemSettingFault(setting: string, text: string): { fault: string; cure: string } | null {
  if (setting === 'rate_limit' && parseRate(text) === null)
    return { fault: `\`${text}\` is not a rate.`, cure: 'Write for example `100 per second` or `60 per minute`.' }
  if (setting === 'mark' && !/^[\p{L}_][\p{L}\d_$]*(\.[\p{L}_][\p{L}\d_$]*)?$/u.test(text))
    return { fault: `\`${text}\` is not the name of a table.`, cure: 'Write for example `concordat_mark`.' }
  if (setting === 'webhook_signature' && parseWebhookSignature(text) === null)
    return {
      fault: `\`${text}\` is not a way to sign webhooks.`,
      cure: 'Write `standard`, or for example `hmac-sha256 hex in X-Signature`.',
    }
  return null
}

/** The system with its connector's settings only. */
export function connectorSettings(system: SystemDeclaration): SystemDeclaration {
  const settings = Object.entries(system.settings).filter(([name]) => !OWN.includes(name as Own))
  return { ...system, settings: Object.fromEntries(settings) }
}

/** The system with those settings only that its webhooks need. */
export function webhookSettings(system: SystemDeclaration): SystemDeclaration {
  const settings = Object.entries(system.settings).filter(([name]) => name.startsWith('webhook_'))
  return { ...system, settings: Object.fromEntries(settings) }
}
