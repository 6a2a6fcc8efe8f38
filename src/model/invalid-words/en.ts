import type { Language } from '../language.ts'

/** A reason within a reason. */
interface Told {
  reasonIn(language: Language): string
}

/** Why a value is invalid. `shown`: the value as a reason quotes it. */
export const en = {
  neitherYesNorNo: (shown: string) => `${shown} is neither yes nor no`,
  notACountry: (shown: string) => `${shown} is not a country`,
  notADate: (shown: string) => `${shown} is not a date`,
  notAnInstant: (shown: string) => `${shown} is not a point in time`,
  notAnEmail: (shown: string) => `${shown} is not an e-mail address`,
  notAUrl: (shown: string) => `${shown} is not a web address`,
  notBytes: (shown: string) => `${shown} is not binary data in hexadecimal digits`,
  notAPhone: (shown: string) => `${shown} is not a phone number`,
  notAPhoneOf: (shown: string, country: string) => `${shown} is not a phone number for ${country}`,
  notAPhoneWithPrefix: (shown: string) => `${shown} is not a phone number with a country prefix`,
  notAVatNumberOf: (shown: string, country: string) => `${shown} is not a VAT number for ${country}`,
  notAVatNumberWithPrefix: (shown: string) => `${shown} is not a VAT number with a country prefix`,
  mayMean: (shown: string, one: string, other: string) => `${shown} may mean ${one} or ${other}`,

  notANumber: (shown: string) => `${shown} is not a number`,
  notAWholeNumber: (shown: string) => `${shown} is not a whole number`,
  notInCurrency: (shown: string, currency: string) => `${shown} is not an amount in ${currency}`,
  noCurrency: (shown: string) => `${shown} has no currency`,
  notACurrency: (shown: string) => `${shown} is not the code of a currency`,
  otherCurrency: (shown: string, currency: string) => `${shown} does not fit to a record in ${currency}`,
  longNumber: (shown: string, most: number) => `${shown} is longer than ${most} characters`,
  largeExponent: (shown: string, most: number) => `${shown} has an exponent beyond ${most}`,
  manyDigits: (shown: string) => `${shown} has too many digits`,

  brokenText: () => 'the text holds a NUL character or broken Unicode',
  brokenId: () => 'the id holds a NUL character or broken Unicode',
  longText: (has: number, allowed: number) => `the text has ${has} characters, ${allowed} are allowed`,
  noneOf: (shown: string, values: string) => `${shown} is none of ${values}`,
  unknownIn: (shown: string, system: string, known: string) =>
    `${shown} is none of the values known in ${system}: ${known}`,
  noId: (expression: string) => `nothing to make the id from: ${expression} is empty`,
  noCounterpart: (shown: string, system: string, have: string) =>
    `${shown} has no counterpart in ${system}, only ${have} have`,

  cannotBeEmpty: (column: string) => `the column ${column} cannot be without a value there`,

  noLines: () => 'the text is not a list of lines',
  noChildRows: () => 'the child rows did not arrive as JSON',
  inLine: (line: string, why: Told) => `line ${line}: ${why.reasonIn('en')}`,
  inLineField: (line: string, field: string, why: Told) => `line ${line}, ${field}: ${why.reasonIn('en')}`,
  inPart: (name: string, why: Told) => `${name}: ${why.reasonIn('en')}`,

  expressionFailed: (why: Told) => `the expression failed: ${why.reasonIn('en')}`,
  /** `detail`: what the evaluator says, in English. */
  expressionBroke: (detail: string) => `the expression failed: ${detail}`,
  expressionGivesLongText: () => 'the expression gives a text that is too long',
  expressionGivesNoNumber: () => 'the expression gives no finite number',
  expressionGivesNoText: () => 'the expression gives no text',
  longTextIn: (most: number) => `a text is longer than the ${most} characters that an expression takes`,
  textGrew: (most: number) => `a text grew beyond ${most} characters`,
  longPattern: (most: number) => `the pattern is longer than ${most} characters`,
  /** `detail`: what the library says, in English. */
  brokenPattern: (detail: string) => `the pattern cannot be read: ${detail}`,
  moreDigits: (most: number) => `a number has more than ${most} digits`,
  divisionByZero: () => 'division by zero',
  roundedBeyond: (most: number) => `a number can be rounded to 0 to ${most} decimals`,
  notFinite: () => 'the number is not finite',
}
