import { Download } from 'lucide-react'
import { Link } from 'wouter'
import { call } from '../api/call.ts'
import { addressOf } from '../api/client.ts'
import { useGet, usePages } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { ClearFilters, SearchFilter, SelectFilter, TimeFilter, useFilters } from '../ui/filters.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { entryWords } from '../ui/entry-words.ts'
import { Page } from '../ui/page.tsx'
import { number, When } from '../ui/time.tsx'
import { Change } from '../ui/value.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { language, t } from '../words/words.ts'

const OUTCOMES = ['done', 'refused', 'failed', 'superseded', 'intended', 'not sent'] as const

/** Who or what changed what, when and why. */
export function LogScreen() {
  const filters = useFilters()
  const flows = useFlowNames()
  const systems = useGet(call('GET /systems')).data?.items ?? []
  return (
    <Page
      title={t.log}
      lead={t.logLead}
      actions={(['csv', 'xlsx'] as const).map((format) => (
        <a
          key={format}
          className="button"
          href={addressOf(call('GET /log/export', { query: { ...filters.values, format, language } }))}
          download
        >
          <Download size={15} aria-hidden /> {format.toUpperCase()}
        </a>
      ))}
    >
      <div className="filters">
        <SearchFilter filters={filters} name="record" label={t.searchRecords} />
        <SelectFilter filters={filters} name="flow" label={t.flow} options={flows.map((flow) => [flow, flow])} />
        <SelectFilter
          filters={filters}
          name="system"
          label={t.system}
          options={systems.map(({ system }) => [system, system])}
        />
        <SelectFilter filters={filters} name="kind" label={t.kind} options={Object.entries(t.entryKinds)} />
        <SelectFilter
          filters={filters}
          name="outcome"
          label={t.outcome}
          options={OUTCOMES.map((one) => [one, t.states[one]])}
        />
        <SearchFilter filters={filters} name="field" label={t.field} />
        <SearchFilter filters={filters} name="run" label={t.run} />
        <TimeFilter filters={filters} name="since" label={t.since} />
        <TimeFilter filters={filters} name="until" label={t.until} />
        <ClearFilters filters={filters} />
      </div>
      <VirtualList
        query={usePages(call('GET /log', { query: filters.values }))}
        height={64}
        empty={t.noEntries}
        keyOf={(entry) => `${entry.kind} ${entry.id}`}
      >
        {(entry) => (
          <Link className="entry log" href={paths.logEntry(entry.kind, entry.id)}>
            <span className="soft small when">
              <When at={entry.at} />
              <br />
              {entry.flow}
            </span>
            <span className="stack tight">
              <span>
                <span className="strong">{entry.title}</span> <span className="soft">{entryWords(entry)}</span>
              </span>
              {entry.fields.slice(0, 2).map((field) => (
                <Change key={field.field} {...field} legend={entry} />
              ))}
              {entry.fields.length > 2 && (
                <span className="soft small">{t.andMore(number(entry.fields.length - 2))}</span>
              )}
              {entry.fields.length === 0 && <span className="soft">{entry.why}</span>}
            </span>
            {entry.outcome ? (
              <Badge word={entry.outcome} />
            ) : (
              <span className="badge calm">{t.entryKinds[entry.kind]}</span>
            )}
          </Link>
        )}
      </VirtualList>
    </Page>
  )
}
