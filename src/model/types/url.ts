import type { FieldType } from '../field-type.ts'
import { Invalid, type Raw } from '../value.ts'
import { quoted } from './quoted.ts'

const PLAIN = /^https?:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}$/

/**
 * The type `url`: a web address with lower-case scheme and host, `https` where none is written, without the port that
 * the scheme implies and without the slash of an empty path.
 */
export function urlType(): FieldType {
  return { name: 'url', parse, render: (value): Raw => value }
}

function parse(raw: Raw): string | null | Invalid {
  if (raw === null) return null
  if (raw.length < 255 && PLAIN.test(raw) && !raw.includes('xn--')) return raw
  const text = raw.normalize('NFC').trim()
  if (text === '') return null
  if (/[\s\\]/.test(text) || !text.isWellFormed()) return notAUrl(raw)
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && !/^(https?|ftp)$/.test(scheme)) return notAUrl(raw)
  const url = URL.parse(scheme === undefined ? `https://${text.replace(/^\/\//, '')}` : text)
  if (url === null || !/^(?:localhost|\[.*\]|[^.]+(?:\.[^.]+)+)$/.test(url.hostname)) return notAUrl(raw)
  return url.pathname === '/' && url.search === '' && url.hash === '' ? url.href.replace(/[/?#]+$/, '') : url.href
}

function notAUrl(raw: string): Invalid {
  return new Invalid(['notAUrl', quoted(raw)], raw)
}
