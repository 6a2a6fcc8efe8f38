import { LOCALES } from './country.ts'
import type { Country } from './country.ts'
import type { Random } from './random.ts'

/** A name as the commercial register has it, e.g. `Talleres Ibáñez y Navarro, S.L.`. */
export function companyName(country: Country, random: Random): string {
  const { surnames, trades, forms, and, cities } = LOCALES[country]
  const trade = random.pick(trades)
  const surname = random.pick(surnames)
  const other = random.pick(surnames.filter((name) => name !== surname))
  const city = random.pick(cities)[0]
  const body = random.pick([
    `${trade} ${surname}`,
    `${trade} ${surname} ${and} ${other}`,
    `${surname} ${and} ${other}`,
    `${surname} ${trade}`,
    `${trade} ${city}`,
    `${trade} ${surname} ${city}`,
  ])
  return `${body}, ${random.pick(forms)}`
}

/** The same company as somebody else would type it: recognisable by a person, another text for a machine. */
export function otherSpelling(name: string, random: Random): string {
  const [body, form] = name.split(', ') as [string, string]
  return random.pick([
    () => `${body} ${form.replaceAll('.', '')}`,
    () => body.toUpperCase(),
    () => `${withoutAccents(body)} ${form}`,
    () => body,
    () => `${body.split(' ')[0]!.slice(0, 4)}. ${body.split(' ').slice(1).join(' ')} ${form}`,
    () => `${form.replaceAll('.', '')} ${body}`,
    () => `${body.replace(/ (y|et|und|e) /, ' & ')} - ${form}`,
  ])()
}

/** For host names: `talleres-ibanez`. */
export function slug(name: string): string {
  return withoutAccents(name.split(', ')[0]!.replaceAll('ß', 'ss'))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
}

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '')
}
