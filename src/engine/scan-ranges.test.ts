import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crumbs, ScanRanges } from './scan-ranges.ts'

const record = (id: number) => ({ id: String(id), image: `${id}\tname ${id}`, values: [], inScope: true })
const page = fc.record({ rows: fc.integer({ min: 0, max: 9_000 }), clean: fc.boolean() })

test('ranges leave no gap, lose no row, and carry the digest of the rows in them', () => {
  fc.assert(
    fc.property(fc.array(page, { minLength: 1, maxLength: 12 }), (pages) => {
      const ranges = new ScanRanges()
      let last = 0
      for (const { rows, clean } of pages) {
        const records = Array.from({ length: rows }, (_, i) => record(last + 1 + i))
        const upTo = last + Math.max(rows, 1)
        ranges.add({ after: String(last), upTo: String(upTo), linked: rows }, records, clean || rows === 0)
        last = upTo
      }
      const found = ranges.ranges()
      expect(found[0]!.after).toBe('0')
      expect(found.at(-1)!.upTo).toBe(String(last))
      found.forEach((range, i) => {
        if (i > 0) expect(range.after).toBe(found[i - 1]!.upTo)
      })
      const total = pages.reduce((sum, { rows }) => sum + rows, 0)
      expect(found.reduce((sum, range) => sum + range.rows, 0)).toBe(total)
      expect(found.reduce((sum, range) => sum + range.linked, 0)).toBe(total)
      const unclean = pages.reduce((sum, { rows, clean }) => sum + (clean ? 0 : rows), 0)
      expect(found.reduce((sum, range) => sum + (range.digest === '' ? range.rows : 0), 0)).toBe(unclean)
    }),
    { numRuns: 50 },
  )
})

test('the digest of a range is the one that a connector makes of the same rows', () => {
  const ranges = new ScanRanges()
  ranges.add({ after: null, upTo: '2', linked: 2 }, [record(1), record(2)], true)
  ranges.add({ after: '2', upTo: '3', linked: 1 }, [record(3)], true)
  const digest = hash('sha256', '1\tname 1\n2\tname 2\n3\tname 3\n')
  expect(ranges.ranges()).toEqual([{ after: null, upTo: '3', rows: 3, linked: 3, digest }])
})

test('a range that lost all its rows is not forgotten: a row may come back into it', () => {
  const ranges = new ScanRanges()
  ranges.keep({ after: null, upTo: '100', rows: 100, linked: 100, digest: 'a' })
  ranges.add({ after: '100', upTo: '200', linked: 0 }, [], true)
  ranges.keep({ after: '200', upTo: '300', rows: 100, linked: 100, digest: 'b' })
  expect(ranges.ranges().map(({ after, upTo }) => [after, upTo])).toEqual([
    [null, '200'],
    ['200', '300'],
  ])
})

test('many small neighbours are read anew, a few are let be', () => {
  const stored = (count: number, rows: number) =>
    Array.from({ length: count }, (_, i) => ({
      page: i,
      after: `${i}`,
      upTo: `${i + 1}`,
      rows,
      linked: rows,
      digest: 'x',
    }))
  expect(crumbs(stored(20, 10)).size).toBe(20)
  expect(crumbs(stored(3, 10)).size).toBe(0)
  expect(crumbs(stored(20, 10_000)).size).toBe(0)
})
