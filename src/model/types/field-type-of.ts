import type { FieldType, TypeSpec } from '../field-type.ts'
import { binaryType } from './binary.ts'
import { booleanType } from './boolean.ts'
import { choiceType } from './choice.ts'
import { countryType } from './country.ts'
import { dateType } from './date.ts'
import { decimalType } from './decimal.ts'
import { emailType } from './email.ts'
import { instantType } from './instant.ts'
import { integerType } from './integer.ts'
import { linesType } from './lines.ts'
import { moneyType } from './money.ts'
import { phoneType } from './phone.ts'
import { referenceType } from './reference.ts'
import { textType } from './text.ts'
import { urlType } from './url.ts'
import { vatType } from './vat.ts'

const known = new Map<string, FieldType>()

/** The type that a declaration means; the same declaration gives the same object, so that what it remembers is shared. */
export function fieldTypeOf(spec: TypeSpec): FieldType {
  const key = JSON.stringify(spec, Object.keys(spec).toSorted())
  let type = known.get(key)
  if (!type) known.set(key, (type = make(spec)))
  return type
}

function make(spec: TypeSpec): FieldType {
  switch (spec.type) {
    case 'text':
      return textType(spec)
    case 'integer':
      return integerType()
    case 'decimal':
      return decimalType(spec)
    case 'money':
      return moneyType(spec)
    case 'boolean':
      return booleanType()
    case 'date':
      return dateType(spec)
    case 'instant':
      return instantType(spec)
    case 'choice':
      return choiceType(spec)
    case 'email':
      return emailType()
    case 'phone':
      return phoneType(spec)
    case 'country':
      return countryType()
    case 'vat':
      return vatType(spec)
    case 'url':
      return urlType()
    case 'binary':
      return binaryType()
    case 'reference':
      return referenceType()
    case 'lines':
      return linesType()
  }
}
