import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { fieldTypeOf } from '../model/types/field-type-of.ts'
import type { FieldType } from '../model/field-type.ts'
import { Invalid } from '../model/value.ts'
import { plainPhone, plainVat } from './plain-form.ts'
import { Random } from './random.ts'
import { copyText } from './table.ts'
import type { Cell, Table } from './table.ts'
import { VAT_WRITINGS, isVatNumber, mistyped, vatNumber } from './vat-number.ts'
import { PHONE_WRITINGS, phoneNumber, plainPhone as dialled } from './phone-number.ts'
import type { Country } from './country.ts'
import { DEFAULT_SIZES, generateWorld } from './world.ts'
import type { World } from './world.ts'

const COUNTRIES: readonly Country[] = ['ES', 'FR', 'DE', 'PT', 'IT']
const world = generateWorld(7)
const table = (of: World, name: string): Table => [...of.erp, ...of.crm].find((one) => one.name === name)!
const column = (name: string, field: string): Cell[] => {
  const { columns, rows } = table(world, name)
  return rows.map((row) => row[columns.indexOf(field)]!)
}
const mess = (key: string): number => world.mess.find((one) => one.key === key)!.count
const bytes = (of: World) =>
  createHash('sha256')
    .update([...of.erp, ...of.crm].map(copyText).join(''))
    .digest('hex')

function check(type: FieldType, writing: string, canonical: string): void {
  const parsed = type.parse(writing)
  expect(parsed instanceof Invalid ? parsed.reason : parsed, writing).toBe(canonical)
}

test('the same seed gives the same bytes, another seed others', () => {
  expect(bytes(generateWorld(7))).toBe(bytes(world))
  expect(bytes(generateWorld(8))).not.toBe(bytes(world))
})

test('there is as much of everything as was asked for', () => {
  const customersAtHome = mess('customers_only_in_crm') + mess('names_missing') - 25
  // The second rows of companies that are in one system twice come on top.
  expect(column('customers', 'id').length).toBe(DEFAULT_SIZES.customers - customersAtHome + 8)
  expect(column('products', 'id').length).toBe(300)
  expect(column('deals', 'stage').filter((stage) => stage !== 'draft').length).toBe(3000)
  expect(column('invoices', 'id').length).toBe(2500)
  const lines = Map.groupBy(column('deal_items', 'deal_id'), (id) => id)
  expect(Math.max(...[...lines.values()].map((of) => of.length))).toBe(8)
  expect(lines.size).toBe(3090)
})

test('the mess is there in the numbers that are printed', () => {
  const accounts = new Set(column('accounts', 'id'))
  expect(column('deals', 'account_id').filter((id) => !accounts.has(id)).length).toBe(mess('orders_of_nobody'))
  expect(column('deals', 'stage').filter((stage) => stage === 'draft').length).toBe(mess('drafts'))
  expect(column('accounts', 'type').filter((type) => type === 'prospect').length).toBe(mess('prospects'))
  expect(column('accounts', 'account_name').filter((name) => !String(name ?? '').trim()).length).toBe(
    mess('names_missing'),
  )
  expect(column('customers', 'vat').filter((vat) => !isVatNumber(plainVat(String(vat))!)).length).toBe(
    mess('vat_wrong'),
  )
  expect(column('customers', 'phone').filter((phone) => phone === null).length).toBe(mess('phones_missing_in_erp'))
  expect(column('customers', 'updated_at').filter((at) => String(at) < '2017').length).toBe(mess('customers_untouched'))
  const skus = new Set(column('products', 'sku'))
  const codes = column('items', 'code')
  expect(codes.filter((code) => !skus.has(code)).length).toBe(mess('products_typed_in_crm'))
  expect(skus.size - codes.filter((code) => skus.has(code)).length).toBe(mess('products_only_in_erp'))
  const vats = Map.groupBy(
    [
      ...column('customers', 'vat').map((vat) => `erp ${plainVat(String(vat))}`),
      ...column('accounts', 'tax_id')
        .filter((vat) => vat !== null)
        .map((vat) => `crm ${plainVat(String(vat))}`),
    ],
    (vat) => vat,
  )
  expect([...vats.values()].filter((rows) => rows.length > 1).length).toBe(mess('customers_twice'))
})

test('it shrinks, and keeps some of every trouble', () => {
  const small = generateWorld(7, { customers: 200, products: 30, orders: 150, invoices: 100 })
  expect(small.mess.filter(({ count }) => count === 0)).toEqual([])
  expect(table(small, 'invoices').rows.length).toBe(100)
})

test('VAT numbers have real check digits, and all five writings mean the same', () => {
  const type = fieldTypeOf({ type: 'vat', country: 'ES' })
  for (const country of COUNTRIES) {
    const random = new Random(3, country)
    for (let i = 0; i < 100; i++) {
      const vat = vatNumber(country, random)
      expect(isVatNumber(vat)).toBe(true)
      expect(isVatNumber(mistyped(vat))).toBe(false)
      expect(type.parse(mistyped(vat))).toBeInstanceOf(Invalid)
      for (const write of VAT_WRITINGS) {
        check(type, write(vat), vat)
        expect(plainVat(write(vat))).toBe(vat)
      }
    }
  }
})

test('telephone numbers are ones that their country gives out, and all five writings mean the same', () => {
  const type = fieldTypeOf({ type: 'phone', country: 'ES' })
  for (const country of COUNTRIES) {
    const random = new Random(3, country)
    for (let i = 0; i < 100; i++) {
      const phone = phoneNumber(country, random)
      for (const write of PHONE_WRITINGS) {
        check(type, write(phone), dialled(phone))
        expect(plainPhone(write(phone))).toBe(dialled(phone))
      }
    }
  }
})
