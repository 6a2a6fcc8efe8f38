import { domainToASCII, domainToUnicode } from 'node:url'
import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'

const PLAIN = /^[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/

/**
 * The type `email`: one address in lower case, without `mailto:` or a display name; domains with letters beyond ASCII
 * in their readable form.
 */
export function emailType(): FieldType {
  return { name: 'email', parse, render: (value): Raw => value }
}

function parse(raw: Raw): string | null | Invalid {
  if (raw === null) return null
  if (raw.length < 255 && PLAIN.test(raw) && !raw.includes('xn--')) return raw
  let text = raw.normalize('NFC').trim()
  if (text === '') return null
  const shown = /<([^<>]*)>$/.exec(text)
  if (shown) text = shown[1]!
  text = text
    .replace(/^mailto:/i, '')
    .trim()
    .toLowerCase()
    .normalize('NFC')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = readableDomain(text.slice(at + 1))
  const ok =
    at > 0 && local.length <= 64 && text.length <= 254 && domain !== null && !/[\s\p{Cc}@<>(),:;"]/u.test(local)
  return ok && text.isWellFormed() ? `${local}@${domain}` : new Invalid(['notAnEmail', quoted(raw)], raw)
}

function readableDomain(domain: string): string | null {
  if (/[\s/?#@:%\\[\]]/.test(domain)) return null
  const ascii = domainToASCII(domain)
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(ascii) || /^[\d.]+$/.test(ascii)) return null
  return ascii.includes('xn--') ? domainToUnicode(ascii).normalize('NFC') : ascii
}
