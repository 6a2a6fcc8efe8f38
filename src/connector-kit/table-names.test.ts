import fc from 'fast-check'
import { expect, test } from 'vitest'
import { relationsOf, tableLabel, tableNamed } from './table-names.ts'

const table = (schema: string, relation: string, here = false) => ({ schema, relation, here })

test('a name with a point is a table in a schema, and never one of that very name unasked', () => {
  const inSchema = table('sales', 'customers')
  const literal = table('public', 'sales.customers', true)
  expect(tableNamed([inSchema], 'sales.customers')).toBe(inSchema)
  expect(() => tableNamed([inSchema, literal], 'sales.customers')).toThrow(
    'The table sales.customers may be "sales"."customers" or "public"."sales.customers".',
  )
  expect(() => tableNamed([literal], 'sales.customers')).toThrow('"public"."sales.customers"')
  expect(tableNamed([inSchema, literal], '"sales.customers"')).toBe(literal)
  expect(tableNamed([inSchema, literal], 'public."sales.customers"')).toBe(literal)
  expect(tableNamed([inSchema, literal], '"sales"."customers"')).toBe(inSchema)
  expect(tableNamed([table('archive', 'sales.customers'), inSchema], 'sales.customers')).toBe(inSchema)
  expect(tableNamed([inSchema], 'customers')).toBeUndefined()
})

test('the label of a table means that table, among all others', () => {
  const word = fc.constantFrom('sales', 'customers', 'sales.customers', 'a"b', 'a.b.c')
  const tables = fc.uniqueArray(
    fc.tuple(word, word).map(([schema, relation]) => table(schema, relation, schema === 'sales')),
    { selector: (one) => JSON.stringify(one), minLength: 1 },
  )
  fc.assert(
    fc.property(tables, (all) => {
      for (const one of all) {
        const label = tableLabel(one)
        expect(relationsOf([label])).toContain(one.relation)
        const clash =
          !label.includes('"') && all.some((other) => other !== one && other.here && other.relation === label)
        if (!clash) expect(tableNamed(all, label)).toBe(one)
        else expect(() => tableNamed(all, label)).toThrow(label)
      }
    }),
  )
})
