import { Link } from 'wouter'
import type { Home } from '../../../src/api/v1/schemas/home.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { agreementFigures, agreementSentence } from '../ui/agreement.ts'
import { Badge } from '../ui/badge.tsx'
import { Figures } from '../ui/figures.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { NextRun } from '../ui/next-run.tsx'
import { number, short, When } from '../ui/time.tsx'
import { t } from '../words/words.ts'

/** One sentence of truth, and a card for each flow. */
export function HomeScreen() {
  const query = useGet(call('GET /home'))
  return <Loaded query={query}>{(home) => <Shown home={home} />}</Loaded>
}

function sentenceOf({ sentence }: Home): string {
  const { agreed_at, needs_you, late, failing, paused, agreement } = sentence
  return [
    agreed_at === null ? t.neverAgreed : agreementSentence(agreement),
    ...(needs_you > 0 ? [t.casesNeedYou(number(needs_you), needs_you)] : []),
    ...(failing > 0 ? [t.flowsFailing(failing)] : []),
    ...(late > 0 ? [t.flowsLate(late)] : []),
    ...(paused > 0 ? [t.flowsPaused(paused)] : []),
    ...(needs_you + failing + late + paused === 0 && agreed_at !== null ? [t.nothingWaits] : []),
  ].join(' ')
}

function Shown({ home }: { home: Home }) {
  const { may } = useSession()
  const most = Math.max(1, ...home.activity.map((hour) => hour.created + hour.updated + hour.deleted))
  const sum = (of: 'created' | 'updated' | 'deleted' | 'refused') =>
    home.activity.reduce((all, hour) => all + hour[of], 0)
  return (
    <Page title={sentenceOf(home)} lead={home.company}>
      {home.alerts.open > 0 && (
        <Note tone="bad">
          <Link href={paths.alerts({ state: 'open' })}>{t.alertsOpen(home.alerts.open)}</Link>
          {home.alerts.undelivered > 0 && ` ${t.undelivered(home.alerts.undelivered)}`}
        </Note>
      )}
      {home.flows.flatMap((flow) =>
        flow.waits_on.map((one) => (
          <Note key={`${flow.flow} ${one.system} ${one.on}`} tone="warn">
            {may('view', one.on) ? (
              <Link href={one.case === null ? paths.cases({ flow: one.on }) : paths.case(one.case)}>
                {t.waitsOn(number(one.count), one.count, flow.flow, one.system, one.on)}
              </Link>
            ) : (
              t.waitsOn(number(one.count), one.count, flow.flow, one.system, one.on)
            )}
          </Note>
        )),
      )}
      {home.undecided.map(({ flow, questions }) => (
        <Note key={flow} tone="warn">
          <Link href={paths.rules({ flow })}>{t.questionsOpen(flow, questions)}</Link>
        </Note>
      ))}
      <div className="grid">
        {home.flows.map((flow) => (
          <section className="card" key={flow.flow} aria-label={flow.flow}>
            <div className="row between">
              <h2>
                <Link href={paths.flow(flow.flow)}>{flow.flow}</Link>
              </h2>
              <Badge word={flow.status} />
            </div>
            <p className="soft">{flow.why}</p>
            <Figures
              items={[
                ...agreementFigures(flow.flow, flow.agreement),
                { label: t.cases, value: flow.open_cases, href: paths.cases({ flow: flow.flow }) },
              ]}
            />
            <p className="small soft">
              {t.lastAgreed} <When at={flow.last_success} />
              {flow.next_runs?.[0] && (
                <>
                  {' · '}
                  <NextRun next={flow.next_runs[0]} labelled />
                </>
              )}
            </p>
          </section>
        ))}
      </div>
      <section className="card" aria-labelledby="activity">
        <div className="row between">
          <h2 id="activity">{t.lastDay}</h2>
          <span className={`small ${home.service.status === 'ok' ? 'soft' : ''}`}>
            {home.service.systems_in_trouble.length > 0 ? (
              <Link href={paths.systems()}>{t.inTrouble(home.service.systems_in_trouble.join(', '))}</Link>
            ) : (
              t.systemsFine
            )}
          </span>
        </div>
        <Figures
          items={[
            { label: t.created, value: sum('created'), href: paths.log({ kind: 'operation', what: 'create' }) },
            { label: t.updated, value: sum('updated'), href: paths.log({ kind: 'operation', what: 'update' }) },
            { label: t.deleted, value: sum('deleted'), href: paths.log({ kind: 'operation', what: 'delete' }) },
            { label: t.refused, value: sum('refused'), href: paths.log({ outcome: 'refused' }) },
          ]}
        />
        <div className="bars" role="img" aria-label={t.barsLabel}>
          {home.activity.map((hour) => {
            const writes = hour.created + hour.updated + hour.deleted
            return (
              <i
                key={hour.at}
                className={writes === 0 ? 'none' : ''}
                title={`${short(hour.at)}: ${number(writes)}`}
                style={{ height: `${Math.max(3, (100 * writes) / most)}%` }}
              />
            )
          })}
        </div>
      </section>
    </Page>
  )
}
