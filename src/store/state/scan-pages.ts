import { PATIENT, type Database, type Session } from '../database/database.ts'

/** A key range of a side as it was when everything in it was in agreement or decided. */
export interface ScanPage {
  readonly page: number
  readonly after: string | null
  readonly upTo: string | null
  readonly rows: number
  /** How many of its records were linked. */
  readonly linked: number
  readonly digest: string
}

export async function scanPages(session: Session, sideId: number): Promise<ScanPage[]> {
  return session.query<ScanPage>(
    'select page, after, up_to as "upTo", rows, linked, digest from scan_page where side_id = $1 order by page',
    [sideId],
  )
}

/** How many linked records the last full passes saw, at most in one of these sides. */
export async function linkedAtLastPass(session: Session, sideIds: readonly number[]): Promise<number> {
  const [row] = await session.query<{ linked: number }>(
    `select coalesce(max(linked), 0)::int as linked
     from (select sum(linked) as linked from scan_page where side_id = any($1::smallint[]) group by side_id) s`,
    [sideIds],
  )
  return row!.linked
}

/** Replaces all pages of a side; a page that is not clean carries an empty digest, which equals none. */
export async function replaceScanPages(
  session: Session,
  sideId: number,
  pages: readonly Omit<ScanPage, 'page'>[],
): Promise<void> {
  await session.execute('delete from scan_page where side_id = $1', [sideId])
  if (pages.length === 0) return
  await session.execute(
    `insert into scan_page (side_id, page, after, up_to, rows, linked, digest)
     select $1, n.* from unnest($2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[]) as n`,
    [
      sideId,
      pages.map((_, i) => i),
      pages.map((p) => p.after),
      pages.map((p) => p.upTo),
      pages.map((p) => p.rows),
      pages.map((p) => p.linked),
      pages.map((p) => p.digest),
    ],
  )
}

/** A listing of ids beside the links of a side. */
export interface ListedIds {
  /** Live links that the listing does not show. */
  readonly absent: readonly string[]
  /** Listed ids whose link has ended, and that nothing is linked to since: something is there again. */
  readonly back: readonly string[]
}

/** Compares the links of a side with a listing of its ids. */
export async function compareListed(
  database: Database,
  sideId: number,
  ids: AsyncIterable<readonly string[]>,
): Promise<ListedIds> {
  const pages = ids[Symbol.asyncIterator]()
  try {
    const first = await pages.next()
    const second = first.done ? first : await pages.next()
    if (second.done) return await compare(database, sideId, 'unnest($2::text[])', [first.value ?? []])
    // More than one page: kept by the server, which need not be as large as the listing.
    return await database.transaction(async (session) => {
      await session.query(PATIENT)
      await session.query('create temporary table seen (remote_id text) on commit drop')
      for (let page: IteratorResult<readonly string[]> = first; !page.done;) {
        await session.execute('insert into seen select unnest($1::text[])', [page.value])
        page = page === first ? second : await pages.next()
      }
      await session.query('analyze seen')
      const result = await compare(session, sideId, 'seen', [])
      await session.query('drop table seen')
      return result
    })
  } finally {
    await pages.return?.()
  }
}

async function compare(session: Session, sideId: number, seen: string, values: readonly unknown[]): Promise<ListedIds> {
  const rows = await session.query<{ id: string; back: boolean }>(
    `select remote_id as id, false as back from link l
     where side_id = $1 and state = 'live' and not exists (select 1 from ${seen} as s(remote_id) where s.remote_id = l.remote_id)
     union all
     select remote_id, true from link l
     where side_id = $1 and state = 'gone' and exists (select 1 from ${seen} as s(remote_id) where s.remote_id = l.remote_id)
       and not exists (select 1 from held h where h.side_id = l.side_id and h.remote_id = l.remote_id)
     union
     select remote_id, true from former f
     where side_id = $1 and exists (select 1 from ${seen} as s(remote_id) where s.remote_id = f.remote_id)
       and not exists (select 1 from link l where l.side_id = f.side_id and l.remote_id = f.remote_id)
       and not exists (select 1 from held h where h.side_id = f.side_id and h.remote_id = f.remote_id)`,
    [sideId, ...values],
  )
  return {
    absent: rows.flatMap((row) => (row.back ? [] : [row.id])),
    back: rows.flatMap((row) => (row.back ? [row.id] : [])),
  }
}
