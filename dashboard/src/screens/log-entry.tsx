import { Link, useParams } from 'wouter'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { Note } from '../ui/note.tsx'
import { entryWords } from '../ui/entry-words.ts'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { absolute } from '../ui/time.tsx'
import { Change, Value } from '../ui/value.tsx'
import { t } from '../words/words.ts'

/** One entry of the log, with the row before and after. */
export function LogEntryScreen() {
  const { kind, id } = useParams<{ kind: 'operation' | 'revision' | 'case'; id: string }>()
  const query = useGet(call('GET /log/{kind}/{id}', { path: { kind, id } }))
  return (
    <Loaded query={query}>
      {(entry) => (
        <Page
          title={`${entry.title}: ${entryWords(entry)}`}
          back={{
            href: paths.log({ flow: entry.flow, ...(entry.record !== null && { record: entry.record }) }),
            label: t.log,
          }}
          lead={entry.why}
        >
          {entry.error !== null && <Note tone="bad">{entry.error}</Note>}
          <section className="card">
            <dl className="pairs">
              <dt>{t.time}</dt>
              <dd>{absolute(entry.at)}</dd>
              <dt>{t.flow}</dt>
              <dd>
                <Link href={paths.flow(entry.flow)}>{entry.flow}</Link>
              </dd>
              {entry.record !== null && (
                <>
                  <dt>{t.record}</dt>
                  <dd>
                    <Link href={paths.record(entry.flow, entry.record)}>{entry.title}</Link>
                  </dd>
                </>
              )}
              {entry.system !== null && (
                <>
                  <dt>{t.system}</dt>
                  <dd>
                    {entry.system} {entry.remote_id}
                  </dd>
                </>
              )}
              {entry.outcome !== null && (
                <>
                  <dt>{t.outcome}</dt>
                  <dd>
                    <Badge word={entry.outcome} />
                  </dd>
                </>
              )}
              <dt>{t.run}</dt>
              <dd>
                <Link href={paths.run(entry.run)}>{entry.run}</Link>
              </dd>
              <dt>{t.rulesVersion}</dt>
              <dd>
                <Link href={paths.log({ rules: entry.rules })}>
                  <code>{entry.rules.slice(0, 12)}</code>
                </Link>
              </dd>
            </dl>
          </section>
          {entry.fields.length > 0 && (
            <section className="card">
              <h2>{t.change}</h2>
              {entry.fields.map((field) => (
                <Change key={field.field} {...field} legend={entry} />
              ))}
            </section>
          )}
          {entry.lost.length > 0 && (
            <section className="card">
              <h2>{t.notTakenOver}</h2>
              <dl className="pairs">
                {entry.lost.map(({ field, values }) => [
                  <dt key={`${field} name`}>{field}</dt>,
                  <dd key={field}>
                    {Object.entries(values).map(([system, value]) => (
                      <div key={system}>
                        {system}: <Value value={value} field={field} legend={entry} />
                      </div>
                    ))}
                  </dd>,
                ])}
              </dl>
            </section>
          )}
          {entry.columns !== null && (
            <section className="card flush">
              <h2>{t.rowBeforeAfter}</h2>
              <Table
                label={t.rowBeforeAfter}
                rows={entry.columns}
                keyOf={(row) => row.column}
                columns={[
                  { head: t.column, cell: (row) => <code>{row.column}</code> },
                  { head: t.before, cell: (row) => <Value value={row.before} /> },
                  {
                    head: t.after,
                    cell: (row) =>
                      row.changed ? (
                        <strong>
                          <Value value={row.sent} />
                        </strong>
                      ) : (
                        <Value value={row.sent} />
                      ),
                  },
                ]}
              />
            </section>
          )}
        </Page>
      )}
    </Loaded>
  )
}
