import { Link, useParams } from 'wouter'
import type { RunView } from '../../../src/api/v1/schemas/runs.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { Figures } from '../ui/figures.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { absolute, duration, number, short } from '../ui/time.tsx'
import { Change, Value } from '../ui/value.tsx'
import { t } from '../words/words.ts'

/** One run: what it did, how long, and what was refused. */
export function RunScreen() {
  const { run } = useParams<{ run: string }>()
  const query = useGet(call('GET /runs/{run}', { path: { run } }))
  return <Loaded query={query}>{(view) => <Shown view={view} />}</Loaded>
}

function Shown({ view }: { view: RunView }) {
  const { counts, run, flow } = view
  return (
    <Page
      title={`${t.runNumber(run)}: ${flow}`}
      back={{ href: paths.runs({ flow }), label: t.runs }}
      lead={
        <span className="row">
          <Badge word={view.status} /> {t.runKinds[view.kind]} · {absolute(view.started)}
          {view.seconds !== null && ` · ${duration(view.seconds)}`}
        </span>
      }
      actions={
        <Link className="button" href={paths.log({ run })}>
          {t.log}
        </Link>
      }
    >
      {view.message !== null && <Note tone={view.status === 'failed' ? 'bad' : 'warn'}>{view.message}</Note>}
      <section className="card">
        <Figures
          items={[
            { label: t.read, value: counts.read },
            { label: t.created, value: counts.created, href: paths.log({ run, what: 'create' }) },
            { label: t.updated, value: counts.updated, href: paths.log({ run, what: 'update' }) },
            { label: t.deleted, value: counts.deleted, href: paths.log({ run, what: 'delete' }) },
            { label: t.held, value: counts.held },
            { label: t.refused, value: view.refused.count, href: paths.log({ run, outcome: 'refused' }) },
            { label: t.cases, value: view.cases_opened, href: paths.cases({ run, view: 'list', state: 'all' }) },
          ]}
        />
        <p className="small soft">
          {t.rulesVersion} <code>{view.rules.slice(0, 12)}</code>
        </p>
      </section>
      {view.stages.length > 0 && (
        <section className="card flush">
          <h2>{t.stages}</h2>
          <Table
            label={t.stages}
            rows={view.stages}
            keyOf={(stage) => `${stage.stage} ${stage.from}`}
            columns={[
              { head: t.stage, cell: (stage) => stage.stage },
              { head: t.since, cell: (stage) => short(stage.from) },
              {
                head: t.took,
                cell: (stage) =>
                  stage.to === null ? '–' : duration((Date.parse(stage.to) - Date.parse(stage.from)) / 1000),
              },
              { head: t.writes, number: true, cell: (stage) => number(stage.writes) },
              { head: t.calls, number: true, cell: (stage) => number(stage.calls) },
            ]}
          />
        </section>
      )}
      {view.refused.first.map((refused) => (
        <section className="card" key={refused.operation}>
          <div className="row between">
            <h2>
              <Link href={paths.record(flow, refused.record)}>{refused.title}</Link>
            </h2>
            <Badge word={refused.outcome} />
          </div>
          <p>
            {t.whats[refused.what]} · {refused.system} {refused.remote_id}
          </p>
          {refused.fields.map((field) => (
            <Change key={field.field} {...field} legend={refused} />
          ))}
          {refused.response !== null && (
            <Note tone="bad">
              {t.response}: {refused.response}
            </Note>
          )}
          {refused.request && (
            <details>
              <summary>{t.request}</summary>
              <dl className="pairs">
                {Object.entries(refused.request).map(([column, value]) => [
                  <dt key={`${column} name`}>
                    <code>{column}</code>
                  </dt>,
                  <dd key={column}>
                    <Value value={value} />
                  </dd>,
                ])}
              </dl>
            </details>
          )}
        </section>
      ))}
    </Page>
  )
}
