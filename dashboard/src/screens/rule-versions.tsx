import { Link } from 'wouter'
import type { RuleVersions } from '../../../src/api/v1/schemas/rules.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { SelectFilter, useFilters } from '../ui/filters.tsx'
import { Page } from '../ui/page.tsx'
import { FileLines, SentenceDiff } from '../ui/rule-diff.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { number, When } from '../ui/time.tsx'
import { t } from '../words/words.ts'

/** Every version of the rules that ran, and what differs between two. */
export function RuleVersionsScreen() {
  const query = useGet(call('GET /rules/versions'))
  return (
    <Page title={t.versions} back={{ href: paths.rules(), label: t.rules }}>
      <Loaded query={query}>{({ items }) => <Shown items={items} />}</Loaded>
    </Page>
  )
}

function Shown({ items }: { items: RuleVersions['items'] }) {
  const filters = useFilters()
  const { to = 'file' } = filters.values
  const current = items.find((one) => one.current) ?? items[0]
  const from = filters.values.from ?? (current && String(current.version))
  const names = items.map((one) => [String(one.version), t.versionNumber(one.version)] as const)
  return (
    <>
      <section className="card flush">
        <Table
          label={t.versions}
          rows={items}
          keyOf={(one) => one.version}
          columns={[
            {
              head: t.version,
              cell: (one) => (
                <>
                  {one.version} {one.current && <span className="badge good">{t.current}</span>}
                </>
              ),
            },
            { head: t.fingerprint, cell: (one) => <code>{one.fingerprint.slice(0, 12)}</code> },
            { head: t.published, cell: (one) => <When at={one.published} /> },
            { head: t.runs, number: true, cell: (one) => number(one.runs) },
            { head: t.changes, cell: (one) => <Link href={paths.log({ rules: one.fingerprint })}>{t.log}</Link> },
          ]}
        />
      </section>
      <div className="filters">
        <SelectFilter
          filters={filters}
          name="from"
          label={t.from}
          options={[['running', t.rulesThatRun], ...names]}
          given={from}
        />
        <SelectFilter filters={filters} name="to" label={t.to} options={[['file', t.fileNow], ...names]} given="file" />
      </div>
      {from && <Diff from={from} to={to} />}
    </>
  )
}

function Diff({ from, to }: { from: string; to: string }) {
  const query = useGet(call('GET /rules/diff', { query: { from, to } }))
  return (
    <Loaded query={query}>
      {(diff) =>
        diff.flows.length === 0 && diff.lines.length === 0 ? (
          <Empty title={t.noDifference} />
        ) : (
          <>
            {diff.flows.map((flow) => (
              <section className="card" key={flow.flow}>
                <h2>{flow.flow}</h2>
                <SentenceDiff flow={flow} />
              </section>
            ))}
            <section className="card">
              <h2>{t.lines}</h2>
              <FileLines lines={diff.lines} />
            </section>
          </>
        )
      }
    </Loaded>
  )
}
