import { useState } from 'react'
import { Link, useParams } from 'wouter'
import type { FlowView } from '../../../src/api/v1/schemas/flows.ts'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { agreementFigures } from '../ui/agreement.ts'
import { Badge } from '../ui/badge.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Figures } from '../ui/figures.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { RuleFields, Rulebook } from '../ui/rulebook.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { NextRun } from '../ui/next-run.tsx'
import { duration, number, When } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

/** How fresh a flow is, what went in and out, who owns what; and what can be done about it. */
export function FlowScreen() {
  const { flow } = useParams<{ flow: string }>()
  const query = useGet(call('GET /flows/{flow}', { path: { flow } }))
  return <Loaded query={query}>{(view) => <Shown view={view} />}</Loaded>
}

function Shown({ view }: { view: FlowView }) {
  const { flow } = view
  return (
    <Page
      title={flow}
      back={{ href: paths.home(), label: t.home }}
      lead={
        <span className="row">
          <Badge word={view.status} /> {view.why}
        </span>
      }
      actions={<Acts view={view} />}
    >
      {view.pause && (
        <Note tone="warn">
          {t.pausedBy(view.pause.by ?? t.theService)} <When at={view.pause.since} />
          {view.pause.reason && `: ${view.pause.reason}`}
        </Note>
      )}
      {view.running && <Note tone="accent">{t.runsNow}</Note>}
      {view.asked && !view.running && <Note tone="accent">{t.asked}</Note>}
      <section className="card">
        <Figures
          items={[
            { label: t.lastAgreed, value: <When at={view.last_success} /> },
            { label: t.lag, value: view.promise.lag_seconds === null ? '–' : duration(view.promise.lag_seconds) },
            { label: t.promise, value: duration(view.promise.late_after_seconds) },
            ...agreementFigures(flow, view.agreement),
            { label: t.cases, value: view.open_cases, href: paths.cases({ flow }) },
          ]}
        />
        <h3>{t.lastDay}</h3>
        <Figures
          items={[
            { label: t.created, value: view.last_day.created, href: paths.log({ flow, what: 'create' }) },
            { label: t.updated, value: view.last_day.updated, href: paths.log({ flow, what: 'update' }) },
            { label: t.deleted, value: view.last_day.deleted, href: paths.log({ flow, what: 'delete' }) },
            { label: t.refused, value: view.last_day.refused, href: paths.log({ flow, outcome: 'refused' }) },
          ]}
        />
        <p className="small">
          <Link href={paths.runs({ flow })}>{t.runs}</Link>
          {view.last_run && (
            <>
              {' · '}
              <Link href={paths.run(view.last_run.run)}>{t.lastRun}</Link> <Badge word={view.last_run.status} />
            </>
          )}
        </p>
      </section>
      <section className="card flush">
        <h2>{t.systems}</h2>
        <Table
          label={t.systems}
          keyOf={(row) => row.system}
          rows={view.systems}
          columns={[
            {
              head: t.system,
              cell: (row) => (
                <>
                  <Link href={paths.system(row.system)}>{row.system}</Link>{' '}
                  {row.master && <span className="badge accent">{t.master}</span>}
                  <div className="small soft">{row.table}</div>
                  {row.trouble && row.trouble.failures > 0 && <div className="small">{row.trouble.message}</div>}
                </>
              ),
            },
            { head: t.lookedAt, cell: (row) => <When at={row.looked_at} /> },
            { head: t.next, cell: (row) => (row.next_run ? <NextRun next={row.next_run} /> : (row.schedule ?? '–')) },
            { head: t.linked, number: true, cell: (row) => number(row.linked) },
            { head: t.out, number: true, cell: (row) => number(row.last_day.taken_over) },
            { head: t.in, number: true, cell: (row) => number(row.last_day.written) },
            { head: t.refused, number: true, cell: (row) => number(row.last_day.refused) },
            { head: t.backlog, number: true, cell: (row) => number(row.backlog) },
            {
              head: t.cursor,
              cell: (row) =>
                row.cursor === null ? (
                  '–'
                ) : (
                  <span title={`${row.cursor.at} · ${row.cursor.id}`}>
                    {row.cursor_age_seconds === null ? row.cursor.at : duration(row.cursor_age_seconds)}
                  </span>
                ),
            },
            { head: t.rate, cell: (row) => row.rate?.limit ?? '–' },
          ]}
        />
      </section>
      <section className="card">
        <h2>{t.owners}</h2>
        <dl className="pairs">
          <dt>{t.businessOwner}</dt>
          <dd>{view.people.business.name}</dd>
          <dt>{t.technicalOwner}</dt>
          <dd>{view.people.technical.name}</dd>
        </dl>
      </section>
      <RuleFields fields={view.fields} />
      <Rulebook sections={view.rulebook} />
    </Page>
  )
}

function Acts({ view }: { view: FlowView }) {
  const { may } = useSession()
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const act = useSend(
    ({ name }: { name: 'pause' | 'resume' | 'retry' | 'run'; body: object }) =>
      call(`POST /flows/{flow}/${name}`, { path: { flow: view.flow } }),
    { bodyOf: ({ body }) => body },
  )
  if (!may('operate', view.flow)) return null
  const run = (name: 'pause' | 'resume' | 'retry' | 'run', done: string, body: object = {}) =>
    act.mutate({ name, body }, { onSuccess: () => tellDone(done), onError: tellError })
  return (
    <>
      {view.pause ? (
        <button type="button" className="button main-act" onClick={() => run('resume', t.resumed)}>
          {t.resume}
        </button>
      ) : (
        <>
          <button
            type="button"
            className="button main-act"
            disabled={act.isPending}
            onClick={() => run('run', t.asked)}
          >
            {t.runNow}
          </button>
          <button type="button" className="button" onClick={() => setAsking(true)}>
            {t.pause}
          </button>
        </>
      )}
      <button type="button" className="button" onClick={() => run('retry', t.retried)}>
        {t.retry}
      </button>
      {asking && (
        <Dialog title={t.pauseFlow(view.flow)} close={() => setAsking(false)}>
          <p className="soft">{t.pauseMeans}</p>
          <Field label={t.reason}>
            <input value={reason} onChange={(event) => setReason(event.target.value)} />
          </Field>
          <div className="actions">
            <button
              type="button"
              className="button main-act"
              onClick={() => {
                run('pause', t.paused, { reason })
                setAsking(false)
              }}
            >
              {t.pause}
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {t.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
