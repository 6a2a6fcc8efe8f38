import type { Field } from '../../contract/contract.ts'
import type { Language } from '../../model/language.ts'

type Type = Field['spec']['type']

/** The type of a field in words; in English as the contract calls it. */
export function typeWords({ spec, lines }: Pick<Field, 'spec' | 'lines'>, language: Language): string {
  const spanish = language === 'es'
  switch (spec.type) {
    case 'money':
      return [spanish ? TIPOS.money : 'money', ...(spec.currency === undefined ? [] : [`(${spec.currency})`])].join(' ')
    case 'reference':
      return `${spanish ? 'referencia a' : 'reference to'} ${spec.flow}`
    case 'lines':
      return `${spanish ? 'líneas de' : 'lines of'} ${lines?.fields.map((field) => field.name).join(', ') ?? ''}`
    default:
      return spanish ? TIPOS[spec.type] : spec.type
  }
}

const TIPOS: Readonly<Record<Exclude<Type, 'reference' | 'lines'>, string>> = {
  text: 'texto',
  integer: 'número entero',
  decimal: 'número decimal',
  money: 'importe',
  boolean: 'sí o no',
  date: 'fecha',
  instant: 'fecha y hora',
  choice: 'opción',
  email: 'correo',
  phone: 'teléfono',
  country: 'país',
  vat: 'número fiscal',
  url: 'dirección web',
  binary: 'datos binarios',
}
