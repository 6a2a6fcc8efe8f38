import { useState } from 'react'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { type BodyOf, call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Table } from '../ui/table.tsx'
import { number } from '../ui/time.tsx'
import { b } from '../words/begin-words.ts'
import { Refused, type StepProps } from './parts.tsx'

type Flow = NonNullable<BeginningView['flows']>[number]
type Names = readonly [string, string]

/** The fields of each flow, with the values of both sides next to each other. */
export function FieldsStep({ view, onDone }: StepProps) {
  const flows = view.flows!
  const names: Names = [view.systems[0]!.name, view.systems[1]!.name]
  const [at, setAt] = useState(0)
  const flow = flows[at] ?? flows[0]!
  return (
    <>
      <h2>{b.fieldsHead}</h2>
      <p className="soft">{b.fieldsMeans}</p>
      {view.refused.length > 0 && (
        <Note tone="warn">
          {b.refused} {view.refused.join('; ')}
        </Note>
      )}
      {flows.length > 1 && (
        <div className="row" role="group" aria-label={b.fieldsHead}>
          {flows.map((one, place) => (
            <button
              key={one.flow}
              type="button"
              className={one === flow ? 'button main-act' : 'button'}
              aria-pressed={one === flow}
              onClick={() => setAt(place)}
            >
              {one.flow} ({one.fields.length})
            </button>
          ))}
        </div>
      )}
      <FlowFields key={flow.flow} flow={flow} names={names} />
      <div className="actions">
        <button type="button" className="button main-act" onClick={onDone}>
          {b.takeFields}
        </button>
      </div>
    </>
  )
}

function FlowFields({ flow, names }: { flow: Flow; names: Names }) {
  const path = { flow: flow.flow }
  const samples = useGet(call('GET /begin/flows/{flow}/samples', { path })).data?.pairs ?? []
  const [at, setAt] = useState(0)
  const set = useSend(call('PUT /begin/flows/{flow}', { path }))
  const change = (other: Partial<BodyOf<'PUT /begin/flows/{flow}'>>): void =>
    set.mutate({ keep: flow.fields.map(({ field }) => field), add: [], match: flow.match, ...other })
  const leaveOut = (name: string): void =>
    change({
      keep: flow.fields.flatMap(({ field }) => (field === name ? [] : [field])),
      match: flow.match.filter((field) => field !== name),
    })
  const shown = samples[Math.min(at, samples.length - 1)]
  const valueOf = (name: string) => shown?.fields.find(({ field }) => field === name)
  return (
    <>
      <section className="card flush" aria-label={flow.flow}>
        <div className="row between">
          <h3>
            {flow.flow}: {flow.tables.join(' ↔ ')}
          </h3>
          {samples.length > 0 && (
            <div className="row">
              <button
                type="button"
                className="button"
                aria-label={b.previous}
                disabled={at === 0}
                onClick={() => setAt(at - 1)}
              >
                ‹
              </button>
              <span aria-live="polite">{b.record(Math.min(at, samples.length - 1) + 1, samples.length)}</span>
              <button
                type="button"
                className="button"
                aria-label={b.next}
                disabled={at >= samples.length - 1}
                onClick={() => setAt(at + 1)}
              >
                ›
              </button>
            </div>
          )}
        </div>
        {flow.rows !== null && samples.length === 0 && <p className="row soft">{b.noSamples}</p>}
        <Table
          label={flow.flow}
          rows={flow.fields}
          keyOf={({ field }) => field}
          columns={[
            {
              head: b.field,
              cell: (one) => (
                <>
                  <span className="strong">{one.field}</span> <span className="soft small">{one.type}</span>
                  <div>
                    <button
                      type="button"
                      className="button plain small"
                      disabled={set.isPending}
                      aria-label={b.leaveOutOf(one.field)}
                      onClick={() => leaveOut(one.field)}
                    >
                      {b.leaveOut}
                    </button>
                  </div>
                </>
              ),
            },
            ...([0, 1] as const).map((side) => ({
              head: names[side],
              cell: (one: Flow['fields'][number]) => (
                <>
                  <div className="soft small">{one.columns[side].join(' + ')}</div>
                  <div>{valueOf(one.field)?.values[side] ?? (shown ? '–' : '')}</div>
                </>
              ),
            })),
            {
              head: b.equal,
              cell: (one) => (
                <>
                  {one.of !== null && one.equal !== null && (
                    <div className="nowrap">{b.equalOf(number(one.equal), number(one.of))}</div>
                  )}
                  {valueOf(one.field)?.equal === false && <span className="badge warn">{b.differs}</span>}
                  {one.values.length > 0 && (
                    <div className="small soft">
                      {b.choiceOf(one.values.map((pair) => pair.join(' = ')).join(', '))}
                    </div>
                  )}
                </>
              ),
            },
          ]}
        />
      </section>
      <Refused error={set.error} />
      <AddField flow={flow} names={names} onAdd={(columns) => change({ add: [columns] })} />
      <section className="card" aria-label={b.match}>
        <h3>{b.match}</h3>
        <p className="soft">{b.matchMeans}</p>
        {flow.fields
          .filter(({ field, matches }) => matches && isTelling(flow, field))
          .map(({ field }) => {
            const on = flow.match.includes(field)
            const rule = flow.rules.find((one) => one.field === field)
            return (
              <label className="check" key={field}>
                <input
                  type="checkbox"
                  checked={on}
                  disabled={set.isPending}
                  onChange={() =>
                    change({ match: on ? flow.match.filter((one) => one !== field) : [...flow.match, field] })
                  }
                />
                <span>
                  <span className="strong">{field}</span>{' '}
                  <span className="soft small">{rule && b.finds(number(rule.finds), number(rule.ambiguous))}</span>
                </span>
              </label>
            )
          })}
      </section>
    </>
  )
}

/** What matches already, what the rows say finds something, and texts: nobody matches by an amount. */
function isTelling(flow: Flow, name: string): boolean {
  const type = flow.fields.find(({ field }) => field === name)?.type
  return (
    flow.match.includes(name) ||
    flow.rules.some(({ field }) => field === name) ||
    type === 'text' ||
    type === 'email' ||
    type === 'vat'
  )
}

function AddField({ flow, names, onAdd }: { flow: Flow; names: Names; onAdd: (columns: [string, string]) => void }) {
  const [pair, setPair] = useState<[string, string]>(['', ''])
  if (flow.free.some((columns) => columns.length === 0)) return null
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        onAdd(pair)
        setPair(['', ''])
      }}
    >
      <h3>{b.addField}</h3>
      <div className="filters">
        {([0, 1] as const).map((side) => (
          <Field key={names[side]} label={b.columnOf(names[side])} wide>
            <select
              value={pair[side]}
              onChange={({ target: { value } }) => setPair(side === 0 ? [value, pair[1]] : [pair[0], value])}
            >
              <option value="">–</option>
              {flow.free[side].map((column) => (
                <option key={column}>{column}</option>
              ))}
            </select>
          </Field>
        ))}
        <button type="submit" className="button" disabled={pair.includes('')}>
          {b.add}
        </button>
      </div>
    </form>
  )
}
