import { Link } from 'wouter'
import { call } from '../api/call.ts'
import { useGet, usePages } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { ClearFilters, SearchFilter, SelectFilter, useFilters } from '../ui/filters.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { number, When } from '../ui/time.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { VirtualList } from '../ui/virtual-list.tsx'
import { t } from '../words/words.ts'

/** What waits for a person: by its cause, or one by one. */
export function CasesScreen() {
  const filters = useFilters()
  const { view = 'causes', ...query } = filters.values
  const flows = useFlowNames()
  return (
    <Page title={t.cases} lead={t.casesLead}>
      <div className="filters">
        <SearchFilter filters={filters} label={t.search} />
        <SelectFilter filters={filters} name="flow" label={t.flow} options={flows.map((flow) => [flow, flow])} />
        <SelectFilter filters={filters} name="kind" label={t.kind} options={Object.entries(t.caseKinds)} />
        <SelectFilter
          filters={filters}
          name="state"
          label={t.state}
          options={[
            ['resolved', t.states.resolved],
            ['all', t.openAndAnswered],
          ]}
        />
        <ClearFilters filters={filters} />
      </div>
      <nav className="tabs" aria-label={t.view}>
        <Link href={paths.cases(query)} aria-current={view === 'causes' ? 'page' : undefined}>
          {t.byCause}
        </Link>
        <Link href={paths.cases({ ...query, view: 'list' })} aria-current={view === 'list' ? 'page' : undefined}>
          {t.oneByOne}
        </Link>
      </nav>
      {view === 'list' ? <List query={query} /> : <Groups query={query} />}
    </Page>
  )
}

function Groups({ query }: { query: Record<string, string> }) {
  const groups = useGet(call('GET /cases/groups', { query }))
  return (
    <Loaded query={groups}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t.noCases}>{t.noCasesMeans}</Empty>
        ) : (
          <div className="stack">
            {items.map((group) => (
              <section className="card" key={[group.flow, group.kind, group.cause, group.field].join()}>
                <div className="row between">
                  <h2>
                    <Link
                      href={paths.cases({
                        ...query,
                        view: 'list',
                        flow: group.flow,
                        kind: group.kind,
                        cause: group.cause,
                        field: group.field ?? '-',
                      })}
                    >
                      {t.caseKinds[group.kind]}
                      {group.field !== null && ` · ${group.field}`}
                    </Link>
                  </h2>
                  <span className="row">
                    <span className="badge calm">{group.flow}</span>
                    {group.new > 0 && <span className="badge accent">{t.newToday(number(group.new))}</span>}
                    {group.back_again > 0 && (
                      <span className="badge warn">{t.backAgain(number(group.back_again))}</span>
                    )}
                    <span className="badge warn">{t.caseCount(number(group.count), group.count)}</span>
                  </span>
                </div>
                <p>
                  <Link href={paths.case(group.sample.case)}>{group.sample.title}</Link>: {group.sample.sentence}
                </p>
                <p className="small soft">
                  {t.oldest} <When at={group.oldest} /> · {t.newest} <When at={group.newest} />
                </p>
              </section>
            ))}
          </div>
        )
      }
    </Loaded>
  )
}

const List = ({ query }: { query: Record<string, string> }) => (
  <VirtualList
    query={usePages(call('GET /cases', { query: query }))}
    height={68}
    empty={t.noCases}
    keyOf={(one) => one.case}
  >
    {(one) => (
      <Link className="entry case" href={paths.case(one.case)}>
        <span className="strong">
          {one.title}{' '}
          <span className="soft small">
            {t.caseKinds[one.kind]}
            {one.field !== null && ` · ${one.field}`}
          </span>
        </span>
        <span className="row">
          {one.back_again && <span className="badge warn">{t.backAgain('')}</span>}
          <Badge word={one.state} />
        </span>
        <span className="soft">{one.sentence}</span>
        <span className="soft small number">
          <When at={one.opened} />
        </span>
      </Link>
    )}
  </VirtualList>
)
