import { call } from '../api/call.ts'
import { usePages } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { ClearFilters, SearchFilter, TimeFilter, useFilters } from '../ui/filters.tsx'
import { Page } from '../ui/page.tsx'
import { When } from '../ui/time.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { t } from '../words/words.ts'

/** What people did. */
export function AuditScreen() {
  const filters = useFilters()
  return (
    <Page title={t.audit} back={{ href: paths.people(), label: t.people }}>
      <div className="filters">
        <SearchFilter filters={filters} name="act" label={t.act} />
        <TimeFilter filters={filters} name="since" label={t.since} />
        <TimeFilter filters={filters} name="until" label={t.until} />
        <ClearFilters filters={filters} />
      </div>
      <VirtualList
        query={usePages(call('GET /audit', { query: filters.values }))}
        height={60}
        empty={t.noEntries}
        keyOf={(one) => one.id}
      >
        {(one) => (
          <div className="entry log">
            <span className="soft small when">
              <When at={one.at} />
            </span>
            <span>
              <span className="strong">{one.who}</span> · {one.act} · {one.subject}
            </span>
            <span className="soft small">{one.address}</span>
          </div>
        )}
      </VirtualList>
    </Page>
  )
}
