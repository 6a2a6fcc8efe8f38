import { useState } from 'react'
import { Link, useParams } from 'wouter'
import type { CaseDetail, Preview } from '../../../src/api/v1/schemas/cases.ts'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { Badge } from '../ui/badge.tsx'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { number, When } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { Change, Value } from '../ui/value.tsx'
import { choiceName } from '../words/choice-name.ts'
import { t } from '../words/words.ts'

/** One question: the values side by side, what is suggested, what each answer would do. */
export function CaseScreen() {
  const { case: id } = useParams<{ case: string }>()
  const query = useGet(call('GET /cases/{case}', { path: { case: id } }))
  return <Loaded query={query}>{(one) => <Shown key={`${one.case} ${one.state}`} one={one} />}</Loaded>
}

function Shown({ one }: { one: CaseDetail }) {
  const { may } = useSession()
  return (
    <Page
      title={one.title}
      back={{ href: paths.cases({ flow: one.flow }), label: t.cases }}
      lead={
        <span className="row">
          <Badge word={one.state} /> {t.caseKinds[one.kind]}
          {one.field !== null && ` · ${one.field}`} · <When at={one.opened} />
        </span>
      }
      actions={
        one.record !== null && (
          <Link className="button" href={paths.record(one.flow, one.record)}>
            {t.wholeRecord}
          </Link>
        )
      }
    >
      <p>{one.sentence}</p>
      {one.decided_by !== null && (
        <Note>
          <Link href={paths.case(one.decided_by)}>{t.decidedBy(one.decided_by)}</Link>
        </Note>
      )}
      {one.decides > 0 && (
        <p>
          <Link href={paths.cases({ view: 'list', under: String(one.case) })}>
            {t.decidesToo(number(one.decides), one.decides)}
          </Link>
        </p>
      )}
      {one.candidates.length > 1 && <Candidates one={one} />}
      {one.candidates.length < 2 && Object.keys(one.values).length > 0 && (
        <div className="sides">
          {Object.entries(one.values).map(([side, value]) => (
            <div className="side-value" key={side}>
              <span className="soft small">{side === 'golden' ? t.agreed : side}</span>
              <span className="value">
                <Value value={value} field={one.field} legend={one} />
              </span>
            </div>
          ))}
        </div>
      )}
      {one.state === 'resolved' && (
        <Note tone="good">
          {t.answered(choiceName(one.resolution ?? ''), one.resolved_by ?? '')} <When at={one.resolved} />
        </Note>
      )}
      {one.state === 'open' && (may('decide', one.flow) ? <Answer one={one} /> : <Note>{t.mayNotDecide}</Note>)}
      {one.candidates.length < 2 && one.record_values && <Context one={one} />}
      <p className="small soft">
        <Link href={paths.run(one.opened_run)}>{t.openedByRun(one.opened_run)}</Link>
        {one.seen > 1 && ` · ${t.seen(number(one.seen))}`}
      </p>
    </Page>
  )
}

function Answer({ one }: { one: CaseDetail }) {
  const [choice, setChoice] = useState(one.suggestion?.choice ?? '')
  const [value, setValue] = useState('')
  const [alike, setAlike] = useState(false)
  const [preview, setPreview] = useState<Preview | null>(null)
  const look = useSend(call('POST /cases/{case}/preview', { path: { case: one.case } }), { quiet: true })
  const resolve = useSend(call('POST /cases/{case}/resolve', { path: { case: one.case } }))
  const open = one.alike.find((group) => group.choice === choice)?.open ?? 1
  const decision = { choice, alike, ...(choice === 'value' && { value }) }
  const change = (act: () => void) => {
    act()
    setPreview(null)
  }
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        if (preview === null) look.mutate(decision, { onSuccess: setPreview, onError: tellError })
        else
          resolve.mutate(
            { ...decision, expected: preview.cases },
            {
              onSuccess: ({ cases }) => tellDone(t.decided(number(cases), cases)),
              onError: (error) => {
                setPreview(null)
                tellError(error)
              },
            },
          )
      }}
    >
      {one.suggestion && (
        <Note tone="accent">
          {t.suggested}: {one.suggestion.why}
        </Note>
      )}
      <fieldset>
        <legend>{t.whatShallBe}</legend>
        {one.choices.map((option) => (
          <label className="choice" key={option.choice}>
            <input
              type="radio"
              name="choice"
              required
              checked={choice === option.choice}
              onChange={() => change(() => setChoice(option.choice))}
            />
            <span>
              <span className="strong">{choiceName(option.choice)}</span>
              {option.choice === one.suggestion?.choice && <span className="badge accent">{t.suggested}</span>}
              <br />
              <span className="soft">{option.choice === 'value' ? t.anotherValue : option.means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {choice === 'value' && (
        <Field label={t.value}>
          <input value={value} onChange={(event) => change(() => setValue(event.target.value))} />
        </Field>
      )}
      {open > 1 && (
        <label className="check">
          <input type="checkbox" checked={alike} onChange={(event) => change(() => setAlike(event.target.checked))} />
          <span>{t.allAlike(number(open))}</span>
        </label>
      )}
      {preview && <Effects preview={preview} />}
      <div className="actions">
        {preview === null ? (
          <button type="submit" className="button main-act" disabled={choice === '' || look.isPending}>
            {t.showEffect}
          </button>
        ) : (
          <>
            <button type="submit" className="button main-act" disabled={resolve.isPending}>
              {t.decideCases(number(preview.cases), preview.cases)}
            </button>
            <button type="button" className="button" onClick={() => setPreview(null)}>
              {t.cancel}
            </button>
          </>
        )}
      </div>
    </form>
  )
}

function Effects({ preview }: { preview: Preview }) {
  const writes = Object.entries(preview.writes)
  return (
    <div className="stack" role="status">
      <Note tone={writes.length === 0 ? 'calm' : 'warn'}>
        {writes.length === 0
          ? t.writesNothing
          : t.wouldWrite(writes.map(([system, count]) => `${system}: ${number(count)}`).join(', '))}
        {preview.asks.map((ask) => (
          <p key={ask}>
            {t.asksNext} {ask}
          </p>
        ))}
      </Note>
      {preview.effects.length > 0 && (
        <Table
          label={t.effect}
          rows={preview.effects.map((effect, index) => ({ ...effect, index }))}
          keyOf={(effect) => effect.index}
          columns={[
            { head: t.record, cell: (effect) => effect.title },
            { head: t.system, cell: (effect) => effect.system },
            { head: t.what, cell: (effect) => t.whats[effect.what] },
            {
              head: t.change,
              cell: (effect) => <Change from={effect.from} to={effect.to} field={effect.field} legend={effect} />,
            },
          ]}
        />
      )}
      {preview.more > 0 && <p className="soft">{t.andMore(number(preview.more))}</p>}
    </div>
  )
}

function Context({ one }: { one: CaseDetail }) {
  const { golden, systems, owners } = one.record_values!
  const fields = [...new Set([...Object.keys(golden), ...Object.values(systems).flatMap(Object.keys)])]
  return (
    <section className="card flush">
      <h2>{t.wholeRecord}</h2>
      <Table
        label={t.wholeRecord}
        rows={fields}
        keyOf={(field) => field}
        columns={[
          { head: t.field, cell: (field) => <span className="strong nowrap">{field}</span> },
          {
            head: t.owner,
            cell: (field) => (
              <span className="nowrap">{owners[field] === 'shared' ? t.shared : (owners[field] ?? '–')}</span>
            ),
          },
          { head: t.agreed, cell: (field) => <Value value={golden[field]} field={field} legend={one} /> },
          ...Object.keys(systems).map((system) => ({
            head: system,
            cell: (field: string) => <Value value={systems[system]![field]} field={field} legend={one} />,
          })),
        ]}
      />
    </section>
  )
}

/** All that could be the same thing, field by field; what is equal everywhere steps back. */
function Candidates({ one }: { one: CaseDetail }) {
  const fields = [...new Set(one.candidates.flatMap((candidate) => Object.keys(candidate.values)))]
  const differs = (field: string) => new Set(one.candidates.map(({ values }) => values[field] ?? null)).size > 1
  return (
    <section className="card flush">
      <h2>{t.candidates}</h2>
      <Table
        label={t.candidates}
        rows={fields}
        keyOf={(field) => field}
        columns={[
          { head: t.field, cell: (field) => <span className="strong nowrap">{field}</span> },
          ...one.candidates.map((candidate) => ({
            head: candidate.links.map(({ system, id }) => `${system} ${id}`).join(', '),
            cell: (field: string) => (
              <span className={differs(field) ? 'differs' : 'soft'}>
                <Value value={candidate.values[field]} field={field} legend={candidate} />
              </span>
            ),
          })),
        ]}
      />
    </section>
  )
}
