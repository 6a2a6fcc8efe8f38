import { useState } from 'react'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { Field } from '../ui/field.tsx'
import { b } from '../words/begin-words.ts'

interface Props {
  readonly question: NonNullable<BeginningView['decisions']>['questions'][number]
  /** Whether it is shown unfolded at first. */
  readonly open: boolean
  readonly busy: boolean
  readonly onAnswer: (text: string) => void
}

/** A question of the contract, what the rows say about it, and its answers; the careful one first. */
export function Question({
  question: { flow, setting, question, options, answer, evidence },
  open,
  busy,
  onAnswer,
}: Props) {
  const [other, setOther] = useState('')
  const name = `${flow ?? ''} ${setting}`
  const own = answer !== null && !options.some((option) => option.answer === answer)
  return (
    <details className="card" open={open}>
      <summary>
        {question} <span className={answer === null ? 'badge warn' : 'badge calm'}>{answer ?? b.open}</span>
      </summary>
      <div className="stack">
        {evidence.map((sentence) => (
          <p key={sentence} className="soft">
            {sentence}
          </p>
        ))}
        <fieldset disabled={busy}>
          <legend className="hidden-label">{question}</legend>
          {options.map((option) => (
            <label className="choice" key={option.answer}>
              <input
                type="radio"
                name={name}
                checked={answer === option.answer}
                onChange={() => onAnswer(option.answer)}
              />
              <span>
                <span className="strong">{option.answer}</span>
                <br />
                <span className="soft">{option.means}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault()
            onAnswer(other.trim())
          }}
        >
          <Field label={b.otherAnswer} wide>
            <input
              value={other}
              maxLength={500}
              placeholder={own ? answer : (options[0]?.answer ?? '')}
              onChange={(event) => setOther(event.target.value)}
            />
          </Field>
          <button type="submit" className="button" disabled={other.trim() === '' || busy}>
            {b.give}
          </button>
        </form>
      </div>
    </details>
  )
}
