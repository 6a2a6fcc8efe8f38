import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { Playground, PlayRow, PlaySwitch } from '../../../src/api/v1/schemas/playground.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Field } from '../ui/field.tsx'
import { useFilters } from '../ui/filters.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { number } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

type System = Playground['systems'][number]
type PlayTable = System['tables'][number]
const SWITCHES: readonly PlaySwitch[] = ['up', 'slow', 'busy', 'down']

/** Two systems to edit, switch off and put at odds: only in the demo. */
export function PlaygroundScreen() {
  const query = useGet<Playground>('/playground')
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
  const [q, setQ] = useState('')
  const flows = [...new Set(play.systems.flatMap((one) => one.tables.map((table) => table.flow)))]
  const flow = filters.values.flow ?? flows[0]
  return (
    <>
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
                <Switch system={system} />
              </div>
              {table ? <Rows system={system.system} table={table} q={q} /> : <Empty title={t.noRecords} />}
            </section>
          )
        })}
      </div>
    </>
  )
}

function Switch({ system }: { system: System }) {
  const turn = useSend<{ to: PlaySwitch }>('POST', `/playground/${encodeURIComponent(system.system)}/switch`)
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

function Rows({ system, table, q }: { system: string; table: PlayTable; q: string }) {
  const path = `/playground/${encodeURIComponent(system)}/${encodeURIComponent(table.table)}`
  const query = useGet<{ items: PlayRow[]; total: number }>(path, { q, limit: 20 })
  return (
    <Loaded query={query}>
      {({ items, total }) => (
        <>
          <div className="scroll play" role="region" aria-label={`${system}: ${table.table}`} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  {table.columns.map((column) => (
                    <th key={column.column} scope="col">
                      {column.column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map((row) => (
                  <tr key={row.id}>
                    {table.columns.map((column) => (
                      <td key={column.column}>
                        {column.editable ? (
                          <Cell
                            path={`${path}/${encodeURIComponent(row.id)}`}
                            column={column.column}
                            value={row.values[column.column] ?? null}
                          />
                        ) : (
                          <span className="soft small nowrap">{row.values[column.column]}</span>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="soft small row">{t.rowsOf(number(items.length), number(total))}</p>
        </>
      )}
    </Loaded>
  )
}

/** Keeps what was typed when one leaves the cell or presses Enter; Escape takes it back. */
function Cell({ path, column, value }: { path: string; column: string; value: string | null }) {
  const [text, setText] = useState(value ?? '')
  const save = useSend<Record<string, string | null>>('PATCH', path)
  useEffect(() => setText(value ?? ''), [value])
  return (
    <input
      className="cell-input"
      aria-label={column}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setText(value ?? '')
      }}
      onBlur={() => {
        if (text === (value ?? '')) return
        save.mutate(
          { [column]: text === '' ? null : text },
          {
            onSuccess: () => tellDone(t.savedIn(column)),
            onError: (error) => {
              setText(value ?? '')
              tellError(error)
            },
          },
        )
      }}
    />
  )
}
