import { useState } from 'react'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { Field } from '../ui/field.tsx'
import { number } from '../ui/time.tsx'
import { b } from '../words/begin-words.ts'
import { Refused, type StepProps } from './parts.tsx'

type Found = NonNullable<BeginningView['found']>
type Pair = readonly [string, string]

/** More flows than anybody wants to decide at once are not chosen beforehand. */
const MOST_CHOSEN = 12
const ROWS = 1000
const keyOf = (pair: Pair): string => pair.join(' ↔ ')

/** Which tables belong together: those that look alike, those that perhaps do, and those that a person pairs. */
export function TablesStep({ view, onDone }: StepProps) {
  const found = view.found!
  const [a, c] = [view.systems[0]!.name, view.systems[1]!.name]
  const offered = [...found.flows, ...found.likely].map(({ tables }) => keyOf(tables))
  const before = view.flows?.map(({ tables }) => tables)
  const [own, setOwn] = useState<readonly Pair[]>(before?.filter((pair) => !offered.includes(keyOf(pair))) ?? [])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set((before ?? found.flows.slice(0, MOST_CHOSEN).map(({ tables }) => tables)).map(keyOf)),
  )
  const [rows, setRows] = useState(true)
  const take = useSend(call('PUT /begin/tables'))
  const toggle = (pair: Pair): void => {
    const next = new Set(chosen)
    if (!next.delete(keyOf(pair))) next.add(keyOf(pair))
    setChosen(next)
  }
  const pairs = [
    ...found.flows.map(({ flow, tables }) => ({ flow, tables })),
    ...[...found.likely.map(({ tables }) => tables), ...own].map(([left, right]) => ({
      tables: [left, right] as [string, string],
    })),
  ].filter(({ tables }) => chosen.has(keyOf(tables)))
  const taken = pairs.map(({ tables }) => tables)
  return (
    <>
      <h2>{b.tablesHead}</h2>
      <p className="soft">{b.tablesMeans(number(ROWS))}</p>
      {found.flows.length === 0 && <p>{b.nothingAlike}</p>}
      {found.flows.length > 0 && (
        <Group head={b.alike}>
          {found.flows.map(({ flow, tables, rows: counts, fields }) => (
            <Choice key={flow} pair={tables} on={chosen.has(keyOf(tables))} onToggle={toggle} title={flow}>
              {b.fields(fields)}
              {counts.map((count, side) => (
                <Counted key={side === 0 ? a : c} table={`${side === 0 ? a : c}: ${tables[side]}`} count={count} />
              ))}
            </Choice>
          ))}
        </Group>
      )}
      {found.likely.length > 0 && (
        <Group head={b.perhaps}>
          {found.likely.map(({ tables, columns }) => (
            <Choice key={keyOf(tables)} pair={tables} on={chosen.has(keyOf(tables))} onToggle={toggle}>
              {b.columnsAlike(columns)}
            </Choice>
          ))}
        </Group>
      )}
      <Group head={b.byHand}>
        {own.map((pair) => (
          <Choice key={keyOf(pair)} pair={pair} on={chosen.has(keyOf(pair))} onToggle={toggle} />
        ))}
        <ByHand
          found={found}
          names={[a, c]}
          taken={taken}
          onPair={(pair) => {
            if (!own.some((one) => keyOf(one) === keyOf(pair)) && !offered.includes(keyOf(pair))) setOwn([...own, pair])
            setChosen(new Set([...chosen, keyOf(pair)]))
          }}
        />
      </Group>
      <label className="check">
        <input type="checkbox" checked={rows} onChange={() => setRows(!rows)} />
        <span>{b.withRows}</span>
      </label>
      <Refused error={take.error} />
      <div className="actions">
        <button
          type="button"
          className="button main-act"
          disabled={pairs.length === 0 || take.isPending}
          onClick={() => take.mutate({ pairs, rows }, { onSuccess: onDone })}
        >
          {take.isPending ? b.looking : b.takeTables}
        </button>
      </div>
    </>
  )
}

const Group = ({ head, children }: { head: string; children: React.ReactNode }) => (
  <section className="card" aria-label={head}>
    <h3>{head}</h3>
    {children}
  </section>
)

const Counted = ({ table, count }: { table: string; count: number | null }) => (
  <>
    {' · '}
    {table}
    {count !== null && ` (${b.rows(number(count))})`}
  </>
)

interface ChoiceProps {
  readonly pair: Pair
  readonly on: boolean
  readonly onToggle: (pair: Pair) => void
  readonly title?: string
  readonly children?: React.ReactNode
}

const Choice = ({ pair, on, onToggle, title, children }: ChoiceProps) => (
  <label className="check">
    <input type="checkbox" checked={on} onChange={() => onToggle(pair)} />
    <span>
      <span className="strong">{title ?? keyOf(pair)}</span>
      <br />
      <span className="soft small">{children}</span>
    </span>
  </label>
)

interface ByHandProps {
  readonly found: Found
  readonly names: Pair
  readonly taken: readonly Pair[]
  readonly onPair: (pair: Pair) => void
}

/** Two lists of tables, the weightiest first. */
function ByHand({ found, names, taken, onPair }: ByHandProps) {
  const [pair, setPair] = useState<Pair>(['', ''])
  const listOf = (side: 0 | 1) => found.free[side].filter(({ table }) => !taken.some((one) => one[side] === table))
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        onPair(pair)
        setPair(['', ''])
      }}
    >
      {([0, 1] as const).map((side) => (
        <Field key={names[side]} label={b.tableOf(names[side])} wide>
          <select
            value={pair[side]}
            onChange={({ target: { value } }) => setPair(side === 0 ? [value, pair[1]] : [pair[0], value])}
          >
            <option value="">–</option>
            {listOf(side).map(({ table, rows }) => (
              <option key={table} value={table}>
                {table}
                {rows !== null && ` (${b.rows(number(rows))})`}
              </option>
            ))}
          </select>
        </Field>
      ))}
      <button type="submit" className="button" disabled={pair.includes('')}>
        {b.pair}
      </button>
    </form>
  )
}
