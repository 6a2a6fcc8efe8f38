import { secretText, type SecretSource } from './secrets.ts'
import { parseWebhookSignature } from './system-settings.ts'

/*
 * Keys by which something is signed or checked. An empty one makes a signature that anybody can make, so what stands behind a
 * reference is looked at as soon as it is there. What is not set at all is told when it is needed.
 */

/** What a setting holds. */
type KeyForm = 'any secret' | 'key' | 'standard key' | 'web address'

export interface KeyFault {
  readonly fault: string
  readonly cure: string
}

/** 128 bits. */
const SHORTEST_BYTES = 16
const SHORTEST_CHARACTERS = 16

/** What is wrong with the key of a system's webhooks; null: nothing, or it is not there yet. */
export const webhookKeyFault = (
  settings: Readonly<Record<string, string>>,
  source: SecretSource | undefined,
): KeyFault | null => {
  const signature = parseWebhookSignature(settings['webhook_signature'] ?? 'standard')
  return keyFault(settings['webhook_secret'] ?? '', signature?.kind === 'hmac' ? 'key' : 'standard key', source)
}

/** What is wrong with a setting of a channel; null: nothing, or it is not there yet. */
export function channelKeyFault(
  kind: string,
  setting: string,
  text: string,
  source: SecretSource | undefined,
): KeyFault | null {
  const web = setting === 'url' && kind !== 'email'
  return keyFault(text, setting === 'signing_secret' ? 'standard key' : web ? 'web address' : 'any secret', source)
}

function keyFault(text: string, form: KeyForm, source: SecretSource | undefined): KeyFault | null {
  // What stands in the contract itself is looked at as any other setting.
  if (!text.includes('${') && text.trim() !== '') return null
  const value = text.trim() === '' ? text : source && secretText(text, source)
  if (value === undefined || value === null) return null
  const why = weakness(value, form)
  return why === null ? null : { fault: `holds what is no ${NAMES[form]}: it ${why}.`, cure: CURES[form] }
}

const NAMES: Readonly<Record<KeyForm, string>> = {
  'any secret': 'secret',
  key: 'key',
  'standard key': 'key',
  'web address': 'web address',
}
const CURES: Readonly<Record<KeyForm, string>> = {
  'any secret': 'Set what it refers to.',
  key: `Set what it refers to, to at least ${SHORTEST_CHARACTERS} characters that nobody can guess, e.g. from \`openssl rand -hex 32\`.`,
  'standard key':
    'Set what it refers to, to `whsec_` and base64 of at least 16 bytes, e.g. `echo whsec_$(openssl rand -base64 32)`.',
  'web address': 'Set what it refers to, to an address that begins with `https://`.',
}

/** Why a value cannot be what it should be; never the value. */
function weakness(value: string, form: KeyForm): string | null {
  if (value === '') return 'is empty'
  if (value.trim() === '') return 'is blank'
  if (value !== value.trim() || /[\r\n\t\0]/.test(value)) return 'has blanks or line breaks around it or in it'
  if (form === 'key' && [...value].length < SHORTEST_CHARACTERS)
    return `is shorter than ${SHORTEST_CHARACTERS} characters`
  if (form === 'web address' && !(URL.canParse(value) && /^https?:\/\/./i.test(value))) return 'is none'
  if (form !== 'standard key') return null
  const base64 = value.replace(/^whsec_/, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(base64)) return 'is not base64'
  const bytes = Buffer.from(base64, 'base64').length
  return bytes < SHORTEST_BYTES ? `has ${bytes} bytes` : null
}
