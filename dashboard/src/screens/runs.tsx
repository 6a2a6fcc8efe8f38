import { Link } from 'wouter'
import type { RunItem } from '../../../src/api/v1/schemas/runs.ts'
import { call } from '../api/call.ts'
import { usePages } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { ClearFilters, SelectFilter, TimeFilter, useFilters } from '../ui/filters.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { Page } from '../ui/page.tsx'
import { duration, number, When } from '../ui/time.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { t } from '../words/words.ts'

const STATUSES = ['running', 'done', 'waiting', 'stopped', 'failed'] as const

/** What each pass of a flow did. */
export function RunsScreen() {
  const filters = useFilters()
  const flows = useFlowNames()
  // Flows that run all the time would fill the list with runs of which nothing came.
  const { all, ...values } = filters.values
  const search = { ...values, ...(all === undefined && { dull: 'false' }) }
  return (
    <Page title={t.runs} lead={t.runsLead}>
      <div className="filters">
        <SelectFilter filters={filters} name="flow" label={t.flow} options={flows.map((flow) => [flow, flow])} />
        <SelectFilter
          filters={filters}
          name="status"
          label={t.state}
          options={STATUSES.map((one) => [one, t.states[one]])}
        />
        <SelectFilter filters={filters} name="kind" label={t.kind} options={Object.entries(t.runKinds)} />
        <SelectFilter
          filters={filters}
          name="all"
          label={t.shown}
          given=""
          options={[
            ['', t.telling],
            ['true', t.allRuns],
          ]}
        />
        <SelectFilter filters={filters} name="changed" label={t.wrote} options={[['true', t.somethingWritten]]} />
        <TimeFilter filters={filters} name="since" label={t.since} />
        <TimeFilter filters={filters} name="until" label={t.until} />
        <ClearFilters filters={filters} />
      </div>
      <VirtualList
        query={usePages(call('GET /runs', { query: search }))}
        height={62}
        empty={t.noRuns}
        keyOf={(run) => run.run}
      >
        {(run) => (
          <Link className="entry run" href={paths.run(run.run)}>
            <span className="soft small when">
              <When at={run.started} />
              {run.seconds !== null && <div>{duration(run.seconds)}</div>}
            </span>
            <span className="strong">{run.flow}</span>
            <span>
              {run.message ?? countsOf(run)} <span className="soft small">{t.runKinds[run.kind]}</span>
            </span>
            <Badge word={run.status} />
          </Link>
        )}
      </VirtualList>
    </Page>
  )
}

function countsOf({ counts }: RunItem): string {
  const said = (['created', 'updated', 'deleted', 'held', 'quarantined', 'conflicts'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${t[name].toLowerCase()} ${number(counts[name])}`)
  return said.length === 0 ? t.nothingToDo : said.join(', ')
}
