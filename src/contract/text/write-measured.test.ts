import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { DescriptionEdit } from '../../model/passport.ts'
import { writeMeasured } from './write-measured.ts'

const TEXT = `# The contract of Acme.
systems:
  crm: # our CRM
    connector: rest
    description:
      product: CRM   # by Acme
      paging: { by: page, param: page, size: { param: limit, most: 50 } }

      errors:
        # what they call a conflict
        - { when: 'status == 422', is: refused }
      objects:
        parties:
          id: { field: id, restorable: true }
          # not always right
          version: { path: _version, send: If-Match }
          fields:
            id: integer
            name: text # people see this
            price: { type: decimal, scale: 2, search: price }
          list: parties
          changes:
            params: { since: '{{ since }}' }
            inclusive: true
          create: { post: parties, trusted: true }
flows: {}
`
const edited = (edits: readonly Omit<DescriptionEdit, 'because'>[], text = TEXT) =>
  writeMeasured([{ name: 'concordat.yaml', text }], 'crm', {
    date: '2026-12-01',
    found: { 'open-to-all': [] },
    objects: { parties: { written: true, found: { trimmed: ['name'], 'guard-ignored': [] } } },
    edits: edits.map((edit) => ({ ...edit, because: 'cut' })),
  })
const at = (...path: string[]): readonly string[] => ['objects', 'parties', ...path]

test('settings are set and taken out, and all else stays as it was written', () => {
  const { changed, byHand } = edited([
    { path: at('version') },
    { path: at('id', 'restorable') },
    { path: at('fields', 'name', 'most'), value: 40 },
    { path: at('fields', 'price', 'search') },
    { path: at('fields', 'price', 'scale'), value: 1 },
    { path: at('list', 'empty'), value: 404 },
    { path: at('list', 'lag'), value: '4 seconds' },
    { path: at('changes', 'inclusive') },
    { path: at('changes', 'resolution'), value: '2 hours' },
    { path: at('create', 'trusted') },
    { path: at('paging', 'size', 'most'), value: 20 },
    { path: ['errors'], value: { when: 'op == "create" && has(body.error)', is: 'refused' }, append: true },
  ])
  expect(byHand).toEqual([])
  expect(changed.text).toBe(`# The contract of Acme.
systems:
  crm: # our CRM
    connector: rest
    description:
      measured:
        date: 2026-12-01
        found: { open-to-all: [] }
        objects:
          parties:
            written: true
            found: { trimmed: [name], guard-ignored: [] }
      product: CRM   # by Acme
      paging: { by: page, param: page, size: { param: limit, most: 20 } }

      errors:
        # what they call a conflict
        - { when: 'op == "create" && has(body.error)', is: refused }
        - { when: 'status == 422', is: refused }
      objects:
        parties:
          id: { field: id }
          # not always right
          fields:
            id: integer
            name: { type: text, most: 40 } # people see this
            price: { type: decimal, scale: 1 }
          list: { get: parties, empty: 404, lag: 4 seconds }
          changes:
            resolution: 2 hours
            params: { since: '{{ since }}' }
          create: { post: parties }
flows: {}
`)
})

test('what was measured takes the place of what was measured before, and of nothing else', () => {
  const once = edited([]).changed.text
  const twice = writeMeasured([{ name: 'concordat.yaml', text: once }], 'crm', {
    date: '2027-01-02',
    found: {},
    objects: {},
    edits: [],
  }).changed.text
  expect(twice).toBe(
    TEXT.replace('      product:', '      measured:\n        date: 2027-01-02\n        objects: {}\n      product:'),
  )
})

test('what writes have shown stays when the next measurement only reads', () => {
  const once = edited([]).changed.text
  const { text } = writeMeasured([{ name: 'concordat.yaml', text: once }], 'crm', {
    date: '2027-01-02',
    found: {},
    objects: { parties: { written: false, found: { 'page-cut': [] } } },
    edits: [],
  }).changed
  expect(text).toContain('written: true\n            found: { trimmed: [name], guard-ignored: [], page-cut: [] }')
})

test('pages of the description are made smaller, never larger', () => {
  const { changed } = edited([
    { path: at('paging', 'size', 'most'), value: 10 },
    { path: ['objects', 'orders', 'paging', 'size', 'most'], value: 30 },
  ])
  const { systems } = parse(changed.text) as { systems: { crm: { description: { paging: unknown; objects: object } } } }
  expect(systems.crm.description.paging).toEqual({ by: 'page', param: 'page', size: { param: 'limit', most: 10 } })
  expect(Object.keys(systems.crm.description.objects)).toEqual(['parties'])
})

test('a description in braces is edited, too; what cannot be is left to people', () => {
  const flow = `systems: { crm: { connector: rest, description: { product: CRM, objects: { parties: { list: parties } } } } }\n`
  expect(edited([{ path: at('list', 'empty'), value: 404 }], flow).changed.text).toContain(
    'objects: { parties: { list: { get: parties, empty: 404 } } }, measured: { date: 2026-12-01,',
  )
  const shared = TEXT.replace('list: parties', 'list: &all parties')
  const { changed, byHand } = edited([{ path: at('list', 'empty'), value: 404 }], shared)
  expect([byHand.length, changed.text.includes('404')]).toEqual([0, true])
  expect(() => edited([], 'systems: { erp: { connector: postgres } }\n')).toThrow(/stands in no file by itself/)
})
