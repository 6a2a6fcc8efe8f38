import { useState } from 'react'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { type BodyOf, call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { useSession } from '../session/session.tsx'
import { Field } from '../ui/field.tsx'
import { b } from '../words/begin-words.ts'
import { t } from '../words/words.ts'
import { Refused, type StepProps } from './parts.tsx'
import { Question } from './question.tsx'

type Given = BodyOf<'PUT /begin/decisions'>
type Told = NonNullable<BeginningView['decisions']>

const WEIGHTIEST = 3

/** Who answers for the rules, who has the last word, a starting point; then each question with what the rows say about it. */
export function RulesStep({ view, onDone }: StepProps) {
  const told = view.decisions!
  const { who } = useSession()
  const [given, setGiven] = useState<Given>({
    company: told.company,
    currency: told.currency,
    owners: told.owners ?? {
      business: { name: who.name, email: who.email },
      technical: { name: who.name, email: who.email },
    },
    leads: told.leads,
    start: told.start,
    answers: answersOf(told),
    match: matchOf(told),
  })
  const [currency, setCurrency] = useState(told.currency ?? '')
  const [same, setSame] = useState(told.owners === null || told.owners.business.email === told.owners.technical.email)
  const decide = useSend(call('PUT /begin/decisions'))
  const starts = told.leads_options.find(({ answer }) => answer === given.leads)?.starts ?? []
  const send = (next: Given): void => {
    const owners = next.owners && { ...next.owners, ...(same && { technical: next.owners.business }) }
    decide.mutate(
      { ...next, currency: currency.trim() === '' ? null : currency.trim().toUpperCase(), owners },
      { onSuccess: () => setGiven(next) },
    )
  }
  const answer = ({ flow, setting }: Told['questions'][number], text: string): void =>
    send(
      flow === null
        ? { ...given, answers: { ...given.answers, [setting]: text } }
        : { ...given, match: { ...given.match, [flow]: text } },
    )
  const person = (as: 'business' | 'technical') => given.owners![as]
  const setPerson = (as: 'business' | 'technical', part: 'name' | 'email', text: string): void =>
    setGiven({ ...given, owners: { ...given.owners!, [as]: { ...person(as), [part]: text } } })
  const decided = told.file !== null
  return (
    <>
      <h2>{b.rulesHead}</h2>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          // Another starting point answers everything anew.
          const fresh = given.start !== told.start || given.leads !== told.leads
          send(fresh ? { ...given, answers: {}, match: {} } : given)
        }}
      >
        <section className="card">
          <Field label={b.company}>
            <input
              required
              maxLength={200}
              value={given.company}
              onChange={(event) => setGiven({ ...given, company: event.target.value })}
            />
          </Field>
          {told.currency_needed && (
            <Field label={b.currency}>
              <input
                required
                pattern="[A-Za-z]{3}"
                placeholder="EUR"
                value={currency}
                onChange={(event) => setCurrency(event.target.value)}
              />
            </Field>
          )}
        </section>
        <div className="grid">
          {(['business', 'technical'] as const).map((as) => (
            <fieldset className="card" key={as}>
              <legend>{as === 'business' ? b.businessOwner : b.technicalOwner}</legend>
              {as === 'technical' && (
                <label className="check">
                  <input type="checkbox" checked={same} onChange={() => setSame(!same)} />
                  <span>{b.same}</span>
                </label>
              )}
              {(as === 'business' || !same) && (
                <>
                  <Field label={t.name}>
                    <input
                      required
                      maxLength={200}
                      value={person(as).name}
                      onChange={(event) => setPerson(as, 'name', event.target.value)}
                    />
                  </Field>
                  <Field label={t.email}>
                    <input
                      type="email"
                      required
                      value={person(as).email}
                      onChange={(event) => setPerson(as, 'email', event.target.value)}
                    />
                  </Field>
                </>
              )}
            </fieldset>
          ))}
        </div>
        <fieldset className="card">
          <legend>{b.leads}</legend>
          {told.leads_options.map(({ answer: leads, means }) => (
            <Radio
              key={leads}
              name="leads"
              label={leads}
              means={means}
              checked={given.leads === leads}
              onCheck={() => setGiven({ ...given, leads, start: null })}
            />
          ))}
        </fieldset>
        {given.leads !== null && (
          <fieldset className="card">
            <legend>{b.start}</legend>
            <p className="soft">{b.startMeans}</p>
            {starts.map(({ start, title, means }) => (
              <Radio
                key={start}
                name="start"
                label={title}
                means={means}
                checked={given.start === start}
                onCheck={() => setGiven({ ...given, start })}
              />
            ))}
            <Radio
              name="start"
              label={b.oneByOne}
              means={b.oneByOneMeans}
              checked={given.start === null}
              onCheck={() => setGiven({ ...given, start: null })}
            />
          </fieldset>
        )}
        <div className="actions">
          <button type="submit" className="button main-act" disabled={given.leads === null || decide.isPending}>
            {b.showQuestions}
          </button>
        </div>
      </form>
      <Refused error={decide.error} />
      {decided && (
        <section className="stack" aria-label={b.rulesHead}>
          <h2>{b.questionsHead(told.questions.filter((one) => one.answer === null).length)}</h2>
          {told.questions.map((question, place) => (
            <Question
              key={`${question.flow} ${question.setting}`}
              question={question}
              open={place < WEIGHTIEST || question.answer === null}
              busy={decide.isPending}
              onAnswer={(text) => answer(question, text)}
            />
          ))}
          <div className="actions">
            <button type="button" className="button main-act" onClick={onDone}>
              {b.takeRules}
            </button>
          </div>
        </section>
      )}
    </>
  )
}

/** What stands now is what goes on standing, whatever else is decided. */
const answersOf = ({ questions }: Told): Given['answers'] =>
  Object.fromEntries(
    questions.flatMap(({ flow, setting, answer }) => (flow === null && answer !== null ? [[setting, answer]] : [])),
  )
const matchOf = ({ questions }: Told): Given['match'] =>
  Object.fromEntries(
    questions.flatMap(({ flow, answer }) => (flow !== null && answer !== null ? [[flow, answer]] : [])),
  )

interface RadioProps {
  readonly name: string
  readonly label: string
  readonly means: string
  readonly checked: boolean
  readonly onCheck: () => void
}

/** One answer, and what it means. */
const Radio = ({ name, label, means, checked, onCheck }: RadioProps) => (
  <label className="choice">
    <input type="radio" name={name} checked={checked} onChange={onCheck} />
    <span>
      <span className="strong">{label}</span>
      <br />
      <span className="soft">{means}</span>
    </span>
  </label>
)
