import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Page } from '../api/queries.ts'
import { t } from '../words/words.ts'
import { Empty, Loading, Trouble } from './states.tsx'

/** A list of any length: only what is seen is in the page, and more is fetched as one comes to it. */
export function VirtualList<T>({
  query,
  height,
  empty,
  keyOf,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  height: number
  empty: string
  keyOf: (item: T) => string | number
  children: (item: T) => ReactNode
}) {
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const list = useRef<HTMLDivElement>(null)
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => keyOf(items[index]!),
  })
  const rows = virtual.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= items.length - 20) void fetchNextPage()
  }, [last, items.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  if (query.data === undefined)
    return query.error ? <Trouble error={query.error} retry={() => void query.refetch()} /> : <Loading />
  if (items.length === 0) return <Empty title={empty} />
  return (
    <div className="card flush">
      <div ref={list} className="rows" role="list" style={{ height: virtual.getTotalSize() }}>
        {rows.map((row) => (
          <div
            key={row.key}
            className="line"
            role="listitem"
            ref={virtual.measureElement}
            data-index={row.index}
            style={{ transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}
          >
            {children(items[row.index]!)}
          </div>
        ))}
      </div>
      {isFetchingNextPage && (
        <p className="soft small state" role="status">
          {t.loading}
        </p>
      )}
    </div>
  )
}
