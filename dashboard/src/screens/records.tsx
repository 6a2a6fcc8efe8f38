import { Link } from 'wouter'
import { call } from '../api/call.ts'
import { usePages } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { ClearFilters, SearchFilter, SelectFilter, useFilters } from '../ui/filters.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { Page } from '../ui/page.tsx'
import { number } from '../ui/time.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { t } from '../words/words.ts'

const STANDINGS = ['in agreement', 'allowed differences', 'waiting', 'needs a decision', 'left out'] as const
const STATES = ['live', 'held', 'left alone', 'deleted'] as const

/** Finds a record by anything that it holds. */
export function RecordsScreen() {
  const filters = useFilters()
  const flows = useFlowNames()
  return (
    <Page title={t.records} lead={t.recordsLead}>
      <div className="filters">
        <SearchFilter filters={filters} label={t.searchRecords} />
        <SelectFilter filters={filters} name="flow" label={t.flow} options={flows.map((flow) => [flow, flow])} />
        <SelectFilter
          filters={filters}
          name="standing"
          label={t.standing}
          options={STANDINGS.map((one) => [one, t.standings[one]])}
        />
        <SelectFilter
          filters={filters}
          name="state"
          label={t.state}
          options={STATES.map((state) => [state, t.states[state]])}
        />
        <ClearFilters filters={filters} />
      </div>
      <VirtualList
        query={usePages(call('GET /records', { query: filters.values }))}
        height={62}
        empty={t.noRecords}
        keyOf={(one) => `${one.flow} ${one.record}`}
      >
        {(one) => (
          <Link className="entry case" href={paths.record(one.flow, one.record)}>
            <span className="strong">{one.title}</span>
            <span className="row">
              {one.open_cases > 0 && (
                <span className="badge warn">{t.caseCount(number(one.open_cases), one.open_cases)}</span>
              )}
              <Badge word={one.state} />
            </span>
            <span className="soft small">
              {one.flow} · {one.links.map((link) => `${link.system}:${link.id}`).join(' · ')}
            </span>
          </Link>
        )}
      </VirtualList>
    </Page>
  )
}
