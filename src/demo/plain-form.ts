import { isVatNumber } from './vat-number.ts'

/*
 * How the comparison brings two ways of writing to one form. Written for itself alone, on purpose: had it anything in
 * common with the engine, both could be wrong together.
 */

const COUNTRIES: Readonly<Record<string, string>> = {
  Spain: 'ES',
  France: 'FR',
  Germany: 'DE',
  Portugal: 'PT',
  Italy: 'IT',
}
const TIERS: Readonly<Record<string, string>> = { A: 'enterprise', B: 'mid-market', C: 'small' }

export function plainText(text: string | null): string | null {
  return text?.normalize('NFC').trim() || null
}

/** `ESB12345674`; null for none, the text itself for one whose check digits are wrong. */
export function plainVat(text: string | null): string | null {
  const letters = text?.toUpperCase().replace(/[^0-9A-Z]/g, '') ?? ''
  if (letters === '') return null
  return /^[A-Z]{2}/.test(letters) ? letters : `ES${letters}`
}

export function isWrongVat(text: string | null): boolean {
  const vat = plainVat(text)
  return vat !== null && !isVatNumber(vat)
}

/** `+34961234567`; null for none and for what is no telephone number. */
export function plainPhone(text: string | null): string | null {
  if (!text || /[a-z]/i.test(text)) return null
  const dialled = text.replace(/[^\d+]/g, '').replace(/^00/, '+')
  const international = dialled.startsWith('+') ? dialled : `+34${dialled}`
  // Some write the zero that is dialled inside the country also after its code. Italy's belongs to the number.
  return international.replace(/^(\+33|\+49)0/, '$1')
}

export function plainEmail(text: string | null): string | null {
  return text?.trim().toLowerCase() || null
}

/** As a number without superfluous zeros. */
export function plainNumber(text: string | null): string | null {
  return text === null ? null : String(Number(text))
}

/** The country's code, from its code or name. */
export function plainCountry(text: string | null): string | null {
  return text === null ? null : (COUNTRIES[text] ?? text)
}

/** The CRM's word for a segment, from either system's. */
export function plainSegment(text: string | null): string | null {
  return text === null ? null : (TIERS[text] ?? text)
}
