import { useState } from 'react'
import { Link } from 'wouter'
import type { Playground, PlaySwitch } from '../../../src/api/v1/schemas/playground.ts'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { Field } from '../ui/field.tsx'
import { useFilters } from '../ui/filters.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { PlayRows } from '../ui/play-rows.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

type System = Playground['systems'][number]
const SWITCHES: readonly PlaySwitch[] = ['up', 'slow', 'busy', 'down']

/** Two systems to edit, switch off and put at odds: only in the demo. */
export function PlaygroundScreen() {
  const query = useGet(call('GET /playground'))
  return (
    <Page
      title={t.playground}
      lead={t.playgroundLead}
      actions={
        <>
          <Link className="button" href={paths.cases()}>
            {t.cases}
          </Link>
          <Link className="button" href={paths.log()}>
            {t.log}
          </Link>
        </>
      }
    >
      <Loaded query={query}>{(play) => <Shown play={play} />}</Loaded>
    </Page>
  )
}

function Shown({ play }: { play: Playground }) {
  const filters = useFilters()
  const { may, mayInOne } = useSession()
  const [q, setQ] = useState('')
  const flows = [...new Set(play.systems.flatMap((one) => one.tables.map((table) => table.flow)))]
  const flow = filters.values.flow ?? flows[0]
  return (
    <>
      {flow !== undefined && !may('operate', flow) && <Note>{t.mayNotEdit(flow)}</Note>}
      <div className="filters">
        <Field label={t.flow}>
          <select value={flow} onChange={(event) => filters.set('flow', event.target.value)}>
            {flows.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </Field>
        <Field label={t.searchBoth} wide>
          <input type="search" value={q} onChange={(event) => setQ(event.target.value)} />
        </Field>
      </div>
      <div className="two">
        {play.systems.map((system) => {
          const table = system.tables.find((one) => one.flow === flow)
          return (
            <section className="card flush" key={system.system} aria-label={system.system}>
              <div className="row between">
                <h2>{system.system}</h2>
                {mayInOne('operate', []) ? (
                  <Switch system={system} />
                ) : (
                  <p className="soft">{`${t.switchOf(system.system)} ${t.switches[system.switch]}`}</p>
                )}
              </div>
              {table ? <PlayRows system={system.system} table={table} q={q} /> : <Empty title={t.noRecords} />}
            </section>
          )
        })}
      </div>
    </>
  )
}

function Switch({ system }: { system: System }) {
  const turn = useSend(call('POST /playground/{system}/switch', { path: { system: system.system } }))
  return (
    <Field label={t.switchOf(system.system)}>
      <select
        value={system.switch}
        onChange={(event) => {
          const to = event.target.value as PlaySwitch
          turn.mutate(
            { to },
            { onSuccess: () => tellDone(t.switched(system.system, t.switches[to])), onError: tellError },
          )
        }}
      >
        {SWITCHES.map((one) => (
          <option key={one} value={one}>
            {t.switches[one]}
          </option>
        ))}
      </select>
    </Field>
  )
}
