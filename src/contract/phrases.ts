import type { Language } from '../model/language.ts'

/** How a system is called in a sentence: `erp` → `ERP`, `shop` → `Shop`. */
export function systemTitle(name: string): string {
  return name.length <= 3 ? name.toUpperCase() : name[0]!.toUpperCase() + name.slice(1).replaceAll('_', ' ')
}

/** `customers` → `customer`, `sales_orders` → `sales order`, `companies` → `company`. */
export function oneOf(flow: string): string {
  const words = flow.replace(/[-_]+/g, ' ')
  if (/ies$/i.test(words)) return words.replace(/ies$/i, 'y')
  if (/(?:ss|x|ch|sh)es$/i.test(words)) return words.replace(/es$/i, '')
  return /[^s]s$/i.test(words) ? words.slice(0, -1) : words
}

/** `customers` → `customers`, `sales_orders` → `sales orders`. */
export function manyOf(flow: string): string {
  return flow.replace(/[-_]+/g, ' ')
}

const Y = new Intl.ListFormat('es', { type: 'conjunction' })
const O = new Intl.ListFormat('es', { type: 'disjunction' })

/** `a, b and c`; in Spanish `a, b y c`. */
export function listed(words: readonly string[], last: 'and' | 'or' = 'and', language: Language = 'en'): string {
  if (language === 'es') return (last === 'and' ? Y : O).format(words)
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** `a customer`, `an order`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`
}
