import { Link } from 'wouter'
import type { AlertItem, ChannelList } from '../../../src/api/v1/schemas/alerts.ts'
import { call } from '../api/call.ts'
import { useGet, usePages, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { Badge } from '../ui/badge.tsx'
import { ClearFilters, SelectFilter, useFilters } from '../ui/filters.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { Page } from '../ui/page.tsx'
import { Empty, Loaded, Loading, Trouble } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

const DAY_MS = 86_400_000

/** What is wrong, since when, who was told of it; and by which channels. */
export function AlertsScreen() {
  const filters = useFilters()
  const flows = useFlowNames()
  const query = usePages(call('GET /alerts', { query: filters.values }))
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <Page title={t.alerts} lead={t.alertsLead}>
      <div className="filters">
        <SelectFilter
          filters={filters}
          name="state"
          label={t.state}
          options={[
            ['open', t.states.open],
            ['ended', t.states.ended],
          ]}
        />
        <SelectFilter filters={filters} name="flow" label={t.flow} options={flows.map((flow) => [flow, flow])} />
        <ClearFilters filters={filters} />
      </div>
      {items === undefined ? query.error ? <Trouble error={query.error} /> : <Loading /> : null}
      {items?.length === 0 && <Empty title={t.noAlerts}>{t.noAlertsMeans}</Empty>}
      {items?.map((alert) => (
        <Alert key={alert.alert} alert={alert} />
      ))}
      {query.hasNextPage && (
        <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
          {t.more}
        </button>
      )}
      <Channels />
    </Page>
  )
}

function Alert({ alert }: { alert: AlertItem }) {
  const { mayInOne } = useSession()
  const acknowledge = useSend(call('POST /alerts/{alert}/acknowledge', { path: { alert: alert.alert } }))
  const mute = useSend(call('POST /alerts/{alert}/mute', { path: { alert: alert.alert } }))
  const mayAct = mayInOne('decide', alert.flows)
  const mayMute = mayInOne('operate', alert.flows)
  const muted = alert.muted_until !== null && Date.parse(alert.muted_until) > Date.now()
  return (
    <section className="card">
      <div className="row between">
        <h2>
          <Link href={alert.path}>{alert.headline}</Link>
        </h2>
        <Badge word={alert.state} />
      </div>
      <p>{alert.sentence}</p>
      <p className="soft">{alert.meaning}</p>
      {alert.state !== 'ended' && alert.todo !== '' && <p>{alert.todo}</p>}
      <p className="small soft">
        {t.since} <When at={alert.since} />
        {alert.ended !== null && (
          <>
            {' · '}
            {t.states.ended} <When at={alert.ended} />
          </>
        )}
        {alert.flows.map((flow) => (
          <span key={flow}>
            {' · '}
            <Link href={paths.flow(flow)}>{flow}</Link>
          </span>
        ))}
        {alert.acknowledged_by !== null && ` · ${t.acknowledgedBy(alert.acknowledged_by)}`}
        {muted && ` · ${t.mutedBy(alert.muted_by ?? '')}`}
      </p>
      {alert.messages.length > 0 && (
        <details>
          <summary>{t.whoWasTold}</summary>
          <Table
            label={t.whoWasTold}
            rows={alert.messages.map((message, index) => ({ ...message, index }))}
            keyOf={(row) => row.index}
            columns={[
              { head: t.time, cell: (row) => <When at={row.at} /> },
              { head: t.to, cell: (row) => row.to.join(', ') },
              { head: t.channel, cell: (row) => row.channel ?? '–' },
              { head: t.what, cell: (row) => t.alertEvents[row.event] },
              { head: t.state, cell: (row) => row.error ?? t.messageStates[row.state] },
            ]}
          />
        </details>
      )}
      {mayAct && alert.state !== 'ended' && (
        <div className="actions">
          {alert.kind === 'needs you' && (
            <Link
              className="button main-act"
              href={paths.cases(alert.flows.length === 1 ? { flow: alert.flows[0] } : {})}
            >
              {t.decide}
            </Link>
          )}
          {alert.state === 'open' && (
            <button
              type="button"
              className="button"
              onClick={() =>
                acknowledge.mutate(null, { onSuccess: () => tellDone(t.acknowledged), onError: tellError })
              }
            >
              {t.acknowledge}
            </button>
          )}
          {mayMute && (
            <button
              type="button"
              className="button"
              onClick={() =>
                mute.mutate(
                  { until: muted ? null : new Date(Date.now() + DAY_MS).toISOString() },
                  { onError: tellError },
                )
              }
            >
              {muted ? t.unmute : t.muteDay}
            </button>
          )}
        </div>
      )}
    </section>
  )
}

function Channels() {
  const { mayInOne } = useSession()
  const query = useGet(call('GET /channels'))
  const test = useSend(
    ({ channel }: { channel: string }) => call('POST /channels/{channel}/test', { path: { channel } }),
    { bodyOf: () => ({}) },
  )
  return (
    <section className="card flush">
      <h2>{t.channels}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.noChannels}>{t.noChannelsMeans}</Empty>
          ) : (
            <Table
              label={t.channels}
              rows={items}
              keyOf={(row) => row.channel}
              columns={[
                { head: t.channel, cell: (row) => row.channel },
                { head: t.kind, cell: (row) => row.kind },
                { head: t.people, cell: (row) => row.people.join(', ') },
                ...(mayInOne('operate', [])
                  ? [
                      {
                        head: t.test,
                        cell: (row: ChannelList['items'][number]) => (
                          <button
                            type="button"
                            className="button"
                            onClick={() =>
                              test.mutate(row, {
                                onSuccess: ({ good, answer }) =>
                                  good ? tellDone(answer) : tellError(new Error(answer)),
                                onError: tellError,
                              })
                            }
                          >
                            {t.sendTest}
                          </button>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </section>
  )
}
