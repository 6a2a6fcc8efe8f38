import { Link, useParams } from 'wouter'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { Badge } from '../ui/badge.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { number, When } from '../ui/time.tsx'
import { tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

/** One system: its trouble, what waits for it, and what it told us. */
export function SystemScreen() {
  const { system } = useParams<{ system: string }>()
  const { mayInOne } = useSession()
  const query = useGet(call('GET /systems/{system}', { path: { system } }))
  const test = useSend(call('POST /systems/{system}/test', { path: { system } }), { quiet: true })
  return (
    <Loaded query={query}>
      {(view) => (
        <Page
          title={view.system}
          back={{ href: paths.systems(), label: t.systems }}
          lead={
            <span className="row">
              <Badge word={view.status} /> {view.connector} · {t.lookedAt} <When at={view.last_look} />
            </span>
          }
          actions={
            mayInOne(
              'operate',
              view.flows.map(({ flow }) => flow),
            ) && (
              <button
                type="button"
                className="button"
                disabled={test.isPending}
                onClick={() => test.mutate(null, { onError: tellError })}
              >
                {test.isPending ? t.looking : t.testConnection}
              </button>
            )
          }
        >
          {view.trouble && (
            <Note tone="bad">
              {view.trouble.message ?? view.trouble.code} {t.since} <When at={view.trouble.since} />
              {view.trouble.next_try !== null && (
                <>
                  {' · '}
                  {t.nextTry} <When at={view.trouble.next_try} />
                </>
              )}
            </Note>
          )}
          {test.data && (
            <div role="status" className="stack">
              <Note tone={test.data.reachable ? 'good' : 'bad'}>
                {test.data.answer} {test.data.cure} ({number(test.data.took_ms)} ms)
              </Note>
              {test.data.drift.map((one) => (
                <Note key={one.message} tone="warn">
                  {one.flow}, {one.table}: {one.message}
                </Note>
              ))}
            </div>
          )}
          <section className="card flush">
            <h2>{t.flows}</h2>
            <Table
              label={t.flows}
              rows={view.flows}
              keyOf={(row) => row.flow}
              columns={[
                { head: t.flow, cell: (row) => <Link href={paths.flow(row.flow)}>{row.flow}</Link> },
                { head: t.table, cell: (row) => <code>{row.table}</code> },
                { head: t.backlog, number: true, cell: (row) => number(row.backlog) },
                { head: t.quarantined, number: true, cell: (row) => number(row.quarantined) },
                { head: t.held, number: true, cell: (row) => number(row.held) },
              ]}
            />
          </section>
          <section className="card">
            <dl className="pairs">
              <dt>{t.rate}</dt>
              <dd>{view.rate.limit ?? t.noLimit}</dd>
              <dt>{t.webhooks}</dt>
              <dd>
                {view.webhook === null
                  ? t.noWebhooks
                  : t.webhooksReceived(number(view.webhook.received_day), number(view.webhook.waiting))}
              </dd>
            </dl>
          </section>
          {view.hints.length > 0 && (
            <section className="card flush">
              <h2>{t.hints}</h2>
              <Table
                label={t.hints}
                rows={view.hints.map((hint, index) => ({ ...hint, index }))}
                keyOf={(row) => row.index}
                columns={[
                  { head: t.time, cell: (row) => <When at={row.at} /> },
                  { head: t.flow, cell: (row) => row.flow },
                  { head: t.record, cell: (row) => row.remote_id ?? '–' },
                  { head: t.followed, cell: (row) => <When at={row.done} /> },
                ]}
              />
            </section>
          )}
        </Page>
      )}
    </Loaded>
  )
}
