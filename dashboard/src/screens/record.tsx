import { Link, useParams } from 'wouter'
import type { RecordView } from '../../../src/api/v1/schemas/records.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { Note } from '../ui/note.tsx'
import { entryWords } from '../ui/entry-words.ts'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { number, When } from '../ui/time.tsx'
import { Change, Value } from '../ui/value.tsx'
import { t } from '../words/words.ts'

/** One record across all systems: who owns each field, and why it has its value. */
export function RecordScreen() {
  const { flow, record } = useParams<{ flow: string; record: string }>()
  const query = useGet(call('GET /flows/{flow}/records/{record}', { path: { flow, record } }))
  return <Loaded query={query}>{(view) => <Shown view={view} />}</Loaded>
}

function Shown({ view }: { view: RecordView }) {
  const systems = [...new Set(view.links.map((link) => link.system))]
  return (
    <Page
      title={view.title}
      back={{ href: paths.records({ flow: view.flow }), label: t.records }}
      lead={
        <span className="row">
          <Badge word={view.state} />
          {view.links.map((link) => `${link.system} ${link.id}`).join(' · ')}
        </span>
      }
      actions={
        <Link className="button" href={paths.log({ flow: view.flow, record: view.record })}>
          {t.log}
        </Link>
      }
    >
      {view.cases
        .filter((one) => one.state === 'open')
        .map((one) => (
          <Note key={one.case} tone="warn">
            {one.sentence} <Link href={paths.case(one.case)}>{t.decide}</Link>
          </Note>
        ))}
      {view.waiting.map((one) => (
        <Note key={one.system} tone="accent">
          {t.stillHasToReach(one.system)} <When at={one.since} />
          {one.error !== null && `: ${one.error}`}
        </Note>
      ))}
      <section className="card flush">
        <h2>{t.fields}</h2>
        <Table
          label={t.fields}
          rows={view.fields}
          keyOf={(row) => row.field}
          columns={[
            {
              head: t.field,
              cell: (row) => (
                <>
                  <div className="strong nowrap">{row.field}</div>
                  <div className="small soft">{row.owner === 'shared' ? t.shared : t.ownedBy(row.owner)}</div>
                </>
              ),
            },
            ...systems.map((system) => ({
              head: system,
              cell: (row: RecordView['fields'][number]) =>
                system in row.systems ? (
                  <span className={row.systems[system] === row.golden ? '' : 'badge warn'}>
                    <Value value={row.systems[system]} field={row.field} legend={view} />
                  </span>
                ) : (
                  <span className="soft">–</span>
                ),
            })),
            {
              head: t.why,
              cell: (row) => (
                <>
                  <div>{row.why}</div>
                  {row.changed && (
                    <div className="small soft">
                      <When at={row.changed.at} /> ·{' '}
                      <Link href={paths.run(row.changed.run)}>{t.runNumber(row.changed.run)}</Link>
                    </div>
                  )}
                  {Object.entries(row.waived).map(([system, reason]) => (
                    <div key={system} className="small">
                      {t.mayDiffer(system)} {t.waivers[reason as keyof typeof t.waivers] ?? reason}
                    </div>
                  ))}
                </>
              ),
            },
          ]}
        />
      </section>
      <section className="card">
        <h2>{t.timeline}</h2>
        <ol className="timeline">
          {view.timeline.map((entry) => (
            <li key={`${entry.kind} ${entry.id}`} className="stack tight">
              <div className="row">
                <Link href={paths.logEntry(entry.kind, entry.id)} className="strong">
                  {entryWords(entry)}
                </Link>
                {entry.outcome && entry.outcome !== 'done' && <Badge word={entry.outcome} />}
                <span className="soft small">
                  <When at={entry.at} />
                </span>
              </div>
              {entry.fields.slice(0, 6).map((field) => (
                <Change key={field.field} {...field} legend={entry} />
              ))}
              {entry.fields.length > 6 && (
                <span className="soft small">{t.andMore(number(entry.fields.length - 6))}</span>
              )}
              <span className="soft">{entry.why}</span>
            </li>
          ))}
        </ol>
      </section>
      <section className="card">
        <details>
          <summary>{t.technical}</summary>
          <div className="stack">
            <p className="small soft">
              {t.record} {view.record} · {t.version} {view.version}
            </p>
            {view.raw.map((raw) => (
              <div key={raw.system} className="stack tight">
                <h3>
                  {raw.system} {raw.id} ({raw.state})
                </h3>
                <Table
                  label={`${t.technical}: ${raw.system}`}
                  rows={raw.columns}
                  keyOf={(row) => row.column}
                  columns={[
                    { head: t.column, cell: (row) => <code>{row.column}</code> },
                    { head: t.value, cell: (row) => <Value value={row.value} /> },
                  ]}
                />
              </div>
            ))}
          </div>
        </details>
      </section>
    </Page>
  )
}
