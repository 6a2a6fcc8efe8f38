import countries from 'i18n-iso-countries'
import { describe, expect, test } from 'vitest'
import { Invalid } from '../value.ts'
import { fieldTypeOf } from './field-type-of.ts'

/** Numbers that keep their country's rule, as canonical form, and one each in which a digit is wrong. */
const NUMBERS: readonly (readonly [valid: string, wrong: string | null])[] = [
  ['ATU13585627', 'ATU13585628'],
  ['BE0403019261', 'BE0403019262'],
  ['BG175074752', 'BG175074751'],
  ['CHE116281710', 'CHE116281711'],
  ['CHE107787577', 'CHE107787578'],
  ['CY10259033P', 'CY10259033Z'],
  ['CZ25123891', 'CZ25123890'],
  ['DE136695976', 'DE136695978'],
  ['DK13585628', 'DK13585627'],
  ['EE100931558', 'EE100594103'],
  ['EL094259216', 'EL094259217'],
  ['EL094019245', 'EL094019246'],
  ['ES54362315K', 'ES54362315Z'],
  ['ESB58378431', 'ESB58378432'],
  ['ESX2482300W', 'ESX2482300A'],
  ['FI20774740', 'FI20774741'],
  ['FR40303265045', 'FR84323140391'],
  ['FR53000004605', 'FR53000000000'],
  ['FRK7399859412', 'FRK7399859413'],
  ['GB980780684', 'GB802311781'],
  ['GBGD001', null],
  ['GBHA500', null],
  ['HR33392005961', 'HR33392005962'],
  ['HU12892312', 'HU12892313'],
  ['IE6433435F', 'IE6433435E'],
  ['IE8D79739I', 'IE8D79738J'],
  ['IT00743110157', 'IT00743110158'],
  ['LT119511515', 'LT100001919018'],
  ['LU15027442', 'LU15027443'],
  ['LV40003521600', 'LV40003521601'],
  ['MT11679112', 'MT11679113'],
  ['NL004495445B01', 'NL123456789B90'],
  ['NO995525828MVA', 'NO995525829MVA'],
  ['PL8567346215', 'PL8567346216'],
  ['PT501964843', 'PT501964842'],
  ['RO18547290', 'RO18547291'],
  ['SE123456789701', 'SE123456789101'],
  ['SI50223054', 'SI50223055'],
  ['SK2022749619', 'SK2022749618'],
  ['XI123456782', 'XI123456783'],
  ['AU83914571673', 'AU99999999999'],
  ['BR11222333000181', 'BR11222333000182'],
  ['BR12ABC34501DE35', 'BR12ABC34501DE36'],
  ['MXGODE561231GR8', 'MXGODE561231GR9'],
  ['UA32855961', null],
  ['US911144442', null],
]
const HOMES = [undefined, 'ES', 'DE', 'FR', 'GB', 'GR', 'CH', 'MC', 'MX', 'US', 'JP', 'IM', 'IE', 'NL', 'UA', 'AE']
const of = (country: string | undefined) => fieldTypeOf({ type: 'vat', ...(country !== undefined && { country }) })

describe('L29 a number is what its prefix says, whatever the country of the field', () => {
  for (const [valid, wrong] of NUMBERS) {
    test(valid, () => {
      for (const home of HOMES) {
        expect(of(home).parse(valid), String(home)).toBe(valid)
        expect(of(home).parse(` ${valid.slice(0, 2)}-${valid.slice(2, 5).toLowerCase()}.${valid.slice(5)} `)).toBe(
          valid,
        )
        if (wrong !== null) expect(of(home).parse(wrong), `${wrong} in ${home}`).toBeInstanceOf(Invalid)
      }
    })
  }
})

test('a number that breaks the rule of its prefix is a number of no country at all', () => {
  const taken = Object.keys(countries.getAlpha2Codes()).filter(
    (home) =>
      !(of(home).parse('FR53000000000') instanceof Invalid) || !(of(home).parse('DE136695978') instanceof Invalid),
  )
  expect(taken).toEqual([])
})

test('one company has one number', () => {
  const same = (country: string | undefined, canonical: string, spellings: readonly string[]) => {
    for (const spelling of spellings) expect(of(country).parse(spelling), spelling).toBe(canonical)
  }
  same(undefined, 'CHE116281710', [
    'CHE-116.281.710 MWST',
    'CHE-116.281.710 TVA',
    'CHE-116.281.710 IVA',
    'CHE-116.281.710 TPV',
    'CHE116281710',
    'CHE-116.281.710 VAT',
  ])
  same('ES', 'ESB58378431', [
    'NIF B58378431',
    'CIF: B-58378431',
    'N.I.F. B58378431',
    'VAT ESB58378431',
    'VAT no. ES B58378431',
    'ES-B58378431 IVA',
    'nifb58378431',
  ])
  same('ES', 'DE136695976', ['VAT DE136695976', 'USt-IdNr. DE136695976', 'DE136695976 USt'])
  same('ES', 'FR83404833048', ['TVA FR83404833048'])
  same('IT', 'IT00743110157', ['P.IVA 00743110157', 'IVA 00743110157'])
  same('CH', 'CHE116281710', ['116.281.710', 'E116281710', '116.281.710 MWST'])
  same('ES', 'EL094019245', ['EL094019245', 'GR 094 019 245', 'el-94019245'])
  same('GR', 'EL094019245', ['094019245'])
  same(undefined, 'NO995525828MVA', ['NO 995 525 828 MVA', 'NO995525828'])
  same('NO', 'NO995525828MVA', ['995 525 828'])
  same(undefined, 'BE0403019261', ['BE 403.019.261', 'BE 0403.019.261'])
  same('GB', 'XI123456782', ['XI 123 4567 82'])
  same('GB', 'GB123456782', ['123 4567 82', 'UK123456782', 'GB 123 4567 82'])
  same('GB', 'GBGD001', ['GD001'])
  same('MC', 'FR53000004605', ['53 000004605', 'FR53000004605', 'MC FR53000004605'])
  same('IM', 'GB123456782', ['123456782'])
})

test('what a number is called is no country, also where the number is wrong', () => {
  for (const wrong of ['NIF B58378432', 'CIF 12345', 'VAT DE136695977', 'TVA FR83404833049', 'VAT 12345678'])
    expect(of('ES').parse(wrong), wrong).toBeInstanceOf(Invalid)
  // A number of Nicaragua or of Ivory Coast is one all the same.
  expect(of('ES').parse('NI J0310000123456')).toBe('NIJ0310000123456')
  expect(of('ES').parse('CI 1234567A')).toBe('CI1234567A')
})
