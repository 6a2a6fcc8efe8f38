import { expect, test } from 'vitest'
import { Invalid } from './value.ts'
import type { Why } from './why.ts'

const inner = new Invalid(['notANumber', '"x"'], 'x')

/** One of each phrase, by its name. */
const REASONS: { readonly [Phrase in Why[0]]: Extract<Why, readonly [Phrase, ...unknown[]]> } = {
  neitherYesNorNo: ['neitherYesNorNo', '"x"'],
  notACountry: ['notACountry', '"x"'],
  notADate: ['notADate', '"x"'],
  notAnInstant: ['notAnInstant', '"x"'],
  notAnEmail: ['notAnEmail', '"x"'],
  notAUrl: ['notAUrl', '"x"'],
  notBytes: ['notBytes', '"x"'],
  notAPhone: ['notAPhone', '"x"'],
  notAPhoneOf: ['notAPhoneOf', '"x"', 'ES'],
  notAPhoneWithPrefix: ['notAPhoneWithPrefix', '"x"'],
  notAVatNumberOf: ['notAVatNumberOf', '"x"', 'ES'],
  notAVatNumberWithPrefix: ['notAVatNumberWithPrefix', '"x"'],
  mayMean: ['mayMean', '"1,234"', '1234', '1.234'],
  notANumber: ['notANumber', '"x"'],
  notAWholeNumber: ['notAWholeNumber', '"1.5"'],
  notInCurrency: ['notInCurrency', '"5 $"', 'EUR'],
  noCurrency: ['noCurrency', '"5"'],
  notACurrency: ['notACurrency', '"x"'],
  otherCurrency: ['otherCurrency', '"5.00 USD"', 'EUR'],
  longNumber: ['longNumber', '"1"', 400],
  largeExponent: ['largeExponent', '"1e999"', 400],
  manyDigits: ['manyDigits', '"1"'],
  brokenText: ['brokenText'],
  cannotBeEmpty: ['cannotBeEmpty', 'x'],
  brokenId: ['brokenId'],
  longText: ['longText', 9, 5],
  noneOf: ['noneOf', '"x"', '"A", "B"'],
  unknownIn: ['unknownIn', '"x"', 'erp', '"A", "B"'],
  noId: ['noId', 'sku'],
  noCounterpart: ['noCounterpart', '"x"', 'erp', '"A", "B"'],
  noLines: ['noLines'],
  noChildRows: ['noChildRows'],
  inLine: ['inLine', '2', inner],
  inLineField: ['inLineField', '2', 'price', inner],
  inPart: ['inPart', 'price', inner],
  expressionFailed: ['expressionFailed', inner],
  expressionBroke: ['expressionBroke', '…'],
  expressionGivesLongText: ['expressionGivesLongText'],
  expressionGivesNoNumber: ['expressionGivesNoNumber'],
  expressionGivesNoText: ['expressionGivesNoText'],
  longTextIn: ['longTextIn', 2000],
  textGrew: ['textGrew', 2000],
  longPattern: ['longPattern', 500],
  brokenPattern: ['brokenPattern', '…'],
  moreDigits: ['moreDigits', 60],
  divisionByZero: ['divisionByZero'],
  roundedBeyond: ['roundedBeyond', 20],
  notFinite: ['notFinite'],
}

const ENGLISH =
  /\b(the|is|not|of|in|and|or|has|have|than|that|may|mean|none|only|line|text|number|value|date|address|country|failed|gives|pattern|by)\b/i

test.each(Object.values(REASONS))('%s is told in both languages', (...why) => {
  const invalid = new Invalid(why as Why, null)
  expect(invalid.reason).toMatch(ENGLISH)
  const spanish = invalid.reasonIn('es')
  expect(spanish).not.toMatch(ENGLISH)
  expect(spanish).not.toMatch(/undefined|null|\[object/)
})

test('a reason within a reason is told in the same language', () => {
  const invalid = new Invalid(['inLineField', '2', 'price', new Invalid(['expressionFailed', inner], null)], null)
  expect(invalid.reason).toBe('line 2, price: the expression failed: "x" is not a number')
  expect(invalid.reasonIn('es')).toBe('línea 2, price: la expresión falló: "x" no es un número')
})
