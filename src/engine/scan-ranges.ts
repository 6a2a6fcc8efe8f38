import { createHash, type Hash } from 'node:crypto'
import type { RemoteRecord } from '../connector-kit/port.ts'
import type { ScanPage } from '../store/state/scan-pages.ts'

/** Rows that one digest stands for: enough to ask seldom, few enough to read again when one of them has changed. */
const ROWS = 20_000
/** So many neighbours, each of less than so large a part of `ROWS`, are crumbs. */
const MANY = 8

type Range = Omit<ScanPage, 'page'>

/** Gathers the pages of a pass into ranges with one digest each; what is not at rest stays in ranges of its own. */
export class ScanRanges {
  private readonly closed: Range[] = []
  private open: { after: string | null; upTo: string | null; rows: number; linked: number; hash: Hash } | null = null

  /** A page as it was read. `clean`: nothing of it has to be looked at again while it stays as it is. */
  add(
    page: { after: string | null; upTo: string | null; linked: number },
    records: readonly RemoteRecord[],
    clean: boolean,
  ): void {
    if (!clean) {
      this.close()
      this.closed.push({ ...page, rows: records.length, digest: '' })
      return
    }
    this.open ??= { after: page.after, upTo: page.upTo, rows: 0, linked: 0, hash: createHash('sha256') }
    const { open } = this
    let text = ''
    for (const record of records) text += record.image + '\n'
    open.hash.update(text)
    open.upTo = page.upTo
    open.rows += records.length
    open.linked += page.linked
    if (open.rows >= ROWS) this.close()
  }

  /** A range that has not changed since it was stored. */
  keep({ after, upTo, rows, linked, digest }: Range): void {
    this.close()
    this.closed.push({ after, upTo, rows, linked, digest })
  }

  /** All ranges, in order. An empty one becomes part of its neighbour, whose digest is the same with it. */
  ranges(): Range[] {
    this.close()
    const result: Range[] = []
    for (const range of this.closed) {
      const before = result.at(-1)
      if (before?.upTo === range.after && (isEmpty(before) || isEmpty(range))) {
        result[result.length - 1] = { ...(isEmpty(range) ? before : range), after: before.after, upTo: range.upTo }
      } else result.push(range)
    }
    return result
  }

  private close(): void {
    if (this.open === null) return
    const { hash, ...range } = this.open
    this.closed.push({ ...range, digest: hash.digest('hex') })
    this.open = null
  }
}

const isEmpty = (range: Range): boolean => range.rows === 0 && range.digest !== ''

/** Stored ranges that have become many and small; they are read anew, and so become one. */
export function crumbs(stored: readonly ScanPage[]): ReadonlySet<ScanPage> {
  const result = new Set<ScanPage>()
  let row: ScanPage[] = []
  const end = (): void => {
    if (row.length >= MANY) for (const page of row) result.add(page)
    row = []
  }
  for (const page of stored) {
    if (page.rows < ROWS / MANY) row.push(page)
    else end()
  }
  end()
  return result
}
