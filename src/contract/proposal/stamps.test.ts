import { expect, test } from 'vitest'
import type { SourceColumn, SourceObject } from './catalogue.ts'
import { proposedStamps } from './stamps.ts'

const column = (name: string, kind: SourceColumn['kind'], more: Partial<SourceColumn> = {}): SourceColumn => ({
  name,
  kind,
  nullable: true,
  maxLength: null,
  scale: null,
  hasDefault: false,
  readOnly: false,
  ...more,
})
const table = (columns: readonly SourceColumn[], more: Partial<SourceObject> = {}): SourceObject => ({
  name: 'accounts',
  columns,
  primaryKey: ['id'],
  uniqueKeys: [],
  foreignKeys: [],
  estimatedRows: 0,
  isView: false,
  ...more,
})
const none = new Set<string>()

test.each([
  'updated_at',
  'modified_at',
  'date_modified',
  'last_update',
  'write_date',
  'tms',
  'modifiedOn',
  'updated',
  'last_modified',
])('%s is a time of change', (name) => {
  expect(proposedStamps(table([column(name, 'instant')]), none)).toEqual([[name, 'now()']])
  expect(proposedStamps(table([column(name, 'text')]), none)).toEqual([])
})

test.each(['version', 'lock_version', 'row_version', 'revision'])('%s is a version', (name) => {
  expect(proposedStamps(table([column(name, 'integer')]), none)).toEqual([[name, `${name} + 1`]])
  expect(proposedStamps(table([column(name, 'text')]), none)).toEqual([])
})

test('other times and numbers are left alone', () => {
  const others = ['created_at', 'due_date', 'birth_date', 'updates', 'conversion', 'valid_on', 'last_login']
  expect(proposedStamps(table(others.map((name) => column(name, 'instant'))), none)).toEqual([])
})

test('what the database moves itself, computes or keeps for a field is not proposed', () => {
  expect(proposedStamps(table([column('updated_at', 'instant', { moves: true })]), none)).toEqual([])
  expect(proposedStamps(table([column('updated_at', 'instant', { readOnly: true })]), none)).toEqual([])
  expect(proposedStamps(table([column('updated_at', 'instant')]), new Set(['updated_at']))).toEqual([])
  expect(proposedStamps(table([column('updated_at', 'instant')], { triggers: [{ name: 'touch' }] }), none)).toEqual([])
  expect(proposedStamps(table([column('updated_at', 'instant')], { isView: true }), none)).toEqual([])
})
